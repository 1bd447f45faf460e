"""What in a ground truth is too much alike to be what it says: queries that ask one thing, answers that are the judged system's, raters."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.evaluation.results import ScenarioResult, ScoredQuery
from core.labels.versions.truth import Truth

_ALIKE = 0.8
"""Jaccard overlap of relevant items from which two queries ask one thing."""
_BLANK = re.compile(r"[\W_]+")


def distinct(queries: Sequence[ScoredQuery], relevant_from: int) -> int:
    """Return how many queries are left where those with the same words, or with nearly the same answers, count once.

    Groups know the families that the item bank names; two queries somebody wrote twice over belong to none. Queries with a figure
    are not compared by their words (most of them say "in the figure below"), those with one answer not by their answers.
    """
    parents = list(range(len(queries)))

    def root(place: int) -> int:
        while parents[place] != place:
            parents[place] = place = parents[parents[place]]
        return place

    words = [_BLANK.sub("", each.query.text or "").casefold() if not each.query.image_hash else "" for each in queries]
    answers = [{item for item, grade in each.grades.items() if grade >= relevant_from} for each in queries]
    for one in range(len(queries)):
        for other in range(one):
            same_words = words[one] and words[one] == words[other]
            if same_words or _overlap(answers[one], answers[other]) >= _ALIKE:
                parents[root(one)] = root(other)
    return len({root(place) for place in range(len(queries))})


def copied(result: ScenarioResult, system: str, relevant_from: int) -> tuple[int, int]:
    """Return for how many queries the answers are just the system's first places, and of how many that was asked.

    A query with one answer says little: a good system has it on top.
    """
    lists = result.lists.get(system, {})
    answers = {each.query_id: {item for item, grade in each.grades.items() if grade >= relevant_from} for each in result.queries}
    several = {query_id: found for query_id, found in answers.items() if len(found) > 1}
    return sum(set(lists.get(query_id, ())[:len(found)]) == found for query_id, found in several.items()), len(several)


def unanimous(truth: Truth) -> int:
    """Return how many pairs several people graded, where they agree on every one though grades differ; else 0."""
    shared = [row for row in truth.rows if row.raters > 1 and row.rule != "mirrored"]
    alike = all(row.rule == "agreed" for row in shared) and len({row.grade for row in shared}) > 1
    return len(shared) if alike else 0


def _overlap(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other) if min(len(one), len(other)) > 1 else 0.0
