"""Collections, figures and items."""

import pytest

from core.errors import InputError, NotFoundError
from core.items.record import Item, Kind
from core.store import collections, images, items
from core.store.filters import Filters
from core.store.items import NewItem, UpsertCounts


def new(number: int, *, unit: str = "일차함수", text: str = "글", difficulty: str = "중", images: tuple[str, ...] = (),
        content_hash: str | None = None, **rest) -> NewItem:
    item = Item(f"m-{number:03d}", "수학", "중2", unit, rest.pop("item_type", "객관식"), difficulty, text, images, **rest)
    return NewItem(item, content_hash or f"content-{number}", tuple(f"hash-of-{path}" for path in images))


def test_a_collection_is_made_once_and_found_by_name(conn, collection):
    assert collections.ensure(conn, collection.name, note="other") == collection
    assert collections.find(conn, collection.name) == collection
    assert collections.find(conn, "no such name") is None


def test_a_missing_collection_names_near_ones(conn):
    collections.ensure(conn, "near-miss-100")
    with pytest.raises(NotFoundError, match="near-miss-100"):
        collections.get(conn, "near-mis-100")


def test_the_listing_counts_by_kind(conn, collection):
    items.upsert(conn, collection.id, [new(1), new(2, text="$x$"), new(3, images=("a.png",)), new(4)])
    (summary,) = [row for row in collections.listing(conn) if row.name == collection.name]
    assert (summary.items, summary.by_kind) == (4, {"image": 1, "latex": 1, "text": 2})


def test_an_image_is_stored_once_under_its_hash(conn):
    data = b"\x89PNG not really \x00\xff"
    sha256 = images.put(conn, data, media_type="image/png", width=3, height=2)
    assert images.put(conn, data, media_type="image/png", width=3, height=2) == sha256
    found = images.get(conn, sha256)
    assert found == images.StoredImage(data, "image/png", 3, 2)
    assert images.get_many(conn, [sha256, "0" * 64]) == {sha256: found}
    assert images.get(conn, "0" * 64) is None
    assert images.get_many(conn, []) == {}


def test_a_record_comes_back_as_it_went_in(conn, collection):
    item = Item(
        "기호'\"\\;--", "수학", "중2", "일차함수", "서술형", "상중", "$\\frac{1}{2}$ \\u0000 줄\n바꿈 ½ 🙂", ("a b/그림.png", "c.png"),
        ("①", "②"), "답", "풀이", {"curriculum_code": "[9수02-05]", "keywords": ["기울기"], "depth": {"n": 1.5, "none": None}},
    )
    items.upsert(conn, collection.id, [NewItem(item, "c", ("h1", "h2"))])
    found = items.get(conn, collection.id, item.id)
    assert found == items.StoredItem(item, collection.id, "c", ("h1", "h2"), Kind.IMAGE)
    assert items.hashes(conn, collection.id) == {item.id: found.item.record_hash}


def test_importing_again_changes_nothing_and_a_changed_item_is_updated_alone(conn, collection):
    first = [new(n) for n in range(3)]
    assert items.upsert(conn, collection.id, first) == UpsertCounts(3, 0, 0)
    assert items.upsert(conn, collection.id, first) == UpsertCounts(0, 0, 3)
    changed = [new(0), new(1, text="다른 글", content_hash="new"), new(2, content_hash="another figure"), new(3)]
    assert items.upsert(conn, collection.id, changed) == UpsertCounts(1, 2, 1)
    assert items.get(conn, collection.id, "m-001").content_hash == "new"
    assert items.count(conn, collection.id) == 4


def test_an_upsert_inside_a_transaction_forgets_the_one_before(conn, collection):
    with conn.transaction():
        items.upsert(conn, collection.id, [new(1)])
        assert items.upsert(conn, collection.id, [new(2)]) == UpsertCounts(1, 0, 0)


@pytest.mark.parametrize(("bad", "message"), [
    (new(1), "두 번"),
    (new(5, text="널\x00문자"), "NUL"),
    (new(5, text="반쪽 \ud800"), "저장할 수 없는"),
    (new(5, metadata={"n": float("nan")}), "저장할 수 없는"),
    (NewItem(Item("가" * 70, *["x"] * 6), "c"), "바이트"),
    (NewItem(Item("", *["x"] * 6), "c"), "바이트"),
])
def test_what_cannot_be_stored_is_refused_and_nothing_of_the_batch_stays(conn, collection, bad, message):
    with pytest.raises(InputError, match=message):
        items.upsert(conn, collection.id, [new(1), new(2), bad])
    assert items.count(conn, collection.id) == 0
    assert items.upsert(conn, collection.id, [new(1)]).inserted == 1, "the connection is usable afterwards"


def test_the_same_id_lives_in_two_collections(conn, collection):
    other = collections.ensure(conn, f"{collection.name}-2")
    items.upsert(conn, collection.id, [new(1, text="하나")])
    items.upsert(conn, other.id, [new(1, text="둘")])
    assert items.get(conn, collection.id, "m-001").item.text == "하나"
    assert items.get(conn, other.id, "m-001").item.text == "둘"


def test_a_missing_item_names_near_ones(conn, collection):
    items.upsert(conn, collection.id, [new(1), new(2)])
    assert items.get_many(conn, collection.id, ["m-002", "nothing"]).keys() == {"m-002"}
    with pytest.raises(NotFoundError, match="m-00"):
        items.get(conn, collection.id, "m-0011")
    with pytest.raises(NotFoundError, match="확인"):
        items.get(conn, collection.id, "zzz")


def test_iterating_goes_through_everything_in_order_while_others_write(conn, collection):
    items.upsert(conn, collection.id, [new(n) for n in range(7)])
    seen = []
    for batch in items.iterate(conn, collection.id, batch=3):
        assert len(batch) <= 3
        seen += [found.item.id for found in batch]
        items.upsert(conn, collection.id, [new(n, text="later") for n in range(7)])
    assert seen == [f"m-{n:03d}" for n in range(7)]


def test_facets_count_values_in_a_natural_order(conn, collection):
    rows = [new(1, difficulty="상"), new(2, difficulty="하"), new(3, difficulty="중", unit="확률"), new(4, difficulty="하"),
            new(5, difficulty="처음 보는 것", text="$x$", item_type="서술형")]
    items.upsert(conn, collection.id, rows)
    assert items.facets(conn, collection.id) == {
        "subject": [("수학", 5)],
        "unit": [("일차함수", 4), ("확률", 1)],
        "kind": [("latex", 1), ("text", 4)],
        "difficulty": [("하", 2), ("중", 1), ("상", 1), ("처음 보는 것", 1)],
        "item_type": [("객관식", 4), ("서술형", 1)],
    }


def test_ids_go_through_filters(conn, collection):
    items.upsert(conn, collection.id, [new(1, unit="확률"), new(2, difficulty="상"), new(3, unit="확률", difficulty="상")])
    assert items.ids(conn, collection.id) == {"m-001", "m-002", "m-003"}
    assert items.ids(conn, collection.id, filters=Filters(unit=("확률",), difficulty=("상", "하"))) == {"m-003"}
    assert not Filters()
    assert Filters(kind=("text",))
