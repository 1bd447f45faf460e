"""Ground truth in and out: nothing lost on the way, nothing overwritten, every refusal with its line."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cli.main import main
from core.errors import InputError
from core.labels import making
from core.labels.exchange import exporting, exporting_events, importing, sheets
from core.labels.versions import truth
from core.store import collections, images, items, judgment_records, judgments, queries
from core.store.judgment_records import RoundRecord
from tests.test_labels_making import picture
from tests.test_labels_versions import Bank
from tests.test_store_items import new

ODD = ["쉼표, 따옴표 \"와\" '작은 것'", "=HYPERLINK(\"x\")", "+1", "-1", "@있음", "'=이미", "''둘", "줄\n바꿈", "캐리지\r\n리턴",
       " =빈칸 뒤", "\t탭", "＝전각", "|파이프", "한글 ㄱㄴㄷ ∠ △ 𝑥", "'그냥", "끝의 빈칸도 아니다"]


@pytest.fixture
def bank(conn, collection):
    return Bank(conn, collection)


@pytest.fixture
def there(elsewhere):
    """The same items on another machine, under other numbers."""
    with elsewhere.connection() as conn:
        collections.ensure(conn, "앞선 것")
        yield Bank(conn, collections.ensure(conn, f"다른 곳 {uuid4().hex}"))


def odd_truth(bank):
    for number, text in enumerate(ODD):
        query = making.create(bank.conn, bank.id, text=text, by="이바다", image=picture(32, 32, (number, 3)) if number % 3 == 0 else None,
                              source_item_id="m-006" if number % 4 == 0 else None)
        bank.judge(query.query_id, f"m-00{number % 5 + 1}", number % 4, origin="human" if number % 2 else "model")
    making.create(bank.conn, bank.id, source_item_id="m-002", by="이바다")
    making.create(bank.conn, bank.id, text="판정이 없는 쿼리", by="이바다")
    return truth.current(bank.conn, bank.id)


def take_in(database, bank, exported, folder, **options):
    path = folder / f"truth{exported.suffix}"
    exporting.write(exported, path)
    (name,) = [each.name for each in collections.listing(bank.conn) if collections.get(bank.conn, each.name).id == bank.id]
    return importing.import_file(database, path, collection=name, **options)


@pytest.mark.parametrize("kind", ["plan", "csv"])
def test_plan_and_csv_come_back_as_the_same_truth(bank, there, elsewhere, tmp_path, kind):
    before = odd_truth(bank)
    exported = exporting.export(bank.conn, bank.id, kind)
    assert take_in(elsewhere, there, exported, tmp_path, preview=True).added == len(ODD)
    assert queries.current(there.conn, there.id) == []
    report = take_in(elsewhere, there, exported, tmp_path)
    assert (report.refused, report.notes) == ([], ()), "auto detection included"
    assert (report.queries, report.judgments, report.added) == (len(ODD) + 2, len(ODD), len(ODD))
    after = truth.current(there.conn, there.id)
    assert (after.grades, after.query_hashes, after.item_hashes, after.origins) == (
        before.grades, before.query_hashes, before.item_hashes, before.origins)
    told = exporting.export(there.conn, there.id, kind)
    strip = (lambda data: json.loads(data)["queries"]) if kind == "plan" else bytes
    assert strip(told.data) == strip(exported.data) and told.images == exported.images
    again = take_in(elsewhere, there, exported, tmp_path)
    assert (again.added, len(queries.every_revision(there.conn, there.id))) == (0, len(ODD) + 2)


def test_trec_carries_grades_between_collections_that_share_their_queries(bank, there, elsewhere, tmp_path):
    before = odd_truth(bank)
    exporting.write(exporting.export(bank.conn, bank.id, "plan"), tmp_path / "plan.json")
    exported = exporting.export(bank.conn, bank.id, "trec")
    assert exported.data.decode().splitlines()[0] == "Q001 0 m-001 0" and exported.refused == ()
    for query in queries.current(bank.conn, bank.id):
        image = images.get(bank.conn, query.image_hash).data if query.image_hash else None
        making.create(there.conn, there.id, by="x", query_id=query.query_id, text=query.text, image=image,
                      source_item_id=query.source_item_id)
    report = take_in(elsewhere, there, exported, tmp_path, origin="human")
    assert (report.judgments, report.refused, report.notes) == (len(ODD), [], ())
    assert truth.current(there.conn, there.id).grades == before.grades
    assert exporting.export(there.conn, there.id, "trec").data == exported.data


def test_an_id_with_a_blank_is_refused_by_trec_and_no_other_format(bank, tmp_path):
    bank.ask("Q 1", "글")
    bank.ask("Q2", "다른 글")
    bank.judge("Q 1", "m-001", 3)
    bank.judge("Q2", "m-001", 2)
    exported = exporting.export(bank.conn, bank.id, "trec")
    assert exported.data == b"Q2 0 m-001 2\n" and [name for name, _ in exported.refused] == ["Q 1"]
    assert b"Q 1" in exporting.export(bank.conn, bank.id, "csv").data


def test_a_version_is_exported_as_it_was_frozen(bank):
    bank.ask("Q1", "처음 글")
    bank.judge("Q1", "m-001", 3)
    bank.freeze("첫 판")
    bank.ask("Q1", "고친 글")
    frozen = json.loads(exporting.export(bank.conn, bank.id, "plan", number=1).data)
    assert frozen["queries"][0]["query_text"] == "처음 글" and frozen["metadata"]["ground_truth"] == "버전 1 · 첫 판"
    assert frozen["queries"][0]["relevant_items"] == [{"id": "m-001", "relevance": 3, "origin": "human"}]
    now = json.loads(exporting.export(bank.conn, bank.id, "plan", current=True).data)
    assert (now["queries"][0]["query_text"], now["queries"][0]["relevant_items"]) == ("고친 글", [])


def test_no_cell_runs_in_a_spreadsheet_and_none_is_changed():
    data = sheets.written(("a", "b"), [(text, 1) for text in ODD])
    assert data.startswith(b"\xef\xbb\xbf")
    raw = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))[1:]
    assert not [cells for cells in raw if cells[0].lstrip().startswith(("=", "+", "-", "@", "＝", "|"))]
    assert [cells["a"] for _, cells in sheets.read(data, name="x", required=("a",))] == ODD
    assert [line for line, _ in sheets.read(b"a\r\n\"1\n2\"\r\n\r\n3\r\n", name="x", required=("a",))] == [2, 5]
    assert [cells["a"] for _, cells in sheets.read("a\r\n한글\r\n".encode("cp949"), name="x", required=("a",))] == ["한글"]


def told(bank, database, folder, text, name="truth.csv", **options):
    (folder / name).write_text(text, encoding="utf-8")
    (found,) = [each.name for each in collections.listing(bank.conn) if collections.get(bank.conn, each.name).id == bank.id]
    return importing.import_file(database, folder / name, collection=found, **options)


def test_csv_is_refused_row_by_row_with_its_line(bank, database, tmp_path):
    bank.ask("Q1", "글", source_item_id="m-006")
    report = told(bank, database, tmp_path, "\n".join([
        "query_id,item_id,grade,origin", "Q1,m-001,3,human", "Q1,m-001,2,human", "Q1,m-002,넷,human", "Q1,m-999,1,human",
        ",m-001,1,human", "Q9,m-001,1,human", "Q1,m-006,3,human", "Q1,m-003,4,human", "Q1,m-004,0,"]))
    assert (report.queries, report.judgments) == (1, 2) and len(report.notes) == 1
    words = {3: "두 번", 4: "정수", 5: "m-999", 6: "query_id", 7: "컬렉션에 없", 8: "원본", 9: "0~3"}
    assert [refusal.line for refusal in report.refused] == list(words)
    assert [word in refusal.reason for word, refusal in zip(words.values(), report.refused, strict=True)] == [True] * len(words)
    assert truth.current(bank.conn, bank.id).grades["Q1"] == {"m-001": 3, "m-004": 0}


def test_trec_is_refused_row_by_row_and_another_scale_is_mapped(bank, database, tmp_path):
    bank.ask("Q1", "글")
    report = told(bank, database, tmp_path, "Q1 0 m-001 3\nQ1 m-002 3\nQ1 0 m-003 -1\n\nQ1 0 m-004 1\n", "a.qrels", origin="human")
    assert report.judgments == 2 and [refusal.line for refusal in report.refused] == [2, 3]
    other = "".join(f"Q1 0 m-00{number} {number}\n" for number in range(1, 6)) * 3
    with pytest.raises(InputError, match="대응표"):
        told(bank, database, tmp_path, other.replace(" 1\n", " 5\n"), "b.qrels")
    mapped = told(bank, database, tmp_path, other[:70], "b.qrels", origin="human", mapping={5: 3, 4: 2, 3: 1, 2: 1, 1: 0})
    assert mapped.judgments == 5
    assert truth.current(bank.conn, bank.id).grades["Q1"] == {"m-001": 0, "m-002": 1, "m-003": 1, "m-004": 2, "m-005": 3}
    with pytest.raises(InputError, match="형식"):
        told(bank, database, tmp_path, "무슨 글\n", "c.txt")


@pytest.mark.parametrize("name", ["query_id", "query_text", "source_item_id", "query_origin"])
@pytest.mark.parametrize("value", ["\x00", "a\x1bb", "\ud800", "가" * 4001])
def test_what_the_store_cannot_hold_is_refused_in_a_sentence(bank, database, tmp_path, name, value):
    one = {"query_id": "Q1", "query_text": "글", "query_origin": "human", "relevant_items": [{"id": "m-001", "relevance": 1}], name: value}
    report = told(bank, database, tmp_path, json.dumps([one]), "a.json")
    assert (report.queries, len(report.refused)) == (0, 1)
    if value != "\ud800":
        row = [one.get(column, "") for column in ("query_id", "query_text", "query_origin", "source_item_id")]
        text = sheets.written(("query_id", "query_text", "query_origin", "source_item_id", "item_id", "grade"), [[*row, "m-001", 1]])
        report = told(bank, database, tmp_path, text.decode(), "a.csv")
        assert (report.queries, len(report.refused)) == (0, 1)


@pytest.mark.parametrize(("data", "kind"), [
    (b"", None), (b"\xff\xfe\x00", None), (b'{"record":' * 100_000, None), (b"[" * 100_000, "plan"),
    (b'query_id,item_id,grade\n"open', "csv"),
    (b"\xff\xff", "trec"), (b"\xff\xff", "events")])
def test_a_file_that_is_none_is_one_sentence_or_nothing(bank, database, collection, tmp_path, data, kind):
    (tmp_path / "file").write_bytes(data)
    try:
        report = importing.import_file(database, tmp_path / "file", collection=collection.name, format=kind)
    except InputError as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert (report.queries, report.judgments) == (0, 0)


@given(st.lists(st.tuples(*[st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"))] * 2), max_size=5))
def test_any_text_survives_a_sheet(rows):
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    assert [tuple(cells.values()) for _, cells in sheets.read(sheets.written(("a", "b"), rows), name="x", required=("a",))] == rows


def test_a_file_never_sets_back_what_people_did_to_a_query(bank, database, tmp_path):
    plan = {"queries": [{"query_id": "Q1", "query_text": "글", "relevant_items": [{"id": "m-001", "relevance": 3, "origin": "human",
                                                                               "similarity_score": 0.9, "reasoning": "같은 유형"}]}]}
    assert told(bank, database, tmp_path, json.dumps(plan), "a.json").added == 1
    assert json.loads(judgments.events(bank.conn, bank.id)[0].note) == {"similarity_score": 0.9, "reasoning": "같은 유형"}
    making.retire(bank.conn, bank.id, "Q1", by="선임")
    assert told(bank, database, tmp_path, json.dumps(plan), "a.json").added == 0
    assert queries.get(bank.conn, bank.id, "Q1").retired
    making.restore(bank.conn, bank.id, "Q1", by="선임")
    edited = making.edit(bank.conn, bank.id, "Q1", text="고친 글", by="선임")
    assert told(bank, database, tmp_path, json.dumps(plan), "a.json").added == 0
    assert queries.get(bank.conn, bank.id, "Q1") == edited
    plan["queries"][0]["query_text"] = "전혀 다른 글"
    report = told(bank, database, tmp_path, json.dumps(plan), "a.json")
    assert (report.queries, report.refused[0].id) == (0, "Q1") and "다른 내용" in report.refused[0].reason


def test_preparing_again_keeps_a_newer_grade_of_another_file(bank, database, tmp_path):
    def plan(grade):
        return json.dumps({"queries": [{"query_id": "Q1", "query_text": "글", "relevant_items": [{"id": "m-001", "relevance": grade}]}]})

    told(bank, database, tmp_path, plan(1), "sample.json")
    told(bank, database, tmp_path, plan(3), "better.json")
    (name,) = [each.name for each in collections.listing(bank.conn) if collections.get(bank.conn, each.name).id == bank.id]
    assert importing.import_ground_truth(database, tmp_path / "sample.json", collection=name).added == 0
    assert truth.current(bank.conn, bank.id).grades["Q1"] == {"m-001": 3}


def recorded(bank):
    """Every column with something in it: rounds, purposes, withdrawn and unrateable, odd notes, an edited query."""
    opened = datetime(2026, 11, 20, 1, 2, 3, 456789, tzinfo=UTC)
    round_id = judgment_records.add_round(bank.conn, bank.id, RoundRecord(
        1, "round", 1, "첫 라운드", 2, 0.1, 7, "v1", {"depth": 10}, "선임", opened, opened))
    odd_truth(bank)
    for number, note in enumerate(ODD):
        purpose = ("label", "repeat", "calibration", "adjudication")[number % 4]
        grade = None if number % 5 == 0 else number % 4
        bank.judge("Q001", "m-005", grade, rater=f"라벨러 {number}", note=note, ms_spent=number * 100, guideline_version="v1",
                   client_id=f"c{number}", round_id=round_id if number % 2 else None, purpose=purpose, blinded=number % 3 > 0,
                   unrateable=number == 5)
    making.edit(bank.conn, bank.id, "Q002", text="고친 글 \u2028 특수한 줄", by="이바다")
    return exporting_events.export(bank.conn, bank.id)


def test_the_record_comes_back_whole_and_only_once(bank, there, elsewhere, tmp_path):
    exported = recorded(bank)
    assert take_in(elsewhere, there, exported, tmp_path, preview=True).added == exported.judgments
    assert judgments.events(there.conn, there.id) == queries.current(there.conn, there.id) == []
    report = take_in(elsewhere, there, exported, tmp_path)
    assert (report.refused, report.queries) == ([], len(ODD) + 2)
    assert (report.judgments, report.added) == (2 * len(ODD), 2 * len(ODD)) == (exported.judgments, exported.judgments)
    assert exporting_events.export(there.conn, there.id).data == exported.data, "byte for byte, times and order included"
    again = take_in(elsewhere, there, exported, tmp_path)
    assert (again.judgments, again.added, again.refused) == (2 * len(ODD), 0, [])
    here, copy = truth.current(bank.conn, bank.id), truth.current(there.conn, there.id)
    assert copy.sha256 == here.sha256, "what is frozen from either has one hash"


def test_a_known_number_with_another_content_and_what_is_unknown_is_refused_alone(bank, database, tmp_path):
    lines = [json.loads(line) for line in recorded(bank).data.decode().split("\n") if line]
    event = next(line for line in lines if line["record"] == "event")
    before = judgments.events(bank.conn, bank.id)
    fresh = event | {"uuid": str(uuid4()), "grade": 2, "unrateable": False}
    wrong = [event | {"grade": 3}, fresh | {"item_id": "m-999"}, fresh | {"query_hash": "x"}, fresh | {"grade": 7}, fresh | {"grade": True},
             fresh | {"uuid": "1"}, fresh | {"created_at": "2026-11-22T09:00:00"}, fresh | {"purpose": "play"}, fresh | {"round": 99},
             fresh | {"note": "\x00"}, {"record": "query"}, {"record": "?"}]
    text = "\n".join([json.dumps(fresh), "깨진 줄 {", *map(json.dumps, wrong)])
    report = told(bank, database, tmp_path, text, "events.jsonl", format="events")
    assert (report.judgments, report.added) == (1, 1)
    assert [refusal.line for refusal in report.refused] == list(range(2, 3 + len(wrong)))
    assert "이미 있습니다" in report.refused[1].reason and "m-999" in report.refused[2].reason
    assert judgments.events(bank.conn, bank.id)[:-1] == before


def test_a_query_of_another_content_stays_away_with_its_events(bank, there, elsewhere, tmp_path):
    exported = recorded(bank)
    there.ask("Q001", "여기서는 다른 글")
    report = take_in(elsewhere, there, exported, tmp_path)
    assert queries.get(there.conn, there.id, "Q001").text == "여기서는 다른 글"
    events_of_first = sum(event.query_id == "Q001" for event in judgments.events(bank.conn, bank.id))
    assert len(report.refused) == 1 + events_of_first and report.added == exported.judgments - events_of_first


def test_events_of_an_item_that_changed_are_kept_but_said_not_to_count(bank, there, elsewhere, tmp_path):
    exported = recorded(bank)
    items.upsert(there.conn, there.id, [new(5, content_hash="edited")])
    report = take_in(elsewhere, there, exported, tmp_path)
    assert report.added == exported.judgments and "기록으로만" in report.notes[0]


def test_a_download_holds_the_file_and_its_images(bank):
    making.create(bank.conn, bank.id, image=picture(), by="이바다")
    bank.judge("Q001", "m-001", 1)
    exported = exporting.export(bank.conn, bank.id, "plan")
    with zipfile.ZipFile(io.BytesIO(exporting.zipped(exported, "truth.json"))) as archive:
        named = json.loads(archive.read("truth.json"))["queries"][0]["query_image"]
        assert archive.read(named) == picture()


def test_the_command_line_imports_freezes_compares_and_exports(bank, collection, tmp_path, capsys):
    def labels(action, *words, code=0):
        assert main(["labels", action, *map(str, words), "--collection", collection.name, "--json"]) == code
        return json.loads(capsys.readouterr().out or "null")

    plan = tmp_path / "plan.json"
    plan.write_text("""{"query_id": "Q1", "query_text": "글", "relevant_items": [ // 계획서 4.4
        {"id": "m-001", "relevance": 5}, {"id": "m-002", "relevance": 1}, {"id": "m-999", "relevance": 4}]}""", encoding="utf-8")
    found = labels("import", plan, "--origin", "human", "--map", "5=3,4=2,1=0")
    assert (found["queries"], found["judgments"], [set(each) >= {"line", "reason"} for each in found["refused"]]) == (1, 2, [True])
    with pytest.raises(SystemExit) as usage:
        labels("import", plan, "--map", "5=9")
    assert usage.value.code == 2
    assert main(["labels", "freeze", "--verify", "--collection", collection.name]) == 0
    assert "굳힌 정답이 없습니다" in capsys.readouterr().out
    frozen = labels("freeze", "--name", "첫 판", "--by", "박선임", "--relevant-from", 1)
    assert (frozen["version"], frozen["new"], frozen["coverage"]["origins"]) == (1, True, {"human": 2})
    assert labels("freeze", "--verify")["versions"][0]["ok"]
    bank.judge("Q1", "m-001", 1, rater="이바다")
    changed = labels("diff", 1)
    assert (changed["same"], len(changed["regraded"])) == (False, 1)
    written = labels("export", "--format", "csv", "--out", tmp_path / "out.csv", "--version", 1)
    assert (written["ground_truth"], written["judgments"]) == ("버전 1 · 첫 판", 2) and (tmp_path / "out.csv").exists()
    labels("export", "--format", "csv", "--out", tmp_path / "none" / "out.csv", code=1)
    labels("diff", 1, 9, code=1)
