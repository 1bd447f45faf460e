"""D1 to D10 in one ZIP: every file under its hash, what is missing named with what to do, and what is in it works."""

import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile

import pytest

from core.items import importers
from core.labels.versions import freezing
from core.report import deliverables
from core.report.final import making, prose
from core.settings import PROJECT_DIR
from core.store import error_cases, items, queries, reports
from tests.scenario_bank import SIZE, fill, judge

pytestmark = pytest.mark.slow


def packed(database, collection) -> zipfile.ZipFile:
    report = making.make(database, collection=collection.name, by="가")
    return zipfile.ZipFile(io.BytesIO(deliverables.as_zip(database, collection.name, report)))


def manifest(archive: zipfile.ZipFile) -> dict:
    return json.loads(archive.read(deliverables.MANIFEST))


@pytest.fixture
def bank(conn, collection):
    fill(conn, collection)
    judge(conn, collection, {"text": {"m-001": 3, "m-002": 1}, "both": {"m-003": 2}})
    freezing.freeze(conn, collection.id, name="첫판", by="가")
    return collection


def test_every_file_has_its_size_and_hash_in_the_manifest(database, bank):
    archive = packed(database, bank)
    told = manifest(archive)
    assert {each["path"] for each in told["files"]} | {deliverables.MANIFEST} == set(archive.namelist())
    for each in told["files"]:
        data = archive.read(each["path"])
        assert (each["bytes"], each["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert archive.testzip() is None
    assert hashlib.sha256(archive.read("D10/report.pdf")).hexdigest() == told["report"]["sha256"]


def test_what_is_missing_says_why_and_what_to_do(database, bank):
    told = {each["id"]: each for each in manifest(packed(database, bank))["deliverables"]}
    assert list(told) == [f"D{number}" for number in range(1, 11)]
    assert told["D7"]["files"] == told["D9"]["files"] == 0
    assert "core evaluate" in told["D7"]["missing"]
    assert all(each["files"] or each["missing"] for each in told.values())
    assert not told["D2"]["missing"] and told["D2"]["files"] == 1 + SIZE // 2


def test_the_same_evidence_packs_the_same_bytes(database, bank):
    report = making.make(database, collection=bank.name, by="가")
    assert deliverables.as_zip(database, bank.name, report) == deliverables.as_zip(database, bank.name, report)


def test_the_data_set_comes_back_as_the_same_items(database, bank, conn, tmp_path):
    packed(database, bank).extractall(tmp_path)
    told = importers.import_file(database, tmp_path / "D2" / "items.json", images=tmp_path / "D2" / "images", collection=f"{bank.name}-2")
    assert told is not None
    again = conn.execute("SELECT id FROM collections WHERE name = %s", [f"{bank.name}-2"]).fetchone()[0]
    before, after = (items.get_many(conn, each, items.ids(conn, each)) for each in (bank.id, again))
    assert {name: (each.item.text, each.image_hashes) for name, each in before.items()} == {
        name: (each.item.text, each.image_hashes) for name, each in after.items()}


def test_a_figures_name_never_leaves_the_folder():
    for name in ("../../etc/passwd", "/etc/passwd", "a\\..\\b.png", "C:x.png", " "):
        assert deliverables._named(name, "f" * 64, "image/png") == f"{'f' * 24}.png"
    assert deliverables._named("a/b.png", "f" * 64, "image/png") == "a/b.png"


def test_the_evaluation_script_runs_on_what_is_stored(database, bank, data_dir):
    done = subprocess.run([sys.executable, "docs/deliverables/D5_evaluate_search.py", bank.name], cwd=PROJECT_DIR, capture_output=True,
                          text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "버전 1 · 첫판" in done.stdout


def test_the_setup_guide_names_commands_that_exist():
    from core.cli import main

    guide = (PROJECT_DIR / "docs" / "deliverables" / "D1_setup.ko.md").read_text(encoding="utf-8")
    lines = [line.split("-m core ")[1].split() for line in guide.splitlines() if "-m core " in line]
    assert len(lines) > 8
    for words in lines:
        main.parser_of([words[0]]).parse_args(words)


def test_the_command_writes_what_it_is_asked_for_and_tells_the_hash(database, bank, tmp_path, capsys):
    from core.cli import main

    paths = {name: tmp_path / f"r.{name}" for name in ("pdf", "md", "zip")}
    assert main.main(["report", "--collection", bank.name, "--by", "가", "--pdf", str(paths["pdf"]), "--markdown", str(paths["md"]),
                      "--zip", str(paths["zip"]), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert hashlib.sha256(paths["pdf"].read_bytes()).hexdigest() == told["sha256"]
    assert told["verdict"] == "undetermined" and told["missing"]
    assert paths["md"].read_text(encoding="utf-8").startswith("# Qwen3-VL-Embedding POC")
    assert zipfile.is_zipfile(paths["zip"])


def test_a_report_without_any_run_is_made_and_says_what_is_missing(database, bank):
    report = making.make(database, collection=bank.name, by="가")
    assert "측정 안 됨: 정답이 있는 쿼리나 실행이 없습니다." in report.markdown
    assert report.body["runs"] == []


def test_a_cause_that_staff_sets_makes_a_report_old(database, conn, bank):
    making.make(database, collection=bank.name, by="가")
    entry = reports.listing(conn, bank.id)[0]
    assert not making.stale(conn, bank.id, entry)
    query = queries.current(conn, bank.id)[0]
    error_cases.append(conn, bank.id, scenario="gate", system="qwen3-vl", query_id=query.query_id, query_hash=query.content_hash,
                       cause="labels", note="", by="가")
    assert making.stale(conn, bank.id, entry)


def test_an_edit_that_is_taken_back_makes_the_older_report_todays_again(database, conn, bank):
    first = making.make(database, collection=bank.name, by="가")
    prose.write(conn, bank.id, section="advice", body="내 생각", draft_sha256="", by="가")
    assert making.current(conn, bank.id)[1]
    second = making.make(database, collection=bank.name, by="가")
    entry, stale = making.current(conn, bank.id)
    assert (entry.id, stale) == (second.id, False)
    prose.write(conn, bank.id, section="advice", body="", draft_sha256="", by="가")
    entry, stale = making.current(conn, bank.id)
    assert (entry.id, stale) == (first.id, False)
