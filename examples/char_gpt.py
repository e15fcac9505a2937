"""Train a small GPT on the source of Python's standard library, and let it write some.

    pip install . && python examples/char_gpt.py

A decoder-only transformer: letters and their positions become vectors, two blocks of causal attention and a small
network change them, and from each the next letter is guessed.  After half a minute its loss on a module that it has
never seen is two fifths of that of a blind guess.  It needs no downloads.
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

LENGTH = 64  # letters that it sees at once
BATCH = 16
WIDTH, HEADS, BLOCKS = 96, 4, 2
LEARNING_RATE = 3e-3


def encode(text):
    """The numbers of letters, their places in LETTERS."""
    number = {letter: i for i, letter in enumerate(LETTERS)}
    return np.array([number.get(letter, number["?"]) for letter in text])


class Block(nn.Module):
    """x + attention(norm(x)), then x + network(norm(x)): (B, T, WIDTH) to the same shape."""

    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.network = nn.Sequential(nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(), nn.Linear(4 * WIDTH, WIDTH))

    def attend(self, x):
        batch, length, _ = x.shape
        qkv = self.qkv(x).reshape(batch, length, 3, HEADS, WIDTH // HEADS).swapaxes(0, 2)  # (3, T, B, heads, D)
        q, k, v = (part.swapaxes(0, 1).swapaxes(1, 2) for part in qkv)  # each (B, heads, T, D)
        heads = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out(heads.swapaxes(1, 2).reshape(batch, length, WIDTH))

    def forward(self, x):
        x = x + self.attend(self.norm1(x))
        return x + self.network(self.norm2(x))


class GPT(nn.Module):
    """Letters (B, T) to scores for the letter after each, (B, T, len(LETTERS))."""

    def __init__(self):
        super().__init__()
        self.letters = nn.Embedding(len(LETTERS), WIDTH)
        self.positions = nn.Embedding(LENGTH, WIDTH)
        self.blocks = nn.Sequential(*(Block() for _ in range(BLOCKS)))
        self.norm = nn.LayerNorm(WIDTH)
        self.head = nn.Linear(WIDTH, len(LETTERS))
        for table in (self.letters, self.positions):
            nn.init.normal_(table.weight, std=0.02)

    def forward(self, letters):
        x = self.letters(letters) + self.positions.weight[: letters.shape[1]]
        return self.head(self.norm(self.blocks(x)))


def loss_of(model, rows):
    """How badly all letters of (B, T + 1) but the first are guessed, in nats; ln(96) = 4.56 is a blind guess."""
    scores = model(rows[:, :-1])
    return nn.functional.cross_entropy(scores.reshape(-1, len(LETTERS)), rows[:, 1:].ravel())


def write(model, start, count, rng, temperature=0.7):
    """`start`, and `count` letters drawn one after the other; below 1, `temperature` prefers likely ones."""
    letters = list(encode(start))
    with ag.no_grad():
        for _ in range(count):
            scores = model(np.array([letters[-LENGTH:]]))
            odds = nn.functional.softmax(scores[0, -1] / temperature, dim=-1).numpy().astype(np.float64)
            letters.append(rng.choice(len(LETTERS), p=odds / odds.sum()))
    return "".join(LETTERS[i] for i in letters)


def train(model, text, unseen, steps, rng):
    optimizer = optim.AdamW(model.parameters(), lr=LEARNING_RATE)
    schedule = optim.lr_scheduler.OneCycleLR(optimizer, max_lr=LEARNING_RATE, total_steps=steps + 1, pct_start=0.1)
    validation = unseen[: len(unseen) // (LENGTH + 1) * (LENGTH + 1)].reshape(-1, LENGTH + 1)
    reports = set(np.linspace(1, steps, 7).astype(int))
    losses, began = [], time.perf_counter()
    for step in range(1, steps + 1):
        places = rng.integers(len(text) - LENGTH, size=BATCH)
        optimizer.zero_grad()
        loss = loss_of(model, text[places[:, None] + np.arange(LENGTH + 1)])
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        if step in reports:
            with ag.no_grad():
                new = loss_of(model, validation).item()
            seconds = time.perf_counter() - began
            print(f"step {step:4d}/{steps}  loss {np.mean(losses[-50:]):.3f}  unseen {new:.3f}  {seconds:5.1f} s")
            print(textwrap.indent(write(model, "    def ", 60 if step < steps else 400, rng), "    | "), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same text (default 0)")
    parser.add_argument("--steps", type=int, default=700, help="how many batches to learn from (default 700)")
    options = parser.parse_args()
    if options.steps < 1:
        parser.error("--steps must be at least 1")

    ag.manual_seed(options.seed)
    text = encode("\n\n".join(map(inspect.getsource, TRAINING)))
    unseen = encode(inspect.getsource(VALIDATION))
    model = GPT()
    print(model)
    print(f"{len(text):,} letters to learn from; a blind guess has a loss of {math.log(len(LETTERS)):.3f}")
    train(model, text, unseen, options.steps, np.random.default_rng(options.seed))


if __name__ == "__main__":
    main()
