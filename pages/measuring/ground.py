"""What every page of results stands on: a collection, and grades that may be seen."""

from __future__ import annotations

from core.accounts.person import Person
from core.store.collections import Collection
from pages.measuring import data, gaps
from pages.widgets import results


def collection() -> Collection | None:
    """Return the collection that is measured; where it has no items, say so and return None."""
    found = data.collection()
    if found is None:
        results.calm(gaps.NO_ITEMS)
    return found


def seen_by(who: Person | None) -> Collection | None:
    """Return the collection whose results this person may see; otherwise say why not and return None."""
    found = collection()
    if found is not None and not data.may_see_grades(found, who):
        results.calm(gaps.UNSEEN)
        return None
    return found
