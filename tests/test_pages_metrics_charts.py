"""The charts of 지표와 판정: what stands in them."""

from __future__ import annotations

import pytest

from core.evaluation.analysis import queries as explored
from core.evaluation.scenarios import GATE, TUNED
from pages.measuring import charts, grids, named, pick, queries
from pages.measuring.charts import Cost, Dot, Panel
from pages.measuring.grids import Cell, Line
from pages.widgets import palette, plot
from tests.measuring_data import MADE, texts

pytestmark = pytest.mark.slow

NAN = float("nan")


def dot(row="A", value=0.5, low=0.4, high=0.7, **rest) -> Dot:
    return Dot(row=row, value=value, low=low, high=high, colour="#000000", **rest)


def sizes(node) -> list[float]:
    """Every size of letters that a figure names."""
    if isinstance(node, dict):
        own = [node["size"]] if "size" in node and not isinstance(node["size"], (list, tuple)) and "symbol" not in node else []
        return own + [size for name, each in node.items() if name != "marker" for size in sizes(each)]
    return [size for each in node for size in sizes(each)] if isinstance(node, (list, tuple)) else []


@pytest.mark.parametrize("figure", [
    charts.dots([Panel("cR@5", [dot()], chance=0.1, ceiling=0.8)], rows={"A": "축소 모델"}),
    charts.differences([dot(value=-0.1, low=-0.2, high=0.1)], unit="차이"),
    charts.costs([Cost(label="A", cost=2.0, value=0.5, low=0.4, high=0.6, colour="#000000")], unit="GB", measure="cR@5"),
    grids.heat([[Cell(0.5, ("0.5", "n")), Cell(None, ("없음",))]], rows=["줄"], columns=["A", "B"]),
    grids.lines([Line("A", [0.1, 0.2], [0.9, 0.8], ["k=1", "k=2"], "#000000")], x="x", y="y"),
    grids.by_rank([[1], [2], [0], [3], [0]], ranks=[1]),
], ids=["dots", "differences", "costs", "heat", "lines", "ranks"])
def test_no_letter_in_a_chart_is_too_small_for_a_projector(figure):
    found = sizes(figure.to_plotly_json()["layout"])
    assert found and min(found) >= 14


def test_whiskers_reach_from_end_to_end_and_are_left_out_where_there_is_no_interval():
    whole, none = charts.dots([Panel("m", [dot(row="A"), dot(row="B", low=NAN, high=NAN)])], rows={"A": "", "B": ""}).data
    assert whole.error_x.array[0] == pytest.approx(0.2) and whole.error_x.arrayminus[0] == pytest.approx(0.1)
    assert whole.error_x.visible and not none.error_x.visible
    assert "구간 없음" in none.hovertemplate and "nan" not in none.hovertemplate


def test_lines_of_chance_and_ceiling_stand_at_their_values():
    drawn = charts.dots([Panel("m", [dot()], chance=0.125, ceiling=0.75)], rows={"A": ""})
    assert [shape.x0 for shape in drawn.layout.shapes] == [0.125, 0.75]
    # A ceiling of 1 is the frame itself.
    assert not charts.dots([Panel("m", [dot()], ceiling=1.0)], rows={"A": ""}).layout.shapes


def test_a_difference_without_an_interval_leaves_the_axis_its_reach():
    drawn = charts.differences([dot(value=0.1, low=NAN, high=NAN), dot(row="B", value=-0.2, low=-0.4, high=0.1)], unit="차이")
    assert drawn.layout.xaxis.range == pytest.approx((-0.448, 0.448))


def test_rows_stand_in_the_order_given_with_the_first_on_top():
    drawn = charts.dots([Panel("m", [dot(row="둘째"), dot(row="첫째")])], rows={"첫째": "", "둘째": "옛 벡터"})
    assert [trace.y[0] for trace in drawn.data] == [1, 0]
    top, bottom = drawn.layout.yaxis.range[1], drawn.layout.yaxis.range[0]
    assert top < 0 < 1 < bottom and "옛 벡터" in drawn.layout.yaxis.ticktext[1]


def test_a_name_with_signs_of_markup_is_shown_letter_for_letter():
    drawn = charts.differences([dot(row="<b>A</b> & B")], unit="<i>")
    assert drawn.layout.yaxis.ticktext[0] == "&lt;b&gt;A&lt;/b&gt; &amp; B"
    assert "<b>A</b>" not in drawn.data[0].hovertemplate


def test_a_cell_of_few_queries_has_no_shade():
    drawn = grids.heat([[Cell(0.9, ("0.900",)), Cell(0.9, ("0.900", "n이 부족함"), faint=True), Cell(None, ("실행 안 함",))]],
                       rows=["줄"], columns=["A", "B", "C"])
    assert list(drawn.data[0].z[0]) == [0.9, None, None]
    assert texts(drawn)[1].endswith("n이 부족함</span>") and texts(drawn)[2] == "실행 안 함"


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def shade(value: float) -> str:
    """The colour of a value as plotly mixes it: linearly between the two nearest steps."""
    (x0, one), (x1, other) = next(pair for pair in zip(plot.SHADES, plot.SHADES[1:], strict=False) if value <= pair[1][0])
    share = (value - x0) / (x1 - x0)
    mixed = [round((1 - share) * int(one[at : at + 2], 16) + share * int(other[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{each:02x}" for each in mixed)


@pytest.mark.parametrize("value", [0.0, 0.3, 0.5, 0.6, 0.65, 0.67, 0.7, 0.85, 1.0])
def test_the_number_in_a_cell_can_be_read_on_its_shade(value):
    drawn = grids.heat([[Cell(value, (f"{value}",))]], rows=["줄"], columns=["A"])
    assert contrast(shade(value), drawn.layout.annotations[0].font.color) >= 3.5


def test_variants_share_a_colour_and_differ_in_sign_and_dash():
    names = ["qwen3-vl", "kure+siglip", TUNED, "qwen3-vl@512", "qwen3-vl@nf4"]
    signs, dashes = plot.signs(names), plot.dashes(names)
    assert signs["qwen3-vl"] == signs["kure+siglip"] == "circle" and dashes["qwen3-vl"] == "solid"
    for one, other in ((TUNED, "kure+siglip"), ("qwen3-vl", "qwen3-vl@512"), ("qwen3-vl@512", "qwen3-vl@nf4")):
        assert palette.colour(one) == palette.colour(other) and signs[one] != signs[other] and dashes[one] != dashes[other]


def test_what_is_forecast_is_hollow():
    ready, forecast = (Cost(label=name, cost=1.0, value=0.5, low=0.4, high=0.6, colour="#123456", forecast=name == "f") for name in "rf")
    drawn = charts.costs([ready, forecast], unit="GB", measure="m").data
    assert drawn[0].marker.color == "#123456" and drawn[1].marker.color == "#ffffff"
    assert "예상" in drawn[1].hovertemplate and "예상" not in drawn[0].hovertemplate


def test_a_circle_is_as_many_queries_as_have_the_same_two_values():
    found = explored.of(MADE, a="qwen3-vl", b="kure-v1")
    spots = queries._spots(found)
    assert sorted(query_id for spot in spots for query_id in spot.ids) == sorted(point.query_id for point in found.points)
    by_id = {point.query_id: (point.b, point.a) for point in found.points}
    assert all(by_id[query_id] == (spot.x, spot.y) for spot in spots for query_id in spot.ids)
    assert len({(spot.x, spot.y) for spot in spots}) == len(spots)
    drawn = grids.scatter(spots, x="B", y="A", above="A", below="B")
    assert [each[0] for each in drawn.data[1].customdata] == list(range(len(spots)))


def test_main_systems_are_those_of_the_plan_and_the_tuned_one():
    assert [run.system for run in named.main(MADE.scenarios[GATE])] == ["qwen3-vl", "kure-v1", "kure+siglip", TUNED, "bm25"]
    assert pick.ordered(["bm25", TUNED, "qwen3-vl", "kure+siglip"]) == ["qwen3-vl", "kure+siglip", TUNED, "bm25"]
    assert (named.short(TUNED), named.short("qwen3-vl@512"), named.short("bm25")) == ("D 조정", "A@512", "BM25")
