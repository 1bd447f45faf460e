"""The writes of the dashboard, one of each act at the least, as hands do them that know the page: where, what first, which button."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from uuid import uuid4

import httpx2

from core import decision
from core.accounts.rights import Act
from core.labels import flags, rounds, tokens
from core.labels.pooling import pool
from core.labels.pooling.pool_plan import PoolRequest
from core.store import Database, collections, jobs
from tests import labelling_round, scenario_bank
from tests.hands import Hands
from tests.soak_tab import PageError
from tests.test_evaluation_tuning import GRADES

BANK, SAMPLE = "roles", "reviewed"
"""The collection that the dashboard opens, graded and run, and one that is only sampled."""
_SIDE_BY_SIDE = f"collection={SAMPLE}&systems=bm25,kure-v1"
"""Neither of them needs an engine there: there is no vector of the second."""
_UNJUDGED = iter(sorted({f"m-{number:03d}" for number in range(1, scenario_bank.SIZE + 1)} - set(GRADES["text"])))
Does = Callable[[Hands, str], Awaitable[None]]
"""Fills in and presses; the text is what was made ready."""


@dataclass(frozen=True, slots=True)
class Write:
    """One way to do an act: the module of ``pages`` it is in, the table that has another row then, where it is done and how."""

    act: Act
    module: str
    table: str
    page: str
    query: str
    does: Does
    ready: Callable[[Database, str], str] = lambda house, role: ""
    """Makes what a role's write needs, and returns what the hands have to know."""


def press(key: str, fields: Mapping[str, str | float | Sequence[str]] = MappingProxyType({})) -> Does:
    """Fill in the fields, then press."""
    async def does(tab: Hands, ready: str) -> None:
        for name, value in fields.items():
            await tab.fill(name, value)
        await tab.click(key.format(ready=ready))

    return does


async def _adjudicated(tab: Hands, ready: str) -> None:
    await tab.click(next((key for key in tab.buttons if key.endswith(".2.press.0")), "label.adjudicate."))


async def _drawn(tab: Hands, ready: str) -> None:
    await tab.fill("data.sample.into", ready)
    await tab.click("data.sample.draw")


async def _picked(tab: Hands, ready: str) -> None:
    await tab.fill("label.part.rounds", ["직접 고른 쌍"])
    await tab.fill("label.pick.query", "text · 교점")
    await tab.fill("label.round.pick.item.0.words", "m-016")
    await tab.click("label.round.pick.press.0")


async def _frozen(tab: Hands, ready: str) -> None:
    await tab.fill("label.part.versions", ["굳히기"])
    await tab.fill("label.versions.freeze.name.0", ready)
    await tab.click("label.versions.freeze.press.0")


async def _cleared(tab: Hands, ready: str) -> None:
    await tab.fill("label.part.rounds", ["결함 문항"])
    await tab.click(f"label.flag.{ready}.press.0")


async def _decided(tab: Hands, ready: str) -> None:
    await tab.fill("label.decision.record.choice.0", ["보류"])
    await tab.fill("label.decision.record.reason.0", ready)
    await tab.click("label.decision.record.press.0")


def _signed(seat: str) -> Does:
    async def does(tab: Hands, ready: str) -> None:
        await tab.fill("label.decision.sign.role.0", [seat])
        await tab.fill("label.decision.sign.name.0", "김서명")
        await tab.click("label.decision.sign.press.0")

    return does


async def _begun(tab: Hands, ready: str) -> None:
    """Be handed pairs: whoever is no rater is asked first."""
    if "label.begin" in tab.buttons:
        await tab.click("label.begin")
    assert tab.attribute("data-queue")


async def _sent(tab: Hands, ready: str) -> None:
    """Send a judgment to the route, with a token and a pair's name that nobody but the house could sign."""
    token, ref = ready.split()
    event = {"uuid": str(uuid4()), "ref": ref, "kind": "grade", "grade": 2, "note": "", "at": int(time.time() * 1000), "ms": 900,
             "client": "x"}
    async with httpx2.AsyncClient(timeout=60) as client:
        answer = await client.post(f"{tab.address}/labels/events", content=json.dumps({"token": token, "events": [event]}),
                                   headers={"Content-Type": "application/json", "Origin": tab.address, "Cookie": tab.cookie})
    if answer.status_code != 200:
        raise PageError(answer.json()["reason"])
    assert answer.json() == {"stored": [event["uuid"]], "refused": []}


def fresh(house: Database, role: str) -> str:
    return f"{role}-{uuid4().hex[:6]}"


def _judgment(house: Database, role: str) -> str:
    """Have a pair judged that nobody has judged yet: the same grades are the same version."""
    with house.connection() as conn:
        scenario_bank.judge(conn, collections.get(conn, BANK), {"text": {next(_UNJUDGED): 1}}, rater="다")
    return fresh(house, role)


def _flagged(house: Database, role: str) -> str:
    with house.connection() as conn:
        flags.flag(conn, collections.get(conn, BANK).id, "m-016", by="라벨러", reason="그림이 없음")
    return "m-016"


def _other_job(house: Database, role: str) -> str:
    """Add a job of somebody else's, which nobody takes for dead however long the test takes."""
    with house.connection() as conn:
        made, _ = jobs.add(conn, ["embed", "--collection", uuid4().hex], title="남의 임베딩", takes_engine=True, asked_by="남")
        conn.execute("UPDATE jobs SET reported_at = reported_at + interval '1 hour' WHERE id = %s", [made.id])
    return str(made.id)


def _failed_job(house: Database, role: str) -> str:
    made = _other_job(house, role)
    with house.connection() as conn:
        jobs.end(conn, int(made), "failed")
    return made


def _no_job(house: Database, role: str) -> str:
    """End all jobs: the same one asked for again would be joined."""
    with house.connection() as conn:
        for job in jobs.listing(conn):
            if job.active:
                jobs.end(conn, job.id, "done")
    return ""


def _decision(house: Database, role: str) -> str:
    """Record a decision that nobody has signed."""
    return str(decision.record(house, BANK, "hold", reason=uuid4().hex, by="김리더").id)


def end_rounds(house: Database) -> None:
    """Close every round of the bank: who takes part in one sees no grades."""
    with house.connection() as conn:
        for each in rounds.listing(conn, collections.get(conn, BANK).id):
            rounds.close(conn, each.id)


def _opened(house: Database) -> int:
    return pool.open_round(house, pool.plan(house, None, BANK, PoolRequest(name="1차", overlap=1, seed=1)), by="선임")


def _round(house: Database, role: str) -> str:
    return str(_opened(house))


def _token(house: Database, role: str) -> str:
    """Return a token for this person, who was handed pairs, and the name of the first."""
    round_id = _opened(house)
    with house.connection() as conn:
        own = tokens.Assignment.of(round_id, collections.get(conn, BANK).id, role)
        return f"{tokens.sign(conn, own)} {tokens.refs(conn, own, labelling_round.opened(conn, round_id, role))[0]}"


WRITES = (
    Write("queries", "query_making", "queries", "label", "section=queries", press(
        "label.queries.new.press.0", {"label.queries.new.text.0": "두 직선이 만나는 점"}), fresh),
    Write("queries", "data", "queries", "compare", f"{_SIDE_BY_SIDE}&q={{ready}}&show=I00", press("playground.grade.keep"), fresh),
    Write("rounds", "round_flags", "item_flag_events", "label", "section=rounds", _cleared, _flagged),
    Write("rounds", "round_list", "label_rounds", "label", "section=rounds", press("label.round.close.{ready}.press.0"), _round),
    Write("adjudication", "adjudicate", "judgment_events", "label", "section=adjudicate", _adjudicated),
    Write("pool", "round_picks", "pool_proposals", "label", "section=rounds", _picked, _round),
    Write("versions", "version_freeze", "ground_truth_versions", "label", "section=versions", _frozen, _judgment),
    Write("bank", "collections", "collections", "data", "section=collections", _drawn, fresh),
    Write("review", "review_item", "item_review_events", "data", f"section=review&collection={SAMPLE}", press(
        "label.data.review.I00.exclude.press.0", {"data.review.which": ["모두"]})),
    Write("work", "embeddings", "jobs", "data", f"section=embeddings&collection={SAMPLE}", press("data.embed.start"), _no_job),
    Write("work", "jobs", "jobs", "progress", "", press("job.resume.tray.{ready}"), _failed_job),
    Write("cancel", "jobs", "jobs", "progress", "", press("job.stop.tray.{ready}"), _other_job),
    Write("register", "register", "critical_error_events", "metrics", "section=verdict", press(
        "label.metrics.error.press.0", {"label.metrics.error.title.0": "겹받침에서 멈춤"})),
    Write("causes", "case", "error_case_events", "metrics", "section=cases&system=kure-v1", press(
        "FormSubmitter:metrics.case", {"None": "그림만 다름"})),
    Write("values", "further", "stated_value_events", "metrics", "section=verdict", press(
        "label.metrics.days.press.0", {"label.metrics.days.value.0": 7.0, "label.metrics.days.note.0": "어림"})),
    Write("plan", "tasks", "plan_events", "progress", "", press("label.plan.risk.press.0", {"label.plan.risk.note.0": "지켜봄"})),
    Write("report", "making", "jobs", "report", "", press("report.make"), _no_job),
    Write("bookmarks", "data", "bookmark_events", "compare", f"{_SIDE_BY_SIDE}&q=확률", press("label.compare.bookmark.keep.press.0")),
    Write("backup", "backup", "jobs", "data", "section=backup", press("data.backup.start"), _no_job),
    Write("decide", "record", "decisions", "report", "", _decided, fresh),
    Write("sign_tf_lead", "signing", "decision_signatures", "report", "", _signed("TF 리더"), _decision),
    Write("sign_developer", "signing", "decision_signatures", "report", "", _signed("개발 담당"), _decision),
    Write("sign_content_lead", "signing", "decision_signatures", "report", "", _signed("콘텐츠 담당"), _decision),
    Write("judging", "_labels", "judgment_events", "search", "k=5", _sent, _token),
    Write("judging", "data", "judgment_events", "compare", f"{_SIDE_BY_SIDE}&query=Q-I00&show=I01", press(
        "None", {"playground.grade.Q-I00.I01": ["2 유사"]})),
    Write("judging", "queue", "queue_entries", "label", "section=queue", _begun, _round),
)
