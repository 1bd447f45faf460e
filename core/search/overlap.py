"""How much ranked lists have in common, and where their items moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

PERSISTENCE = 0.9
"""The published default: the first ten ranks carry 86 % of the weight."""


def jaccard(first: Sequence[str], second: Sequence[str]) -> float:
    """Return |first ∩ second| / |first ∪ second|, order ignored; 1 where both are empty."""
    one, other = set(first), set(second)
    return len(one & other) / len(one | other) if one or other else 1.0


def rbo(first: Sequence[str], second: Sequence[str], *, p: float = PERSISTENCE) -> float:
    """Return the extrapolated rank-biased overlap, 0 to 1: what both lists agree on, the top counting most.

    RBO_EXT of Webber, Moffat & Zobel 2010 (ACM TOIS 28(4), 20), equation 32, for lists of equal or unequal length; the
    agreement seen at the end of the lists is taken to go on below it.

    Args:
        p: persistence in (0, 1); the expected depth looked at is 1 / (1 − p).

    Raises:
        ValueError: p is outside (0, 1), or an item comes twice in one list.
    """
    if not 0.0 < p < 1.0:
        raise ValueError(f"persistence {p} is outside (0, 1)")
    for listed in (first, second):
        if len(set(listed)) != len(listed):
            raise ValueError("an item comes twice in one list")
    short, long = sorted((first, second), key=len)
    if not short:
        return 0.0 if long else 1.0
    s, end = len(short), len(long)
    seen: set[str] = set()
    total, overlap, at_short = 0.0, 0, 0
    for depth in range(1, end + 1):
        # One more place of each list: an item counts once both have shown it.
        for item_id in (long[depth - 1], *short[depth - 1 : depth]):
            overlap += item_id in seen
            seen.add(item_id)
        if depth == s:
            at_short = overlap
        agreement = overlap / depth
        if depth > s:  # what the short list would have held of the long one's further items, at its last agreement
            agreement += at_short * (depth - s) / (s * depth)
        total += agreement * p**depth
    tail = ((overlap - at_short) / end + at_short / s) * p**end
    return (1 - p) / p * total + tail


def moves(lists: Mapping[str, Sequence[str]], baseline: str) -> dict[str, dict[str, int | None]]:
    """Return for each list and each of its items by how many places it stands higher than in the baseline's list.

    Positive is higher up; None where the baseline's list does not have the item.
    """
    before = {item_id: rank for rank, item_id in enumerate(lists[baseline], start=1)}
    return {name: {item_id: before[item_id] - rank if item_id in before else None
                   for rank, item_id in enumerate(listed, start=1)} for name, listed in lists.items()}


def common(lists: Mapping[str, Sequence[str]]) -> set[str]:
    """Return the items that every list has."""
    sets = [set(listed) for listed in lists.values()]
    return set.intersection(*sets) if sets else set()


def unique(lists: Mapping[str, Sequence[str]]) -> dict[str, set[str]]:
    """Return for each list the items that no other has."""
    return {name: set(listed).difference(*(other for key, other in lists.items() if key != name))
            for name, listed in lists.items()}
