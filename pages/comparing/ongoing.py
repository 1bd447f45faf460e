"""Comparisons under way: searched once for all who look, whatever a page's run does meanwhile.

A press of a widget ends a page's run; without this it would search anew while the reranker still reads for the run before.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Hashable, Iterator

from core.engine.client import EngineClient
from core.search.comparison import Column, Comparison, compare
from core.search.query import Query
from core.store.database import Database
from core.store.filters import Filters
from core.store.queries import QueryRevision

log = logging.getLogger(__name__)
_KEPT, _SECONDS = 24, 600.0
"""So many comparisons stay for so long, with the times they took then; asking anew is one press."""


class Ongoing:
    """One comparison and the thread that searches for it."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
        self.begun = time.monotonic()
        self.error: Exception | None = None
        self._columns: dict[str, Column] = {}
        self._done = False
        self._news = threading.Condition()
        threading.Thread(target=self._search, name="comparison", daemon=True).start()

    @property
    def failed(self) -> bool:
        """Whether it is over and a column has no result: the next who asks may have better luck."""
        with self._news:
            return self._done and (self.error is not None or any(column.result is None for column in self._columns.values()))

    def __iter__(self) -> Iterator[dict[str, Column]]:
        """Yield the columns there are, at once and whenever another is ready, until all are."""
        seen = -1
        while True:
            with self._news:
                while len(self._columns) <= seen and not self._done:
                    self._news.wait()
                columns, done = dict(self._columns), self._done
            if self.error is not None:
                raise self.error
            if len(columns) > seen:
                seen = len(columns)
                yield columns
            if done:
                return

    def _search(self) -> None:
        try:
            for column in self.comparison:
                with self._news:
                    self._columns[column.system] = column
                    self._news.notify_all()
        except Exception as error:  # told to those who wait
            log.error("the comparison failed: %s", error, exc_info=error)
            self.error = error
        finally:
            with self._news:
                self._done = True
                self._news.notify_all()


_lock = threading.Lock()
_kept: dict[Hashable, Ongoing] = {}


def find(db: Database, engine: EngineClient, query: Query | QueryRevision, systems: tuple[str, ...], *, collection: str, k: int,
         filters: Filters, rerank_depth: int, again: bool = False) -> Ongoing:
    """Return the comparison, begun now or within the last minutes; columns another one has found are not searched again.

    Args:
        again: whether everything is to be searched anew.

    Raises:
        InputError, NotFoundError: as ``core.search.comparison.compare``.
    """
    search = (query, collection, k, filters, rerank_depth)
    with _lock:
        now = time.monotonic()
        for old in [key for key, kept in _kept.items()
                    if now - kept.begun > _SECONDS or kept.failed or (again and key[0] == search)]:
            _kept.pop(old)
        if (search, systems) in _kept:
            return _kept[search, systems]
        comparison = compare(db, engine, query, systems, collection=collection, k=k, filters=filters,
                             rerank_depth=rerank_depth)
        for (other, _), kept in _kept.items():
            if other == search:
                known = dict(kept.comparison.columns)
                comparison.columns.update({name: column for name, column in known.items()
                                           if name in systems and column.result is not None})
        while len(_kept) >= _KEPT:
            _kept.pop(next(iter(_kept)))
        _kept[search, systems] = Ongoing(comparison)
        return _kept[search, systems]
