"""The content of a ground truth in one exact form, and its SHA-256: the same on every machine that holds the same truth.

The form is UTF-8 text, one JSON array a line (no spaces, Hangul as it is), every line ended by a line feed:

    ["ground-truth",1,relevant_from,unlisted_zero_by]
    ["query",query_id,query_hash]                                          sorted by query_id
    ["grade",query_id,item_id,item_hash,grade,origin,rule,raters,[proposers]]   sorted by query_id, item_id

Sorting is by Unicode code point. Numbers that only one database knows (versions, rounds, revisions), names, notes and
times are not part of it; the hashes of queries and items are, so the words that were judged are under it too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from core.store.truths import FrozenQuery, FrozenRow

FORM = 1


@dataclass(frozen=True, slots=True)
class Content:
    """Everything about a ground truth that counts."""

    relevant_from: int
    unlisted_zero_by: str
    queries: tuple[FrozenQuery, ...]
    rows: tuple[FrozenRow, ...]

    @property
    def sha256(self) -> str:
        """The content's hash in hex."""
        return hashlib.sha256(written(self)).hexdigest()


def written(content: Content) -> bytes:
    """Return the content in its exact form."""
    lines: list[list] = [["ground-truth", FORM, content.relevant_from, content.unlisted_zero_by]]
    lines += sorted(["query", query.query_id, query.query_hash] for query in content.queries)
    lines += [
        ["grade", row.query_id, row.item_id, row.item_hash, row.grade, row.origin, row.rule, row.raters, sorted(row.proposers)]
        for row in _sorted(content.rows)
    ]
    return "".join(f"{json.dumps(line, ensure_ascii=False, separators=(',', ':'))}\n" for line in lines).encode()


def _sorted(rows: Iterable[FrozenRow]) -> list[FrozenRow]:
    return sorted(rows, key=lambda row: (row.query_id, row.item_id))
