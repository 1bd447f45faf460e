"""D1 to D10 in one ZIP: every file under its hash, what is missing named with what to do, and what is in it works."""

import hashlib
import io
import json
import os
import runpy
import subprocess
import sys
import zipfile

import pytest

from core.cli import main
from core.evaluation import assembling
from core.items import importers
from core.jobs import working
from core.labels.versions import freezing
from core.report import deliverables
from core.report.final import making, markdown, prose
from core.report.final.chapters import appendix
from core.settings import PROJECT_DIR
from core.store import error_cases, items, measurements, queries, reports, run_lists, runs
from tests.scenario_bank import SIZE, fill, judge
from tests.test_evaluation_evidence import measured

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
    beside = {deliverables.MANIFEST, deliverables.SUMS, deliverables.GUIDE}
    assert {each["path"] for each in told["files"]} | beside == set(archive.namelist())
    for each in told["files"]:
        data = archive.read(each["path"])
        assert (each["bytes"], each["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert archive.testzip() is None
    assert hashlib.sha256(archive.read("D10/report.pdf")).hexdigest() == told["report"]["sha256"]


def test_every_file_of_raw_data_that_the_report_names_is_there_with_each_call(database, bank, conn, monkeypatch):
    run = runs.create(conn, bank.id, "kure-v1", {"system": "kure-v1", "miniature": False, "sets": [], "depth": 10, "rerank_depth": None,
                                                 "reranker": None})
    for query in assembling.load(conn, bank.name).truth.query_hashes.items():
        run_lists.add(conn, run, *query, [(1, "m-001", 0.5), (2, "m-002", 0.25)], encode_ms=1, search_ms=1)
    mine = measured("latency", number=71)
    monkeypatch.setattr(measurements, "listing", lambda conn, *kinds: [mine])
    archive = packed(database, bank)
    named = [path for _, paths in appendix.RAW for path in paths.split(", ")]
    assert [path for path in named if not any(name.startswith(path) for name in archive.namelist())] in ([], ["D2/images/"])
    assert f"| 호출마다의 값과 측정 환경 | {markdown.plain('D8/measurements.json')} |" in archive.read("D10/report.md").decode()
    (told,) = json.loads(archive.read("D8/measurements.json"))["measurements"]
    assert (told["kind"], told["sha256"]) == ("latency", mine.sha256) and "samples" in told


def test_the_unpacked_folder_is_checked_by_one_command_and_says_what_it_is(database, bank, tmp_path):
    archive = packed(database, bank)
    archive.extractall(tmp_path)
    check = ["sha256sum", "--check", "--quiet", deliverables.SUMS]
    assert subprocess.run(check, cwd=tmp_path, capture_output=True, timeout=60).returncode == 0
    (tmp_path / "D10" / "report.md").write_text("다른 글", encoding="utf-8")
    assert "D10/report.md" in subprocess.run(check, cwd=tmp_path, capture_output=True, text=True, timeout=60).stdout
    guide = archive.read(deliverables.GUIDE).decode()
    assert "{" not in guide, "something was not filled in"
    assert f"--collection {bank.name}" in guide and "| D10 | POC 최종 보고서 |" in guide and "`python -m core evaluate`" in guide
    for line in guide.splitlines():
        if "-m core " in line and line.startswith(".venv"):
            main.parser_of(line.split("-m core ")[1].split()[:1]).parse_args(line.split("-m core ")[1].split())


@pytest.mark.parametrize("script", ["D4/D4_embed_items.py", "D5/D5_evaluate_search.py", "D6/D6_measure_performance.py"])
def test_a_script_run_elsewhere_or_on_nothing_says_what_to_do(tmp_path, script):
    path = PROJECT_DIR / "docs" / "deliverables" / script.partition("/")[2]
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    away = subprocess.run([sys.executable, str(path)], cwd=tmp_path, capture_output=True, text=True, env=env, timeout=120)
    assert away.returncode == 1 and "저장소의 맨 위 폴더" in away.stderr and "Traceback" not in away.stderr


@pytest.mark.parametrize("script", ["D4_embed_items.py", "D5_evaluate_search.py"])
def test_a_script_asked_for_a_collection_that_is_not_there_says_so(data_dir, monkeypatch, script):
    monkeypatch.setattr(sys, "argv", [script, "없는 컬렉션"])
    monkeypatch.setattr(sys, "path", [*sys.path])
    with pytest.raises(SystemExit, match="없는 컬렉션"):
        runpy.run_path(str(PROJECT_DIR / "docs" / "deliverables" / script), run_name="__main__")


@pytest.mark.parametrize("step", range(5))
def test_a_job_is_stopped_before_each_step_and_leaves_nothing_half_done(database, conn, bank, tmp_path, monkeypatch, step):
    class Stopping(working.Worker):
        def progress(self, done, total=None, words=""):
            super().progress(done, total, words)
            if done == step:
                self.stop()

    monkeypatch.setattr(working, "_current", Stopping())
    path = tmp_path / "d.zip"
    asked = main.parser_of(["report"]).parse_args(["report", "--collection", bank.name, "--by", "가", "--zip", str(path)])
    if step < 4:
        with pytest.raises(working.StoppedError):
            asked.run(asked)
    else:
        asked.run(asked)
    assert path.exists() == (step == 4)
    assert len(reports.listing(conn, bank.id)) == (step >= 3)


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
    guide = (PROJECT_DIR / "docs" / "deliverables" / "D1_setup.ko.md").read_text(encoding="utf-8")
    lines = [line.split("-m core ")[1].split() for line in guide.splitlines() if "-m core " in line]
    assert len(lines) > 8
    for words in lines:
        main.parser_of([words[0]]).parse_args(words)


def test_the_command_writes_what_it_is_asked_for_and_tells_the_hash(database, bank, tmp_path, capsys):
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


def test_a_judgment_after_the_freeze_makes_a_report_old(database, conn, bank):
    """The grades of the version stay; how far people agree does not."""
    making.make(database, collection=bank.name, by="가")
    entry = reports.listing(conn, bank.id)[0]
    judge(conn, bank, {"text": {"m-001": 2}}, rater="나")
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
