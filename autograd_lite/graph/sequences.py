"""The longest common subsequence of two sequences that are almost equal.

    common([1, 2, 3, 4], [1, 3, 5, 4])       # [(0, 0), (2, 1), (3, 3)]: places in the one and in the other

Source: E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", Algorithmica 1, 1986.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence

MOST = 300  # insertions and removals for which the best answer is looked for


def common(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Pairs of places with equal elements, both rising: the most there can be.

    It takes time in proportion to the lengths times the number of differences.  Of sequences with more than 300
    differences only those elements are paired that there is one of in each, and what is equal at both ends.
    """
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    end = 0
    while end < min(len(a), len(b)) - start and a[-1 - end] == b[-1 - end]:
        end += 1
    inner = a[start : len(a) - end], b[start : len(b) - end]
    middle = _by_myers(*inner)
    if middle is None:
        middle = _by_unique(*inner)
    return [
        *((i, i) for i in range(start)),
        *((i + start, j + start) for i, j in middle),
        *((len(a) - i, len(b) - i) for i in range(end, 0, -1)),
    ]


def _by_myers(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[tuple[int, int]] | None:
    """The best pairs, or None if there are too many differences."""
    n, m = len(a), len(b)
    furthest = {1: 0}  # on each diagonal i - j, how far a has been read
    trace: list[dict[int, int]] = []
    for differences in range(min(n + m, MOST) + 1):
        trace.append(dict(furthest))
        for diagonal in range(-differences, differences + 1, 2):
            down = diagonal == -differences or (
                diagonal != differences and furthest[diagonal - 1] < furthest[diagonal + 1]
            )
            i = furthest[diagonal + 1] if down else furthest[diagonal - 1] + 1
            j = i - diagonal
            while i < n and j < m and a[i] == b[j]:
                i, j = i + 1, j + 1
            furthest[diagonal] = i
            if i >= n and j >= m:
                return _walked_back(trace, n, m)
    return None


def _walked_back(trace: list[dict[int, int]], i: int, j: int) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    for differences in range(len(trace) - 1, -1, -1):
        furthest = trace[differences]
        diagonal = i - j
        down = diagonal == -differences or (diagonal != differences and furthest[diagonal - 1] < furthest[diagonal + 1])
        before = diagonal + 1 if down else diagonal - 1
        from_i = furthest[before]
        from_j = from_i - before
        while (i > from_i and j > from_j and differences) or (not differences and i > 0):
            i, j = i - 1, j - 1
            pairs.append((i, j))
        if differences:
            i, j = from_i, from_j
    return pairs[::-1]


def _by_unique(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Pairs of the elements that there is one of in each, the longest rising row of them."""
    count_a, count_b = Counter(a), Counter(b)
    places = {element: j for j, element in enumerate(b) if count_b[element] == 1}
    pairs = [(i, places[element]) for i, element in enumerate(a) if count_a[element] == 1 and element in places]
    ends: list[int] = []  # the least last place in b of a rising row of each length
    rows: list[int] = []  # the pair that it ends with
    before: list[int] = []
    for k, (_, j) in enumerate(pairs):
        length = bisect_left(ends, j)
        before.append(rows[length - 1] if length else -1)
        ends[length : length + 1] = [j]
        rows[length : length + 1] = [k]
    chosen = []
    k = rows[-1] if rows else -1
    while k >= 0:
        chosen.append(pairs[k])
        k = before[k]
    return chosen[::-1]
