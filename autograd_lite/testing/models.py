"""Two models compared: parameters, outputs, every intermediate and every gradient; and where they first diverge.

    comparison = compare_models(mine, theirs, x)          # theirs may be a model of PyTorch
    print(comparison)
    comparison.save("comparison.html")

    assert_models_close(mine, theirs, x)                  # the same in a test

`model_sides` knows the two frameworks, `model_runs` runs a model and sees all that happens in it, `model_divergence`
finds the first place where two runs diverge, and `model_reports` is what comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any

from . import reports
from .model_divergence import Both
from .model_judging import Judge, Judged
from .model_names import Names, copied, matched_parameters, refuse_unknown, tied_differently
from .model_remarks import differing_call, inputs_not_finite, modes, not_finite, structure, unmatched
from .model_reports import ModelComparison, ModelsDiffer, Row
from .model_rounding import note_noise, rounded_at_random
from .model_runs import LossFunction, Run, floats, repeatable, run
from .model_sides import EngineSide, Side, side_of
from .subject import as_value


def compare_models(
    model: Any,
    reference: Any,
    *inputs: Any,
    names: Mapping[str, str] | None = None,
    copy_parameters: bool = False,
    loss: Callable[[Any], Any] | tuple[LossFunction, LossFunction] | None = None,
    training: bool | None = None,
    rtol: float | None = None,
    atol: float | None = None,
    seed: int | None = None,
) -> ModelComparison:
    """Run two models on the same inputs, forward and backward, and compare all that can be seen of them.

    Compared are the parameters; the outputs of the models and of every module inside them that both call, by dotted
    name and by turn where a module is called several times; the loss; and the gradients by all of these and by the
    inputs.  Where values or gradients differ, the first place is named: the call of a module, and the line that called
    it; for two models of autograd_lite also the operation in it, found by walking both graphs.  A wrong value makes all
    gradients after it differ, so values come first.

    Both models are as before afterwards: parameters, gradients, modes, buffers and random numbers.

    Args:
        model: a module of `autograd_lite.nn` or of PyTorch.
        reference: another, of either.
        inputs: arrays, tensors or numbers, handed to both in their own kind of tensor.
        names: where names differ, {name in the model: name in the reference}, of parameters or modules; the name of a
            module stands for all below it.
        copy_parameters: run the model with the reference's parameters in place of its own.  Otherwise parameters that
            differ are reported, as all else is.
        loss: a function of what a model gives, to a single number; or a pair of them, for the model and the reference.
            By default the sum of all outputs with random weights.
        training: True or False puts all modules in that mode for the comparison; None leaves each in its own, and
            reports those that differ.
        rtol: the relative tolerance, for each element; by default what it may be off by is measured: the model is run
            again with rounding errors made on purpose, and 32 times as far as a tensor moves then, and 64 units in the
            last place of its largest element, are allowed.
        atol: the absolute tolerance.
        seed: of all random numbers; by default `reports.default_seed`.

    Returns:
        A `ModelComparison`, which prints as a short text; see `to_markdown`, `to_json`, `to_html` and `save`.

    Raises:
        TypeError: one of the models is no module of these two frameworks, or the loss is no real number.
        ValueError: parameters have no counterpart, or one of another shape or dtype, or there is nothing of a name in
            `names`; all of them are listed.

    >>> import numpy as np
    >>> import autograd_lite as ag
    >>> from autograd_lite import nn
    >>> ag.manual_seed(0)
    >>> mine = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    >>> theirs = nn.Sequential(nn.Linear(3, 4), nn.Sigmoid(), nn.Linear(4, 2))
    >>> x = np.ones((5, 3), np.float32)
    >>> comparison = compare_models(mine, theirs, x, copy_parameters=True)
    >>> comparison.ok, comparison.first_divergence.module, comparison.first_divergence.operation
    (False, '1', 'tanh')
    >>> comparison.first_divergence.remarks
    ('it is tanh here, in the reference sigmoid',)
    """
    seed = reports.default_seed if seed is None else seed
    losses = loss if isinstance(loss, tuple) else (loss, loss)
    side, other = side_of(model), side_of(reference)
    table = Names(names or {})
    refuse_unknown(names or {}, side, other)
    pairs = matched_parameters(side, other, table)
    judge = Judge(rtol, atol)
    values = [as_value(x) for x in inputs]
    with ExitStack() as stack:
        begin = stack.enter_context(repeatable(side, other))
        if training is not None:
            for one in (side, other):
                stack.callback(_put_mode(one, training))
        problems = list(modes(side, other, table))
        own = [row for row in _parameter_rows(side, other, pairs, judge) if not row.ok] if copy_parameters else []
        if copy_parameters:
            stack.enter_context(copied(side, other, pairs))

        def runs(which: Side, *, anew: int = 0, given: list[Any] = values) -> Run:
            begin(seed + anew, not anew)
            try:
                return run(which, given, seed + anew, losses[which is other])
            except Exception as error:
                error.add_note(f"while {'the reference' if which is other else 'the model'} was run by compare_models")
                raise

        first, second = runs(side), runs(other)
        chance, reproducible = [], True
        for one, seen in ((side, first), (other, second)):
            where = differing_call(seen, runs(one, anew=1))
            if where is not None:
                chance.append((one, where))
                reproducible = reproducible and differing_call(seen, runs(one)) is None
        if reproducible:
            moved = []
            for anew in (1, 2):
                with rounded_at_random(side, values, seed + anew) as given:
                    moved.append(runs(side, given=given))
            note_noise(first, moved)
    both = Both(first, second, table, pairs, judge)
    rows = tuple(_rows(both, with_loss=loss is not None))
    differ = any(not row.ok for row in rows)
    notes = [*tied_differently(side, other, pairs), *unmatched(both), *inputs_not_finite(values), *not_finite(both)]
    if own:
        notes.append(f"run with the reference's values of {', '.join(row.name for row in own)}, which differ")
    random = ", ".join(dict.fromkeys(f"{call.title} ({call.kind})" for _, call in chance))
    if chance and not reproducible:
        problems.insert(0, f"not reproducible: {random} gives another answer each time, even from the same seed")
    elif chance and differ:
        problems.insert(0, f"random: {random}; compare with training=False, or with the same random numbers in both")
    elif chance:
        notes.append(f"random: {random}; both were run with the same random numbers")
    problems += structure(both)
    divergence = None
    if any(not row.ok for row in rows if row.kind != "parameter"):
        divergence = both.first_in_value() or both.first_in_gradient()
    found = ModelComparison(_title(side), _title(other), seed, rows, divergence, tuple(problems), tuple(notes))
    reports.publish(found.as_report())
    return found


def assert_models_close(
    model: Any,
    reference: Any,
    *inputs: Any,
    names: Mapping[str, str] | None = None,
    copy_parameters: bool = False,
    loss: Callable[[Any], Any] | tuple[LossFunction, LossFunction] | None = None,
    training: bool | None = None,
    rtol: float | None = None,
    atol: float | None = None,
    seed: int | None = None,
) -> None:
    """Raise ModelsDiffer, an AssertionError with the text and the `comparison`, unless two models agree.

    The arguments are those of `compare_models`, and so are the other errors.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> assert_models_close(nn.Linear(3, 2), nn.Linear(3, 2), np.ones((5, 3), np.float32), copy_parameters=True)
    """
    __tracebackhide__ = True
    comparison = compare_models(
        model, reference, *inputs, names=names, copy_parameters=copy_parameters, loss=loss, training=training,
        rtol=rtol, atol=atol, seed=seed,
    )  # fmt: skip
    if not comparison.ok:
        raise ModelsDiffer(comparison)


def _title(side: Side) -> str:
    framework = "autograd_lite" if isinstance(side, EngineSide) else "PyTorch"
    return f"{type(side.model).__name__} of {framework}"


# --- the rows ----------------------------------------------------------------------------------------------


def _row(kind: str, name: str, judged: Judged) -> Row:
    got = judged.got
    return Row(
        kind, name, got.shape, got.dtype.name, judged.absolute, judged.relative, judged.text, judged.differing,
        judged.worst,
    )  # fmt: skip


def _parameter_rows(side: Side, other: Side, pairs: Mapping[str, str], judge: Judge) -> Iterator[Row]:
    for ours, theirs in pairs.items():
        mine, reference = side.held(side.parameters[ours]), other.held(other.parameters[theirs])
        yield _row("parameter", ours, judge.arrays(mine, reference, 0.0))


def _rows(both: Both, *, with_loss: bool) -> Iterator[Row]:
    judge = both.judge
    for name, (a, b) in both.parameters.items():
        yield _row("parameter", name, judge.arrays(a.array, b.array, 0.0))
    inner = [pair for pair in both.calls if pair.model.name]
    whole = [pair for pair in both.calls if not pair.model.name]
    for pair in inner:
        for path, a, b in pair.outputs():
            yield _row("value", f"{pair.model.title}{path}", judge.values(a, b))
    for pair in whole:
        for path, a, b in pair.outputs():
            yield _row("output", f"output{path}", judge.values(a, b))
    if both.model.loss is not None and both.reference.loss is not None:
        yield _row("loss", "loss", judge.values(both.model.loss, both.reference.loss))
    for pair in [*(whole if with_loss else []), *reversed(inner)]:
        for path, a, b in pair.outputs():
            if floats(a.array) and (a.gradient is not None or b.gradient is not None):
                name = f"{pair.model.title}{path}" if pair.model.name else f"output{path}"
                yield _row("gradient", name, judge.gradients(a, b))
    for i, a in both.model.inputs.items():
        yield _row("input gradient", f"input {i}", judge.gradients(a, both.reference.inputs[i]))
    for name, (a, b) in both.parameters.items():
        if a.gradient is not None or b.gradient is not None:
            yield _row("parameter gradient", name, judge.gradients(a, b))


def _put_mode(side: Side, training: bool) -> Callable[[], None]:
    before = [(module, module.training) for module in side.modules.values()]
    side.model.train(training)

    def back() -> None:
        for module, mode in before:
            module.training = mode

    return back
