"""Step 6: what the gates say. It is computed in a second and stored nowhere; only the run's own record says by what."""

from __future__ import annotations

from psycopg import Connection

from core.evaluation import assembling
from core.evaluation.verdict import gates, load
from core.evaluation.verdict.outcome import Decision
from core.jobs.working import Worker
from core.labels.versions import truth as truths
from core.poc import record
from core.poc.step import House, Look, digest
from core.store import collections, evaluation_state

SECONDS = 3.0
SAME, VERDICT = "근거가 그대로입니다. ", "판정: "


def look(house: House) -> Look:
    """Return whether anything that a verdict rests on has changed since the last run decided."""
    with house.database.connection() as conn:
        state = fingerprint(conn, house.wish.collection)
        last = record.of_step(conn, house.wish.collection, "decide")
    if last is not None and last.good and last.fingerprint == state:
        return Look("done", SAME + verdict_in(last.words), fingerprint=state, at=last.at)
    return Look("stale" if last is not None else "missing", "근거가 새로 생겼거나 바뀌어 다시 판정합니다.", SECONDS, state,
                last.at if last is not None else None)


def run(house: House, part: Worker) -> str:
    """Decide and return the verdict in words."""
    part.check()
    with house.database.connection() as conn:
        found = decision(conn, house.wish.collection)
    return f"{VERDICT}{found.title}{' (축소 모델)' if found.miniature else ''}."


def verdict_in(words: str) -> str:
    """Return the part of an outcome's words that says the verdict."""
    return words[max(0, words.rfind(VERDICT)):]


def decision(conn: Connection, collection: str) -> Decision:
    """Return the verdict of today's evidence under the latest ground truth."""
    return load.decision_of(conn, assembling.load(conn, collection))


def fingerprint(conn: Connection, name: str) -> str:
    """Return the SHA-256 over all that a verdict rests on."""
    collection = collections.get(conn, name)
    return digest({"evaluation": evaluation_state.of_collection(conn, collection.id), "evidence": load.fingerprint(conn, collection.id),
                   "judgments": evaluation_state.of_judgments(conn, collection.id),
                   "truth": truths.load(conn, collection.id).sha256, "gates": gates.load().sha256})
