"""What changed from one ground truth version to another."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import Connection

from core.labels.versions import freezing, truth
from core.store.truths import FrozenRow, Version


@dataclass(frozen=True, slots=True)
class Regraded:
    """A pair both versions have, with what each says of it."""

    before: FrozenRow
    after: FrozenRow


@dataclass(frozen=True, slots=True)
class Diff:
    """From version ``a`` to version ``b`` (None: the judgments as they stand). Query ids and pairs are in order."""

    a: Version
    b: Version | None
    queries_added: tuple[str, ...]
    queries_removed: tuple[str, ...]
    queries_changed: tuple[str, ...]
    """In both, with another content."""
    pairs_added: tuple[FrozenRow, ...]
    pairs_removed: tuple[FrozenRow, ...]
    regraded: tuple[Regraded, ...]
    items_changed: tuple[Regraded, ...]
    """The same grade for an item whose content is another now."""
    restated: tuple[Regraded, ...]
    """The same grade of the same content, with another origin, rule, number of raters or proposers."""
    relevant_from: tuple[int, int]
    unlisted_zero_by: tuple[str, str]

    @property
    def same(self) -> bool:
        """Whether nothing that counts differs."""
        return not (
            self.queries_added or self.queries_removed or self.queries_changed or self.pairs_added or self.pairs_removed
            or self.regraded or self.items_changed or self.restated or self.relevant_from[0] != self.relevant_from[1]
            or self.unlisted_zero_by[0] != self.unlisted_zero_by[1]
        )


def of(conn: Connection, a: Version, b: Version | None = None) -> Diff:
    """Compare two versions of one collection; without ``b``, the judgments as they stand with a's declarations."""
    before = truth.content(conn, a)
    if b is None:
        after = freezing.preview(conn, a.collection_id, relevant_from=a.relevant_from,
                                 unlisted_zero_by=a.unlisted_zero_by).content
    else:
        after = truth.content(conn, b)
    old_hashes = {query.query_id: query.query_hash for query in before.queries}
    new_hashes = {query.query_id: query.query_hash for query in after.queries}
    old = {(row.query_id, row.item_id): row for row in before.rows}
    new = {(row.query_id, row.item_id): row for row in after.rows}
    both = [Regraded(old[pair], new[pair]) for pair in sorted(old.keys() & new.keys()) if old[pair] != new[pair]]
    regraded = tuple(pair for pair in both if pair.before.grade != pair.after.grade)
    same_grade = [pair for pair in both if pair.before.grade == pair.after.grade]
    return Diff(
        a, b,
        queries_added=tuple(sorted(new_hashes.keys() - old_hashes.keys())),
        queries_removed=tuple(sorted(old_hashes.keys() - new_hashes.keys())),
        queries_changed=tuple(sorted(query for query in old_hashes.keys() & new_hashes.keys()
                                     if old_hashes[query] != new_hashes[query])),
        pairs_added=tuple(new[pair] for pair in sorted(new.keys() - old.keys())),
        pairs_removed=tuple(old[pair] for pair in sorted(old.keys() - new.keys())),
        regraded=regraded,
        items_changed=tuple(pair for pair in same_grade if pair.before.item_hash != pair.after.item_hash),
        restated=tuple(pair for pair in same_grade if pair.before.item_hash == pair.after.item_hash),
        relevant_from=(before.relevant_from, after.relevant_from),
        unlisted_zero_by=(before.unlisted_zero_by, after.unlisted_zero_by),
    )
