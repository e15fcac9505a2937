"""Text that is compared with a file in `golden/`; UPDATE_GOLDEN=1 writes the files anew: read the change."""

import os
from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"


def check_golden(name, text):
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8"), f"{name} has changed; UPDATE_GOLDEN=1 writes it anew"
