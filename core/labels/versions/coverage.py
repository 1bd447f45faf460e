"""What a ground truth covers: how many queries, pairs and grades, and where the grades come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from core.labels.versions.canonical import Content


@dataclass(frozen=True, slots=True)
class Coverage:
    """Counts of a ground truth; all but ``raters`` follow from its rows."""

    queries: int
    with_relevant: int
    """Queries with at least one item of grade ``relevant_from`` or better."""
    pairs: int
    relevant: int
    grades: dict[str, int]
    """Pairs by grade, keys '0' to '3' (strings, as JSON keeps them)."""
    origins: dict[str, int]
    """Pairs by origin."""
    rules: dict[str, int]
    proposers: dict[str, int]
    """Pairs by who proposed them; a pair counts for each of its proposers."""
    judged_per_query: dict[str, float]
    """``mean``, ``least``, ``most`` over all queries, those without a judged item included."""
    raters: list[str]
    """Who gave the grades, by name, sorted."""


def of(content: Content, *, raters: Iterable[str] = ()) -> Coverage:
    """Count a content."""
    rows = content.rows
    judged = Counter(row.query_id for row in rows)
    per_query = [judged[query.query_id] for query in content.queries]
    relevant = [row for row in rows if row.grade >= content.relevant_from]
    grades = Counter(row.grade for row in rows)
    return Coverage(
        queries=len(content.queries),
        with_relevant=len({row.query_id for row in relevant}),
        pairs=len(rows),
        relevant=len(relevant),
        grades={str(grade): grades[grade] for grade in range(4)},
        origins=_counted(row.origin for row in rows),
        rules=_counted(row.rule for row in rows),
        proposers=_counted(name for row in rows for name in row.proposers),
        judged_per_query={
            "mean": round(len(rows) / len(per_query), 2), "least": min(per_query), "most": max(per_query),
        } if per_query else {"mean": 0.0, "least": 0, "most": 0},
        raters=sorted(set(raters)),
    )


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))
