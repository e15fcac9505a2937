"""Teach a small recurrent network to write Python, one character after the other.

    pip install . && python examples/char_lstm.py

It reads the source of some modules of Python's standard library, and guesses each character from those before it.
The loss falls to less than a third of that of a blind guess, and on a module that it has never seen to two fifths.  On
the way it writes some lines of its own: noise at first, then words and indentation, then what looks like functions.
It needs no downloads and less than a minute.
"""

import argparse
import inspect
import json.decoder
import json.encoder
import logging
import math
import os
import random
import statistics
import string
import tarfile
import textwrap
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for matrices this small, waking a second thread costs more

import numpy as np

import autograd_lite as ag
from autograd_lite import nn, optim

TRAINING = [argparse, json.decoder, json.encoder, logging, random, statistics, string, tarfile]
VALIDATION = textwrap  # never learnt from
LETTERS = "\n" + "".join(map(chr, range(32, 127)))  # what is not among them is read as "?"

LENGTH = 64  # characters in a row
BATCH = 32
HIDDEN = 128
LEARNING_RATE = 1e-2


def encode(text):
    """The numbers of characters, their places in LETTERS."""
    number = {letter: i for i, letter in enumerate(LETTERS)}
    return np.array([number.get(letter, number["?"]) for letter in text])


class Writer(nn.Module):
    """Letters (B, T) to scores for the letter after each, (B, T, len(LETTERS)), and the state to go on from."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(len(LETTERS), 32)
        self.lstm = nn.LSTM(32, HIDDEN, batch_first=True)
        self.head = nn.Linear(HIDDEN, len(LETTERS))

    def forward(self, letters, state=None):
        y, state = self.lstm(self.embedding(letters), state)
        return self.head(y), state


def loss_of(model, rows):
    """How badly all letters of (B, T + 1) but the first are guessed, in nats; ln(96) = 4.56 is a blind guess."""
    scores, _ = model(rows[:, :-1])
    return nn.functional.cross_entropy(scores.reshape(-1, len(LETTERS)), rows[:, 1:].ravel())


def write(model, start, count, rng, temperature=0.7):
    """`start`, and `count` letters drawn one after the other; below 1, `temperature` prefers likely ones."""
    text, letters, state = start, encode(start), None
    with ag.no_grad():
        for _ in range(count):
            scores, state = model(letters[None], state)
            odds = nn.functional.softmax(scores[0, -1] / temperature, dim=-1).numpy().astype(np.float64)
            letters = rng.choice(len(LETTERS), size=1, p=odds / odds.sum())
            text += LETTERS[letters[0]]
    return text


def train(model, text, unseen, steps, rng):
    optimizer = optim.Adam(model.parameters(), lr=LEARNING_RATE)
    schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps)  # from the full rate to zero
    validation = unseen[: len(unseen) // (LENGTH + 1) * (LENGTH + 1)].reshape(-1, LENGTH + 1)
    reports = set(np.linspace(1, steps, 7).astype(int))
    losses, began = [], time.perf_counter()
    for step in range(1, steps + 1):
        places = rng.integers(len(text) - LENGTH, size=BATCH)
        optimizer.zero_grad()
        loss = loss_of(model, text[places[:, None] + np.arange(LENGTH + 1)])
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)  # through many steps, gradients can grow
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        if step in reports:
            with ag.no_grad():
                new = loss_of(model, validation).item()
            seconds = time.perf_counter() - began
            print(f"step {step:4d}/{steps}  loss {np.mean(losses[-50:]):.3f}  unseen {new:.3f}  {seconds:5.1f} s")
            print(textwrap.indent(write(model, "    def ", 80 if step < steps else 600, rng), "    | "), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same text (default 0)")
    parser.add_argument("--steps", type=int, default=1000, help="how many batches to learn from (default 1000)")
    options = parser.parse_args()
    if options.steps < 1:
        parser.error("--steps must be at least 1")

    ag.manual_seed(options.seed)
    text = encode("\n\n".join(map(inspect.getsource, TRAINING)))
    unseen = encode(inspect.getsource(VALIDATION))
    model = Writer()
    print(model)
    print(f"{len(text):,} characters to learn from; a blind guess has a loss of {math.log(len(LETTERS)):.3f}")
    train(model, text, unseen, options.steps, np.random.default_rng(options.seed))


if __name__ == "__main__":
    main()
