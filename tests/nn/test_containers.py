"""Containers do what PyTorch's do: names, order, slices, what is refused."""

import copy
from collections import OrderedDict

import numpy as np
import pytest
import torch

import autograd_lite as ag
from autograd_lite import nn


def names(module):
    return list(module.state_dict())


def both(build):
    """The same with both libraries: names of parameters, and the text."""
    ours, theirs = build(nn), build(torch.nn)
    assert names(ours) == names(theirs)
    assert repr(ours) == repr(theirs)
    return ours


def layers(nn, *sizes):
    return [nn.Linear(n, n) for n in sizes]


def change(container, nn):
    container.append(nn.Linear(5, 5))
    container.extend(layers(nn, 6, 7))
    container.insert(1, nn.Linear(8, 8))
    container[0] = nn.Linear(9, 9)
    del container[2]
    del container[3:4]
    container.pop(-1)
    return container


@pytest.mark.smoke
@pytest.mark.parametrize("make", [lambda nn: nn.Sequential(*layers(nn, 1, 2, 3)),
                                  lambda nn: nn.ModuleList(layers(nn, 1, 2, 3))])  # fmt: skip
def test_lists_of_modules(make):
    ours = both(make)
    assert [m.in_features for m in ours] == [1, 2, 3]
    assert ours[-1] is list(ours)[2]
    assert type(both(lambda nn: make(nn)[1:])) is type(ours)
    changed = both(lambda nn: change(make(nn), nn))
    assert [m.in_features for m in changed] == [m.in_features for m in change(make(torch.nn), torch.nn)]
    both(lambda nn: make(nn) + make(nn))
    with pytest.raises(IndexError, match="3 is out of range"):
        ours[3]
    with pytest.raises(TypeError, match="not a Module"):
        ours.append(np.tanh)


def test_a_sequential_of_named_modules():
    made = both(lambda nn: nn.Sequential(OrderedDict(a=nn.Linear(2, 3), b=nn.Linear(3, 1))))
    made[1] = nn.Linear(3, 4)
    assert names(made) == ["a.weight", "a.bias", "b.weight", "b.bias"]
    assert made(np.ones((1, 2), np.float32)).shape == (1, 4)


def test_equal_modules_in_one_line():
    both(lambda nn: nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 2)]))
    both(lambda nn: nn.ModuleList())


def test_dicts_of_modules():
    def build(nn):
        made = nn.ModuleDict({"a": nn.Linear(2, 3), "b": nn.Linear(3, 1)})
        made["c"] = nn.ReLU()
        made["a"] = nn.Linear(4, 4)
        made.update([("d", nn.Linear(1, 1))])
        made.pop("b")
        return made

    ours = both(build)
    assert list(ours) == list(ours.keys()) == ["a", "c", "d"]
    assert "a" in ours
    assert "b" not in ours
    with pytest.raises(KeyError, match="already has an attribute 'items'"):
        ours["items"] = nn.ReLU()
    ours.clear()
    assert len(ours) == 0


def test_lists_of_parameters():
    def build(library, tensor):
        made = library.ParameterList([tensor(2), tensor(3)])
        made.append(tensor(4))
        made[0] = tensor(5)
        return made

    ours = build(nn, lambda n: ag.zeros(n))
    theirs = build(torch.nn, torch.zeros)
    assert names(ours) == names(theirs)
    assert [p.shape for p in ours] == [tuple(p.shape) for p in theirs]
    assert all(isinstance(p, nn.Parameter) for p in ours)
    assert repr(ours).split("(")[0] == "ParameterList"
    assert len(ours[1:]) == 2
    assert ours[1] is ours[1:][0]
    with pytest.raises(IndexError, match="3 is out of range"):
        ours[3]


def test_dicts_of_parameters():
    ours = nn.ParameterDict({"a": ag.zeros(2)})
    ours["b"] = nn.Parameter([1.0])
    theirs = torch.nn.ParameterDict({"a": torch.zeros(2), "b": torch.nn.Parameter(torch.ones(1))})
    assert names(ours) == names(theirs)
    assert ours.setdefault("a") is ours["a"]
    assert ours.get("c") is None
    assert ours.pop("a").shape == (2,)
    assert ours.popitem()[0] == "b"
    assert list(ours) == []


def test_shared_modules_stay_shared_in_copies():
    layer = nn.Linear(2, 2)
    model = nn.Sequential(layer, nn.Tanh(), layer)
    twin = copy.deepcopy(model)
    assert twin[0] is twin[2]
    assert len(list(twin.parameters())) == 2
    assert names(twin) == ["0.weight", "0.bias", "2.weight", "2.bias"]


def test_parts_by_name():
    model = nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.BatchNorm1d(3)))
    assert model.get_submodule("1.0") is model[1][0]
    assert model.get_submodule("") is model
    assert model.get_parameter("0.bias") is model[0].bias
    assert model.get_buffer("1.0.running_mean") is model[1][0].running_mean
    for find, target in ((model.get_submodule, "1.2"), (model.get_parameter, "0.w"), (model.get_buffer, "0.bias")):
        with pytest.raises(AttributeError, match=f"Sequential has no (module )?'{target}'"):
            find(target)
    model.register_parameter("scale", nn.Parameter([1.0]))
    model.add_module("last", nn.ReLU())
    assert "scale" in names(model)
    assert model.get_submodule("last") is model.last
    for bad, error in (("a.b", KeyError), ("train", KeyError)):
        with pytest.raises(error):
            model.register_parameter(bad, None)
    with pytest.raises(TypeError, match="not a Parameter"):
        model.register_parameter("other", ag.zeros(1))
    seen = []
    assert model.apply(lambda module: seen.append(type(module).__name__)) is model
    assert seen == ["Linear", "BatchNorm1d", "Sequential", "ReLU", "Sequential"]


def test_a_module_is_put_in_the_place_of_another():
    model = nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.Tanh()))
    new = nn.Linear(3, 1)
    model.set_submodule("1.0", new)
    assert model[1][0] is new
    assert [name for name, _ in model.named_parameters()] == ["0.weight", "0.bias", "1.0.weight", "1.0.bias"]
    model.set_submodule("1.1", nn.Tanh())
    assert len(model[1]) == 2
    assert model(np.ones((4, 2), np.float32)).shape == (4, 1)
    for target, module, error in (
        ("", new, ValueError),
        ("0.weight", new, AttributeError),
        ("2.0", new, AttributeError),
        ("0", 3, TypeError),
    ):
        with pytest.raises(error, match=r"set_submodule|weight|no module"):
            model.set_submodule(target, module)
    with pytest.raises(AttributeError, match="no module '5'"):
        model.set_submodule("5", new, strict=True)


def test_a_dict_of_parameters_from_names_alone():
    made = nn.ParameterDict().fromkeys(["a", "b"], ag.zeros(3))
    assert list(made) == ["a", "b"]
    assert made["a"].shape == (3,)
    assert nn.ParameterDict().fromkeys(["c"])["c"] is None


def test_what_replaces_a_part_keeps_its_place():
    model = nn.Sequential(nn.Linear(1, 1), nn.Linear(1, 1))
    model[0].weight = nn.Parameter([[2.0]])
    assert names(model) == ["0.weight", "0.bias", "1.weight", "1.bias"]
