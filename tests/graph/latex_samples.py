"""A few of many formulas in LaTeX, in which everything occurs that occurs in any: mathtext takes 20 ms for each."""

import re
from collections.abc import Iterable

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[A-Za-z]|[0-9.]+|\s+|.", re.DOTALL)


def covering(formulas: Iterable[str]) -> list[str]:
    """Formulas with all pairs of neighbouring tokens; letters count as one, and numbers do."""
    seen: set[tuple[str, str]] = set()
    chosen = []
    for formula in sorted(set(formulas), key=lambda text: (-len(text), text)):
        body = re.sub(r"\\(text|mathrm)\{([^}]*)\}", r"\\\1{a}", formula)  # words are words
        tokens = [re.sub("^[A-Za-z]$", "a", re.sub(r"^[0-9.]+$", "1", token)) for token in TOKEN.findall(body)]
        pairs = set(zip(["", *tokens], [*tokens, ""], strict=True))
        if not pairs <= seen:
            seen |= pairs
            chosen.append(formula)
    return chosen
