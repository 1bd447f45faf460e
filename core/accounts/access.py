"""Which pages a person may open: what no line here allows is refused."""

from __future__ import annotations

from core.accounts.person import Person, Role

PAGES = ("search", "compare", "label", "metrics", "performance", "vram", "progress", "report", "meeting", "data")
_ALLOWED: dict[Role, frozenset[str]] = {
    "rater": frozenset({"label"}),
    "viewer": frozenset({"search", "compare", "metrics", "performance", "progress", "report", "meeting"}),
    "senior": frozenset(PAGES),
    "developer": frozenset(PAGES),
    "tf": frozenset(PAGES),
}


def pages_for(who: Person | None, *, demanded: bool) -> frozenset[str]:
    """Return the names of the pages a person may open.

    Args:
        demanded: a login is asked for; then nobody without one opens anything.
    """
    if who is not None:
        return _ALLOWED.get(who.role, frozenset())
    return frozenset() if demanded else frozenset(PAGES)
