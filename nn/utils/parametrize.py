"""Parameters that are computed out of others: `layer.weight` becomes a function of what is trained.

    class Symmetric(nn.Module):
        def forward(self, x):
            return np.triu(x) + np.triu(x, 1).mT

    register_parametrization(layer, "weight", Symmetric())
    layer.weight                                    # symmetric, computed anew each time
    layer.parametrizations.weight.original          # what is trained

Names, state-dict keys and the meaning of `right_inverse` are PyTorch's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from autograd_lite import Tensor, no_grad
from autograd_lite.errors import describe

from ..containers import ModuleDict, ModuleList
from ..module import Module
from ..parameter import Parameter

__all__ = [
    "ParametrizationList", "cached", "is_parametrized", "register_parametrization", "remove_parametrizations",
    "transfer_parametrizations_and_params", "type_before_parametrizations",
]  # fmt: skip

M = TypeVar("M", bound=Module)

PARAMETRIZATIONS = "parametrizations"
_classes: dict[type[Module], type[Module]] = {}

_values: ContextVar[dict[tuple[int, str], tuple[Any, Any]] | None] = ContextVar(
    "autograd_lite_parametrized_values", default=None
)


@contextmanager
def cached() -> Iterator[None]:
    """Compute each parametrized Tensor at most once inside the block, as for a weight that many steps share.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> from autograd_lite.nn.utils import parametrizations, parametrize
    >>> layer = parametrizations.weight_norm(nn.Linear(2, 2))
    >>> layer.weight is layer.weight
    False
    >>> with parametrize.cached():
    ...     layer.weight is layer.weight
    True
    """
    token = _values.set({} if _values.get() is None else _values.get())
    try:
        yield
    finally:
        _values.reset(token)


class ParametrizationList(ModuleList):
    """The parametrizations of one Tensor, first to last, and what they start from.

    That is `original`, or `original0`, `original1`, ... if `right_inverse` of the last one gives several.  Made by
    `register_parametrization`.
    """

    original: Tensor

    def __init__(self, modules: Sequence[Module], original: Tensor, unsafe: bool = False) -> None:
        if not modules:
            raise ValueError("ParametrizationList: there must be at least one module")
        super().__init__(modules)
        self.unsafe = unsafe
        with no_grad():
            value: Any = original
            for module in reversed(list(self)):
                value = _inverted(module, value)
        self.is_tensor = isinstance(value, Tensor)
        if not self.is_tensor and not isinstance(value, (tuple, list)):
            raise ValueError(f"right_inverse must give a Tensor, or a tuple or list of them, not {describe(value)}")
        if self.is_tensor:
            if value.dtype != original.dtype:
                raise ValueError(
                    f"right_inverse gives {value.dtype} for {original.dtype}; where it gives one Tensor, that must "
                    "have the dtype of the one it is given"
                )
            _hold(self, "original", _with_value(original, value))
        else:
            for i, part in enumerate(value):
                _hold(self, f"original{i}", _fresh(part, original))
        self.ntensors = 1 if self.is_tensor else len(value)
        if not unsafe:
            _check(self(), original, "the parametrization gives")

    def forward(self) -> Any:
        """The parametrized value."""
        first, *others = list(self)
        value = first(*self._originals())
        for module in others:
            value = module(value)
        return value

    def right_inverse(self, value: Any) -> None:
        """Choose what is trained so that the parametrized value is `value`, as far as that can be.

        Raises:
            RuntimeError: a parametrization has no `right_inverse`.
            ValueError: what it gives does not fit.
        """
        with no_grad():
            for module in reversed(list(self)):
                if not hasattr(module, "right_inverse"):
                    raise RuntimeError(
                        f"parametrization {type(module).__name__} has no right_inverse, so its value cannot be set"
                    )
                value = module.right_inverse(value)
            parts = [value] if self.is_tensor else list(value)
            if len(parts) != self.ntensors:
                raise ValueError(f"right_inverse must give {self.ntensors} Tensors, not {len(parts)}")
            for i, (original, part) in enumerate(zip(self._originals(), parts, strict=True)):
                if not isinstance(part, Tensor) or part.dtype != original.dtype:
                    raise ValueError(
                        f"right_inverse must give a Tensor of {original.dtype} for the original {i}, not "
                        f"{describe(part)}"
                    )
            for original, part in zip(self._originals(), parts, strict=True):
                original.data = part.data

    def _originals(self) -> list[Tensor]:
        if self.is_tensor:
            return [self.original]
        return [getattr(self, f"original{i}") for i in range(self.ntensors)]


def register_parametrization(module: M, tensor_name: str, parametrization: Module, *, unsafe: bool = False) -> M:
    """Let `module.<tensor_name>` be `parametrization(original)`, with the original a parameter in its place.

    If the parametrization has a method `right_inverse`, the original starts as `right_inverse(value)`, which may be
    several Tensors; then `forward` takes as many.  Assigning to the attribute calls it too.  Several parametrizations
    of one Tensor are applied one after the other.

    Args:
        module: the module, which is changed: its class becomes a subclass, "Parametrized...".
        tensor_name: a parameter or buffer of it.
        parametrization: a Module from Tensor to Tensor.
        unsafe: whether it may change dtype and shape; else that is checked.

    Returns:
        The module.

    Raises:
        ValueError: there is no such Tensor, or dtype or shape change.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> from autograd_lite.nn.utils import parametrize
    >>> class Positive(nn.Module):
    ...     def forward(self, x):
    ...         return np.exp(x)
    ...     def right_inverse(self, y):
    ...         return np.log(y)
    >>> layer = nn.Linear(2, 2, bias=False)
    >>> layer.weight.data = [[1.0, 2.0], [3.0, 4.0]]
    >>> parametrize.register_parametrization(layer, "weight", Positive())
    ParametrizedLinear(
      in_features=2, out_features=2, bias=False
      (parametrizations): ModuleDict(
        (weight): ParametrizationList(
          (0): Positive()
        )
      )
    )
    >>> layer.weight.round(4).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        held = _lists(module)[tensor_name]
        if not unsafe:
            now = getattr(module, tensor_name)
            new = parametrization(now)
            _check(new, now, "the parametrization gives")
            if hasattr(parametrization, "right_inverse"):
                with no_grad():
                    _check(_inverted(parametrization, new), now, "right_inverse gives")
        held.append(parametrization)
        held.unsafe = held.unsafe or unsafe
        return module
    original = {**module._buffers, **module._parameters}.get(tensor_name)
    if original is None:
        raise ValueError(f"{type(module).__name__} has no parameter or buffer {tensor_name!r} to be parametrized")
    held = ParametrizationList([parametrization], original, unsafe)
    delattr(module, tensor_name)
    if not is_parametrized(module):
        object.__setattr__(module, "__class__", _parametrized(type(module)))
        setattr(module, PARAMETRIZATIONS, ModuleDict())
    _lists(module)[tensor_name] = held
    return module


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Whether a Tensor of the module is parametrized, or any if no name is given."""
    held = module.__dict__.get(PARAMETRIZATIONS)
    if not isinstance(held, ModuleDict):
        return False
    return len(held) > 0 if tensor_name is None else tensor_name in held


def remove_parametrizations(module: M, tensor_name: str, leave_parametrized: bool = True) -> M:
    """Make `module.<tensor_name>` a parameter (or buffer) again; gives the module.

    Args:
        module: the module, which is changed.
        tensor_name: the parametrized Tensor.
        leave_parametrized: with the value that it has; else that of the original, which must be a single one.  A
            single original stays the same object, for an optimizer that has it.

    Raises:
        ValueError: it is not parametrized, or there are several originals and `leave_parametrized` is False.
    """
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"{type(module).__name__} has no parametrization of {tensor_name!r}")
    held = _lists(module)[tensor_name]
    if held.is_tensor:
        original = held.original
        if leave_parametrized:
            with no_grad():
                original = _with_value(original, getattr(module, tensor_name))
    elif leave_parametrized:
        value = getattr(module, tensor_name)
        original = Parameter(value.detach()) if value.requires_grad else value.detach()
    else:
        raise ValueError(
            f"{tensor_name!r} is made of {held.ntensors} Tensors, so there is no one original to leave; use "
            "leave_parametrized=True"
        )
    del _lists(module)[tensor_name]
    if not is_parametrized(module):
        delattr(module, PARAMETRIZATIONS)
        object.__setattr__(module, "__class__", type_before_parametrizations(module))
    _hold(module, tensor_name, original)
    return module


def type_before_parametrizations(module: Module) -> type[Module]:
    """The class of a module as it was before it was parametrized."""
    cls = type(module)
    return cls.__bases__[1] if issubclass(cls, _Parametrized) else cls


def transfer_parametrizations_and_params(from_module: Module, to_module: M, tensor_name: str | None = None) -> M:
    """Give the parametrizations of one module, or of one of its Tensors, to another, with the originals; gives it.

    The modules share both afterwards.
    """
    if not is_parametrized(from_module):
        return to_module
    held = _lists(from_module)
    for name in [*held.keys()] if tensor_name is None else [tensor_name]:
        if not hasattr(to_module, name):
            setattr(to_module, name, Parameter(getattr(from_module, name).detach()))
        for parametrization in held[name]:
            register_parametrization(to_module, name, parametrization, unsafe=held[name].unsafe)
        target = _lists(to_module)
        for key, original in held[name].named_parameters(recurse=False):
            setattr(target[name], key, original)
    return to_module


class _Parametrized:
    """What parametrized modules do beside what their class does."""

    def __getattr__(self, name: str) -> Any:
        held = self.__dict__.get(PARAMETRIZATIONS)
        if held is None or name not in held:
            return object.__getattribute__(self, name)  # which raises
        values = _values.get()
        if values is None:
            return held[name]()
        key = id(self), name
        if key not in values:
            values[key] = self, held[name]()
        return values[key][1]

    def __setattr__(self, name: str, value: Any) -> None:
        held = self.__dict__.get(PARAMETRIZATIONS)
        if held is None or name not in held:
            super().__setattr__(name, value)
            return
        held[name].right_inverse(value if isinstance(value, Tensor) else Tensor(value))
        values = _values.get()
        if values is not None:
            values.pop((id(self), name), None)

    def __reduce__(self) -> Any:
        return _remade, (type(self).__bases__[1],), self.__dict__


def _remade(before: type[Module]) -> Module:
    cls: Any = _parametrized(before)
    return cls.__new__(cls)  # type: ignore[no-any-return]


def _parametrized(cls: type[Module]) -> type[Module]:
    """The subclass of a class whose instances have parametrized Tensors."""
    if cls not in _classes:
        _classes[cls] = type(f"Parametrized{cls.__name__}", (_Parametrized, cls), {"__doc__": cls.__doc__})
    return _classes[cls]


def _lists(module: Module) -> Any:
    """From the name of a parametrized Tensor to its ParametrizationList."""
    return module.__dict__[PARAMETRIZATIONS]


def _inverted(module: Module, value: Any) -> Any:
    """`right_inverse`, or the value itself where there is none."""
    try:
        return module.right_inverse(value) if hasattr(module, "right_inverse") else value
    except NotImplementedError:
        return value


def _check(value: Any, like: Tensor, doing: str) -> None:
    if not isinstance(value, Tensor):
        raise ValueError(f"register_parametrization: {doing} {describe(value)}, which is no Tensor")
    if value.dtype != like.dtype or value.shape != like.shape:
        raise ValueError(
            f"register_parametrization: {doing} {describe(value)} for {describe(like)}; it must keep dtype and shape, "
            "unless unsafe=True"
        )


def _with_value(original: Tensor, value: Tensor) -> Tensor:
    """The same Tensor with another value; a new one only if the shape is another."""
    if value.shape != original.shape:
        return _fresh(value, original)
    original.data = value.data
    return original


def _fresh(value: Tensor, like: Tensor) -> Tensor:
    """A parameter with this value, if `like` is one; else a constant."""
    return Parameter(value.detach(), like.requires_grad) if isinstance(like, Parameter) else value.detach()


def _hold(module: Module, name: str, tensor: Tensor) -> None:
    if isinstance(tensor, Parameter):
        setattr(module, name, tensor)
    else:
        module.register_buffer(name, tensor)
