"""Code that others wrote against the array API standard runs on Tensors, and is differentiated."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def test_einops_scipy_and_scikit_learn():
    result = subprocess.run(
        [sys.executable, Path(__file__).with_name("libraries.py")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "SCIPY_ARRAY_API": "1"},
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert {line.partition(":")[0] for line in result.stdout.splitlines()} == {"einops", "scipy", "sklearn"}
