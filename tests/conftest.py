"""What all tests share: few threads, and the long ones first."""

from __future__ import annotations

from typing import Any

import pytest
import torch

torch.set_num_threads(1)  # the arrays are small: more threads only wait for each other


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Programs, installations and browsers come first, so that no worker is left alone with one at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None and item.get_closest_marker("browser") is None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `-n`, a worker that has nothing left takes what another one would come to last."""
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)
