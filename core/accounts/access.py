"""Which pages, and which parts of them, a person may open: what no line here allows is refused."""

from __future__ import annotations

from core.accounts.person import Person, Role

PAGES = ("search", "compare", "label", "metrics", "performance", "vram", "progress", "report", "meeting", "data")
_ALLOWED: dict[Role, frozenset[str]] = {
    # Content staff grade, write queries, and review the sample before it is graded.
    "rater": frozenset({"label/queue", "label/queries", "data/review"}),
    # Whoever only looks sees results, not the machine and not what is being graded.
    "viewer": frozenset({"search", "compare", "metrics", "performance", "progress", "report", "meeting"}),
    "senior": frozenset(PAGES),
    "developer": frozenset(PAGES),
    # The task force decides on the grades and does not give them: it sees how they came about.
    "tf": frozenset(set(PAGES) - {"label"} | {"label/queries", "label/agreement", "label/versions"}),
}
"""A page, or one part of it after a slash."""
_HOMES: dict[Role, str] = {
    "rater": "label",
    "senior": "label",  # runs the labelling day by day
    "developer": "search",
    "viewer": "metrics",  # came to see how it turns out
    "tf": "report",  # where the computed verdict, the decision and the open signatures stand
}


def pages_for(who: Person | None, *, demanded: bool) -> frozenset[str]:
    """Return the names of the pages of which a person may open all or a part.

    Args:
        demanded: a login is asked for; then nobody without one opens anything.
    """
    return frozenset(name.partition("/")[0] for name in _allowed(who, demanded=demanded))


def may_open(who: Person | None, page: str, part: str, *, demanded: bool) -> bool:
    """Return whether a person may open a part of a page."""
    return bool({page, f"{page}/{part}"} & _allowed(who, demanded=demanded))


def home_of(who: Person | None) -> str:
    """Return the page a person begins with."""
    return _HOMES.get(who.role, "search") if who is not None else "search"


def _allowed(who: Person | None, *, demanded: bool) -> frozenset[str]:
    if who is None or who.picked:
        return frozenset() if demanded else frozenset(PAGES)
    return _ALLOWED.get(who.role, frozenset())
