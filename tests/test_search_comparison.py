"""Side by side: each encoder reads once, columns come as they are ready, what lists share, what an export holds."""

import csv
import io
import json
import re
import threading
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cli.main import main
from core.engine.client import engine as real_engine
from core.errors import EngineError, InputError, NotFoundError
from core.items.mathml import mathml
from core.search import comparison_export, overlap
from core.search.comparison import compare
from core.search.query import Query
from core.search.query_encoder import QueryEncoder
from core.search.service import search
from core.store import collections, images, items, queries
from tests.stored_engine import FakeEngine, embed
from tests.test_search_running import PIXEL
from tests.test_store_items import new

ALL = ("A", "B", "C", "D", "E")
EVIL = '<script>alert(1)</script> $\\text{<img src=x onerror=alert(2)>}+\\frac{1}{2}$ =HYPERLINK("http://x") ' + f"${'x+' * 1200}x$"


@pytest.fixture
def engine():
    return FakeEngine()


@pytest.fixture
def bank(conn, collection):
    items.upsert(conn, collection.id, [new(number, text=f"교점 {number}") for number in range(1, 13)])
    embed(conn, collection.id)
    return collection


@pytest.fixture
def beside(database, engine, bank):
    def beside(query, systems=ALL, **more):
        return compare(database, engine, query, systems, collection=bank.name, **{"k": 5, "rerank_depth": 8} | more)

    return beside


def test_each_encoder_configuration_reads_the_query_once(beside, engine):
    told = beside(Query("교점", PIXEL), [*ALL, "A@32"])
    paid = {column.system: (column.result.encode_ms > 0, column.result.shared) for column in told}
    assert set(engine.rows.values()) == {1} and len(engine.rows) == 3
    qwen = "qwen3-vl-embedding-2b-mini"
    assert paid == {
        "qwen3-vl": (True, ()), "kure-v1": (True, ()), "siglip": (True, ()),
        "kure+siglip": (False, ("kure-v1-mini", "siglip-base-mini")), "qwen3-vl@32": (False, (qwen,)),
        "qwen3-vl+rerank": (False, (qwen,))}


def test_every_column_is_what_the_search_alone_returns_and_rerankers_come_last(beside, database, engine, bank):
    told = beside(Query("교점"), ["E", "A", "bm25", "D"])
    order = [column.system for column in told]
    assert order == ["qwen3-vl", "bm25", "kure+siglip", "qwen3-vl+rerank"] and list(told.lists) == list(told.systems)
    for name in told.systems:
        alone = search(database, engine, Query("교점"), system=name, collection=bank.name, k=5, rerank_depth=8)
        assert told.columns[name].result.hits == alone.hits and told.systems[0] == "qwen3-vl+rerank"


def test_nothing_is_encoded_before_a_column_is_asked_for_nor_twice(beside, engine):
    told = beside(Query("교점"), ["A", "B"])
    assert not engine.rows
    assert next(iter(told)).system == "qwen3-vl" and len(engine.rows) == 1
    assert [column.system for column in told] == ["qwen3-vl", "kure-v1"] and set(engine.rows.values()) == {1}


def test_one_systems_trouble_leaves_the_others_their_columns(beside, engine):
    engine.trouble["siglip-base-mini"] = EngineError("엔진이 바쁩니다.")
    told = {column.system: column.error for column in beside(Query("교점"), ["A", "C", "D"])}
    assert told == {"qwen3-vl": None, "siglip": "엔진이 바쁩니다.", "kure+siglip": "엔진이 바쁩니다."}
    by_picture = {column.system: column.error for column in beside(Query(image=PIXEL), ["A", "B"])}
    assert by_picture["qwen3-vl"] is None and "글로만" in by_picture["kure-v1"]


def test_a_stored_query_never_finds_the_item_it_was_written_from(beside, conn, bank):
    stored = queries.put(conn, bank.id, query_id="q", text="교점", source_item_id="m-004", query_type="n", origin="human")
    told = beside(stored, [*ALL, "bm25"], k=12)
    assert all(len(column.item_ids) == 11 and "m-004" not in column.item_ids for column in told)


def test_what_cannot_be_compared_is_refused_before_anything_runs(beside):
    with pytest.raises(InputError, match="시스템은"):
        beside(Query("교점"), [])
    with pytest.raises(InputError, match="결과 수"):
        beside(Query("교점"), k=0)
    with pytest.raises(NotFoundError):
        beside(Query("교점"), ["A", "Z"])
    assert beside(Query("교점"), ["A", "qwen3-vl", "A"]).systems == ("qwen3-vl",)


def test_threads_that_ask_at_once_get_one_encoding(conn, bank, engine):
    from core.models.contract import Content
    from core.search import variants
    from core.search.sets import embedding_set

    found = embedding_set(conn, bank, variants.find("A").channels[0], variants.find("A"))
    encoder, shared = QueryEncoder(engine), []
    threads = [threading.Thread(target=lambda: shared.append(encoder.encode(found.identity, Content("교점")).shared)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(shared) == [False] + [True] * 7 and set(engine.rows.values()) == {1}


def slow_rbo(one, other, p):
    """RBO_EXT as Webber et al. print it (equation 32), set by set."""
    short, long = sorted((one, other), key=len)
    s, end = len(short), len(long)
    agreed = [len(set(long[:depth]) & set(short[:depth])) for depth in range(1, end + 1)]
    total = sum(agreed[depth - 1] / depth * p**depth for depth in range(1, end + 1))
    total += sum(agreed[s - 1] * (depth - s) / (s * depth) * p**depth for depth in range(s + 1, end + 1))
    return (1 - p) / p * total + ((agreed[-1] - agreed[s - 1]) / end + agreed[s - 1] / s) * p**end


lists = st.lists(st.integers(0, 12), unique=True, min_size=1, max_size=10)


@given(lists, lists, st.floats(0.05, 0.99))
def test_rbo_is_the_published_formula(one, other, p):
    value = overlap.rbo(one, other, p=p)
    assert value == pytest.approx(slow_rbo(one, other, p)) and -1e-9 <= value <= 1 + 1e-9
    assert value == pytest.approx(overlap.rbo(other, one, p=p)) and overlap.rbo(one, one, p=p) == pytest.approx(1)


def test_rbo_looks_at_the_top_first_and_jaccard_does_not():
    late, early = overlap.rbo("abcde", "abced"), overlap.rbo("abcde", "bacde")
    assert late > early > overlap.rbo("abcde", "vwxyz") == 0 and overlap.rbo("", "") == 1 and overlap.rbo("a", "") == 0
    assert {overlap.jaccard("abc", "".join(order)) for order in permutations("abc")} == {1.0}
    assert overlap.jaccard("abc", "bcd") == 0.5 and overlap.jaccard("", "") == 1
    with pytest.raises(ValueError):
        overlap.rbo("aa", "b")


def test_moves_common_and_unique_are_told_against_the_baseline():
    told = {"A": ["x", "y", "z"], "B": ["z", "x", "w"]}
    assert overlap.moves(told, "A") == {"A": {"x": 0, "y": 0, "z": 0}, "B": {"z": 2, "x": -1, "w": None}}
    assert overlap.common(told) == {"x", "z"} and overlap.unique(told) == {"A": {"y"}, "B": {"w"}}


def test_an_export_shows_hostile_text_and_runs_none_of_it(conn, database, beside, bank):
    sha = images.put(conn, PIXEL, media_type="image/png", width=1, height=1)
    row = new(1, text=EVIL, unit="=1+1", images=("a.png",))
    items.upsert(conn, bank.id, [row.__class__(row.item, "evil", (sha,))])
    told = beside(Query("교점"), ["A", "E"], k=12)
    for _ in told:
        pass
    page = comparison_export.as_html(database, told, address='http://h/compare?q="><script>', grades={"m-001": 3}).decode()
    assert "<script" not in page and "<img src=x" not in page and not re.search(r"<[^>]*\son\w+=", page)
    assert not re.search(r"""(?:src|href|url)\s*[=(]\s*["']?(?!data:)\w+:""", page), "nothing is fetched"
    assert "data:image/png;base64," in page and "<mfrac>" in page and "<code>x+x" in page
    assert "3 매우 유사" in page and "미판정" in page and "축소 모델" in page and "fp32" in page
    plain = comparison_export.as_html(database, told).decode()
    assert "매우 유사" not in plain and "미판정" not in plain, "who may not see grades gets a file without any"
    text = comparison_export.as_csv(database, told, address="@x").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 24 and {row["등급"] for row in rows} == {""}
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "@"))]


def test_mathml_holds_known_elements_only():
    assert mathml(r"\frac{1}{2}") == ('<math display="inline"><mrow><mfrac><mrow><mn>1</mn></mrow><mrow><mn>2</mn></mrow>'
                                      "</mfrac></mrow></math>")
    assert "border-top" in mathml(r"\overline{AB}") and "<mover>" in mathml(r"\dot{3}")
    assert "href" not in mathml(r"\href{http://x}{y}") and "style=" not in mathml(r"\style{color:red}{a}")
    assert mathml(r"\unknown{a}") is None and mathml("{" * 5000) is None and mathml("x" * 3000) is None


@pytest.mark.slow
def test_the_five_systems_read_a_query_once_each_through_the_real_engine(database, prepared):
    told = compare(database, real_engine(), Query("두 일차함수의 그래프"), ALL, collection=prepared.collection, k=10)
    results = {column.system: column.result for column in told}
    assert [bool(results[name].shared) for name in told.systems] == [False, False, False, True, True]
    for name, result in results.items():
        alone = search(database, real_engine(), Query("두 일차함수의 그래프"), system=name, collection=prepared.collection, k=10)
        assert [hit.item_id for hit in result.hits] == [hit.item_id for hit in alone.hits]
    with database.connection() as conn:
        source = next(one for one in queries.current(conn, collections.get(conn, prepared.collection).id)
                      if one.text and one.source_item_id)
    assert all(source.source_item_id not in column.item_ids
               for column in compare(database, real_engine(), source, ALL, collection=prepared.collection, k=100))


@pytest.mark.slow
def test_the_terminal_compares_exports_and_stores_runs(prepared, tmp_path, capsys):
    sheet, page = tmp_path / "out.csv", tmp_path / "out.html"
    asked = ["compare", "두 일차함수의 그래프", "--systems", "A,B,D", "--k", "3", "--collection", prepared.collection]
    assert main([*asked, "--csv", str(sheet), "--html", str(page), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(column["system"], len(column["hits"]), column["shared"]) for column in told["columns"]] == [
        ("qwen3-vl", 3, []), ("kure-v1", 3, []), ("kure+siglip", 3, ["kure-v1-mini"])]
    assert len(told["pairs"]) == 3 and sheet.read_bytes().startswith(b"\xef\xbb\xbf") and b"<math" in page.read_bytes()
    assert main(["compare", "--query", "Q001", "x"]) == 1 and "하나만" in capsys.readouterr().err
    made = []
    for _ in range(2):
        assert main(["runs", "--systems", "B", "--depth", "7", "--collection", prepared.collection, "--json"]) == 0
        made += json.loads(capsys.readouterr().out)["runs"]
    assert made[0]["added"] == made[0]["queries"] == made[1]["queries"] > 50 and made[1]["added"] == 0
    assert made[0]["run"] == made[1]["run"] and made[0]["left_out"] == made[1]["left_out"] != []
    assert main(["runs", "--list", "--collection", prepared.collection]) == 0 and "kure-v1" in capsys.readouterr().out
