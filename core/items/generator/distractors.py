"""The wrong choices of a multiple-choice item."""

from __future__ import annotations

from collections.abc import Iterable


def four_wrong(answer: object, candidates: Iterable[object]) -> tuple[str, ...]:
    """Return the first four candidates that differ from the answer and from each other, as text.

    Args:
        answer: the right choice.
        candidates: typical mistakes first, fillers last.

    Raises:
        ValueError: fewer than four distinct wrong choices.
    """
    kept = dict.fromkeys(str(candidate) for candidate in candidates)
    kept.pop(str(answer), None)
    if len(kept) < 4:
        raise ValueError(f"only {len(kept)} wrong choices beside {answer}")
    return tuple(kept)[:4]
