"""Train a small network to read handwritten digits, and look at what it does.

    pip install ".[demo]" && python examples/digits.py

It learns from the 8 x 8 images that scikit-learn carries, watches how well it reads images set aside for
validation, and at the end reads a test set that it has never seen.  It leaves behind

    digits_model.npz       the weights of the best epoch (also when it is stopped with Ctrl-C)
    digits_graph.svg       the computation graph of the loss
    digits_training.png    loss and accuracy over the epochs
    digits_misread.png     the test images that it reads wrongly
"""

import argparse
import math
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for matrices this small, waking a second thread costs more

import matplotlib as mpl
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import autograd_lite as ag
from autograd_lite import nn, optim

mpl.use("Agg")  # write files, open no window
import matplotlib.pyplot as plt

BATCH = 64
LEARNING_RATE = 5e-3


def digits():
    """Images (n, 64) in [0, 1] and labels, split into training (70%), validation (10%) and test (20%)."""
    data = load_digits()
    images, labels = (data.data / 16).astype(np.float32), data.target
    rest, test, rest_labels, test_labels = train_test_split(
        images, labels, test_size=0.2, random_state=0, stratify=labels
    )
    train, validation, train_labels, validation_labels = train_test_split(
        rest, rest_labels, test_size=1 / 8, random_state=0, stratify=rest_labels
    )
    return (train, train_labels), (validation, validation_labels), (test, test_labels)


def moved(images, rng):
    """The images, some of them moved by a pixel: a digit stays the same digit."""
    padded = np.pad(images.reshape(-1, 8, 8), ((0, 0), (1, 1), (1, 1)))
    down, right = rng.choice([0, 1, 1, 1, 2], size=(2, len(images), 1, 1))  # 1 is where it was
    rows, columns = down + np.arange(8)[:, None], right + np.arange(8)
    return padded[np.arange(len(images))[:, None, None], rows, columns].reshape(-1, 64)


def network():
    return nn.Sequential(
        nn.Linear(64, 256),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(256, 10),
    )


def read(model, images):
    """The digit that the model takes each image for."""
    model.eval()
    with ag.no_grad():
        return model(images).argmax(axis=1).numpy()


def train(model, training, validation, epochs, rng, checkpoint, history):
    """Train, keeping the weights of the best epoch in `checkpoint` and (loss, accuracy) per epoch in `history`."""
    images, labels = training
    optimizer = optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=0.01)
    schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)  # from the full rate to zero
    loss_of = nn.CrossEntropyLoss()
    best, start = -1.0, time.perf_counter()
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for batch in np.array_split(rng.permutation(len(images)), math.ceil(len(images) / BATCH)):
            optimizer.zero_grad()
            loss = loss_of(model(moved(images[batch], rng)), labels[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        schedule.step()
        accuracy = float(np.mean(read(model, validation[0]) == validation[1]))
        history.append((total / len(images), accuracy))
        if accuracy >= best:
            best = accuracy
            nn.save(model.state_dict(), checkpoint)
        show_progress(epoch + 1, epochs, *history[-1], time.perf_counter() - start)


def show_progress(epoch, epochs, loss, accuracy, seconds):
    line = f"epoch {epoch:3d}/{epochs}  loss {loss:.4f}  validation accuracy {accuracy:6.2%}  {seconds:5.1f} s"
    if sys.stdout.isatty():
        print(line, end="\n" if epoch == epochs else "\r", flush=True)
    elif epoch % 10 == 0 or epoch in (1, epochs):
        print(line, flush=True)


def draw_training(history, path):
    losses, accuracies = zip(*history, strict=True)
    figure, axes = plt.subplots(figsize=(7, 3.5), layout="constrained")
    axes.plot(range(1, len(losses) + 1), losses, color="tab:blue")
    axes.set(xlabel="epoch", yscale="log")
    axes.set_ylabel("training loss", color="tab:blue")
    right = axes.twinx()
    right.plot(range(1, len(losses) + 1), accuracies, color="tab:orange")
    right.set_ylabel("validation accuracy", color="tab:orange")
    figure.savefig(path, dpi=120)
    plt.close(figure)


def draw_misread(images, labels, answers, path):
    wrong = np.flatnonzero(answers != labels)
    columns = 6
    rows = max(1, math.ceil(len(wrong) / columns))
    figure, axes = plt.subplots(rows, columns, figsize=(1.4 * columns, 1.7 * rows), layout="constrained", squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for axis, i in zip(axes.flat, wrong, strict=False):
        axis.imshow(images[i].reshape(8, 8), cmap="gray_r")
        axis.set_title(f"{labels[i]} read as {answers[i]}", fontsize=9)
    figure.suptitle(f"{len(wrong)} of {len(labels)} test images misread")
    figure.savefig(path, dpi=120)
    plt.close(figure)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same weights (default 0)")
    parser.add_argument("--epochs", type=int, default=80)
    parser.add_argument("--out", type=Path, default=Path(), help="the folder to write to (default: this one)")
    options = parser.parse_args()
    if options.epochs < 1:
        parser.error("--epochs must be at least 1")
    options.out.mkdir(parents=True, exist_ok=True)
    checkpoint = options.out / "digits_model.npz"
    checkpoint.unlink(missing_ok=True)

    ag.manual_seed(options.seed)
    training, validation, (images, labels) = digits()
    model = network()
    print(model)
    loss = nn.CrossEntropyLoss()(model(training[0][:BATCH]), training[1][:BATCH])
    ag.draw(loss).save(options.out / "digits_graph.svg")

    history = []
    try:
        rng = np.random.default_rng(options.seed)
        train(model, training, validation, options.epochs, rng, checkpoint, history)
    except KeyboardInterrupt:
        if not checkpoint.exists():
            sys.exit("\nstopped before the first epoch was over; nothing was saved")
        print(f"\nstopped; {checkpoint} holds the best epoch so far")

    trained = network()
    trained.load_state_dict(nn.load(checkpoint))
    answers = read(trained, images)
    print(f"test accuracy {np.mean(answers == labels):.2%} ({np.sum(answers != labels)} of {len(labels)} misread)")
    draw_training(history, options.out / "digits_training.png")
    draw_misread(images, labels, answers, options.out / "digits_misread.png")
    print("wrote", ", ".join(sorted(str(path) for path in options.out.glob("digits_*.*"))))


if __name__ == "__main__":
    main()
