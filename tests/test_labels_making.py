"""Making queries: what is stored, what an edit costs, and how grades are copied to what was edited."""

import io
import json

import pytest
from PIL import Image

from core.cli.main import main
from core.errors import InputError, NotFoundError
from core.labels import making
from core.labels.versions import freezing, truth
from core.store import images, items, judgments, queries
from tests.test_labels_versions import Bank
from tests.test_store_items import new


@pytest.fixture
def bank(conn, collection):
    return Bank(conn, collection)


def make(bank, **parts):
    return making.create(bank.conn, bank.id, by="이바다", **parts)


def picture(width=64, height=48, mark=(10, 20)):
    image = Image.new("RGB", (width, height), "white")
    image.putpixel(mark, (255, 0, 0))
    out = io.BytesIO()
    image.save(out, format="PNG")
    return out.getvalue()


def test_a_query_is_a_text_an_image_both_or_an_item_and_gets_the_next_number(bank):
    made = [make(bank, text="  두 직선의 교점  "), make(bank, image=picture()), make(bank, text="글", image=picture()),
            make(bank, source_item_id="m-001"), make(bank, text="문항에서", source_item_id="m-001")]
    assert [query.query_id for query in made] == ["Q001", "Q002", "Q003", "Q004", "Q005"]
    assert [query.query_type for query in made] == ["natural_language", "image", "text_image", "similar_item", "natural_language"]
    assert made[0].text == "두 직선의 교점" and images.get(bank.conn, made[1].image_hash).data == picture()
    make(bank, text="이름을 지어서", query_id="Q0120")
    making.retire(bank.conn, bank.id, "Q0120", by="이바다")
    assert make(bank, text="그 다음").query_id == "Q121", "a retired query keeps its id"


@pytest.mark.parametrize(("parts", "error", "said"), [
    ({}, InputError, "하나는"), ({"text": " \x00 "}, InputError, "하나는"), ({"text": "가" * 4001}, InputError, "너무 깁"),
    ({"image": b"no picture"}, InputError, "그림"), ({"source_item_id": "m-999"}, NotFoundError, "m-999"),
    ({"text": "글", "query_id": "빈 칸"}, InputError, "빈칸"), ({"text": "글", "query_id": "Q001"}, InputError, "이미"),
])
def test_what_is_no_query_is_refused_and_leaves_nothing(bank, parts, error, said):
    first = make(bank, text="첫째")
    with pytest.raises(error, match=said):
        make(bank, **parts)
    assert queries.current(bank.conn, bank.id) == [first]


def test_an_edit_is_the_next_revision_and_starts_unjudged(bank):
    first = make(bank, text="두 직선의 교점")
    bank.judge("Q001", "m-002", 3)
    same = making.edit(bank.conn, bank.id, "Q001", by="이바다")
    assert same == first
    edited = making.edit(bank.conn, bank.id, "Q001", text="두 직선의 교점을 구하는 문제", by="이바다")
    assert (edited.revision, making.states(bank.conn, bank.id)[0].judged) == (2, 0)
    with_image = making.edit(bank.conn, bank.id, "Q001", image=picture(), by="이바다")
    assert (with_image.text, with_image.query_type) == (edited.text, "text_image")
    alone = making.edit(bank.conn, bank.id, "Q001", text=None, by="이바다")
    assert (alone.text, alone.query_type) == (None, "image")
    with pytest.raises(InputError, match="하나는"):
        making.edit(bank.conn, bank.id, "Q001", image=None, by="이바다")
    with pytest.raises(NotFoundError):
        making.edit(bank.conn, bank.id, "Q999", text="글", by="이바다")


def test_retiring_keeps_the_judgments_for_the_way_back(bank):
    make(bank, source_item_id="m-001")
    bank.judge("Q001", "m-002", 3)
    items.upsert(bank.conn, bank.id, [new(1, content_hash="edited")])
    retired = making.retire(bank.conn, bank.id, "Q001", by="이바다")
    assert making.retire(bank.conn, bank.id, "Q001", by="이바다") == retired
    assert making.states(bank.conn, bank.id) == [] and freezing.preview(bank.conn, bank.id).rows == ()
    assert making.states(bank.conn, bank.id, retired=True)[0].judged == 0
    making.restore(bank.conn, bank.id, "Q001", by="이바다")
    (state,) = making.states(bank.conn, bank.id)
    assert (state.judged, state.source_changed) == (0, True), "nothing counts until somebody follows the item"
    making.renew(bank.conn, bank.id, "Q001", by="이바다")
    (state,) = making.states(bank.conn, bank.id)
    assert (state.judged, state.source_changed) == (0, False)


def test_the_state_counts_relevant_items_as_the_threshold_says(bank):
    make(bank, text="글")
    for number, grade in enumerate((3, 2, 1, 0), start=1):
        bank.judge("Q001", f"m-00{number}", grade)
    (loose,), (strict,) = making.states(bank.conn, bank.id), making.states(bank.conn, bank.id, relevant_from=2)
    assert (loose.judged, loose.relevant, loose.reached, loose.grades) == (4, 3, True, {0: 1, 1: 1, 2: 1, 3: 1})
    assert (strict.relevant, strict.reached) == (2, False)


def test_carried_grades_say_so_and_a_machines_stay_a_machines(bank):
    make(bank, text="두 직선의 교점")
    bank.judge("Q001", "m-001", 1)
    bank.judge("Q001", "m-001", 3, rater="이바다")
    bank.judge("Q001", "m-001", 2, rater="선임", purpose="adjudication")
    bank.judge("Q001", "m-002", 2, rater="import:constructed", origin="constructed")
    bank.judge("Q001", "m-003", 3)
    bank.judge("Q001", "m-004", 3)
    making.edit(bank.conn, bank.id, "Q001", text="두 직선의 교점 ", by="이바다")
    assert making.carry(bank.conn, bank.id, "Q001", from_revision=1, by="선임") == 0, "blanks at the end are no edit"
    making.edit(bank.conn, bank.id, "Q001", text="두 직선의 교점을 구하기", by="이바다")
    bank.judge("Q001", "m-003", 0)
    items.upsert(bank.conn, bank.id, [new(4, content_hash="edited")])
    assert making.carry(bank.conn, bank.id, "Q001", from_revision=1, by="선임") == 2
    assert making.carry(bank.conn, bank.id, "Q001", from_revision=1, by="선임") == 0
    rows = {row.item_id: (row.grade, row.origin) for row in truth.load(bank.conn, bank.id).rows}
    assert rows == {"m-001": (2, "carried"), "m-002": (2, "constructed"), "m-003": (0, "human")}
    bank.judge("Q001", "m-001", 0)
    assert truth.load(bank.conn, bank.id).grades["Q001"]["m-001"] == 0, "a person's new grade stands above the copy"
    with pytest.raises(NotFoundError, match="개정 9"):
        making.carry(bank.conn, bank.id, "Q001", from_revision=9, by="선임")


def test_grades_follow_an_edited_item_only_when_somebody_says_so(bank):
    make(bank, text="글")
    bank.judge("Q001", "m-001", 1)
    items.upsert(bank.conn, bank.id, [new(1, content_hash="second")])
    bank.judge("Q001", "m-001", 3)
    items.upsert(bank.conn, bank.id, [new(1, content_hash="third")])
    assert truth.load(bank.conn, bank.id).grades == {"Q001": {}}
    assert making.carry_item(bank.conn, bank.id, "m-001", by="선임") == 1
    assert truth.load(bank.conn, bank.id).grades == {"Q001": {"m-001": 3}}
    assert judgments.events(bank.conn, bank.id)[-1].rater == "carried:선임"


def test_a_crop_is_the_chosen_part_cut_at_the_edge(bank):
    part = Image.open(io.BytesIO(making.cropped(picture(), (8, 16, 500, 40))))
    assert part.size == (56, 24) and part.getpixel((2, 4)) == (255, 0, 0)
    with pytest.raises(InputError, match="너무 작"):
        making.cropped(picture(), (8, 16, 20, 40))
    with pytest.raises(InputError, match="그림"):
        making.cropped(b"nothing", (0, 0, 40, 40))


def test_nearly_the_same_texts_are_found_and_others_are_not(bank):
    make(bank, text="두 직선의 교점을 구하는 문제")
    make(bank, text="순환소수를 기약분수로 나타내는 문제")
    make(bank, source_item_id="m-001")
    (same,) = making.near(bank.conn, bank.id, "두직선의 교점을 구하는 문제!")
    assert (same.query.query_id, same.similarity) == ("Q001", 1.0)
    assert [near.query.query_id for near in making.near(bank.conn, bank.id, "두 직선의 교점을 찾는 문제")] == ["Q001"]
    assert making.near(bank.conn, bank.id, "두 직선의 교점을 구하는 문제", but="Q001") == []
    assert making.near(bank.conn, bank.id, "  ") == []


def test_the_command_line_makes_edits_retires_and_lists(bank, collection, tmp_path, capsys):
    def query(what, *words, code=0):
        assert main(["labels", "query", what, *map(str, words), "--collection", collection.name, "--json"]) == code
        return json.loads(capsys.readouterr().out or "null")

    (tmp_path / "a.png").write_bytes(picture())
    assert query("add", "--text", "두 직선의 교점")["query_id"] == "Q001"
    cropped = query("add", "--image", tmp_path / "a.png", "--crop", "0,0,32,32", "--item", "m-001")
    assert (cropped["query_type"], images.get(bank.conn, cropped["image"]).width) == ("image", 32)
    bank.judge("Q001", "m-002", 2)
    assert query("edit", "Q001", "--text", "두 직선의 교점 구하기")["revision"] == 2
    assert query("carry", "Q001", "--from-revision", 1, "--by", "선임") == {"query_id": "Q001", "carried": 1}
    query("retire", "Q002")
    (state,) = query("list")["queries"]
    assert (state["query_id"], state["judged"], state["reached"], state["grades"]) == ("Q001", 1, False, {"0": 0, "1": 0, "2": 1, "3": 0})
    assert len(query("list", "--retired")["queries"]) == 2
    query("edit", "Q001", code=1)
    query("add", "--crop", "0,0,32,32", code=1)
