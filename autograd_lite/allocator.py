"""Memory of large arrays that stays with the process.

A training step makes and frees the same large arrays again and again.  glibc's allocator begins by asking the system
for each array of more than 128 kB and by giving it back when it goes; the system hands it out page by page, zeroed, and
writing to a fresh array takes several times as long as writing to memory that is there.

It learns: when an array that came from the system is freed, smaller ones come from the heap from then on, and twice as
much free memory is kept at the heap's end.  This is the same for every program that ever frees an array of 32 MB, the
most that it learns; here it is learned at once, before the first step.  Other allocators are not concerned.
"""

import numpy as np

LARGEST = (32 << 20) - (1 << 14)
"""In bytes; with the allocator's own bookkeeping it must stay below 32 MB, or nothing is learned."""


def keep_freed_memory() -> None:
    """Let the allocator keep what is freed.  No page of the array is ever touched."""
    np.empty(LARGEST, np.uint8)
