"""The drawn house is the built one: every room stands in it, every arrow is an import, and none leads up."""

import re

import pytest

from core.settings import PROJECT_DIR
from docs.pictures import house

PICTURES = PROJECT_DIR / "docs" / "pictures"


@pytest.fixture
def built(tmp_path, monkeypatch):
    """A house of the same rooms, empty but for what a test puts into it."""
    for room in house.ROOMS:
        folder = tmp_path / (room if room == "pages" else f"core/{room}")
        folder.mkdir(parents=True)
        (folder / "thing.py").write_text('"""Nothing."""\n')
    (tmp_path / "app.py").write_text("")
    monkeypatch.setattr(house, "PROJECT", tmp_path)
    return tmp_path


@pytest.mark.slow
def test_the_drawing_is_of_todays_house():
    assert (PICTURES / "house.svg").read_text(encoding="utf-8") == house.svg(), "draw it anew: python docs/pictures/house.py"


def test_a_call_is_read_wherever_it_stands_and_helpers_are_no_rooms(built):
    (built / "core" / "errors.py").write_text("from core.store import x\n")
    (built / "core" / "search" / "thing.py").write_text(
        "from core import errors, items\n\ndef late():\n    import core.models.registry\n    from core.store.queues import take\n")
    assert house.calls()["search"] == {"items", "models", "store"}
    (drawn,) = re.findall(r"core/search</text>\s*<text[^>]*>[^<]*</text>\s*<text[^>]*>([^<]*)</text>", house.svg())
    assert drawn == "→ models, items, store"


def test_a_call_up_the_stairs_cannot_be_drawn(built):
    (built / "core" / "store" / "thing.py").write_text("from core.report import charts\n")
    with pytest.raises(SystemExit, match="store → report"):
        house.calls()


def test_a_room_that_nobody_described_cannot_be_left_out(built):
    (built / "core" / "attic").mkdir()
    (built / "core" / "attic" / "thing.py").write_text("")
    with pytest.raises(SystemExit, match="attic"):
        house.calls()
