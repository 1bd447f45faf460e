"""The error cases as a workbook: wanted beside got, figures in their cells, what staff said."""

import io
from dataclasses import replace
from datetime import UTC, datetime

import openpyxl
import pytest
from PIL import Image

from core.evaluation.analysis.cases import ErrorCase, Got, Wanted
from core.evaluation.analysis.causes import Suggestion
from core.evaluation.results import ScoredQuery
from core.items.record import Item, Kind
from core.report import error_cases, files
from core.report.figures import SHARPNESS, Figures
from core.store import images
from core.store.items import StoredItem
from core.store.queries import QueryRevision
from tests.evaluation_data import evaluation
from tests.test_report_files import read_book

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def png(width: int, height: int, colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, format="PNG")
    return out.getvalue()


def stored(name: str, text: str, *hashes: str) -> StoredItem:
    return StoredItem(Item(name, "수학", "중2", "확률", "객관식", "중", text, tuple(hashes)), 1, f"content-{name}", hashes,
                      Kind.IMAGE if hashes else Kind.TEXT)


def case(name: str = "Q1", *, text: str = "찾는 글", image: str | None = None, source: StoredItem | None = None, wanted=(), got=(),
         **said) -> ErrorCase:
    query = QueryRevision(name, 1, text, image, source.item.id if source else None, "text", "human", "hash", False)
    told = {"suggested": (), "cause": None, "note": "", "by": "", "at": None} | said
    return ErrorCase("gate", "qwen3-vl", "kure+siglip@tuned", ScoredQuery(query, name, {"unit": "확률"}, {}, 1, 9), source, "missed",
                     {"cR@5": 0.0, "nDCG@10": 0.25}, {"cR@5": 0.5, "nDCG@10": 0.75}, tuple(wanted), tuple(got), **told)


def written(conn, *cases: ErrorCase) -> openpyxl.Workbook:
    return read_book(error_cases.as_xlsx(conn, evaluation(queries=4, scenarios=("gate",)), cases, made_at=NOON))


@pytest.fixture
def figure(conn) -> str:
    return images.put(conn, png(800, 400), media_type="image/png", width=800, height=400)


def test_wanted_and_got_stand_side_by_side_place_by_place(conn):
    right, wrong = stored("m-1", "$\\frac{1}{2}$을 구하여라"), stored("m-2", "다른 문제")
    book = written(conn, case(wanted=[Wanted(right, "m-1", 3, 14, 2), Wanted(None, "m-9", 2, None, None)],
                              got=[Got(wrong, "m-2", 0, 1), Got(None, "m-8", None, 2), Got(wrong, "m-3", 1, 3)]))
    sheet = book["사례"]
    head = [cell.value for cell in sheet[6]]
    rows = [dict(enumerate(cell.value for cell in row)) for row in sheet.iter_rows(min_row=7)]
    left, right_side = head.index("원했던 문항"), head.index("나온 문항")
    assert [row[left] for row in rows] == ["m-1", "m-9", None]
    assert [row[left + 1] for row in rows] == ["3 매우 유사", "2 유사", None]
    assert [row[left + 2] for row in rows] == ["14위", "목록에 없음", None]
    assert [row[left + 3] for row in rows] == ["2위", None, None]
    assert "\\frac{1}{2}" in rows[0][left + 4]
    assert [row[right_side] for row in rows] == ["m-2", "m-8", "m-3"]
    assert [row[right_side + 1] for row in rows] == ["0 무관", "미판정", "1 관련"]
    assert {row[1] for row in rows} == {"Q1"}  # in every row, so that the sheet can be searched


def test_a_figure_lies_within_its_own_cell(conn, figure):
    book = written(conn, case(image=figure, wanted=[Wanted(stored("m-1", "글"), "m-1", 3, None, None),
                                                    Wanted(stored("m-2", "글", figure), "m-2", 2, None, None)]))
    sheet = book["사례"]
    head = [cell.value for cell in sheet[6]]
    placed = {(drawn.anchor._from.row, drawn.anchor._from.col): drawn.anchor for drawn in sheet._images}
    assert set(placed) == {(6, head.index("쿼리의 그림")), (7, [at for at, name in enumerate(head) if name == "그림"][0])}
    assert all((anchor.to.row, anchor.to.col) == at for at, anchor in placed.items())


def test_figures_are_made_small_and_never_enlarged(conn, figure):
    little = images.put(conn, png(60, 30), media_type="image/png", width=60, height=30)
    broken = images.put(conn, b"no picture", media_type="image/png", width=1, height=1)
    figures = Figures(conn, [figure, little, broken], width=190, height=120)
    large, small = figures.of([figure]), figures.of([little])
    assert (large.width, large.height) == (190, 95)
    with Image.open(io.BytesIO(large.data)) as shown:
        assert shown.size == (190 * SHARPNESS, 95 * SHARPNESS)
    assert (small.width, small.height, small.scale) == (60, 30, 1.0)
    assert figures.of([]) is None
    assert figures.of([broken]) is None


def test_several_figures_become_one_picture(conn, figure):
    other = images.put(conn, png(800, 400, "blue"), media_type="image/png", width=800, height=400)
    found = Figures(conn, [figure, other], width=400, height=400).of([figure, other])
    with Image.open(io.BytesIO(found.data)) as shown:
        assert shown.getpixel((shown.width // 2, 5)) == (255, 0, 0)
        assert shown.getpixel((shown.width // 2, shown.height - 5)) == (0, 0, 255)


def test_the_list_tells_what_staff_said_apart_from_what_is_guessed(conn):
    guess = (Suggestion("unit", "단원이 다릅니다."), Suggestion("vague", "짧습니다."))
    book = written(conn, case("Q1", cause="figure", note="=1+1", by="이선생", at=NOON, suggested=guess), case("Q2", suggested=guess),
                   case("Q3"))
    head, *rows = [[cell.value for cell in row] for row in book["목록"].iter_rows(min_row=5)]
    told = [dict(zip(head, row, strict=True)) for row in rows[:3]]
    assert [row["담당자가 정한 원인"] for row in told] == ["그림 무시", None, None]
    assert [row["짐작되는 원인"] for row in told] == ["단원 혼동", "단원 혼동", None]
    assert (told[0]["메모"], told[0]["누가"]) == ("=1+1", "이선생")
    assert (told[0]["상한 보정 R@5"], told[0]["비교 시스템의 R@5"]) == (0.0, 0.5)
    assert [[cell.value for cell in row] for row in book["원인별"].iter_rows(min_row=6, max_col=3)][:3] == [
        ["단원 혼동", 0, 1], ["그림 무시", 1, 0], ["짐작되는 원인이 없음", 0, 1]]


def test_a_case_of_the_list_leads_to_its_rows_and_nowhere_else(conn):
    got = [Got(None, f"m-{rank}", 0, rank) for rank in (1, 2, 3)]
    book = written(conn, case("Q1", got=got), case("Q2"), case("Q3", got=got))
    links = [cell.hyperlink.location for row in book["목록"].iter_rows(min_row=6) for cell in row if cell.hyperlink]
    assert [book["사례"][link.rpartition("!")[2]].offset(column=1).value for link in links] == ["Q1", "Q2", "Q3"]
    assert [link.rpartition("!")[2] for link in links] == ["A7", "A10", "A11"]
    assert not any(cell.hyperlink.target for row in book["목록"].iter_rows() for cell in row if cell.hyperlink)


def test_a_query_that_is_an_item_shows_the_items_figure(conn, figure):
    source = stored("m-5", "글", figure)
    asked = case(source=source)
    item = replace(asked, query=replace(asked.query, query=replace(asked.query.query, text=None)))
    sheet = written(conn, item)["사례"]
    assert sheet["C7"].value == "m-5 문항과 비슷한 문항"
    assert len(sheet._images) == 1


def test_what_is_asked_for_is_written_and_nothing_else(conn, collection, tmp_path):
    told = replace(evaluation(queries=4, scenarios=("gate",), strengths={"qwen3-vl": 0.1}), collection_id=collection.id)
    paths = [tmp_path / "a.csv", tmp_path / "b.xlsx", tmp_path / "c.xlsx"]
    assert files.write(conn, told, csv=paths[0], xlsx=paths[1], errors=paths[2]) == paths
    assert sorted(tmp_path.iterdir()) == paths
    named = [case.query.query_id for case in files.cases(conn, told)]
    assert named  # A is weak here
    found = [read_book(paths[at].read_bytes())[sheet] for at, sheet in ((1, "3.8 오류 사례"), (2, "목록"))]
    assert [[cell.value for cell in sheet["B"][5:5 + len(named)]] for sheet in found] == [named, named]


def test_a_system_that_was_not_run_has_no_cases(conn):
    assert files.cases(conn, evaluation(queries=4, systems=("kure-v1",))) == []


def test_without_a_case_the_file_opens_and_says_so(conn):
    book = written(conn)
    assert book.sheetnames == ["목록", "사례", "원인별"]
    assert book["목록"]["A5"].value == book["사례"]["A5"].value
