"""How a process keeps its memory: what is no longer used goes back, and is not looked for too often."""

import ctypes
import gc

_M_MMAP_THRESHOLD = -3
"""mallopt(3), `malloc.h` of glibc."""
_LARGE = 256 << 10
"""Bytes from which a block is mapped by itself."""
_COLLECT_AFTER = 10_000
"""New objects, a megabyte or so, after which cycles are looked for among them. With Python's own 700 the search finds
the entries of every document half done, and goes through all of them again when it has found them a few times."""


def collect_seldom() -> None:
    """Look for cycles of objects more seldom, for this process, and no more among all there are now."""
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)


def return_large_blocks() -> None:
    """Have large arrays mapped one by one, for this process.

    glibc raises the size from which it does so to that of the largest block given back so far (up to 32 MB); from then
    on arrays that are made anew as they grow leave holes in the heap: 30,000 articles in the window of stories, 27 MB,
    cost 75 MB of memory, and 40 MB with a fixed size. Does nothing where the C library has no such setting.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE)
