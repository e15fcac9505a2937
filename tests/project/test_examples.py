"""The programs in examples/ run, and do what they say."""

import itertools
import os
import runpy
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import autograd_lite as ag

EXAMPLES = Path(__file__).parents[2] / "examples"
DIGITS = EXAMPLES / "digits.py"
RACE = EXAMPLES / "optimizers_race.py"
ARRAY_API = EXAMPLES / "array_api.py"
CHAR_LSTM = EXAMPLES / "char_lstm.py"
CHAR_GPT = EXAMPLES / "char_gpt.py"
DIGITS_CNN = EXAMPLES / "digits_cnn.py"

pytestmark = pytest.mark.slow


def start(*args):
    # what a shell starts in the background ignores SIGINT, and would hand that on
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            [sys.executable, "-u", *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
    finally:
        signal.signal(signal.SIGINT, before)


def finish(process):
    try:
        out, err = process.communicate(timeout=120)
    finally:
        process.kill()  # a program that does not end is no burden to the tests after it
    assert process.returncode == 0, err
    return out


def test_every_example_is_tested_here():
    assert sorted(path.name for path in EXAMPLES.glob("*.py")) == [
        "array_api.py",
        "char_gpt.py",
        "char_lstm.py",
        "digits.py",
        "digits_cnn.py",
        "optimizers_race.py",
    ]


def test_digits(tmp_path):
    out = finish(start(DIGITS, "--out", tmp_path))
    accuracy = float(out.split("test accuracy ")[1].split("%")[0])
    assert accuracy >= 97.5
    assert "epoch  80/80  loss" in out
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "digits_graph.svg",
        "digits_misread.png",
        "digits_model.npz",
        "digits_training.png",
    ]
    drawing = (tmp_path / "digits_graph.svg").read_text()
    for label in ("linear", "relu", "cross_entropy", "weight", "0: Linear"):
        assert f">{label}<" in drawing
    for picture in ("digits_misread.png", "digits_training.png"):
        assert (tmp_path / picture).read_bytes().startswith(b"\x89PNG")


def test_digits_repeats_exactly_for_a_seed(tmp_path):
    weights = []
    for run, seed in enumerate([3, 3, 4]):
        finish(start(DIGITS, "--epochs", 2, "--seed", seed, "--out", tmp_path / str(run)))
        weights.append(np.load(tmp_path / str(run) / "digits_model.npz")["0.weight"])
    np.testing.assert_array_equal(weights[0], weights[1])
    assert not np.array_equal(weights[0], weights[2])


@pytest.mark.skipif(os.name == "nt", reason="sends a POSIX signal")
def test_ctrl_c_leaves_the_best_checkpoint(tmp_path):
    process = start(DIGITS, "--epochs", 100000, "--out", tmp_path)
    deadline = time.monotonic() + 60
    while not (tmp_path / "digits_model.npz").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out = finish(process)
    assert "holds the best epoch so far" in out
    assert "test accuracy" in out
    assert np.load(tmp_path / "digits_model.npz")["0.weight"].shape == (256, 64)


def test_the_race_of_the_optimizers(tmp_path):
    out = finish(start(RACE, "--frames", 3, "--out", tmp_path / "new"))
    assert "optimizers_race.gif" in out
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["optimizers_race.gif", "optimizers_race.png"]
    end = np.asarray(Image.open(tmp_path / "new" / "optimizers_race.png").convert("RGB"), np.float64)
    with Image.open(tmp_path / "new" / "optimizers_race.gif") as race:
        frames = []
        for number in range(race.n_frames):
            race.seek(number)
            frames.append(np.asarray(race.convert("RGB"), np.float64))
        assert race.info["duration"] > 1000  # the pause at the end
    assert len(frames) == 3
    start_to_middle, middle_to_end = (np.abs(b - a).max(axis=2) > 50 for a, b in itertools.pairwise(frames))
    height, width = start_to_middle.shape
    for moved in (start_to_middle, middle_to_end):  # each of the two races goes on
        assert moved[: height // 2, : width // 2].sum() > 100
        assert moved[: height // 2, width // 2 :].sum() > 100
    assert np.abs(frames[-1] - end).mean() < 3


def test_everyone_gets_somewhere_in_the_race():
    race = runpy.run_path(str(RACE))
    for column, (_, function, start, lowest, *_) in enumerate(race["SURFACES"]):
        assert all(function(*point) == pytest.approx(0, abs=1e-12) for point in lowest)
        ends = {}
        for name, (_, kind, options, rates) in race["RACERS"].items():
            path = race["race"](function, start, kind, options, rates[column])
            assert path.shape == (race["STEPS"] + 1, 2)
            ends[name] = function(*path[-1])
        assert max(ends.values()) < 0.5  # from 14 and 2.4
        assert min(ends.values()) < 1e-4


def test_array_api():
    out = finish(start(ARRAY_API))
    assert out.count("-0.25") == 18  # of 24 pixels, all but the brightest of each of the 6 patches
    assert "SciPy: converged" in out
    assert float(out.split("the rotation found is ")[1].split()[0]) < 0.5
    before, after = (float(out.split(word)[1].split()[0].rstrip(";")) for word in ("falls from ", " to "))
    assert after < 0.9 * before


def test_char_lstm_learns_to_write_and_repeats_exactly_for_a_seed():
    texts = []
    for seed in (0, 0):
        out = finish(start(CHAR_LSTM, "--steps", 100, "--seed", seed))
        losses = [float(words.split()[0]) for words in out.split("unseen ")[1:]]
        assert len(losses) == 7
        assert losses[0] > 4  # ln(96) = 4.56 is a blind guess
        assert losses[-1] < 2.5
        texts.append([line for line in out.splitlines() if line.startswith("    | ")])
    assert texts[0][0].startswith("    |     def ")
    assert texts[0] == texts[1]


def test_char_gpt_learns_to_write():
    out = finish(start(CHAR_GPT, "--steps", 80))
    losses = [float(words.split()[0]) for words in out.split("unseen ")[1:]]
    assert len(losses) == 7
    assert losses[0] > 4
    assert losses[-1] < 2.8
    assert out.count("    |     def ") == 7


def test_digits_cnn(tmp_path):
    out = finish(start(DIGITS_CNN, "--epochs", 8, "--out", tmp_path))
    assert float(out.split("test accuracy ")[1].split("%")[0]) >= 94
    assert "Conv2d" in out
    state = ag.nn.load(tmp_path / "digits_cnn.safetensors")
    assert state["4.weight"].shape == (32, 16, 3, 3)
    drawing = (tmp_path / "digits_cnn_graph.svg").read_text()
    for label in ("convolution", "batch_norm", "max_pool", "linear"):
        assert f">{label}<" in drawing
