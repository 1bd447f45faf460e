"""Sizes in words."""

from __future__ import annotations

UNMEASURED = "측정 안 됨"


def on_disk(size: int) -> str:
    """Return a file's size in the units disks are sold in."""
    return f"{size / 1e9:.2f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"


def in_memory(size: int | None) -> str:
    """Return a size in MiB, a machine's in GiB; ``측정 안 됨`` where nobody measured it."""
    if size is None:
        return UNMEASURED
    if size >= 10 * 2**30:
        return f"{in_gib(size)} GiB"
    return f"{size / 2**20:,.0f} MiB" if size >= 100 * 2**20 else f"{size / 2**20:,.1f} MiB"


def in_gib(size: int) -> str:
    """Return a size in GiB without its unit."""
    return f"{size / 2**30:.2f}"
