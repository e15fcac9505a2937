"""Tensor: an array that remembers how it was made, so that gradients can be computed through it.

    >>> import numpy as np, autograd_lite as ag
    >>> x = ag.Tensor([1.0, 2.0, 3.0], requires_grad=True)
    >>> loss = (np.sin(x) * x).sum()
    >>> loss.backward()
    >>> np.allclose(x.grad, np.sin(x.data) + x.data * np.cos(x.data))
    True

Operators, NumPy's functions and array methods apply; the verbs of differentiation are PyTorch's.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy import ndarray

from . import ops, sweeps
from .calls import apply
from .data import from_python
from .errors import describe
from .gradients import not_required, seed, sweep
from .handles import Hook, RemovableHandle
from .hooks import GradientHooks
from .interchange import Interchange
from .methods import Methods
from .mode import current
from .numpy_protocol import read_only
from .operators import Operators
from .primitive import Primitive, Traced
from .tape import Node, Watch, leaf, make_results_of, wrap
from .torch_names import remedy_for


class Tensor(Operators, Methods, Interchange, Traced):
    """An n-dimensional array on the tape.

    Args:
        data: numbers: an array, a Tensor, a number, or nested lists.  It is copied.  Arrays keep their
            dtype; Python floats become float32, complex numbers complex64.
        dtype: a NumPy dtype to convert to.
        requires_grad: whether `backward` shall leave the gradient of a loss in `.grad`.
        name: what pictures and messages call it.

    Raises:
        TypeError: `data` is not numbers, or `requires_grad` is asked of a dtype that is not floating.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([[1.0, 2.0]], requires_grad=True)
    >>> y = (w * w).sum()
    >>> y.backward()
    >>> w.grad
    Tensor([[2., 4.]], dtype=float32)
    """

    __slots__ = ("_frozen",)
    _frozen: Node | None
    """The leaf of a Tensor that gave up its gradient, for when it asks for one again."""

    def __init__(self, data: Any, dtype: Any = None, *, requires_grad: bool = False, name: str | None = None) -> None:
        self._data = from_python(data, dtype)
        self._node = None
        if requires_grad:
            self._node = self._new_leaf(name)

    def _new_leaf(self, name: str | None = None) -> Node:
        if self._data.dtype.kind not in "fc":
            raise TypeError(
                f"only floating-point and complex Tensors can require a gradient, and this one is {self._data.dtype}; "
                "convert it first: t.astype(np.float32).requires_grad_()"
            )
        return leaf(self._data.shape, self._data.dtype, name)

    def _apply(self, primitive: Primitive, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return apply(primitive, args, kwargs)

    # -- the array

    @property
    def data(self) -> ndarray[Any, Any]:
        """The values as an ndarray: a read-only view, outside the graph.

        Assigning replaces the values: `t.data = new` takes a copy of an array of the same shape, in t's
        dtype.  A graph that was recorded with the old values keeps them.
        """
        return read_only(self._data)

    @data.setter
    def data(self, value: Any) -> None:
        self._set_data(value, "data =")

    def _set_data(self, value: Any, doing: str) -> None:
        new = from_python(value)
        if new.shape != self._data.shape:
            raise ValueError(f"{doing}: the new values have shape {new.shape}, but the Tensor has {self._data.shape}")
        if self._node is not None and self._node.primitive is not None:
            raise RuntimeError(
                f"{doing}: this Tensor was computed by {self._node.name}; change the leaf it came from, or detach() it"
            )
        if new.dtype.kind == "c" and self._data.dtype.kind != "c":
            raise TypeError(f"{doing}: the new values are {new.dtype}, but the Tensor is {self._data.dtype}")
        if isinstance(new, Traced) or isinstance(self._data, Traced):  # a batch inside of vmap, which nobody changes
            self._data = new if new.dtype == self._data.dtype else new.astype(self._data.dtype)
            return
        kept = np.empty_like(self._data)  # of the same layout in memory
        np.copyto(kept, new, casting="unsafe")
        self._data = kept

    def numpy(self) -> ndarray[Any, Any]:
        """The values as an ndarray: a read-only view.  Raises if a gradient is required: detach() first."""
        return self.__array__()

    def item(self) -> Any:
        """The one element as a Python number; raises if there is not exactly one."""
        if self._data.size != 1:
            raise ValueError(f"item() needs exactly one element, and this Tensor has shape {self._data.shape}")
        return self._data.item()

    def tolist(self) -> Any:
        """Nested lists of Python numbers."""
        return self._data.tolist()

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis."""
        return self._data.shape  # type: ignore[no-any-return]

    @property
    def dtype(self) -> Any:
        """The NumPy dtype of the elements."""
        return self._data.dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self._data.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return int(self._data.size)

    @property
    def itemsize(self) -> int:
        """The bytes that an element takes."""
        return int(self._data.itemsize)

    @property
    def nbytes(self) -> int:
        """The bytes that the elements take."""
        return int(self._data.nbytes)

    # -- the graph

    @property
    def requires_grad(self) -> bool:
        """Whether gradients flow to this Tensor."""
        return self._node is not None

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Ask for a gradient (or give it up) on a leaf; gives the Tensor itself."""
        if requires_grad and self._node is None:
            self._node = getattr(self, "_frozen", None) or self._new_leaf()
        elif not requires_grad and self._node is not None:
            if self._node.primitive is not None:
                raise RuntimeError(
                    f"this Tensor was computed by {self._node.name} from Tensors that require gradients; "
                    "use t.detach() for one without"
                )
            self._frozen = self._node
            self._node = None
        return self

    @property
    def is_leaf(self) -> bool:
        """Whether no recorded operation made this Tensor."""
        return self._node is None or self._node.primitive is None

    @property
    def name(self) -> str | None:
        """The name given to a leaf, or the operation that made the Tensor."""
        node = self._node
        if node is None:
            return None
        return node.name if node.primitive is not None else node.watch.name  # type: ignore[no-any-return]

    def detach(self) -> Tensor:
        """The same values, without the graph."""
        return wrap(self._data, None)  # type: ignore[no-any-return]

    def retain_grad(self) -> None:
        """Let `backward` leave the gradient of this intermediate Tensor in `.grad` too; on a leaf it does nothing.

        What is kept is the gradient after all hooks of this Tensor, whichever was asked for first.
        """
        if self._node is None:
            raise RuntimeError(
                "retain_grad(): no gradient flows to this Tensor; set requires_grad on what it is made of"
            )
        self._own_watch().keeps = True

    @property
    def retains_grad(self) -> bool:
        """Whether this is an intermediate Tensor that was told to `retain_grad`."""
        return not self.is_leaf and self._node.watch is not None and self._node.watch.keeps

    def _own_watch(self) -> Watch:
        """The Watch of the node; a new one keeps no gradient yet."""
        node = cast(Node, self._node)
        if node.watch is None:
            node.watch = Watch(node.dtype, keeps=False)
        return node.watch

    def register_hook(self, hook: Hook) -> RemovableHandle:
        """Call `hook(grad)` when the gradient of a sweep with respect to this Tensor is complete.

        The hook may return a gradient of the same shape and dtype (a Tensor or an array), which flows on, and is kept,
        in its place; or None.  Several hooks are called in the order in which they were registered, each with what the
        one before it has left.  `retain_grad` keeps what comes after the last.  A hook of a leaf sees what this sweep
        adds, and not what `.grad` holds already.  `ag.grad` calls hooks too, also those of its `inputs`.

        What a hook computes is recorded if the sweep is (`create_graph`).  If the Tensor is assigned to
        (`t[i] = v`), hooks registered before stay with the old value.

        Returns:
            A handle; `handle.remove()` takes the hook away.

        Raises:
            RuntimeError: no gradient flows to this Tensor; (by backward) the hook returned another shape or dtype.
            TypeError: the hook cannot be called; (by backward) it returned something else.

        >>> import autograd_lite as ag
        >>> x = ag.Tensor([1.0, 2.0], requires_grad=True)
        >>> y = x * 3
        >>> handle = y.register_hook(lambda grad: grad.clip(-1, 1))
        >>> (y * y).sum().backward()
        >>> x.grad
        Tensor([3., 3.], dtype=float32)
        """
        return self._own_hooks("register_hook()").see(hook)

    def register_post_accumulate_grad_hook(self, hook: Hook) -> RemovableHandle:
        """Call `hook(t)` each time that backward has added to `.grad` of this leaf t; the hook returns None.

        It is called as soon as all that flows to t in this sweep has arrived, while the sweep goes on elsewhere: an
        optimizer that steps here, and clears `t.grad`, never holds the gradients of all parameters at once.  It is
        called as long as somebody holds the Tensor.  `ag.grad`, which adds to no `.grad`, does not call it.

        Raises:
            RuntimeError: this Tensor requires no gradient, or is no leaf.
            TypeError: the hook cannot be called; (by backward) it returned something.

        >>> import autograd_lite as ag
        >>> x = ag.Tensor(2.0, requires_grad=True)
        >>> handle = x.register_post_accumulate_grad_hook(lambda t: print("the gradient is now", t.grad.item()))
        >>> (x * x).backward()
        the gradient is now 4.0
        """
        doing = "register_post_accumulate_grad_hook()"
        if not self.is_leaf:
            raise RuntimeError(
                f"{doing}: this Tensor was computed by {self._node.name}, and only leaves add gradients up; "
                "use register_hook() to see its gradient"
            )
        return self._own_hooks(doing).keep(hook, self)

    def _own_hooks(self, doing: str) -> GradientHooks:
        if self._node is None:
            raise RuntimeError(
                f"{doing}: no gradient flows to this Tensor, {describe(self)}; set requires_grad on it, or on what it "
                "is made of"
            )
        watch = self._own_watch()
        if watch.hooks is None:
            watch.hooks = GradientHooks()
        return cast(GradientHooks, watch.hooks)

    @property
    def grad(self) -> Tensor | None:
        """The gradient that `backward` has added up here, or None.

        Of an intermediate Tensor none is kept unless it was told to `retain_grad`; asking for it warns.  What is
        assigned to it in part, `t.grad[i] = v`, holds for the next step of an optimizer.
        """
        node = self._node
        watch = None if node is None else node.watch
        if watch is None or watch.grad is None:
            if node is not None and node.primitive is not None and (watch is None or not watch.keeps):
                warnings.warn(
                    f".grad of a Tensor that was computed by {node.name} is None: backward keeps the gradients of "
                    "leaves only; call t.retain_grad() before backward(), or use ag.grad(loss, t)",
                    stacklevel=2,
                )
            return None
        g = watch.grad
        return g if isinstance(g, Tensor) else _Kept(watch)

    @grad.setter
    def grad(self, value: Any) -> None:
        if value is None:
            if self._node is not None and self._node.watch is not None:
                self._node.watch.grad = None
            return
        if self._node is None or self._node.watch is None or not self._node.watch.keeps:
            raise RuntimeError("no gradient is kept for this Tensor: set requires_grad (or call retain_grad()) first")
        if isinstance(value, Tensor) and value._node is not None:
            new: Any = value
        else:
            new = from_python(value)
        if new.shape != self.shape or new.dtype != self.dtype:
            raise ValueError(f"the gradient of {describe(self)} must have its shape and dtype, not be {describe(new)}")
        self._node.watch.grad = new

    def backward(
        self,
        gradient: Any = None,
        *,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Tensor | Sequence[Tensor] | None = None,
    ) -> None:
        """Add the gradient of this Tensor to the `.grad` of every leaf it was computed from.

        For a Tensor y and a leaf x it adds the vector-Jacobian product gradient^T dy/dx.

        Args:
            gradient: the cotangent, of y's shape; 1 if left out, which only a single element allows.
            retain_graph: keep what the graph has saved, to go backward through it again; by default
                what `create_graph` is.
            create_graph: record the backward sweep itself, so that the gradients can be differentiated.
            inputs: add to the gradients of these Tensors only (leaves, or values on the way, which from then on
                retain their gradients), and go no further than they need.

        Raises:
            RuntimeError: nothing was recorded, `gradient` is missing or misshapen, one of `inputs` requires no
                gradient or there is none, the graph was already
                released by a backward, or an array it needs has been changed since.  In the last two cases
                leaves that the sweep had reached before it met the error have received gradients: clear them.
        """
        if current().run is not None:
            raise RuntimeError(
                "backward() inside vmap: a Tensor outside has one gradient, and here is one for each example; use "
                "ag.func.grad inside vmap, or call backward() on what vmap gives"
            )
        g = seed(self, gradient, "backward()")
        keep = create_graph if retain_graph is None else retain_graph
        if gradient is None and not create_graph and inputs is None:  # the usual case, without the detour of `sweep`
            sweeps.pullback([self._node], [g], retain_graph=keep)
            return
        options: dict[str, Any] = {"retain_graph": keep, "create_graph": create_graph}
        if inputs is not None:
            options |= {"inputs": _watched(inputs), "accumulate": True}
        sweep(sweeps.pullback, [self._node], [g], **options)

    # -- as a Python object

    def __repr__(self) -> str:
        if isinstance(self._data, Traced):
            return f"{type(self).__name__}({self._data!r})"
        body = np.array2string(np.asarray(self._data), separator=", ", prefix="Tensor(", threshold=200, edgeitems=3)
        notes = [f"dtype={self._data.dtype}"]
        if self._data.size == 0 or self._data.size > 200:
            notes.insert(0, f"shape={self._data.shape}")
        if self._node is not None:
            notes.append("requires_grad=True" if self._node.primitive is None else f"made_by={self._node.name}")
        return f"{type(self).__name__}({body}, {', '.join(notes)})"

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if self._data.shape == () else format(str(self), spec)

    def __bool__(self) -> bool:
        if self._data.size != 1:
            raise ValueError(
                f"the truth of a Tensor of shape {self._data.shape} is ambiguous; use (..).any() or (..).all()"
            )
        return bool(self._data)

    def __float__(self) -> float:
        self._warn_of_loss("float")
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __complex__(self) -> complex:
        self._warn_of_loss("complex")
        return complex(self.item())

    def _warn_of_loss(self, doing: str) -> None:
        """Say that a number carries no gradient: NumPy asks for one in `array[0] = t`, and `math.exp(t)` does."""
        if self._node is not None and current().recording:
            warnings.warn(
                f"a Tensor that requires a gradient became a number without one, by {doing}(t), `array[i] = t` or a "
                "function of numbers like math.exp; write t.item() if that is meant, or else keep to Tensors and NumPy",
                stacklevel=3,
            )

    def __index__(self) -> int:
        if self._data.dtype.kind not in "iu" or self._data.shape != ():
            raise TypeError(f"only an integer Tensor without axes is an index, not {describe(self)}")
        return int(self._data)

    def __reduce__(self) -> Any:
        self._refuse_if_computed("pickle or copy")
        return _rebuild, (type(self), np.array(self._data), self.requires_grad, self.name)

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        self._refuse_if_computed("deepcopy")
        new = _rebuild(type(self), np.array(self._data), self.requires_grad, self.name)
        memo[id(self)] = new
        if self.grad is not None:
            new.grad = self.grad.detach()
        return new

    def _refuse_if_computed(self, doing: str) -> None:
        if self._node is not None and self._node.primitive is not None:
            raise RuntimeError(f"cannot {doing} a Tensor made by {self._node.name}, part of a graph: detach() it")

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"Tensor has no attribute {name!r}{remedy_for(name)}", name=name, obj=self)


make_results_of(Tensor)


class _Kept(Tensor):
    """What `t.grad` gives: a Tensor of the gradient that a Watch keeps; given a new value, it hands that on."""

    __slots__ = ("_kept", "_shown", "_watch")

    def __init__(self, watch: Watch) -> None:
        self._node = None
        self._watch = watch
        self._kept = watch.grad  # by which it is known whether the Watch has since got another
        self._shown = watch.grad.view()

    @property
    def _data(self) -> Any:
        return self._shown

    @_data.setter
    def _data(self, new: Any) -> None:
        if self._node is not None:
            raise RuntimeError(
                "`t.grad[i] = v` would lose the gradient of v: assign the whole, t.grad = ..., or detach() v"
            )
        self._shown = np.asarray(new)
        if self._watch.grad is self._kept:
            self._watch.grad = self._kept = self._shown

    def __repr__(self) -> str:
        return repr(wrap(self._shown, None))

    def __reduce__(self) -> Any:
        return Tensor.__reduce__(wrap(self._shown, None))

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        return Tensor.__deepcopy__(wrap(self._shown, None), memo)


def _watched(inputs: Tensor | Sequence[Tensor]) -> list[Node]:
    """The nodes of `inputs`, which will keep their gradients."""
    tensors = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    if not tensors:
        raise RuntimeError("backward(): inputs is empty; leave it out to add to the gradients of all leaves")
    for i, tensor in enumerate(tensors):
        if tensor._node is None:
            raise RuntimeError(not_required("backward()", i, tensor))
    for tensor in tensors:
        tensor.retain_grad()
    return [cast(Node, tensor._node) for tensor in tensors]


def _rebuild(cls: type[Tensor], data: Any, requires_grad: bool, name: str | None) -> Tensor:
    new = cls.__new__(cls)
    new._data = data
    new._node = leaf(data.shape, data.dtype, name) if requires_grad else None
    return new


def stop_gradient(x: Any) -> Any:
    """x as a constant of the graph: the same values, through which no gradient flows.

    >>> import autograd_lite as ag
    >>> x = ag.Tensor(3.0, requires_grad=True)
    >>> (x * ag.stop_gradient(x)).backward()
    >>> x.grad
    Tensor(3., dtype=float32)
    """
    return ops.stop_gradient(x)
