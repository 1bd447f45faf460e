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

import ir_measures
from ir_measures import RR, Judged, Qrel, R, ScoredDoc, Success, nDCG

NAMES = ("cR@5", "Hit@5", "RR", "nDCG@10", "Judged@10")
_CAP = 5
_QUERY = "query"


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
    if relevant_from not in (1, 2, 3):
        raise ValueError(f"relevant_from is 1 to 3, not {relevant_from}")
    if len(set(ranked_ids)) != len(ranked_ids):
        raise ValueError("an item comes twice in the list")
    asked = {
        "cR@5": R(rel=relevant_from) @ _CAP,
        "Hit@5": Success(rel=relevant_from) @ 5,
        "RR": RR(rel=relevant_from),
        "nDCG@10": nDCG @ 10,
        "Judged@10": Judged @ 10,
    }
    # Scores that cannot tie: trec_eval would order equal ones by item id, and holds them in single precision.
    run = [ScoredDoc(_QUERY, item_id, float(len(ranked_ids) - place)) for place, item_id in enumerate(ranked_ids)]
    qrels = [Qrel(_QUERY, item_id, int(grade)) for item_id, grade in grades.items()]
    values: dict[str, float | None] = dict.fromkeys(NAMES)
    relevant = sum(grade >= relevant_from for grade in grades.values())
    if ranked_ids and qrels:
        told = {metric.measure: float(metric.value) for metric in ir_measures.iter_calc(list(asked.values()), qrels, run)}
        values |= {name: told[measure] for name, measure in asked.items()}
        values["cR@5"] = told[asked["cR@5"]] * relevant / min(_CAP, relevant) if relevant else None
    elif ranked_ids:
        values["Judged@10"] = 0.0
    else:
        values |= dict.fromkeys(NAMES[:-1], 0.0)
    return values if relevant else dict.fromkeys(NAMES) | {"Judged@10": values["Judged@10"]}
