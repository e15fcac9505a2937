"""`lint`: what is wrong with a loss, as its recorded graph shows it, before any training is lost to it.

    from autograd_lite.testing import lint

    print(lint(loss))                                     # before backward: what the graph shows
    print(lint(lambda: loss_of(model(x), y)))             # what running it shows as well, with source lines
    assert not lint(loss, model=model, optimizer=optimizer)

`docs/lint.md` has all rules, each with a snippet that it finds and its repair.  A rule is a generator of `Found` over
a `walk.View` of the graph; its name is the function's, and its first line of documentation says what it finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ...source_lines import source_lines
from ...tensor import Tensor
from . import activations, losses, modes, numerics, paths, shapes
from .findings import Finding, Findings, Found, collected
from .trials import looked_at
from .walk import View

__all__ = ["RULES", "Finding", "Findings", "lint", "source_lines"]

Rule = Callable[[View], Iterator[Found]]

RULES: dict[str, Rule] = {
    rule.__name__.replace("_", "-"): rule
    for rule in (
        losses.softmax_into_cross_entropy,
        losses.sigmoid_into_bce_with_logits,
        losses.relu_as_logits,
        losses.log_of_softmax,
        losses.log_of_sigmoid,
        losses.unstable_logsumexp,
        losses.unstable_softmax,
        losses.one_class,
        losses.target_requires_grad,
        losses.loss_not_scalar,
        shapes.accidental_broadcast,
        shapes.empty_reduction,
        shapes.one_element_spread,
        numerics.infinite_gradient,
        numerics.not_finite,
        numerics.exp_overflow,
        numerics.norm_at_zero,
        numerics.float64_crept_in,
        activations.dead_relu,
        activations.saturated,
        activations.identical_units,
        modes.evaluation_mode,
        modes.dropout_in_evaluation,
        paths.no_graph,
        paths.no_path,
        paths.detached,
        paths.gradient_not_zeroed,
        paths.not_in_optimizer,
        paths.unregistered,
        paths.changed_in_place,
    )
}
"""All rules by name."""


def lint(
    loss: Tensor | Callable[..., Tensor],
    *args: Any,
    parameters: Any = None,
    model: Any = None,
    optimizer: Any = None,
    rules: Iterable[str] | None = None,
    ignore: Iterable[str] = (),
) -> Findings:
    """Look for mistakes in a loss: in its graph before backward, or in a function that computes it.

    Of a Tensor, the graph is read as it is.  A function is called, as `loss(*args)`, a few times: once with source
    lines noted and all values kept, and again, with the same random numbers, its parameters in place and moved; so it
    is seen which constants of the graph hide a dependence on them, by NumPy, `detach`, `item` or `no_grad`.  Each call
    of the function sees random numbers of ours, NumPy's global ones and Python's as before, and so does what follows.
    A function that changes arrays in place, as by a step of an optimizer, is called once only.

    Args:
        loss: the loss, or a function that gives it.
        parameters: Tensors that should get a gradient, or pairs (name, Tensor), or a dict of them.  Parameters of
            modules that were called for the loss are known without, and so are Tensors among `args` that are leaves.
        model: the module that is trained.
        optimizer: the optimizer that trains it, or a list of them.
        rules: the names of those to apply; all, if left out.
        ignore: the names of those not to apply.

    Returns:
        a list of `Finding`, the gravest first, that prints as a report.

    Raises:
        TypeError: `loss` is neither a Tensor nor a function that gives one, or args come with a Tensor.
        ValueError: a name is not that of a rule.
        RuntimeError: backward has released the graph already.

    >>> import autograd_lite as ag
    >>> from autograd_lite.testing import lint
    >>> logits = ag.Tensor([[2.0, 1.0], [0.0, 3.0]], requires_grad=True, name="logits")
    >>> loss = ag.nn.functional.cross_entropy(ag.nn.functional.sigmoid(logits), [0, 1])
    >>> print(lint(loss))
    error: cross_entropy takes logits, but is given the sigmoid of float32[2, 2]: ... [softmax-into-cross-entropy]
      at n3 cross_entropy float32[]
      remedy: pass what goes into sigmoid to cross_entropy, and use sigmoid for predictions only
    >>> lint(ag.nn.functional.cross_entropy(logits, [0, 1]))
    <Findings: none>
    """
    chosen = _chosen(rules, ignore)
    beside: dict[str, Any] = {"parameters": _named(parameters), "model": model, "optimizer": optimizer}
    if isinstance(loss, Tensor):
        if args:
            raise TypeError("lint(loss) of a Tensor takes no further arguments; they are for a function")
        view = View(loss, **beside)
    elif callable(loss):
        function = loss
        asked = [(f"argument {i}", arg) for i, arg in enumerate(args) if isinstance(arg, Tensor) and _is_leaf(arg)]
        beside["parameters"] = [*beside["parameters"], *asked]
        view = looked_at(lambda: function(*args), **beside)
    else:
        raise TypeError(f"lint takes a loss, a Tensor, or a function that gives one, not {type(loss).__name__}")
    try:
        return collected([(name, found) for name in chosen for found in RULES[name](view)])
    finally:
        view.close()


def _is_leaf(tensor: Tensor) -> bool:
    return tensor._node is not None and tensor._node.primitive is None


def _named(parameters: Any) -> list[tuple[str, Tensor]]:
    """Parameters with their names."""
    if isinstance(parameters, Tensor):
        parameters = [parameters]
    items = parameters.items() if isinstance(parameters, dict) else parameters or ()
    named = [item if isinstance(item, tuple) else (None, item) for item in items]
    return [(name or tensor.name or f"parameters[{i}]", tensor) for i, (name, tensor) in enumerate(named)]


def _chosen(rules: Iterable[str] | None, ignore: Iterable[str]) -> list[str]:
    wanted = list(RULES) if rules is None else _names(rules)
    ignored = _names(ignore)
    unknown = [name for name in [*wanted, *ignored] if name not in RULES]
    if unknown:
        raise ValueError(f"there is no rule {unknown[0]!r}; the rules are {', '.join(RULES)}")
    return [name for name in wanted if name not in ignored]


def _names(names: Iterable[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)
