"""Items in a ZIP file: taken whole with their figures, and nothing of an archive that lies about itself."""

from __future__ import annotations

import io
import json
import stat
import struct
import zipfile

import pytest
from PIL import Image

from core.errors import InputError
from core.items import importers
from core.items.importers import archive
from core.items.schemas import plan
from core.store import items
from tests.test_items_sampling import item

pytestmark = pytest.mark.slow


def picture() -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(kept, "PNG")
    return kept.getvalue()


def records(*, images: tuple[str, ...] = ("그림/a.png",)) -> bytes:
    made = item("z-1", text="그림을 보고 $x$의 값을 구하시오.", images=images)
    return json.dumps({"items": [plan.write(made)]}, ensure_ascii=False).encode()


def packed(path, files: dict[str, bytes], **changes):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for key, value in changes.items():
                setattr(info, key, value)
            made.writestr(info, data)
    return path


def test_items_and_their_figures_come_from_one_file(database, conn, collection, tmp_path):
    path = packed(tmp_path / "문항.zip", {"묶음/items.json": records(), "묶음/그림/a.png": picture(), "__MACOSX/묶음/._items.json": b"x"})
    assert importers.preview(database, path, collection=collection.name).inserted == 1
    assert items.count(conn, collection.id) == 0
    report = importers.import_file(database, path, collection=collection.name)
    assert (report.inserted, report.refused) == (1, []) and len(items.get(conn, collection.id, "z-1").image_hashes) == 1
    assert importers.import_file(database, path, collection=collection.name).unchanged == 1


def test_names_that_korean_windows_packed_are_read(database, collection, tmp_path):
    path = tmp_path / "윈도.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("items.json", records())
        # Eight bytes that stand for two syllables in code page 949 and for nothing sensible in 437.
        made.writestr("XXXX/a.png", picture())
    data = path.read_bytes().replace(b"XXXX", "그림".encode("cp949"))
    path.write_bytes(data)
    assert importers.import_file(database, path, collection=collection.name).refused == []


@pytest.mark.parametrize(("files", "words"), [
    ({"a.json": b"[]", "b.jsonl": b""}, "2개"), ({"a.png": b"x"}, "0개"), ({"../a.json": b"[]"}, "벗어납니다"),
    ({"/etc/a.json": b"[]"}, "벗어납니다"), ({"C:/a.json": b"[]"}, "벗어납니다"), ({"x/../../a.json": b"[]"}, "벗어납니다"),
])
def test_what_leads_elsewhere_or_holds_not_one_list_is_refused(database, collection, tmp_path, files, words):
    with pytest.raises(InputError, match=words):
        importers.import_file(database, packed(tmp_path / "a.zip", files), collection=collection.name)
    assert not list(tmp_path.parent.glob("etc"))


def test_a_link_is_refused(database, collection, tmp_path):
    path = packed(tmp_path / "a.zip", {"items.json": b"/etc/passwd"}, external_attr=(stat.S_IFLNK | 0o777) << 16)
    with pytest.raises(InputError, match="링크"):
        importers.import_file(database, path, collection=collection.name)


def test_a_bomb_is_refused_by_what_it_says_and_by_what_it_is(database, collection, tmp_path, monkeypatch):
    path = packed(tmp_path / "a.zip", {"items.json": b" " * (archive._FREE_BYTES + 1)})
    with pytest.raises(InputError, match="지나치게 커집니다"):
        importers.import_file(database, path, collection=collection.name)
    # One whose headers lie: it says one byte.
    monkeypatch.setattr(archive, "MOST_BYTES", 1 << 20)
    path = packed(tmp_path / "b.zip", {"items.json": b" " * (3 << 20)})
    data = path.read_bytes().replace(struct.pack("<I", 3 << 20), struct.pack("<I", 1))
    path.write_bytes(data)
    with pytest.raises(InputError):
        importers.import_file(database, path, collection=collection.name)


@pytest.mark.parametrize("spoil", [lambda data: data[: len(data) // 2], lambda data: b"PK" + data[2:-30], lambda data: b"not a zip"])
def test_a_broken_archive_is_one_sentence(database, collection, tmp_path, spoil):
    path = packed(tmp_path / "a.zip", {"items.json": records(images=())})
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(InputError, match="깨졌거나"):
        importers.import_file(database, path, collection=collection.name)


def test_a_locked_archive_and_one_with_a_name_twice_are_refused(database, collection, tmp_path):
    path = packed(tmp_path / "a.zip", {"items.json": records(images=())})
    data = bytearray(path.read_bytes())
    for head, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(head) + at] |= 1
    path.write_bytes(bytes(data))
    with pytest.raises(InputError, match="암호"):
        importers.import_file(database, path, collection=collection.name)
    twice = tmp_path / "b.zip"
    with zipfile.ZipFile(twice, "w") as made, pytest.warns(UserWarning, match="Duplicate"):
        made.writestr("items.json", records(images=()))
        made.writestr("items.json", records(images=()))
    with pytest.raises(InputError, match="두 번"):
        importers.import_file(database, twice, collection=collection.name)
