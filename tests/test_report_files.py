"""Tables as files: CSV cells, sheets of a workbook read back by another library, files whole or not there."""

import csv
import errno
import io
import os
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from core import saving
from core.errors import InputError
from core.items import export
from core.items.importers import refusals
from core.items.record import Item
from core.labels.exchange import exporting
from core.report import tables
from core.report.book import Book, Column

ITEM = Item(id="x", subject="수학", grade="고1", unit="함수", item_type="객관식", difficulty="중", text="문제 " * 9)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ODD = ["=1+1", "+82", "-3", "@SUM(A1)", "|calc", "＝1", "\t=1", "'=1", "_x0041_", "http://a.b", "12", "가\n나", "=HYPERLINK(\"http://a\")"]


def read_csv(data: bytes) -> list[list[str]]:
    """Return a CSV file's rows."""
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def read_book(data: bytes):
    """Return a workbook as another library reads it."""
    return openpyxl.load_workbook(io.BytesIO(data))


def a_book(**about) -> Book:
    return Book(**{"title": "제목", "about": "컬렉션", "warnings": (), "made_at": NOON} | about)


def test_a_table_becomes_cells_that_excel_reads_and_does_not_run():
    data = tables.as_csv(("이름", "=값"), [("=1+1", 0.1234567), (None, np.float64("nan")), (np.True_, np.int64(3))])
    assert data.startswith(b"\xef\xbb\xbf")
    assert read_csv(data) == [["이름", "'=값"], ["'=1+1", "0.123457"], ["", ""], ["예", "3"]]


def test_what_holds_for_a_whole_table_stands_behind_every_row():
    data = tables.as_csv(("a",), [(1,), (2,)], about={"정답": "=버전", "축소 모델": True})
    assert read_csv(data) == [["a", "정답", "축소 모델"], ["1", "'=버전", "예"], ["2", "'=버전", "예"]]


def test_a_row_that_lacks_a_cell_is_refused():
    with pytest.raises(ValueError, match="shorter"):
        tables.as_csv(("a", "b"), [(1,)])


def test_no_cell_of_a_workbook_runs_and_none_is_changed():
    book = a_book()
    book.sheet("하나", "제목").table([Column("글")], [(words,) for words in (*ODD, "a\x07b\r\n")])
    sheet = read_book(book.close())["하나"]
    cells = [sheet.cell(6 + at, 1) for at in range(len(ODD))]
    assert [cell.value for cell in cells] == ODD
    assert sheet.cell(6 + len(ODD), 1).value == "ab\n"
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.hyperlink is None for cell in cells)


def test_numbers_stay_numbers_and_nothing_stays_empty():
    book = a_book()
    columns = [Column("n", "count"), Column("값", "value"), Column("차이", "signed")]
    book.sheet("하나", "제목").table(columns, [(np.int64(1200), np.float64(0.25), None), (3, float("nan"), -0.5), (1, "측정 안 됨", 0)])
    sheet = read_book(book.close())["하나"]
    assert [[cell.value for cell in row] for row in sheet["A6:C8"]] == [[1200, 0.25, None], [3, None, -0.5], [1, "측정 안 됨", 0]]
    assert sheet["B6"].number_format == "0.000"


def test_headings_stay_in_sight_and_groups_span_their_columns():
    book = a_book()
    columns = [Column("지표"), Column("값", "value", group="S1"), Column("하한", "value", group="S1"), Column("값", "value", group="S2")]
    sheet = book.sheet("하나", "제목")
    sheet.table(columns, [("MRR", 0.5, 0.4, 0.6)], freeze=1, filtered=True)
    sheet.table([Column("뒤")], [("x",)])
    found = read_book(book.close())["하나"]
    assert found.freeze_panes == "B7"
    assert [str(merged) for merged in found.merged_cells.ranges] == ["B5:C5"]
    assert [found.cell(5, at).value for at in (1, 2, 4)] == [None, "S1", "S2"]
    assert found.auto_filter.ref == "A6:D7"
    assert found["A9"].value == "뒤"  # a free row between


def test_warnings_stand_on_every_sheet_before_any_number():
    book = a_book(warnings=("축소 모델입니다.",))
    book.sheet("하나", "제목")
    book.sheet("둘", "제목", warnings=("옛 벡터입니다.",))
    found = read_book(book.close())
    assert [found[name]["A3"].value for name in ("하나", "둘")] == ["축소 모델입니다.", "축소 모델입니다. 옛 벡터입니다."]


def test_a_text_longer_than_a_cell_is_cut_and_says_so():
    book = a_book()
    book.sheet("하나", "제목").table([Column("글")], [("가" * 40_000,)])
    found = read_book(book.close())["하나"]["A6"].value
    assert len(found) == 32_767
    assert found.endswith("…")


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "결과.csv"
    saving.save(path, b"old")
    saving.save(path, b"new")
    assert path.read_bytes() == b"new"
    assert [each.name for each in tmp_path.iterdir()] == ["결과.csv"]


def test_a_full_disk_is_one_sentence_and_leaves_the_older_file(tmp_path, monkeypatch):
    path = tmp_path / "결과.csv"
    saving.save(path, b"old")

    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="디스크가 가득 차"):
        saving.save(path, b"new")
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["결과.csv"]


class Full(io.RawIOBase):
    """A file on a disk that takes what is left of ``room`` bytes and then is full."""

    def __init__(self, path, mode: str, room: list[int]):
        self._file, self._room = io.FileIO(path, mode), room

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._file.fileno()

    def write(self, data) -> int:
        taken = min(len(data), self._room[0])
        self._room[0] -= taken
        self._file.write(bytes(data)[:taken])
        if taken < len(data):
            raise OSError(errno.ENOSPC, "No space left on device")
        return taken

    def close(self) -> None:
        super().close()
        self._file.close()


def filling(room: int):
    """Return a ``Path.open`` onto a disk with so many bytes left."""
    left = [room]
    return lambda path, mode="r": io.BufferedWriter(Full(path, mode.replace("b", ""), left))


@pytest.mark.parametrize("room", [0, 10, 60, 130, 209])
def test_a_disk_that_fills_at_any_byte_leaves_no_half_of_what_belongs_together(tmp_path, monkeypatch, room):
    (tmp_path / "images").mkdir()
    (tmp_path / "truth.json").write_bytes(b"old")
    (tmp_path / "images" / "a.png").write_bytes(b"a" * 50)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    exported = exporting.Exported(b"t" * 60, ".json", "미확정", 1, 1, {f"images/{name}.png": name.encode() * 50 for name in "abc"})
    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", filling(room))
        with pytest.raises(InputError, match="디스크가 가득 차"):
            exporting.write(exported, tmp_path / "truth.json")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    exporting.write(exported, tmp_path / "truth.json")
    assert (tmp_path / "truth.json").read_bytes() == b"t" * 60 and len(list((tmp_path / "images").iterdir())) == 3


@pytest.mark.parametrize("room", [0, 100])
def test_every_writer_of_the_product_keeps_the_older_file_on_a_full_disk(tmp_path, monkeypatch, room):
    path = tmp_path / "표.json"
    writers = [lambda: export.write_bank([ITEM] * 20, path),
               lambda: refusals.write_csv([refusals.Refusal(1, 1, "id", "까닭 " * 50)], path), lambda: saving.save(path, b"n" * 200)]
    for write in writers:
        path.write_bytes(b"old")
        with monkeypatch.context() as patched:
            patched.setattr(Path, "open", filling(room))
            with pytest.raises(InputError, match="디스크가 가득 차"):
                write()
        assert path.read_bytes() == b"old" and len(list(tmp_path.iterdir())) == 1


def test_a_missing_folder_is_one_sentence(tmp_path):
    with pytest.raises(InputError, match="폴더가 있는지"):
        saving.save(tmp_path / "없음" / "결과.csv", b"x")


def test_a_file_with_pictures_beside_it_asks_for_its_own_folder_alone(tmp_path):
    saving.save_beside(tmp_path / "r.md", b"x", {"charts/a.svg": b"a"})
    assert (tmp_path / "charts" / "a.svg").read_bytes() == b"a" and (tmp_path / "r.md").read_bytes() == b"x"
    with pytest.raises(InputError, match="폴더가 있는지"):
        saving.save_beside(tmp_path / "없음" / "r.md", b"x", {"charts/a.svg": b"a"})
    assert not (tmp_path / "없음").exists()
