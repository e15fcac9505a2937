"""Watch optimizers race on two surfaces: along a bent valley, and off a saddle.

    pip install ".[demo]" && python examples/optimizers_race.py

Left, Rosenbrock's valley: its floor is almost flat, its walls are steep, and it turns.  Right, a saddle: the start
is beside its ridge, where the slope points straight to the middle, and there is hardly any.  It leaves behind

    optimizers_race.gif    the race
    optimizers_race.png    how it ended
"""

import argparse
from pathlib import Path

import matplotlib as mpl
import numpy as np

import autograd_lite as ag
from autograd_lite import optim

mpl.use("Agg")  # write files, open no window
import matplotlib.pyplot as plt
from PIL import Image  # comes with matplotlib

STEPS = 150

RACERS = {  # name: (colour, kind, options, (learning rate in the valley, on the saddle))
    "SGD": ("#222222", optim.SGD, {}, (0.01, 0.05)),
    "SGD, momentum": ("#0072b2", optim.SGD, {"momentum": 0.9}, (0.005, 0.02)),
    "SGD, Nesterov": ("#56b4e9", optim.SGD, {"momentum": 0.9, "nesterov": True}, (0.005, 0.02)),
    "RMSprop": ("#009e73", optim.RMSprop, {}, (0.03, 0.02)),
    "Adam": ("#d55e00", optim.Adam, {}, (0.15, 0.05)),
    "Lion": ("#cc79a7", optim.Lion, {}, (0.03, 0.05)),
}


def valley(x, y):
    return (1 - x) ** 2 + 8 * (y - x**2) ** 2


def saddle(x, y):
    return x**2 / 2 - y**2 / 2 + y**4 / 10 + 5 / 8


SURFACES = [  # (title, function, start, lowest points, what to show of x and y)
    ("a bent valley", valley, (-1.5, 0.9), [(1, 1)], (-2, 1.8), (-0.9, 2.4)),
    ("a saddle", saddle, (-1.9, 0.001), [(0, 2.5**0.5), (0, -(2.5**0.5))], (-2.3, 1.5), (-2.1, 2.1)),
]


def race(function, start, kind, options, lr):
    """The points that an optimizer passes, shape (STEPS + 1, 2)."""
    point = ag.Tensor(np.array(start), requires_grad=True)
    optimizer = kind([point], lr=lr, **options)
    path = [point.data.copy()]
    for _ in range(STEPS):
        optimizer.zero_grad()
        function(point[0], point[1]).backward()
        optimizer.step()
        path.append(point.data.copy())
    return np.array(path)


def draw_surface(axes, title, function, lowest, x_range, y_range):
    x, y = np.meshgrid(np.linspace(*x_range, 300), np.linspace(*y_range, 300))
    height = np.log10(function(x, y) + 0.02)  # the same functions, on plain arrays
    axes.contourf(x, y, height, levels=14, cmap="Blues_r", vmin=-5)
    axes.contour(x, y, height, levels=14, colors="white", linewidths=0.8, linestyles="solid")
    axes.plot(*zip(*lowest, strict=True), "*", color="white", markeredgecolor="#222222", markersize=17)
    axes.set(title=title, xticks=[], yticks=[], xlim=x_range, ylim=y_range)


def draw(frames, folder):
    figure, grid = plt.subplots(2, 2, figsize=(9, 6.3), dpi=90, height_ratios=(3, 1), layout="constrained")
    racers = []  # (path, heights, trail, head, curve) of each one on each surface
    for column, (title, function, start, *shown) in enumerate(SURFACES):
        above, below = grid[:, column]
        draw_surface(above, title, function, *shown)
        below.set(xlabel="step", ylabel="height", xlim=(0, STEPS), yscale="log", ylim=(1e-4, 30))
        for name, (color, kind, options, rates) in RACERS.items():
            path = race(function, start, kind, options, rates[column])
            (trail,) = above.plot([], [], color=color, linewidth=2, label=name)
            (head,) = above.plot([], [], "o", color=color, markersize=9, markeredgecolor="white")
            (curve,) = below.plot([], [], color=color, linewidth=1.8)
            racers.append((path, function(*path.T), trail, head, curve))
    grid[0, 1].legend(loc="lower left", framealpha=1)
    figure.canvas.draw()
    empty = figure.canvas.copy_from_bbox(figure.bbox)  # all that does not move is drawn once
    pictures = []
    for step in np.linspace(0, STEPS, frames).astype(int):
        figure.canvas.restore_region(empty)
        for path, heights, trail, head, curve in racers:
            trail.set_data(*path[: step + 1].T)
            head.set_data(*path[step : step + 1].T)
            curve.set_data(range(step + 1), heights[: step + 1])
            for line in (trail, head, curve):
                line.axes.draw_artist(line)
        pictures.append(Image.fromarray(np.asarray(figure.canvas.buffer_rgba())).convert("RGB"))
    pictures[-1].save(folder / "optimizers_race.png")
    colours = pictures[-1].quantize()
    pictures += [pictures[-1]] * 30  # a pause before it begins again
    first, *others = [picture.quantize(palette=colours, dither=Image.Dither.NONE) for picture in pictures]
    first.save(folder / "optimizers_race.gif", save_all=True, append_images=others, duration=70, loop=0)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=76, help="pictures in the animation (default 76)")
    parser.add_argument("--out", type=Path, default=Path(), help="the folder to write to (default: this one)")
    options = parser.parse_args()
    if options.frames < 2:
        parser.error("--frames must be at least 2: the start and the end")
    options.out.mkdir(parents=True, exist_ok=True)
    draw(options.frames, options.out)
    print(f"wrote {options.out / 'optimizers_race.gif'} and {options.out / 'optimizers_race.png'}")


if __name__ == "__main__":
    main()
