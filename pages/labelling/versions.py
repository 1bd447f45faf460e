"""정답 버전: freeze, compare, export."""

from __future__ import annotations

from core.accounts.person import Person
from pages.labelling import place, version_diff, version_export, version_freeze, version_import, version_list
from pages.widgets import acts, person, results

_PARTS = {"list": "버전", "freeze": "굳히기", "diff": "비교", "import": "가져오기", "export": "내보내기"}
_WRITTEN = ("freeze", "import")


def draw(who: Person | None) -> None:
    """Draw the section."""
    found = place.collection_for(who)
    if found is None:
        return
    if not place.may_see_grades(found, who):
        results.calm(place.UNSEEN)
        return
    acts.said()
    writes = person.may(who, "versions")
    part = place.choose("versions", {name: title for name, title in _PARTS.items() if writes or name not in _WRITTEN})
    {"list": version_list.draw, "freeze": version_freeze.draw, "diff": version_diff.draw, "import": version_import.draw,
     "export": version_export.draw}[part](found, who)
