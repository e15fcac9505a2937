"""What a function and its gradients are at a point, stored in a file and held against it later.

A snapshot proves no gradient right; it shows that one has not changed.  It is an npz file of plain arrays, without
pickle: `value`, and for each floating input i `input_i` and `gradient_i`.

>>> import numpy as np, tempfile, pathlib
>>> path = pathlib.Path(tempfile.mkdtemp()) / "loss.npz"
>>> x = np.array([1.0, 2.0, 4.0])
>>> save(take(lambda x: np.sum(x**2), x), path)
>>> compare(take(lambda x: np.sum(x * x), x), path).ok
True
>>> print(compare(take(lambda x: np.mean(x**2), x), path).comparisons[1].text)  # doctest: +ELLIPSIS
the gradient of <lambda> by input 0 (float64[3]) is not that of the snapshot: 3 of 3 differ
    the worst, at [2]: got 2.666666667, stored 8 (relative 0.667, 3e+15 ulps)
    diagnosis: all are 0.333333 times what they should be, and that is 1/n for n = 3, the number of elements of input 0
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..errors import describe
from . import reports
from .adapters import frame_of
from .check import place_of
from .diagnosis import Evidence, diagnose, diagnose_shape
from .oracles.directions import Array
from .reports import Comparison, Report
from .subject import NotComparable, Part, Subject, as_value, by_hand
from .tolerances import ROUNDING, Tolerances

UPDATE = "pytest --gradient-snapshot-update"


class Snapshot(NamedTuple):
    """The value of a function at a point, and its gradient by each floating input, by the input's number."""

    value: Array
    gradients: Mapping[int, Array]
    inputs: Mapping[int, Array]
    function: str = "f"
    place: str = ""


def take(f: Callable[..., Any], *inputs: Any, grad: Callable[..., Any] | str | None = None) -> Snapshot:
    """The value of f and its gradients at `inputs`, in their dtypes.

    Of an answer of several elements the gradient is that of sum_k w_k f_k, the elements being taken one after another,
    with w_k = cos(k), or exp(ik) if they are complex: weights that are the same everywhere and cancel nothing.

    Args:
        f: a function of Tensors that gives a Tensor.
        inputs: arrays, Tensors or numbers, of which at least one is of a floating or complex dtype.
        grad: a gradient written by hand, "torch" or "jax", as for `assert_gradients_close`.

    Raises:
        TypeError: f gives something else.
        ValueError: there is no floating input; f is not finite here, or gives another answer when it is called again.

    >>> taken = take(np.prod, np.array([2.0, 3.0]))
    >>> taken.value.item(), taken.gradients[0]
    (6.0, array([3., 2.]))
    """
    values = [as_value(x) for x in inputs]
    floating = [i for i, x in enumerate(values) if isinstance(x, np.ndarray) and x.dtype.kind in "fc"]
    if not floating:
        raise ValueError("a gradient snapshot: none of the inputs is of a floating or complex dtype")
    frame = frame_of(grad)
    name = getattr(f, "__name__", None) or type(f).__name__
    try:
        with frame.precision():
            subject = Subject(f, values, floating, frame)
            value = np.asarray(subject.run(values))
            found = by_hand(subject, grad)[0] if callable(grad) else subject.reverse([_weights(subject)])[0]
    except NotComparable as error:
        raise ValueError(f"there is no gradient snapshot of {name} to be taken: {error}") from None
    return Snapshot(value, found, {i: values[i] for i in floating}, name, place_of(f))


def _weights(subject: Subject) -> Array:
    angles = np.arange(float(np.prod(subject.shape))).reshape(subject.shape)
    return np.stack([np.cos(angles), np.sin(angles)], axis=-1) if subject.dtype.kind == "c" else np.cos(angles)


def save(snapshot: Snapshot, path: str | Path) -> None:
    """Write a snapshot; who reads at the same time finds the file as it was before, or as it is afterwards.

    Folders are made as needed.  The same snapshot gives the same bytes.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {"value": snapshot.value}
    arrays |= {f"gradient_{i}": gradient for i, gradient in snapshot.gradients.items()}
    arrays |= {f"input_{i}": x for i, x in snapshot.inputs.items()}
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def load(path: str | Path) -> Snapshot:
    """Read a snapshot.

    Raises:
        FileNotFoundError: there is none.
        ValueError: the file is not one.
    """
    try:
        with open(path, "rb") as file:  # np.load leaves it open if it is no archive
            archive = np.load(file, allow_pickle=False)
            arrays = {name: archive[name] for name in archive.files}
        by_number = {
            kind: {int(name.removeprefix(kind)): array for name, array in arrays.items() if name.startswith(kind)}
            for kind in ("gradient_", "input_")
        }
        return Snapshot(arrays["value"], by_number["gradient_"], by_number["input_"])
    except (ValueError, KeyError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"{path} is not a gradient snapshot ({error}); restore it, or {UPDATE} writes it anew"
        ) from error


def compare(taken: Snapshot, path: str | Path, *, rtol: float | None = None, atol: float | None = None) -> Report:
    """What has changed since a snapshot was stored at `path`.  The report is not published.

    An element is as it was if |got - stored| <= atol + rtol |stored|, or if both are NaN.

    Args:
        taken: what there is now.
        path: of the file that was stored.
        rtol: by default eps^(3/4) of the coarser of the two dtypes: 1.8e-12 for float64, 6.4e-6 for float32.
        atol: by default 64 eps of the largest element stored: what sums in another order may be off by.
    """
    found: list[Comparison] = []
    problems: list[str] = []
    notes: list[str] = []
    try:
        stored = load(path)
    except FileNotFoundError:
        problems.append(f"there is no snapshot {path}: {UPDATE} stores one, of the function as it is now")
    except ValueError as error:
        problems.append(str(error))
    else:
        tolerances = Tolerances(rtol, atol)
        for i in sorted({*taken.inputs, *stored.inputs}):
            text = _changed(f"input {i}", taken.inputs.get(i), stored.inputs.get(i), tolerances)[1]
            if text:
                notes.append(f"the snapshot is of another point: {text}")
        found.append(_compared(taken, stored, None, tolerances))
        found += [_compared(taken, stored, i, tolerances) for i in sorted({*taken.gradients, *stored.gradients})]
        wrong = [not comparison.ok for comparison in found]
        if any(wrong):
            notes.append(f"{UPDATE} stores what is there now, if the change is meant: {path}")
        if any(wrong[1:]) and not wrong[0] and not notes[:-1]:
            notes.insert(0, "the value is as it was: it is the derivative that has changed")
    return Report(
        taken.function, taken.place, reports.default_seed, tuple(found), tuple(problems),
        tuple(notes) if problems or any(not c.ok for c in found) else (),
    )  # fmt: skip


def _compared(taken: Snapshot, stored: Snapshot, i: int | None, tolerances: Tolerances) -> Comparison:
    """The value, or the gradient by input i, beside what was stored."""
    if i is None:
        subject, got, expected = f"the value of {taken.function}", taken.value, stored.value
        name = f"value ({describe(got)})"
    else:
        got, expected = taken.gradients.get(i), stored.gradients.get(i)  # type: ignore[assignment]
        name = f"input {i} ({describe(taken.inputs.get(i, stored.inputs.get(i)))})"
        subject = f"the gradient of {taken.function} by {name}"
    counted, text = _changed(subject, got, expected, tolerances)
    kind = ""
    if text and i is not None and got is not None and expected is not None:
        kind, words = _diagnosed(taken, stored, i, tolerances)
        text += f"\n    diagnosis: {words}" if words else ""
    return Comparison(name, "value" if i is None else "reverse", int(i is not None), "snapshot", counted.compared,
                      counted.differing, counted.worst, diagnosis=kind, text=text)  # fmt: skip


class _Counted(NamedTuple):
    compared: int = 0
    differing: int = 0
    worst: float = 0.0


def _allowed(got: Array, expected: Array, tolerances: Tolerances) -> Array:
    eps = max(float(np.finfo(a.dtype).eps) for a in (got, expected))
    sizes = np.abs(expected).astype(np.float64)
    largest = float(sizes[np.isfinite(sizes)].max(initial=0.0))
    wide = (eps**0.75 if tolerances.rtol is None else tolerances.rtol) * np.where(np.isfinite(sizes), sizes, 0.0)
    return np.asarray(wide + (ROUNDING * eps * largest if tolerances.atol is None else tolerances.atol))


def _changed(subject: str, got: Array | None, expected: Array | None, tolerances: Tolerances) -> tuple[_Counted, str]:
    """How many elements differ, and in words in what way; "" if nothing has changed."""
    if got is None or expected is None:
        return _Counted(), f"{subject} is {'new' if expected is None else 'gone'}: f had other inputs"
    if got.shape != expected.shape or got.dtype != expected.dtype:
        return _Counted(), f"{subject} is {describe(got)}, and {describe(expected)} in the snapshot"
    allowed = _allowed(got, expected, tolerances)
    with np.errstate(all="ignore"):
        off = np.abs(_wide(got) - _wide(expected))
        same = (off <= allowed) | (got == expected) | (np.isnan(got) & np.isnan(expected))
        units = np.where(same, np.minimum(off / allowed, 1.0), np.nan_to_num(off / allowed, nan=np.inf))
    units = np.where(np.isnan(units), 0.0, units)  # nothing allowed, and nothing off
    counted = _Counted(got.size, int((~same).sum()), float(units.max(initial=0.0)))
    if same.all():
        return counted, ""
    place = np.unravel_index(int(np.argmax(np.where(same, -1.0, np.nan_to_num(off, nan=np.inf)))), got.shape)
    at = f", at [{', '.join(map(str, place))}]" if place else ""
    return counted, (
        f"{subject} is not that of the snapshot: {counted.differing} of {got.size} differ\n"
        f"    the worst{at}: {_beside(got[place], expected[place])}{_sizes(off[place], expected[place])}"
    )


def _beside(got: Any, stored: Any) -> str:
    """Two numbers that differ, with as many digits as it takes to see it."""
    short, exact = ((f"{got:.{digits}g}", f"{stored:.{digits}g}") for digits in (10, 17))
    shown = short if short[0] != short[1] else exact
    return f"got {shown[0]}, stored {shown[1]}"


def _wide(a: Array) -> Array:
    return a.astype(np.result_type(a, np.float64))


def _sizes(off: Any, stored: Any) -> str:
    """A difference, relative to what was stored and in units of its last place."""
    if not (np.isfinite(off) and np.isfinite(stored)):
        return ""
    size = np.abs(stored)
    relative = f"relative {float(off) / float(size):.3g}, " if size else ""
    return f" ({relative}{float(off) / float(np.spacing(size)):.3g} ulps)"


def _diagnosed(taken: Snapshot, stored: Snapshot, i: int, tolerances: Tolerances) -> tuple[str, str]:
    """In what way a gradient differs from the one that was stored: the kind, and words."""
    got, expected = taken.gradients[i], stored.gradients[i]
    if got.shape != expected.shape:
        found = diagnose_shape(
            f"input {i}", _wide(got), _wide(expected), float(_allowed(got, expected, tolerances).max())
        )
        return found.kind, found.text
    if got.dtype != expected.dtype or not np.isfinite(expected).all():
        return "", ""
    allowed = _allowed(got, expected, tolerances)
    for part in (Part(i, "Re"), Part(i, "Im")) if got.dtype.kind == "c" else (Part(i, ""),):
        others = {f"input {k}": _wide(part.of(g)) for k, g in stored.gradients.items() if k != i}
        evidence = Evidence(
            f"input {i}", _wide(part.of(got)), _wide(part.of(expected)), allowed,
            shape=got.shape, answer=taken.value.shape, others=others,
        )  # fmt: skip
        found_here = diagnose(evidence) if evidence.wrong.any() else None
        if found_here is not None:
            which = {"Re": "the real part: ", "Im": "the imaginary part: ", "": ""}[part.which]
            return found_here.kind, f"{which}{found_here.text}"
    return "", ""
