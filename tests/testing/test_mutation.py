"""Mutation testing of gradients: what is changed in a rule, and which changes a suite of tests notices."""

import ast
import functools
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from autograd_lite.primitive import Primitive, elementwise, general, registry
from autograd_lite.testing import assert_gradients_close
from autograd_lite.testing.mutation.campaign import Reached, campaign, outcome_of
from autograd_lite.testing.mutation.mutants import Place, instead, mutants_of, places, same
from autograd_lite.testing.mutation.mutators import RESULTS, changes_of
from autograd_lite.testing.mutation.sources import function_of, parts_of, tree_of

FACTOR = 3.0
first, second = (lambda v, ans, x: v * ans), (lambda v, ans, x: v + x)  # two in a line


def changed(source: str) -> set[str]:
    tree = ast.parse(source, mode="eval").body
    assert isinstance(tree, ast.Lambda)
    return {ast.unparse(change.tree.body) for change in changes_of(tree)}  # type: ignore[arg-type]


@pytest.mark.smoke
@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("lambda v, x: v * x", {"v", "x"}),
        ("lambda v, x: v + x", {"v", "x", "v - x"}),
        ("lambda v, x: v - x", {"v", "x", "v + x"}),
        ("lambda v, x: -v", {"v"}),
        ("lambda g, n: g / n", {"g", "g * n"}),
        ("lambda g, b: g @ b.mT", {"g", "b.mT", "g @ b"}),
        ("lambda v, x: v * (x > 0)", {"v", "x > 0", "v * (x >= 0)", "v * (x < 0)", "v * (x > 1)"}),
        ("lambda g: np.sum(g, axis=0)", {"np.sum(g, axis=1)"}),
        ("lambda v, x: f(v, x)", {"f(x, v)"}),
        ("lambda v, x: np.conj(v) if x else 0.5", {"v if x else 0.5", "np.conj(v)", "0.5", "np.conj(v) if x else 1.5"}),
        ("lambda g, _x: np.reshape(g, _x.shape)", set()),
    ],
)
def test_changes(source: str, expected: set[str]) -> None:
    assert changed(source) == expected


def test_a_rule_is_found_in_its_file_and_made_again() -> None:
    for rule, body in ((first, "v * ans"), (second, "v + x")):
        tree = tree_of(rule)
        assert isinstance(tree, ast.Lambda)
        assert ast.unparse(tree.body) == body
    scale = 2.0

    def rule(v: Any, x: Any, *, power: float = 2.0) -> Any:
        """With a docstring, a default, a closure and a global."""
        if x is None:
            raise ValueError(f"{v} + {x}")
        return v * x**power * scale * FACTOR

    tree = tree_of(rule)
    assert isinstance(tree, ast.FunctionDef)
    again = function_of(tree, rule)  # type: ignore[arg-type]
    assert again(1.0, 3.0) == rule(1.0, 3.0) == 54.0
    assert again(1.0, 3.0, power=1.0) == 18.0
    assert {change.after for change in changes_of(tree)} >= {"v", "x", "scale", "FACTOR"}
    assert not any("ValueError" in change.before for change in changes_of(tree))
    assert tree_of(np.sin) is None
    assert tree_of(eval("lambda v: v")) is None


@pytest.fixture
def cube() -> Iterator[Primitive]:
    def cubed(x: Any) -> Any:
        return x**3

    yield elementwise(cubed, lambda v, _ans, x: 3.0 * v * x * x)
    del registry[cubed]


def test_a_mutant_is_in_place_for_a_while_in_both_modes(cube: Primitive) -> None:
    (place,) = (p for p in places("cubed") if p.primitive is cube)
    before = cube.vjps, cube.jvps, cube.jvp
    x = np.array([1.0, 2.0])
    with instead(place, lambda rule, *args: 2 * rule(*args)):
        for modes in (("reverse",), ("forward",)):
            with pytest.raises(AssertionError, match="all are 2 times"):
                assert_gradients_close(cube, x, modes=modes)
    assert (cube.vjps, cube.jvps, cube.jvp) == before
    assert_gradients_close(cube, x, order=2)


def weak() -> bool:
    """Sees the derivative at 1 only, and not its sign."""
    x, one = np.ones(1), np.ones(1)
    return bool(abs(cubed_slope(one, x)) == 3.0)


def cubed_slope(v: Any, x: Any) -> Any:
    (rule,) = (p.vjps[0] for p in registry.values() if p.name == "cubed")
    assert rule is not None
    return rule(v, x**3, x)[0]


def strong() -> bool:
    x = np.array([2.0, -3.0])
    (primitive,) = (p for p in registry.values() if p.name == "cubed")
    try:
        assert_gradients_close(primitive, x)
    except Exception:
        return False
    return True


def test_a_weak_test_lets_mutants_live_and_a_strong_one_kills_them(cube: Primitive) -> None:
    tests = {"weak": weak, "strong": strong}
    found = {}
    for names in (["weak"], ["weak", "strong"]):
        reached = Reached(places("cubed"))
        with reached.watching():
            for name in names:
                reached.current = name
                assert tests[name]()
        outcomes = campaign(reached, dict.fromkeys(names, 0.1), lambda name: tests[name]())
        found[len(names)] = {outcome.mutant.id.removeprefix("cubed vjp 0: "): outcome.fate for outcome in outcomes}
    fates = found[1]
    assert {words for words, fate in fates.items() if fate == "survived"} == {"the sign of the result"}
    # at 1, and of one element
    assert {words for words, fate in fates.items() if fate == "unseen"} == {
        "3.0 * v → 3.0", "3.0 * v * x → 3.0 * v", "3.0 * v * x * x → 3.0 * v * x",
        "the result shifted along its last axis",
    }  # fmt: skip
    assert set(fates) >= {*RESULTS, "3.0 → 4.0"}
    assert set(found[2].values()) == {"killed"}
    assert set(found[2]) == set(fates)


def test_fates_of_mutants(cube: Primitive) -> None:
    (place,) = places("cubed")
    mutants = {mutant.id: mutant for mutant in mutants_of(place)}
    name = "cubed vjp 0: the sign of the result"
    assert outcome_of(mutants[name], ["weak"], lambda _: weak(), "", 9.0).fate == "survived"
    assert outcome_of(mutants[name], ["weak"], lambda _: weak(), f"* `{name}`: it is known", 9.0).fate == "accepted"
    for text, fate in (
        ("`cubed*: the sign of *`", "accepted"),
        ("`*`", "survived"),
        ("`squared*: the sign of *`", "survived"),
    ):
        assert outcome_of(mutants[name], ["weak"], lambda _: weak(), text, 9.0).fate == fate
    assert outcome_of(mutants[name], ["strong"], lambda _: strong(), "", 9.0).by == "strong"
    assert outcome_of(mutants[name], ["nothing"], lambda _: True, "", 9.0).fate == "unseen"


def test_rules_of_several_arguments() -> None:
    def scaled(x: Any, y: Any) -> Any:
        return x * y

    made = general(
        scaled, joint=lambda g, _ans, x, y: [g * y, g * x],
        jvps=(lambda v, _ans, _x, y: v * y, lambda v, _ans, x, _y: v * x),
    )  # fmt: skip
    try:
        found = [place for place in places("scaled") if place.primitive is made]
        assert [place.name for place in found] == ["scaled joint", "scaled jvp 0", "scaled jvp 1"]
        for place in found:
            for mutant in mutants_of(place):
                with instead(place, lambda _rule, *args, _mutant=mutant, **kwargs: _mutant.rule(*args, **kwargs)):
                    try:
                        assert_gradients_close(made, np.array([2.0, 0.5]), np.array([3.0, -1.0]))
                    except Exception:
                        continue
                raise AssertionError(f"{mutant.id} has survived")
        assert_gradients_close(made, np.array([2.0, 0.5]), np.array([3.0, -1.0]), order=2)
    finally:
        del registry[scaled]


def plain(function: Any) -> Any:
    @functools.wraps(function)
    def run(x: Any) -> Any:
        return function(x)

    return run


def _scaled_by(factor: Any) -> Any:
    return factor * FACTOR


@plain
def _shifted(x: Any) -> Any:
    return x + FACTOR


def test_what_a_rule_calls_is_changed_too() -> None:
    def inner(v: Any) -> Any:
        return -v

    def rule(v: Any, x: Any) -> Any:
        return inner(v) * _scaled_by(x)

    found = {name: function for name, function, _ in parts_of(rule)}
    assert found == {"": rule, "inner": inner, "_scaled_by": _scaled_by}
    for name, _, remade in parts_of(rule):
        if name:
            assert remade(lambda x: 100.0 * x)(1.0, 2.0) in (600.0, -200.0)  # type: ignore[arg-type]
    assert rule(1.0, 2.0) == -6.0


def test_of_a_decorated_function_what_was_written_is_changed() -> None:
    def rule(v: Any, x: Any) -> Any:
        return v * _shifted(x)

    ((name, function, remade),) = (part for part in parts_of(rule) if part[0])
    assert name == "_shifted"
    assert function is _shifted.__wrapped__
    assert remade(lambda x: 100.0 * x)(1.0, 2.0) == 200.0  # type: ignore[arg-type]
    assert rule(1.0, 2.0) == 2.0 + FACTOR


def test_places_that_read_the_same_are_all_changed() -> None:
    def rising(x: Any) -> Any:
        return x * np.exp(x + 1.0)

    made = elementwise(rising, lambda v, _ans, x: v * (x + 1.0) * np.exp(x + 1.0))
    try:
        mutants = {mutant.id.removeprefix("rising vjp 0: "): mutant for mutant in mutants_of(Place(made, "vjp"))}
        assert mutants["x + 1.0 → x"].rule(1.0, None, 2.0) == 2.0 * np.exp(3.0)
        assert mutants["x + 1.0 → x, at place 2"].rule(1.0, None, 2.0) == 3.0 * np.exp(2.0)
    finally:
        del registry[rising]


def test_sameness() -> None:
    assert same(np.array([1.0, np.nan]), np.array([1.0, np.nan]))
    assert not same(np.array([1.0]), np.array([1.0], np.float32))
    assert not same([np.ones(2), None], [np.ones(2), np.ones(2)])


def test_every_rule_of_the_registry_has_mutants() -> None:
    from autograd_lite import fft, linalg, nn, special  # noqa: F401

    found = places()
    assert len(found) > 250
    with_source = [place for place in found if tree_of(place.rule) is not None]
    assert len(with_source) / len(found) > 0.85
    for place in with_source:
        assert len(list(mutants_of(place))) >= len(RESULTS), place.name
    assert {Place(p, "vjp") for p in registry.values() if p.name == "exp"} <= set(found)


TOY = """
import numpy as np
from autograd_lite.primitive import elementwise
from autograd_lite.testing import assert_gradients_close

def bell(x):
    return np.exp(-x * x)

bell = elementwise(bell, lambda v, ans, x: -2.0 * v * x * ans)
"""
WEAK = (
    TOY
    + """
def test_weak():
    _, pull = __import__("autograd_lite").func.vjp(bell, np.ones(1))
    assert pull(np.ones(1))[0].data.any()
"""
)
STRONG = (
    TOY
    + """
def test_strong():
    assert_gradients_close(bell, np.array([0.5, -2.0]))
"""
)


@pytest.mark.slow
def test_in_pytest(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_strong=STRONG)
    result = pytester.runpytest_subprocess("--mutate-gradients", "--mutate-only=bell", "--mutation-report=all.json")
    assert result.ret == 0
    fates = json.loads((pytester.path / "all.json").read_text(encoding="utf-8"))
    assert {fate["fate"] for fate in fates} == {"killed"}
    assert {fate["by"] for fate in fates} == {"test_strong.py::test_strong"}

    pytester.path.joinpath("test_strong.py").unlink()
    pytester.makepyfile(test_weak=WEAK)
    result = pytester.runpytest_subprocess("--mutate-gradients", "--mutate-only=bell", "--mutation-report=weak.json")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["* mutants of 1 rules*"])
    alive = {line.partition(": ")[2] for line in result.outlines if line.startswith(("survived: ", "unseen: "))}
    assert {"bell vjp 0: the sign of the result", "bell vjp 0: -2.0 * v → -2.0"} <= alive
    assert "bell vjp 0: zeros for the result" not in alive

    pytester.path.joinpath("test_weak.py").unlink()
    pytester.makepyfile(test_strong=STRONG)  # mutants that were alive meet another test
    again = ("--mutate-again=weak.json", "--mutation-report=again.json")
    assert pytester.runpytest_subprocess("--mutate-gradients", *again).ret == 0
    assert {fate["id"] for fate in json.loads((pytester.path / "again.json").read_text(encoding="utf-8"))} == alive
    pytester.path.joinpath("test_strong.py").unlink()
    pytester.makepyfile(test_weak=WEAK)

    accepted = "\n".join(f"* `{name}`: its test is too weak" for name in alive)
    pytester.path.joinpath("accepted.md").write_text(accepted, encoding="utf-8")
    pytester.makeini("[pytest]\ngradient_mutants_accepted = accepted.md")
    assert pytester.runpytest_subprocess("--mutate-gradients", "--mutate-only=bell").ret == 0


@pytest.mark.slow
def test_several_processes_are_refused(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_strong=STRONG)
    result = pytester.runpytest_subprocess("--mutate-gradients", "-n", "2")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*run it without -n*"])
