"""Measures of one query's ranked list against graded items.

| key | what | source |
|---|---|---|
| ``cR@5`` | capped recall: relevant among the first 5 over min(5, relevant) | MTEB's ``R_cap_at_k`` |
| ``Hit@5`` | 1 where a relevant item is among the first 5, else 0 | ir-measures' ``Success`` |
| ``RR`` | 1 / rank of the first relevant item of the list given, 0 without one | ir-measures' ``RR``, not cut |
| ``nDCG@10`` | linear gain (the grade itself), ideal over all judged items | Järvelin & Kekäläinen 2002, ir-measures' ``nDCG`` |
| ``Judged@10`` | judged items among those of the first 10 places that are filled | ir-measures' ``Judged`` |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

NAMES = ("cR@5", "Hit@5", "RR", "nDCG@10", "Judged@10")


def of_query(ranked_ids: Sequence[str], grades: Mapping[str, int], *, relevant_from: int) -> dict[str, float | None]:
    """Return every measure of ``NAMES`` for one ranked list.

    Args:
        ranked_ids: best first, each once; the order alone counts.
        grades: 0 to 3 by item id, of the judged items only; unjudged items count as not relevant, and Judged@10 says how many.
        relevant_from: the lowest grade that counts as relevant, 1 to 3.

    Returns:
        None for a measure that says nothing: all but Judged@10 where no judged item is relevant, Judged@10 of an empty list.

    Raises:
        ValueError: an id comes twice, or relevant_from is not 1 to 3.
    """
    raise NotImplementedError
