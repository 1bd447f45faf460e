"""The review of a sample: what is said of items, stand-ins, the new collection, the freeze and what drifts from it."""

from __future__ import annotations

import hashlib
import json
from uuid import uuid4

import pytest

from core.cli.main import main
from core.errors import InputError, NotFoundError
from core.review import applying, freezing, reviewing
from core.store import collections, items, reviews
from tests.test_items_sampling import item


def row(item_id: str, **changes) -> items.NewItem:
    made = item(item_id, **changes)
    return items.NewItem(made, hashlib.sha256(made.text.encode()).hexdigest(), ())


@pytest.fixture
def sample(conn):
    """A bank of twelve items and one with a figure, "fig"; a sample of the first three and that one."""
    mark = uuid4().hex[:8]  # no other test's bank shares an item
    bank = collections.ensure(conn, f"bank-{mark}")
    rows = [row(f"{mark}-{number:02d}", unit="확률" if number % 2 else "일차함수", difficulty="상" if number in (1, 7) else "중",
                text=f"두 주사위를 던질 때 눈의 수의 합을 설명하시오. {number}") for number in range(1, 12)]
    rows.append(row(f"{mark}-12", text="위에서 구한 값을 쓰시오."))
    figure = row("fig", text="그림을 보고 답하시오.", images=("a.png",))
    items.upsert(conn, bank.id, [*rows, figure])
    drawn = collections.ensure(conn, f"sample-{mark}")
    items.upsert(conn, drawn.id, [*rows[:3], figure])
    return bank, drawn


def ids(conn, collection) -> list[str]:
    return sorted(items.ids(conn, collection.id))


def test_the_last_word_counts_and_only_for_the_content_that_was_read(conn, sample):
    _, drawn = sample
    first, *_ = ids(conn, drawn)
    assert reviewing.state(conn, drawn.id).count("open") == 4
    reviewing.review(conn, drawn.id, first, by="가", verdict="exclude", note=" 조건이 빠짐 ")
    reviewing.review(conn, drawn.id, first, by="나", verdict="accept")
    found = {each.item_id: each for each in reviewing.state(conn, drawn.id).items}[first]
    assert (found.verdict, found.by, found.note) == ("accept", "나", "")
    changed = items.get(conn, drawn.id, first)
    items.upsert(conn, drawn.id, [row(first, unit=changed.item.unit, text="다른 글")])
    assert reviewing.state(conn, drawn.id).count("open") == 4


def test_an_event_sent_twice_is_stored_once(conn, sample):
    _, drawn = sample
    first, *_ = ids(conn, drawn)
    uuid = uuid4()
    reviewing.review(conn, drawn.id, first, by="가", verdict="accept", uuid=uuid)
    before = reviews.state(conn, drawn.id)
    reviewing.review(conn, drawn.id, first, by="가", verdict="accept", uuid=uuid)
    assert reviewing.state(conn, drawn.id).count("accept") == 1 and before != "0"


@pytest.mark.parametrize(("asked", "words"), [
    ({"verdict": "maybe"}, "검수 값"), ({"verdict": "accept", "image_type": "map"}, "검수 값"),
    ({"verdict": "accept", "image_type": "graph"}, "그림이 없습니다"), ({"verdict": "swap"}, "무엇으로"),
    ({"verdict": "accept", "swapped_for": "x"}, "'바꿈'"), ({"verdict": "accept", "note": "가" * 2001}, "2,000자"),
    ({"verdict": "swap", "swapped_for": "없는 문항"}, "찾지 못했습니다"), ({"verdict": "swap", "swapped_for": "fig"}, "이미 표본에"),
])
def test_what_cannot_be_said_is_refused(conn, sample, asked, words):
    _, drawn = sample
    first = next(name for name in ids(conn, drawn) if name != "fig")
    with pytest.raises((InputError, NotFoundError), match=words):
        reviewing.review(conn, drawn.id, first, by="가", **asked)
    assert reviewing.state(conn, drawn.id).count("open") == 4


def test_stand_ins_are_of_the_same_stratum_the_likest_first_and_can_stand_alone(conn, sample):
    bank, drawn = sample
    assert reviews.sources(conn, drawn.id)[0] == bank.name
    first = next(name for name in ids(conn, drawn) if name.endswith("1"))
    found = reviewing.stand_ins(conn, drawn.id, first, source=bank.name, limit=20)
    names = [each.item.id for each in found]
    # The same unit and difficulty before the same unit alone; nothing of the sample, no figure, none that points elsewhere.
    assert names[0].endswith("7") and {each.item.unit for each in found[:4]} == {"확률"}
    assert not set(names) & set(ids(conn, drawn)) and len(names) == 8
    reviewing.review(conn, drawn.id, first, by="가", verdict="swap", swapped_for=names[0])
    second = next(name for name in ids(conn, drawn) if name.endswith("3"))
    assert names[0] not in [each.item.id for each in reviewing.stand_ins(conn, drawn.id, second, source=bank.name, limit=20)]
    with pytest.raises(InputError, match="대신 들어갑니다"):
        reviewing.review(conn, drawn.id, second, by="가", verdict="swap", swapped_for=names[0])


def test_the_reviewed_sample_is_a_new_collection_and_the_old_one_stays(database, conn, sample):
    bank, drawn = sample
    into = f"reviewed-{uuid4().hex[:8]}"
    names = ids(conn, drawn)
    one, two, three = (name for name in names if name != "fig")
    with pytest.raises(InputError, match="검수하지 않은 문항이 4개"):
        applying.apply(database, drawn.name, into=into, by="가")
    reviewing.review(conn, drawn.id, one, by="가", verdict="exclude")
    other = reviewing.stand_ins(conn, drawn.id, two, source=bank.name)[0].item.id
    reviewing.review(conn, drawn.id, two, by="가", verdict="swap", swapped_for=other)
    reviewing.review(conn, drawn.id, three, by="가", verdict="accept", note="좋음")
    reviewing.review(conn, drawn.id, "fig", by="나", verdict="accept", image_type="figure")
    with pytest.raises(InputError, match="빼거나 바꾸기로 한 문항이 2개"):
        freezing.freeze(database, drawn.name, by="가")
    done = applying.apply(database, drawn.name, into=into, by="가")
    assert (done.kept, done.excluded, done.swapped) == (2, 1, 1) and ids(conn, drawn) == names
    target = collections.get(conn, into)
    found = {each.item_id: (each.verdict, each.by, each.image_type, each.note) for each in reviewing.state(conn, target.id).items}
    assert found == {three: ("accept", "가", "", "좋음"), "fig": ("accept", "나", "figure", ""), other: ("open", "", "", "")}
    with pytest.raises(InputError, match="이미 있습니다"):
        applying.apply(database, drawn.name, into=into, by="가")


def test_a_frozen_sample_has_a_hash_anybody_can_compute_and_drift_is_named(database, conn, sample):
    _, drawn = sample
    names = ids(conn, drawn)
    for name in names:
        reviewing.review(conn, drawn.id, name, by="가", verdict="accept")
    with pytest.raises(InputError, match="그림 종류를 정하지 않은 문항이 1개"):
        freezing.freeze(database, drawn.name, by="가")
    reviewing.review(conn, drawn.id, "fig", by="가", verdict="accept", image_type="graph")
    frozen = freezing.freeze(database, drawn.name, by="나")
    lines = [["sample", 1]] + [["item", name, items.get(conn, drawn.id, name).content_hash, items.get(conn, drawn.id, name).item.kind,
                               "graph" if name == "fig" else ""] for name in names]
    text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
    assert frozen.sha256 == hashlib.sha256(text.encode()).hexdigest() and freezing.freeze(database, drawn.name, by="다").id == frozen.id
    assert freezing.drift(database, frozen).none
    items.upsert(conn, drawn.id, [row(names[0], text="고친 글"), row("more")])
    found = freezing.drift(database, frozen)
    assert (found.gone, len(found.changed), len(found.new)) == ((), 1, 1)


def test_the_command_reviews_freezes_and_verifies(database, conn, sample, monkeypatch, capsys):
    _, drawn = sample
    monkeypatch.setattr("core.store.open_database", lambda: database)

    def told(*words: str, code: int = 0) -> dict:
        capsys.readouterr()
        assert main(["review", *words, "--collection", drawn.name, "--by", "가", "--json"]) == code
        return json.loads(capsys.readouterr().out)

    names = ids(conn, drawn)
    assert len(told("offer", names[1])["offered"]) == 5
    for name in names:
        told("set", name, "accept", *(("--image-type", "photo") if name == "fig" else ()))
    assert told("list")["settled"] and told("list")["image_types"] == {"사진": 1}
    assert told("freeze")["sha256"] == told("verify")["sha256"]
    items.upsert(conn, drawn.id, [row("more")])
    assert len(told("verify", code=1)["new"]) == 1
