"""What rented servers cost: the estimate, the log that counts a machine's hour once, the warning and the stop."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from core.cli.main import main
from core.cloud import meter as meter_module
from core.cloud.estimate import OFFERS, estimate
from core.cloud.meter import CloudLimitError, Meter
from core.errors import InputError
from core.items.content import content_hash, embedding_text
from core.items.record import Item
from core.models.contract import Content
from core.search.indexing import embed_collection
from core.settings import settings
from core.store import cloud_usage, embeddings
from core.store import items as store_items
from tests.vllm_server import VllmServer, is_probe

KEY = "qwen3-vl-embedding-2b"


@pytest.fixture
def log(conn):
    """An empty log, and a way to write what happened: host, price, start and end in hours ago."""
    def write(host: str, price: float, start: float, end: float) -> None:
        conn.execute(
            "INSERT INTO cloud_usage (host, client, usd_per_hour, started_at, ended_at) "
            "VALUES (%s, %s, %s, clock_timestamp() - %s, clock_timestamp() - %s)",
            (host, uuid4(), price, timedelta(hours=start), timedelta(hours=end)))

    conn.execute("DELETE FROM cloud_usage")
    yield write
    conn.execute("DELETE FROM cloud_usage")


@pytest.fixture
def paid(monkeypatch, log):
    """A paid ENGINE_URL: price, limit and more; every call looks at the store."""
    def put(**values: object) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, str(value))
        settings.cache_clear()

    monkeypatch.setattr(meter_module, "BEAT_SECONDS", 0.0)
    monkeypatch.setattr(meter_module.Meter, "_watch", lambda self: None)
    monkeypatch.setattr(meter_module, "_only", [])
    yield put
    monkeypatch.undo()
    settings.cache_clear()


def test_the_plans_corpus_at_the_plans_prices():
    found = {offer.usd_per_hour: estimate(176_443, items_per_s=3.8, usd_per_hour=offer.usd_per_hour) for offer in OFFERS}
    assert {price: (round(each.hours, 2), round(each.usd, 2)) for price, each in found.items()} == {
        0.30: (12.9, 3.87), 0.44: (12.9, 5.68), 0.75: (12.9, 9.67)}


def test_more_machines_are_faster_and_cost_the_same():
    one, four = (estimate(10_000, items_per_s=2.0, usd_per_hour=0.5, hosts=hosts) for hosts in (1, 4))
    assert four.hours == one.hours / 4 and four.usd == one.usd


@pytest.mark.parametrize("wrong", [{"items": 0}, {"items_per_s": 0.0}, {"items_per_s": float("nan")}, {"usd_per_hour": -1.0}, {"hosts": 0}])
def test_impossible_numbers_are_refused(wrong):
    values = {"items": 10, "items_per_s": 1.0, "usd_per_hour": 1.0, "hosts": 1} | wrong
    with pytest.raises(InputError):
        estimate(values.pop("items"), **values)


def test_overlapping_processes_of_one_machine_count_once(conn, log):
    log("a", 0.5, 10, 8)
    log("a", 0.5, 9, 7)  # another process, an hour of it together
    log("a", 0.5, 4, 3)
    log("b", 1.0, 10, 9)
    usage = {each.host: (round(each.hours, 3), round(each.usd, 3)) for each in cloud_usage.totals(conn)}
    assert usage == {"a": (4.0, 2.0), "b": (1.0, 1.0)}


def test_of_two_prices_at_once_the_higher_counts_once(conn, log):
    log("a", 0.5, 10, 8)
    log("a", 2.0, 9, 8.5)
    (usage,) = cloud_usage.totals(conn)
    assert usage.hours == pytest.approx(2.0, abs=0.01) and usage.usd == pytest.approx(1.5 * 0.5 + 0.5 * 2.0, abs=0.01)


def test_notes_lengthen_an_interval_and_a_silence_ends_it(conn, log):
    for _ in range(3):  # three processes, one after the other: the machine was up in between
        cloud_usage.beat(conn, host="a", client=uuid4(), usd_per_hour=0.5)
    assert conn.execute("SELECT count(*), bool_and(ended_at > started_at) FROM cloud_usage").fetchone() == (1, True)
    conn.execute("UPDATE cloud_usage SET started_at = started_at - interval '1 hour', ended_at = ended_at - interval '1 hour'")
    cloud_usage.beat(conn, host="a", client=uuid4(), usd_per_hour=0.5)
    assert conn.execute("SELECT count(*) FROM cloud_usage").fetchone() == (2,)
    assert sum(each.hours for each in cloud_usage.totals(conn)) < 0.01  # an hour of silence is no hour of use


def test_free_servers_are_neither_counted_nor_limited(paid, conn):
    paid(CLOUD_PRICE_PER_HOUR=0, CLOUD_LIMIT_USD=0)
    assert Meter().admit({"a": lambda: True}) is None
    assert cloud_usage.totals(conn) == []


def test_a_warning_from_four_fifths_on_and_a_stop_at_the_limit(paid, log, database):
    paid(CLOUD_PRICE_PER_HOUR=0.5, CLOUD_LIMIT_USD=10)
    log("a", 0.5, 15.9, 0.0)
    assert Meter().admit({"a": lambda: True}) is None
    log("b", 0.5, 0.5, 0.0)
    assert Meter().admit({"a": lambda: True}) == "원격 GPU에 지금까지 $8.20를 썼습니다(한도 $10.00의 82%)."
    log("b", 0.5, 5.0, 0.5)
    with pytest.raises(CloudLimitError, match="CLOUD_LIMIT_USD") as stopped:
        Meter().admit({"a": lambda: True})
    assert "$10.00" in str(stopped.value) and "\n" not in str(stopped.value)


def test_the_warning_stands_on_the_results(paid, log, database):
    from core.engine.remote.addresses import Address
    from core.engine.remote.model import RemoteModel

    paid(CLOUD_PRICE_PER_HOUR=0.5, CLOUD_LIMIT_USD=10)
    log("127.0.0.1", 0.5, 17, 0)
    server = VllmServer()
    try:
        found = RemoteModel(Address(KEY, (server.url,))).encode([Content("가나")], role="query")
    finally:
        server.stop()
    assert any("$8.50" in note for note in found.model.notes)


def test_between_two_looks_the_time_itself_is_counted(paid, monkeypatch, log, database):
    paid(CLOUD_PRICE_PER_HOUR=1.0, CLOUD_LIMIT_USD=10)
    now = [1000.0]
    monkeypatch.setattr(meter_module, "BEAT_SECONDS", 1e9)
    monkeypatch.setattr(meter_module.time, "monotonic", lambda: now[0])
    meter = Meter()
    meter._beaten = now[0] - 1e10
    assert meter.admit({"a": lambda: True, "b": lambda: True}) is None
    now[0] += 4.5 * 3600
    assert "90%" in (meter.admit({"a": lambda: True}) or "")
    now[0] += 3600
    with pytest.raises(CloudLimitError):
        meter.admit({"a": lambda: True})


def test_only_machines_that_answer_are_noted_between_calls(paid, monkeypatch, conn):
    paid(CLOUD_PRICE_PER_HOUR=1.0)
    monkeypatch.undo()
    monkeypatch.setenv("CLOUD_PRICE_PER_HOUR", "1.0")
    settings.cache_clear()
    monkeypatch.setattr(meter_module, "BEAT_SECONDS", 0.01)
    meter = Meter()
    noted: list[list[str]] = []
    monkeypatch.setattr(meter, "_beat", lambda hosts: (noted.append(hosts), len(noted) > 3 and meter.close()))
    meter._hosts = {"up": lambda: True, "down": lambda: False}
    meter._watch()
    assert noted and all(hosts == ["up"] for hosts in noted)


def test_a_run_stops_at_the_limit_with_everything_stored_and_goes_on_afterwards(paid, log, conn, collection, database):
    from core.engine.client import EngineClient

    rows = []
    for number in range(40):
        item = Item(id=f"i{number:02}", subject="수학", grade="중2", unit="확률", item_type="단답형", difficulty="중",
                    text=f"문항 {number}", images=())
        rows.append(store_items.NewItem(item, content_hash(embedding_text(item), ()), ()))
    store_items.upsert(conn, collection.id, rows)
    computed = iter(range(1000))

    def spend(asked):
        if not is_probe(asked.body) and next(computed) == 10:
            log("127.0.0.1", 0.5, 100, 0)
        return None

    server = VllmServer(trouble=spend)
    try:
        paid(ENGINE_URL=f"{KEY}@bf16={server.url}", MODELS="auto", CLOUD_PRICE_PER_HOUR=0.5, CLOUD_LIMIT_USD=20)
        client = EngineClient()
        with pytest.raises(CloudLimitError):
            embed_collection(database, client, collection.name, model_key=KEY, content="text")
        (summary,) = embeddings.sets(conn, collection.id)
        assert 8 <= summary.vectors < 40 and summary.failures == 0
        assert summary.set.identity.precision == "remote-bf16"
        paid(CLOUD_LIMIT_USD=1000)
        report = embed_collection(database, client, collection.name, model_key=KEY, content="text")
        assert report.embedded == 40 - summary.vectors and report.unchanged == summary.vectors and not report.failed
    finally:
        server.stop()


def test_the_command_estimates(capsys):
    assert main(["cloud", "estimate", "--items", "176443", "--items-per-s", "3.8", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [round(offer["usd"], 2) for offer in told["offers"]] == [3.87, 5.68, 9.67]
    assert all(offer["within_limit"] for offer in told["offers"]) and told["limit_usd"] == 20
    assert main(["cloud", "estimate", "--items", "1000000", "--items-per-s", "1", "--price", "0.5"]) == 0
    assert "$138.89" in (out := capsys.readouterr().out) and "넘음" in out


def test_the_command_shows_what_was_used(capsys, log):
    log("gpu.example", 0.5, 3, 1)
    assert main(["cloud", "status", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["hosts"][0]["host"] == "gpu.example" and told["usd"] == pytest.approx(1.0, abs=0.01)
    assert main(["cloud", "status"]) == 0
    assert "$1.00" in (out := capsys.readouterr().out) and "gpu.example" in out and "세지 않습니다" in out


def test_the_command_says_which_servers_answer(capsys, paid):
    server, gone = VllmServer(), VllmServer()
    gone.stop()
    try:
        paid(ENGINE_URL=f"{KEY}@bf16={server.url},{gone.url}")
        assert main(["cloud", "status", "--json"]) == 0
        told = json.loads(capsys.readouterr().out)["servers"]
        assert [(each["url"], each["serves"]) for each in told] == [(server.url, "Qwen/Qwen3-VL-Embedding-2B"), (gone.url, None)]
        assert main(["cloud", "status"]) == 0
        assert "응답 없음" in capsys.readouterr().out
    finally:
        server.stop()
