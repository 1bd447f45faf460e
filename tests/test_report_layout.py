"""The report on paper: what belongs together stands on one page, words stay whole, nothing leaves the page or lies over another."""

import re
from itertools import pairwise

import pytest

from core.report.charts import drawing
from core.report.charts.drawing import Bar, Limit
from core.report.final import typesetting
from core.report.final.blocks import (
    Bullets,
    Chart,
    Column,
    Document,
    Found,
    Heading,
    PageBreak,
    Rich,
    SideBySide,
    Table,
    Verdict,
    Words,
)
from tests import report_pages

PLACES = range(0, 46, 3)
"""Lines above: the last fill a page."""
CHART = drawing.forest([Bar("A", 0.5, 0.4, 0.6, "#3b53c8")], axis="값")
FOUND = [Found(1, "m", "3", True, Rich("문항"))] * 9
FOLLOWING = {
    "table": lambda at: Table(("가", "나"), [(f"처음{at}.", "1"), *[("줄", "2")] * 9], title=f"표{at}."),
    "chart": lambda at: Chart("one", CHART, f"처음{at}."),
    "sides": lambda at: SideBySide("쿼리", "", Rich(f"처음{at}."), [Column("A", "#000000", "", FOUND)]),
    "bullets": lambda at: Bullets([f"처음{at}."]),
}


def pages(*blocks) -> list[str]:
    return report_pages.texts(typesetting.as_pdf(document(*blocks)))


def document(*blocks) -> Document:
    return Document("제목", "부제", "발자국", "", blocks, 1)


def filled(lines: int) -> list:
    return [PageBreak(), *[Words("줄")] * lines]


@pytest.mark.parametrize("kind", FOLLOWING)
def test_a_heading_and_the_words_under_it_never_end_a_page(kind):
    told = pages(*[block for at in PLACES for block in (*filled(at), Heading(2, f"절{at}."), Words(f"머리말{at}."), FOLLOWING[kind](at))])
    assert len(told) > len(PLACES), "no place was at the foot of a page"
    for at in PLACES:
        first, = report_pages.of(told, f"절{at}.")
        assert report_pages.of(told, f"머리말{at}.") == report_pages.of(told, f"처음{at}.") == [first], at


@pytest.mark.slow
def test_a_table_that_breaks_leaves_no_row_alone_and_keeps_its_note():
    # Where the last, and where the first rows come to the foot of a page.
    rows, places_above = 30, [*range(21, 26), *range(41, 46)]
    told = pages(*[block for at in places_above for block in (*filled(at), Table(
        ("가", "나"), [(f"{at}행{row}.", "1") for row in range(rows)], widths=(1, 1), note=f"붙임말{at}."))])
    broken = 0
    for at in places_above:
        places = [report_pages.of(told, f"{at}행{row}.")[0] for row in range(rows)]
        breaks = [row + 1 for row, (one, other) in enumerate(pairwise(places)) if one != other]
        broken += bool(breaks)
        assert all(3 <= row <= rows - 3 for row in breaks), at
        assert report_pages.of(told, f"붙임말{at}.") == [places[-1]]
    assert broken > 5


def test_a_cell_longer_than_a_page_is_printed_whole():
    long = "아주긴사정을" * 10 + " "
    pdf = typesetting.as_pdf(document(Table(("가", "나"), [(long * 120 + "끝말", "1")], widths=(1, 1)), Words(long * 160 + "마침", "note"),
                                      Verdict("판정 불가", long * 160 + "맺음", "open")))
    told = "".join(report_pages.texts(pdf))
    assert "끝말" in told and "마침" in told and "맺음" in told
    # What runs over the paper's edge is still in the file.
    assert report_pages.faults(pdf) == []


@pytest.mark.parametrize("make", [Words, lambda words: Bullets([words]), lambda words: Words(words, "note"),
                                  lambda words: Verdict("가", words, "open")])
def test_no_line_breaks_inside_a_word_or_between_a_number_and_its_unit(make):
    words = " ".join(f"구간마다{'가' * (place % 5)} {place}.5 % 또는 {place} GB에서" for place in range(60))
    lines = [line.strip() for line in "".join(pages(make(words))).splitlines()]
    whole = set(words.split())
    broken = [line for line in lines if re.search("구간|또는", line) and not {*line.split()} <= whole | {"•"}]
    assert len(lines) > 15 and not broken
    assert not [line for line in lines if re.match(r"(%|GB)", line)]


def test_a_word_too_long_for_a_line_begins_where_it_stands():
    assert "시작 가가가" in pages(Words("시작 " + "가" * 300))[0]


def test_a_chapter_begins_a_page_and_the_first_one_does_not():
    told = pages(Heading(1, "1. 첫째"), Words("본문"), Heading(1, "2. 둘째"), Words("본문"))
    assert [[chapter in page for chapter in ("1. 첫째", "2. 둘째")] for page in told] == [[True, False], [False, True]]


def test_long_names_and_narrow_columns_neither_leave_the_page_nor_lie_over_another():
    long = "가나다라마바사아자차카타파하" * 3
    names = [f"{long[:length]} {length}" for length in (4, 9, 14, 42)]
    rows = [(str(place), name, name, "0.618 (0.583–0.653)") for place, name in enumerate(names)]
    table = Table(("번호", "매우긴머리글의열", long, "값"), rows, align="llll", small=True, title=long, note=long * 3,
                  widths=(0.4, 0.7, 2, 1.8))
    found = [Found(place, f"MATH_{place:03d}", "3 매우 유사", True, Rich(f"{name} $\\frac{{x^2+1}}{{2}}$ {long}"))
             for place, name in enumerate(names)]
    sides = SideBySide(f"쿼리 {long[:14]}", "관련 문항 5개", Rich(long), [Column(long[:14], "#000000", "실행 1", found) for _ in range(4)])
    pdf = typesetting.as_pdf(document(Verdict(long, long * 2, "bad"), Heading(1, long), Heading(2, long), Words(long * 4),
                                      Bullets([long * 4]), table, sides))
    assert report_pages.faults(pdf) == []


def test_what_lies_over_another_or_outside_is_seen():
    """The eye that the tests above and the whole report are looked at with."""
    wide = Table(("가",), [("MATH" * 60,)], widths=(1,))
    assert any("밖" in fault for fault in report_pages.faults(typesetting.as_pdf(document(wide))))
    narrow = Table(("가", "나"), [("MATH" * 12, "값값값값")], align="ll", widths=(0.2, 1))
    assert any("겹침" in fault for fault in report_pages.faults(typesetting.as_pdf(document(narrow))))


def test_the_words_of_two_limits_stand_on_either_side(monkeypatch):
    asked = []
    monkeypatch.setattr(drawing, "_svg", lambda figure: asked.extend(
        (each.get_text(), each.get_ha()) for each in figure.axes[0].texts) or b"")
    drawing.forest([Bar("A", 0.5, 0.4, 0.6, "#000000")], axis="값", limits=[Limit(0.71, "Go"), Limit(0.7, "No-Go")])
    assert ("No-Go", "right") in asked and ("Go", "left") in asked
