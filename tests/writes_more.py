"""The other places of ``pages`` that ask for an act, so that each is pressed once; what an act is has been tried by every role then."""

from __future__ import annotations

import asyncio
import json

from core.bench import travelling
from core.engine.client import engine
from core.items.schemas import plan
from core.labels import making
from core.review import reviewing
from core.store import Database, collections, items, measurements
from tests import labelling_round
from tests.evaluation_data import MADE
from tests.hands import Hands
from tests.test_items_sampling import item
from tests.writes import BANK, Write, fresh, press

_MODEL = "kure-v1-mini"


def _down(house: Database, role: str) -> str:
    """Whatever another test left in the engine: a model that is up cannot be taken up."""
    engine().evict(_MODEL)
    return ""


async def _taken_up(tab: Hands, ready: str) -> None:
    for _ in range(200):  # the page knows the engine as it was a second ago
        if f"vram.load.{_MODEL}" not in tab.barred:
            break
        await asyncio.sleep(0.1)
        await tab.rerun()
    await tab.click(f"vram.load.{_MODEL}")


async def _planned(tab: Hands, ready: str) -> None:
    await tab.click("label.pool.make")
    await tab.click("label.pool.open.press.0")


async def _practised(tab: Hands, ready: str) -> None:
    await tab.fill("label.part.rounds", ["연습 라운드"])
    await tab.click("label.round.practice.press.0")


async def _chosen(tab: Hands, ready: str) -> str:
    await tab.fill("label.part.queries", ["고치거나 거두기"])
    await tab.fill("label.queries.chosen", ready)
    return ready.partition(" ")[0]


async def _retired(tab: Hands, ready: str) -> None:
    await tab.click(f"label.queries.retire.{await _chosen(tab, ready)}.press.0")


async def _carried(tab: Hands, ready: str) -> None:
    at = f"label.queries.edit.{await _chosen(tab, ready)}.1"
    await tab.fill(f"{at}.keep.0", True)
    await tab.fill(f"{at}.text.0", f"{ready} 오타 고침")
    await tab.click(f"{at}.press.0")


async def _truth_brought(tab: Hands, ready: str) -> None:
    await tab.fill("label.part.versions", ["가져오기"])
    await tab.upload("label.versions.import.file.0", "정답.qrels", b"text 0 m-012 1\n")
    await tab.click("label.versions.import.press.0")


async def _items_brought(tab: Hands, ready: str) -> None:
    await tab.fill("data.upload.into", ready)
    await tab.upload("data.upload", "문항.json", json.dumps({"items": [plan.write(item("새-1"))]}).encode())
    for _ in range(200):  # the preview is a thread
        if "data.upload.start" in tab.buttons:
            break
        await asyncio.sleep(0.1)
        await tab.rerun()
    await tab.click("data.upload.start")


async def _measured(tab: Hands, ready: str) -> None:
    await tab.upload("performance.import", "measurements.json", ready.encode())
    await tab.click("performance.import.do")


async def _written(tab: Hands, ready: str) -> None:
    await tab.fill("report.prose.open", True)
    await tab.fill("label.report.prose.", ready)
    await tab.click("label.report.prose.")


def _query(house: Database, role: str) -> str:
    """Store a query, and return it as the choice of queries has it."""
    with house.connection() as conn:
        made = making.create(conn, collections.get(conn, BANK).id, by="선임", text=fresh(house, role))
    return f"{made.query_id} · {made.text}"


def _reviewed(house: Database, role: str) -> str:
    """Make a sample that needs but to be frozen."""
    with house.connection() as conn:
        made = collections.ensure(conn, fresh(house, role))
        labelling_round.fill(conn, made.id, items_per_unit=1)
        for item_id in items.ids(conn, made.id):
            reviewing.review(conn, made.id, item_id, by="선임", verdict="accept")
    return made.name


def _measurement(house: Database, role: str) -> str:
    """Return a file of a measurement that this house has not."""
    with house.connection() as conn, conn.transaction(force_rollback=True):
        made = measurements.add(conn, kind="latency", system="kure-v1", device="cpu", miniature=True, config={"for": role}, environment={},
                                result={"latency_ms": {}}, measured_at=MADE)
        return travelling.pack(conn, [made.id])[0].decode()


MORE = (
    Write("pool", "pool", "label_rounds", "label", "section=pool", _planned),
    Write("rounds", "round_practice", "label_rounds", "label", "section=rounds", _practised),
    Write("queries", "query_edit", "queries", "label", "section=queries", _retired, _query),
    Write("adjudication", "query_edit", "queries", "label", "section=queries", _carried, _query),
    Write("versions", "version_import", "judgment_events", "label", "section=versions", _truth_brought),
    Write("bank", "upload", "jobs", "data", "section=collections", _items_brought, fresh),
    Write("bank", "review", "sample_freezes", "data", "section=review&collection={ready}", press("label.data.freeze.press.0"), _reviewed),
    Write("values", "files", "measurements", "performance", "", _measured, _measurement),
    Write("plan", "meetings", "plan_events", "progress", "", press("label.plan.day2.press.0")),
    Write("report", "prose", "report_prose_events", "report", "", _written, fresh),
)
LOADING = Write("work", "controls", "", "vram", "", _taken_up, _down)
"""Takes a model up, which writes no row and would take its time."""
