"""The whole run as a job, with real processes: stopped in the middle, gone on, and done again for nothing."""

from __future__ import annotations

import psutil
import pytest

from core.items.importers import import_file
from core.jobs import launching
from core.poc import record, running
from core.store import collections, embedding_sets, jobs, queries
from tests.eventually import eventually
from tests.many_items import write_many
from tests.test_jobs import SILENCE
from tests.verified_models import verified

pytestmark = pytest.mark.slow
SIZE = 600


@pytest.fixture
def bank(database, collection, conn, tmp_path):
    path = tmp_path / "items_part01.json"
    write_many(path, SIZE, seed=11)
    import_file(database, path, collection=collection.name)
    for number, text in enumerate(("일차함수의 기울기", "확률")):
        queries.put(conn, collection.id, query_id=f"q{number}", text=text, query_type="natural_language", origin="human")
    return collections.get(conn, collection.name)


def test_a_run_that_is_stopped_and_killed_goes_on_and_ends_with_everything_once(database, prepared, conn, bank):
    verified(conn, of=bank)
    arguments = ["poc", "--collection", bank.name, "--skip-bench"]
    job, _ = launching.start(database, arguments, title="전체", asked_by="가")

    def vectors() -> int:
        return sum(found.vectors for found in embedding_sets.sets(conn, bank.id))

    # Stopped within the embedding.
    eventually(lambda: vectors() > 0)
    assert eventually(lambda: running.step_of(jobs.get(conn, job.id).words)).name == "embed"
    jobs.cancel(conn, job.id)
    ended = eventually(lambda: not (now := jobs.get(conn, job.id)).active and now)
    stopped = vectors()
    assert ended.state == "cancelled" and 0 < stopped < 3 * SIZE
    assert [each.name for each in record.last(conn, bank.name).outcomes] == ["items"]

    # Gone on, then killed as a machine that loses its power would.
    launching.resume(database, job.id)
    eventually(lambda: vectors() > stopped)
    next(child for child in psutil.Process().children() if child.cmdline()[-2:] == ["--job", str(job.id)]).kill()
    conn.execute(SILENCE, {"id": job.id})
    assert eventually(lambda: jobs.bury(conn) or jobs.get(conn, job.id).state == "interrupted")
    launching.resume(database, job.id)
    ended = eventually(lambda: not (now := jobs.get(conn, job.id)).active and now, seconds=240)
    assert (ended.state, ended.error) == ("done", ""), launching.log_tail(job.id)
    made = {(found.set.identity.model_key, found.set.identity.content): (found.vectors, found.failures)
            for found in embedding_sets.sets(conn, bank.id)}
    assert made["qwen3-vl-embedding-2b-mini", "all"] == made["kure-v1-mini", "text"] == (SIZE, 0)
    endings = {each.name: each.ending for each in record.last(conn, bank.name).outcomes}
    assert endings == {"items": "kept", "embed": "done", "verify": "kept", "evaluate": "done", "bench": "left_out", "decide": "done",
                       "report": "done"}

    again, new = launching.start(database, arguments, title="전체", asked_by="나")
    assert new and eventually(lambda: jobs.get(conn, again.id).state == "done" and True)
    last = {each.name: each for each in record.last(conn, bank.name).outcomes}
    assert {each.ending for each in last.values()} == {"kept", "left_out"}
