"""Files of weights: there and back, in both formats, whatever happens on the way."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import safetensors.torch
import torch

import autograd_lite as ag
from autograd_lite import files, nn

FORMATS = pytest.mark.parametrize("suffix", ["npz", "safetensors"])
STATE = {
    "a": np.arange(6, dtype=np.float32).reshape(2, 3).T, "b.c": np.float64(2.5), "n": np.array(3),
    "half": np.ones(2, np.float16), "no": np.zeros((0, 4)), "flags": np.array([True, False]),
    "ümläut": np.array([1], np.uint8),
}  # fmt: skip


def tied(library):
    class Model(library.Module):
        def __init__(self):
            super().__init__()
            self.embedding = library.Embedding(5, 3)
            self.norm = library.BatchNorm1d(3)
            self.head = library.Linear(3, 5)
            self.head.weight = self.embedding.weight

    return Model()


@pytest.mark.smoke
@FORMATS
def test_there_and_back(tmp_path, suffix):
    path = tmp_path / f"state.{suffix}"
    nn.save({**STATE, "tensor": ag.Tensor([1.0], requires_grad=True)}, path)
    back = nn.load(str(path))
    assert set(back) == {*STATE, "tensor"}
    for name, array in STATE.items():
        np.testing.assert_array_equal(back[name], array)
        assert back[name].dtype == np.asarray(array).dtype
        assert back[name].flags.writeable
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_files_go_both_ways_between_pytorch_and_us(tmp_path):
    theirs, ours = tied(torch.nn), tied(nn)
    safetensors.torch.save_model(theirs, tmp_path / "theirs.safetensors")  # of tied weights it saves one
    ours.load_state_dict(nn.load(tmp_path / "theirs.safetensors"))
    for name, value in theirs.state_dict().items():
        np.testing.assert_array_equal(ours.state_dict()[name], value, err_msg=name)
    assert ours.head.weight is ours.embedding.weight

    again = tied(torch.nn)
    nn.save(ours.state_dict(), tmp_path / "ours.safetensors", metadata={"epoch": "3"})
    again.load_state_dict(safetensors.torch.load_file(tmp_path / "ours.safetensors"))
    for name, value in again.state_dict().items():
        np.testing.assert_array_equal(value, ours.state_dict()[name])
    with safetensors.safe_open(tmp_path / "ours.safetensors", "np") as file:
        assert file.metadata() == {"epoch": "3"}


def test_what_is_missing_of_tied_weights_is_still_missed():
    model = tied(nn)
    state = model.state_dict()
    del state["head.weight"]
    model.load_state_dict(state)
    del state["embedding.weight"]
    with pytest.raises(ValueError, match=r"embedding\.weight: missing"):
        model.load_state_dict(state)


def test_bfloat16_becomes_float32(tmp_path):
    values = torch.tensor([1.0, -2.5, 3e38, 1e-40, float("nan"), float("inf")])
    safetensors.torch.save_file({"w": values.bfloat16()}, tmp_path / "w.safetensors")
    got = nn.load(tmp_path / "w.safetensors")["w"]
    assert got.dtype == np.float32
    np.testing.assert_array_equal(got, values.bfloat16().float())


@FORMATS
def test_damaged_files_are_refused(tmp_path, suffix):
    path = tmp_path / f"state.{suffix}"
    nn.save(STATE, path)
    whole = path.read_bytes()
    broken = [whole[: len(whole) // 2], whole[:-1], whole[:7], b"", b"no such file", b"\xff" * 64]
    broken += [whole + b"more"] if suffix == "safetensors" else []  # a zip may stand at the end of a file
    for content in broken:
        path.write_bytes(content)
        with pytest.raises(ValueError, match="cannot be read as a checkpoint"):
            nn.load(path)


def test_python_objects_are_not_loaded(tmp_path):
    np.savez(tmp_path / "a.npz", a=np.array([object()]))
    with pytest.raises(ValueError, match="cannot be read as a checkpoint"):
        nn.load(tmp_path / "a.npz")


@FORMATS
def test_names_and_values_that_do_not_fit(tmp_path, suffix):
    with pytest.raises(ValueError, match=r"ends in \.npz or \.safetensors"):
        nn.save({}, tmp_path / "net.pt")
    with pytest.raises(TypeError, match="'a' is of dtype"):
        nn.save({"a": "text"}, tmp_path / f"net.{suffix}")
    with pytest.raises(FileNotFoundError):
        nn.load(tmp_path / f"none.{suffix}")
    with pytest.raises(ValueError, match="metadata is for"):
        nn.save({}, tmp_path / "net.npz", metadata={})
    assert not list(tmp_path.iterdir())


def test_without_the_package(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    with pytest.raises(ImportError, match=r"autograd_lite\[safetensors\]"):
        nn.save({}, tmp_path / "a.safetensors")


@FORMATS
@pytest.mark.parametrize("step", ["open", "write", "fsync", "replace"])
def test_a_failure_at_any_step_leaves_the_old_file(tmp_path, monkeypatch, suffix, step):
    path = tmp_path / f"net.{suffix}"
    nn.save({"a": np.ones(3)}, path)

    def fail(*args, **kwargs):
        raise OSError("disk full")

    if step == "open":
        monkeypatch.setattr(files, "open", fail, raising=False)
    elif step == "write":
        monkeypatch.setattr(np.lib.format, "write_array", fail)
        monkeypatch.setattr("safetensors.numpy.save", fail)
    else:
        monkeypatch.setattr(os, step, fail)
    with pytest.raises(OSError, match="disk full"):
        nn.save({"a": np.zeros(3)}, path)
    monkeypatch.undo()
    np.testing.assert_array_equal(nn.load(path)["a"], np.ones(3))
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_link_stays_a_link(tmp_path):
    nn.save({"a": np.ones(1)}, tmp_path / "real.npz")
    (tmp_path / "link.npz").symlink_to("real.npz")
    nn.save({"a": np.zeros(1)}, tmp_path / "link.npz")
    assert (tmp_path / "link.npz").is_symlink()
    np.testing.assert_array_equal(nn.load(tmp_path / "real.npz")["a"], [0])


WRITING = """
import sys
import numpy as np
from autograd_lite import nn
print("go", flush=True)
for i in range(10**6):
    nn.save({"a": np.full(20_000, i), "b": np.full(20_000, i)}, sys.argv[1])
"""


@pytest.mark.slow
@FORMATS
def test_a_kill_at_any_moment_leaves_a_whole_file(tmp_path, suffix):
    path = tmp_path / f"net.{suffix}"
    rng = np.random.default_rng(0)
    for _ in range(4):
        child = subprocess.Popen([sys.executable, "-c", WRITING, str(path)], stdout=subprocess.PIPE)
        child.stdout.readline()
        time.sleep(0.05 + 0.05 * rng.random())
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        if path.exists():
            state = nn.load(path)
            assert len({*state["a"], *state["b"]}) == 1
    assert path.exists()
