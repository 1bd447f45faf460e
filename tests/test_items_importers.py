"""Importing: line by line what is refused, nothing half done, nothing read twice, memory that does not grow."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection

from core.errors import InputError
from core.items import content, importers
from core.items.importers import ImportReport, Refusal, import_file, preview, read
from core.items.importers.slices import LONGEST_ELEMENT, BrokenFile, elements
from core.items.record import Item
from core.items.schemas import bank, plan
from core.store import Database, collections, images
from core.store import items as stored_items
from tests.test_items_figures import png


def item(item_id: str = "A", **changes: Any) -> Item:
    base = {
        "id": item_id, "subject": "수학", "grade": "중2", "unit": "확률", "item_type": "단답형", "difficulty": "중",
        "text": f"{item_id}번 주사위를 두 번 던질 때 두 눈의 수의 합이 $7$일 확률은?",
    }  # fmt: skip
    return Item(**{**base, **changes})


def record(item_id: str = "A", **changes: Any) -> dict[str, Any]:
    return {**plan.write(item(item_id)), **changes}


def write(path: Path, value: Any) -> Path:
    path.write_text(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def refusals(found: Iterable[Item | Refusal]) -> list[tuple[int, int, str]]:
    return [(one.line, one.ordinal, one.id) for one in found if isinstance(one, Refusal)]


# --- shapes -----------------------------------------------------------------------------------------------------------

ONE, TWO = json.dumps(record("A")), json.dumps(bank.write(item("B")))


@pytest.mark.parametrize(
    "text",
    [
        f'{{"metadata": {{"n": [1, "items"]}}, "items": [{ONE}, {TWO}], "more": null}}',
        f'\ufeff{{"items":\n[\n{ONE}\n,\n{TWO}\n]}}',
        f" \n [{ONE},{TWO}] \n",
        f"{ONE}\n{TWO}\n",
        f"\ufeff\n{ONE}\n\n{TWO}",
        f'{{"a": 1.5e3, "b": "items", "items": [{ONE}, {TWO}]}}',
        json.dumps({"items": [record("A"), bank.write(item("B"))]}, indent=2),
    ],
)
def test_every_shape_of_file_and_both_schemas_in_one(text: str, tmp_path: Path) -> None:
    assert list(read(write(tmp_path / "a.json", text))) == [item("A"), item("B")]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("", 1, "빈 파일"),
        ("   \n ", 2, "빈 파일"),
        ("문항 목록", 1, "JSON이 아닙니다"),
        ("<html></html>", 1, "JSON이 아닙니다"),
        ('{"things": []}', 1, "목록이 없습니다"),
        ('{"items": 3}', 1, "목록이 없습니다"),
        (f"[{ONE},\n{ONE[:40]}", 2, "끊겼습니다"),
        (f"[{ONE},\n{TWO}", 2, "끊겼습니다"),
        (f"[{ONE}\n{TWO}]", 2, "깨져"),
        (f"[{ONE},\n]", 2, "깨져"),
        (f'{{"items": [{ONE}]', 1, "끊겼습니다"),
        (f'{{"items": [{ONE}]\n, "a": "b', 2, "끊겼습니다"),
        (f"[{ONE}]\n[", 2, "끝난 뒤"),
        ('{"items" []}', 1, "깨져"),
        ("{3: []}", 1, "깨져"),
    ],
)
def test_a_broken_file_is_refused_whole_with_its_line(text: str, line: int, what: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"{line}번째 줄: .*{what}.*아무것도 가져오지 않았습니다"):
        list(read(write(tmp_path / "a.json", text)))


def test_files_that_cannot_be_opened_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="없습니다"):
        list(read(tmp_path / "none.json"))
    with pytest.raises(InputError, match="폴더"):
        list(read(tmp_path))
    (tmp_path / "utf16.json").write_text("[]", encoding="utf-16")
    with pytest.raises(InputError, match="UTF-16"):
        list(read(tmp_path / "utf16.json"))


def test_single_bad_items_are_refused_with_line_order_and_id(tmp_path: Path) -> None:
    lines = [
        '{"items": [',
        f"{ONE},",
        '{"id": "BROKEN", "text": "a" "b"},',
        "3,",
        f"{json.dumps(record('A'))},",
        f"{json.dumps(record('HARD', difficulty='최상'))},",
        '{"id": "NAN", "text": NaN},',
        "{",
        '  "id": "NEITHER"',
        "},",
        f"{json.dumps(record('C'))}",
        "]}",
    ]
    found = list(read(write(tmp_path / "a.json", "\n".join(lines))))
    assert [one.id for one in found if isinstance(one, Item)] == ["A", "C"]
    assert refusals(found) == [(3, 2, ""), (4, 3, ""), (5, 4, "A"), (6, 5, "HARD"), (7, 6, ""), (8, 7, "NEITHER")]
    reasons = [one.reason for one in found if isinstance(one, Refusal)]
    assert [word in reason for word, reason in zip(
        ("JSON", "객체", "2번째 줄", "difficulty", "JSON", "스키마"), reasons, strict=True
    )] == [True] * 6  # fmt: skip


def test_in_json_lines_every_line_stands_for_itself(tmp_path: Path) -> None:
    text = f'{{"id": "BROKEN", }}\n{ONE}\n\n[1]\n{TWO}\n{ONE[:30]}'
    found = list(read(write(tmp_path / "a.jsonl", text)))
    assert [one.id for one in found if isinstance(one, Item)] == ["A", "B"]
    assert refusals(found) == [(1, 1, ""), (4, 3, ""), (6, 5, "")]


def test_bytes_that_are_no_utf8_refuse_their_item_alone(tmp_path: Path) -> None:
    bad = json.dumps(record("B", text="가나"), ensure_ascii=False).encode("cp949")
    (tmp_path / "a.json").write_bytes(b"[" + ONE.encode() + b",\n" + bad + b"]")
    found = list(read(tmp_path / "a.json"))
    assert refusals(found) == [(2, 2, "")]
    assert "UTF-8" in found[1].reason


def test_a_monstrous_item_is_refused_alone(tmp_path: Path) -> None:
    huge = json.dumps(record("HUGE", text="\\" * (LONGEST_ELEMENT + 10)))
    for name, text in (("a.json", f"[{huge},\n{ONE}]"), ("a.jsonl", f"{ONE}\n{huge}\n")):
        found = list(read(write(tmp_path / name, text)))
        assert [one.id for one in found if isinstance(one, Item)] == ["A"]
        assert len(refusals(found)) == 1


def test_a_monstrous_item_is_never_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.items.importers.slices.LONGEST_ELEMENT", 100_000)
    file = io.BytesIO(b'[{"id": "' + b"x" * 8_000_000 + b'"}, 1]')
    tracemalloc.start()
    found = [one.data for one in elements(file, lists=("items",), key="id")]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == [None, b"1"]
    assert peak < 3_000_000


# --- streaming --------------------------------------------------------------------------------------------------------


def test_a_long_file_does_not_fill_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.json"
    with path.open("w") as file:
        file.write('{"items": [\n')
        for number in range(600):
            file.write(json.dumps(record(f"I{number}", solution="풀이 " * 1_500)) + ",\n")
        file.write(json.dumps(record("LAST")) + "]}")
    assert path.stat().st_size > 10_000_000
    tracemalloc.start()
    count = sum(1 for one in read(path) if isinstance(one, Item))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 601
    assert peak < 2_500_000


def test_progress_ends_at_the_end(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", [record("A"), record("B")])
    seen: list[tuple[int, int]] = []
    list(read(path, progress=lambda done, total: seen.append((done, total))))
    assert seen[-1] == (path.stat().st_size, path.stat().st_size)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet='"\\{}[],:a가\n', max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(JSON, max_size=6), st.integers(1, 9), st.sampled_from([None, 1]), st.booleans())
def test_slices_are_the_elements_whatever_the_size_of_a_read(
    values: list[Any], chunk: int, indent: int | None, wrapped: bool
) -> None:
    text = json.dumps({"a": values, "items": values} if wrapped else values, indent=indent, ensure_ascii=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.items.importers.slices._CHUNK", chunk)
        found = list(elements(io.BytesIO(text.encode()), lists=("items",), key="id"))
    assert [json.loads(one.data or b"") for one in found] == values
    if indent:
        lines = text.split("\n")
        assert all(lines[one.line - 1].lstrip() for one in found)
        assert [one.line for one in found] == sorted({one.line for one in found})


@settings(max_examples=150, deadline=None)
@given(st.lists(JSON, min_size=1, max_size=4), st.integers(0, 200))
def test_a_file_cut_off_anywhere_is_broken(values: list[Any], cut: int) -> None:
    text = json.dumps([{"v": values}, values], indent=0).encode()
    with pytest.raises(BrokenFile):
        list(elements(io.BytesIO(text[: min(cut, len(text) - 1)]), lists=("items",), key="id"))


# --- storing ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def name() -> str:
    return f"import-{uuid4().hex[:12]}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    outside, tmp_path = tmp_path, tmp_path / "bank"
    (tmp_path / "images").mkdir(parents=True)
    (tmp_path / "images" / "a.png").write_bytes(png(20, 10, "red"))
    (tmp_path / "images" / "b.png").write_bytes(png(20, 10, "blue"))
    (tmp_path / "images" / "broken.png").write_bytes(png(50, 50)[:-20])
    (tmp_path / "images" / "fake.png").write_text("no picture")
    (outside / "secret.png").write_bytes(png(5, 5))
    (tmp_path / "images" / "out.png").symlink_to(outside / "secret.png")
    (tmp_path / "images" / "in.png").symlink_to(tmp_path / "images" / "a.png")
    (tmp_path / "images" / "folder.png").mkdir()
    return tmp_path


def test_items_and_figures_are_stored_as_they_are(database: Database, conn: Connection, folder: Path, name: str) -> None:
    several = record("B", image_path="images/a.png", image_paths=["images/a.png", "images/b.png"], has_image=True)
    path = write(folder / "items.json", {"items": [record("A"), several, record("C", image_path="images/in.png", has_image=True)]})
    report = import_file(database, path, collection=name, note="메모")
    assert report == ImportReport(name, inserted=3)
    collection = collections.get(conn, name)
    assert collection.note == "메모"
    stored = stored_items.get(conn, collection.id, "B")
    assert stored.item == plan.read(several)
    assert [images.get(conn, sha).data for sha in stored.image_hashes] == [
        (folder / "images" / file).read_bytes() for file in ("a.png", "b.png")
    ]
    assert stored.content_hash == content.content_hash(content.embedding_text(stored.item), stored.image_hashes)


def test_the_same_file_twice_changes_nothing(database: Database, folder: Path, name: str) -> None:
    path = write(folder / "items.json", [record("A"), record("B", image_path="images/a.png", has_image=True)])
    assert import_file(database, path, collection=name).imported == 2
    again = import_file(database, path, collection=name)
    assert (again.imported, again.unchanged, again.refused) == (0, 2, [])


def test_a_changed_text_or_figure_is_an_update(database: Database, folder: Path, name: str) -> None:
    path = write(folder / "items.json", [record("A"), record("B", image_path="images/a.png", has_image=True), record("C")])
    import_file(database, path, collection=name)
    (folder / "images" / "a.png").write_bytes(png(20, 10, "green"))
    changed = [record("A", text="다른 문제"), record("B", image_path="images/a.png", has_image=True), record("C")]
    path = write(folder / "items.json", changed)
    report = import_file(database, path, collection=name)
    assert (report.inserted, report.updated, report.unchanged) == (0, 2, 1)


BAD_PATHS = {
    "images/none.png": "없습니다",
    "../secret.png": "벗어납니다",
    "images/../../secret.png": "벗어납니다",
    "/etc/passwd": "벗어납니다",
    "C:\\secret.png": "벗어납니다",
    "images\\..\\..\\secret.png": "벗어납니다",
    "images/out.png": "벗어납니다",
    "images/broken.png": "깨져",
    "images/fake.png": "그림 파일이 아니",
    "images/folder.png": "파일이 아닙니다",
    "images/a\x00.png": "없습니다",
}


@pytest.mark.parametrize("path", BAD_PATHS)
def test_a_bad_figure_refuses_its_item_and_leaves_what_is_stored(
    database: Database, conn: Connection, folder: Path, name: str, path: str
) -> None:
    import_file(database, write(folder / "first.json", [record("A")]), collection=name)
    bad = record("A", text="바뀐 문제", image_path=path, has_image=True)
    report = import_file(
        database, write(folder / "second.json", [bad, record("B")]), images=folder, collection=name
    )
    if "\x00" in path:
        assert "U+0000" in report.refused[0].reason
    else:
        assert BAD_PATHS[path] in report.refused[0].reason
    assert [(one.line, one.id) for one in report.refused] == [(1, "A")]
    assert (report.inserted, report.updated) == (1, 0)
    assert stored_items.get(conn, collections.get(conn, name).id, "A").item == item("A")


def test_figures_are_looked_for_below_the_folder_named(database: Database, folder: Path, name: str) -> None:
    path = write(folder / "items.json", [record("A", image_path="a.png", has_image=True)])
    assert import_file(database, path, images=folder / "images", collection=name).imported == 1
    assert len(import_file(database, path, collection=name).refused) == 1
    with pytest.raises(InputError, match="그림 폴더"):
        import_file(database, path, images=folder / "none", collection=name)


def test_a_file_broken_at_its_end_leaves_nothing(database: Database, conn: Connection, folder: Path, name: str) -> None:
    good = [record(f"I{number}", image_path="images/a.png", has_image=True) for number in range(450)]
    text = json.dumps(good)[:-1] + ', {"id": "CUT'
    with pytest.raises(InputError, match="끊겼습니다"):
        import_file(database, write(folder / "items.json", text), collection=name)
    assert collections.find(conn, name) is None


def test_a_file_broken_at_its_end_changes_nothing_stored(database: Database, conn: Connection, folder: Path, name: str) -> None:
    import_file(database, write(folder / "first.json", [record("A")]), collection=name)
    text = json.dumps([record("A", text="바뀐 문제"), *(record(f"I{number}") for number in range(450))])[:-1]
    with pytest.raises(InputError):
        import_file(database, write(folder / "second.json", text), collection=name)
    collection = collections.get(conn, name)
    assert stored_items.count(conn, collection.id) == 1
    assert stored_items.get(conn, collection.id, "A").item == item("A")


def test_a_preview_reports_the_same_and_stores_nothing(database: Database, conn: Connection, folder: Path, name: str) -> None:
    path = write(folder / "items.json", [record("A"), record("A"), record("B", image_path="images/fake.png", has_image=True)])
    seen = preview(database, path, collection=name)
    assert collections.find(conn, name) is None
    assert seen == import_file(database, path, collection=name)
    assert (seen.imported, len(seen.refused)) == (1, 2)
    assert preview(database, path, collection=name).unchanged == 1


def test_the_source_file_of_the_export_is_never_opened(database: Database, folder: Path, name: str) -> None:
    trap = folder / "trap"
    import os

    os.mkfifo(trap)  # opening it would wait for ever
    path = write(folder / "items.json", [{**bank.write(item("A")), "_source_file": str(trap)}])
    assert import_file(database, path, collection=name).imported == 1


@pytest.mark.parametrize("bad", ["", "a b", "../x", "x" * 65, "a/b"])
def test_a_collection_name_is_held_to_its_pattern(database: Database, folder: Path, bad: str) -> None:
    with pytest.raises(InputError, match="컬렉션 이름"):
        import_file(database, write(folder / "items.json", [record("A")]), collection=bad)


def test_refusals_as_csv_are_safe_in_a_spreadsheet() -> None:
    refused = [
        Refusal(2, 1, "=HYPERLINK(\"http://x\")", "이유, \"따옴표\""),
        Refusal(3, 2, "+1", "@x"),
        Refusal(4, 3, "-2", "\t=1"),
        Refusal(5, 4, "MATH_001", "줄\n바꿈"),
    ]
    data = importers.to_csv(refused)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[0] == ["줄", "순번", "문항 ID", "이유"]
    assert [row[2] for row in rows[1:]] == ["'=HYPERLINK(\"http://x\")", "'+1", "'-2", "MATH_001"]
    assert [row[3] for row in rows[1:]] == ["이유, \"따옴표\"", "'@x", "'\t=1", "줄\n바꿈"]
    assert [row[0] for row in rows[1:]] == ["2", "3", "4", "5"]
    assert importers.table(refused)[0] == (2, 1, "=HYPERLINK(\"http://x\")", "이유, \"따옴표\"")
