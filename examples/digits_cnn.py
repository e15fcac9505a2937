"""Train a convolutional network to read handwritten digits.

    pip install ".[demo]" && python examples/digits_cnn.py

It learns from the 8 x 8 images that scikit-learn carries, in batches that are shuffled and moved about by a pixel, and
at the end reads images that it has never seen.  It leaves behind

    digits_cnn.safetensors    the weights, as other libraries read them too (.npz without the package safetensors)
    digits_cnn_graph.svg      the computation graph of the loss
"""

import argparse
import importlib.util
import os
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for matrices this small, waking a second thread costs more

import numpy as np
from sklearn.datasets import load_digits

import autograd_lite as ag
from autograd_lite import nn, optim
from autograd_lite.utils.data import DataLoader, TensorDataset, random_split

BATCH = 64
LEARNING_RATE = 3e-3


def network():
    """Images (N, 1, 8, 8) to scores of the ten digits, (N, 10)."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Dropout(0.3), nn.Linear(32 * 2 * 2, 10),
    )  # fmt: skip


def moved(images, rng):
    """The images moved by up to a pixel: a digit stays the same digit."""
    down, right = rng.integers(0, 3, 2)
    return np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))[:, :, down : down + 8, right : right + 8]


def accuracy(model, data):
    """The part of the images that the model reads rightly."""
    model.eval()
    right = 0
    with ag.no_grad():
        for images, labels in DataLoader(data, batch_size=256):
            right += np.sum(np.argmax(model(images).numpy(), axis=1) == labels)
    model.train()
    return right / len(data)


def train(model, data, test, epochs, rng):
    optimizer = optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=1e-2)
    loader = DataLoader(data, batch_size=BATCH, shuffle=True, drop_last=True, generator=rng)
    schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs * len(loader))
    loss_of = nn.CrossEntropyLoss(label_smoothing=0.05)
    began = time.perf_counter()
    for epoch in range(1, epochs + 1):
        losses = []
        for images, labels in loader:
            optimizer.zero_grad()
            loss = loss_of(model(moved(images, rng)), labels)
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        if epoch == 1 or epoch % 5 == 0 or epoch == epochs:
            seconds, right = time.perf_counter() - began, accuracy(model, test)
            print(
                f"epoch {epoch:3d}/{epochs}  loss {np.mean(losses):.4f}  test {right:.1%}  {seconds:5.1f} s", flush=True
            )
    return loss


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(), help="where to leave the files (default: here)")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same result (default 0)")
    parser.add_argument("--epochs", type=int, default=30, help="how often to go through the images (default 30)")
    options = parser.parse_args()
    if options.epochs < 1:
        parser.error("--epochs must be at least 1")

    ag.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    digits = load_digits()
    images = (digits.images[:, None] / 16).astype(np.float32)
    data, test = random_split(TensorDataset(images, digits.target), [0.8, 0.2], rng)
    model = network()
    print(nn.summary(model, images[:BATCH]))
    loss = train(model, data, test, options.epochs, rng)
    print(f"test accuracy {accuracy(model, test):.1%}: {len(test)} images that it has not learnt from")

    options.out.mkdir(parents=True, exist_ok=True)
    suffix = ".safetensors" if importlib.util.find_spec("safetensors") else ".npz"
    nn.save(model.state_dict(), options.out / f"digits_cnn{suffix}")
    ag.draw(loss).save(options.out / "digits_cnn_graph.svg")


if __name__ == "__main__":
    main()
