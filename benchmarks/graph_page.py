"""Claim: the page of a GPT of 2,000 operations opens collapsed in under 2 s, and stays responsive; 20,000 still open.

python -m benchmarks.graph_page          # needs selenium, and chromium and chromedriver on the PATH
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

import autograd_lite as ag
from autograd_lite import nn

RUNS = 5
SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--window-size=1400,900",
)
TOGGLE = """
const start = performance.now();
const box = document.querySelector('.box.group');
box.dispatchEvent(new MouseEvent('dblclick', {bubbles: true}));
document.body.getBoundingClientRect();
return performance.now() - start;
"""
EXPAND = """
const start = performance.now();
document.getElementById('expand').click();
document.body.getBoundingClientRect();
return performance.now() - start;
"""
SCRUB = """
const scrubber = document.getElementById('scrubber'), start = performance.now();
scrubber.value = arguments[0];
scrubber.oninput();
document.body.getBoundingClientRect();
return performance.now() - start;
"""


class Block(nn.Module):
    """A block of a GPT."""

    def __init__(self, size: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(size), nn.LayerNorm(size)
        self.attend, self.project = nn.Linear(size, 3 * size), nn.Linear(size, size)
        self.mlp = nn.Sequential(nn.Linear(size, 4 * size), nn.GELU(), nn.Linear(4 * size, size))

    def forward(self, x: Any) -> Any:
        """x and what attention and the layers after it add to it."""
        batch, length, size = x.shape
        parts = ag.split(self.attend(self.norm1(x)), 3, axis=-1)
        q, k, v = (part.reshape(batch, length, self.heads, -1).transpose(0, 2, 1, 3) for part in parts)
        weights = nn.functional.softmax(q @ k.mT / np.float32(np.sqrt(size // self.heads)), dim=-1)
        x = x + self.project((weights @ v).transpose(0, 2, 1, 3).reshape(batch, length, size))
        return x + self.mlp(self.norm2(x))


def gpt(path: Path) -> int:
    """Write the page of a GPT, with all that can be shown; gives the number of its nodes."""
    with ag.fusion(False):
        embed, head = nn.Embedding(11, 16), nn.Linear(16, 11)
        blocks = nn.Sequential(*[Block(16, 2) for _ in range(39)])
        letters = np.arange(16).reshape(2, 8) % 11
        with ag.graph.details():
            loss = nn.functional.cross_entropy(head(blocks(embed(letters))).reshape(-1, 11), letters.reshape(-1))
            loss.backward()
    return len(ag.show(loss, path=path).graph.nodes)


def chain(path: Path) -> int:
    """Write the page of 20,000 operations without any module."""
    x: Any = ag.Tensor(np.ones(3, np.float32), requires_grad=True)
    y = x
    for _ in range(10_000):
        y = np.sin(y) * x
    return len(ag.show(y, path=path).graph.nodes)


def measure(driver: Any, path: Path, steps: int) -> None:
    """Open a page some times, and do in it what readers do."""
    loads, toggles, expands, scrubs = [], [], [], []
    for _ in range(RUNS):
        start = time.perf_counter()
        driver.get(path.as_uri())
        while not driver.execute_script("return document.documentElement.dataset.ready"):
            time.sleep(0.005)
        loads.append(1e3 * (time.perf_counter() - start))
        toggles.append(driver.execute_script(TOGGLE))
        expands.append(driver.execute_script(EXPAND))
        toggles.append(driver.execute_script(TOGGLE))  # with everything around it open
        scrubs.append(driver.execute_script(SCRUB, steps))
    boxes = driver.execute_script("return document.querySelectorAll('.box').length")
    print(
        f"  opens in {statistics.median(loads):.0f} ms; a module opens in {statistics.median(toggles):.0f} ms (at most "
        f"{max(toggles):.0f}); all ({boxes} boxes) in {statistics.median(expands):.0f} ms; a step of the scrubber "
        f"{statistics.median(scrubs):.0f} ms"
    )


def main() -> None:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    with tempfile.TemporaryDirectory() as folder:
        for switch in (*SWITCHES, f"--user-data-dir={folder}/profile"):
            options.add_argument(switch)
        driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        try:
            for write in (gpt, chain):
                path = Path(folder) / f"{write.__name__}.html"
                start = time.perf_counter()
                nodes = write(path)
                size = path.stat().st_size
                print(
                    f"{write.__name__}: {nodes} nodes, recorded and written in {time.perf_counter() - start:.1f} s, "
                    f"{size / 1e3:.0f} kB ({(size - 110e3) / nodes:.0f} B per node beside the program's 110 kB)"
                )
                measure(driver, path, nodes // 2)
        finally:
            driver.quit()


if __name__ == "__main__":
    main()
