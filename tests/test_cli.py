"""The command line on the prepared sample: JSON keys others rely on, exit codes, idempotence."""

import json
import os
import subprocess
import sys

import pytest

from core.cli import caller, main
from core.settings import PROJECT_DIR

pytestmark = pytest.mark.slow


def run(*words, ok=True):
    answer = subprocess.run([sys.executable, "-m", "core", *map(str, words)], capture_output=True, text=True, cwd=PROJECT_DIR,
                            env=dict(os.environ))
    assert (answer.returncode == 0) == ok, answer.stderr
    return answer


def test_search_prints_one_json_object_with_the_agreed_keys(prepared):
    found = json.loads(run("search", "두 일차함수의 그래프가 한 점에서 만나는 문제", "--system", "A", "--k", 7, "--json").stdout)
    assert found["system"] == "qwen3-vl" and found["collection"] == prepared.collection
    assert [hit["rank"] for hit in found["hits"]] == list(range(1, 8))
    assert set(found["hits"][0]) == {"rank", "item_id", "score"}
    assert found["encode_ms"] > 0 and found["search_ms"] > 0
    model = found["models"][0]
    assert model["miniature"] is True and {"id", "revision", "precision", "device"} <= set(model)


def test_search_takes_an_image_an_item_and_filters(prepared):
    picture = next((PROJECT_DIR / "data" / "images").glob("*.png"))
    by_image = json.loads(run("search", "--image", picture, "--system", "C", "--k", 3, "--json").stdout)
    assert by_image["hits"][0]["item_id"] == picture.stem.upper()
    by_item = json.loads(run("search", "--item", "MATH_001", "--unit", "확률", "--k", 100, "--json").stdout)
    assert 0 < len(by_item["hits"]) < 100


@pytest.mark.parametrize("words", [
    ("search", ""), ("search", "x", "--system", "Q"), ("search", "x", "--collection", "none"),
    ("search", "--image", "no-such-file.png"), ("import", "no-such-file.json", "--collection", "x"),
    ("models", "download", "no-such-model"),
])
def test_failures_are_one_korean_line_and_exit_one(prepared, words):
    answer = run(*words, ok=False)
    assert answer.returncode == 1 and answer.stdout == ""
    assert len(answer.stderr.strip().splitlines()) == 1 and "Traceback" not in answer.stderr


def test_import_reports_and_a_second_time_changes_nothing(prepared, tmp_path):
    data = json.loads((PROJECT_DIR / "data" / "items.json").read_text(encoding="utf-8"))
    broken = data["items"][0] | {"id": "BAD_1", "difficulty": "아주 어려움"}
    path = tmp_path / "items.json"
    path.write_text(json.dumps({"items": [*data["items"][:5], broken]}, ensure_ascii=False), encoding="utf-8")
    words = ("import", path, "--images", PROJECT_DIR / "data", "--collection", "cli-import", "--json")
    first, second = json.loads(run(*words).stdout), json.loads(run(*words).stdout)
    assert (first["imported"], first["unchanged"]) == (5, 0) and (second["imported"], second["unchanged"]) == (0, 5)
    assert [refusal["id"] for refusal in first["refused"]] == ["BAD_1"]
    assert {"line", "id", "reason"} <= set(first["refused"][0])


def test_sample_fills_the_plans_quotas(prepared):
    drawn = json.loads(run("sample", "--collection", prepared.collection, "--into", "cli-sample", "--json").stdout)
    assert [(quota["wanted"], quota["taken"]) for quota in drawn["quotas"]] == [(35, 35), (35, 35), (30, 30)]
    assert len(set(drawn["ids"])) == 100
    assert run("sample", "--collection", prepared.collection, "--into", "cli-sample", ok=False).returncode == 1


def test_prepare_and_doctor_as_json(prepared):
    again = json.loads(run("prepare", "--json").stdout)
    assert again["items"] == 100 and again["embedded"] == 0
    told = json.loads(run("doctor", "--json").stdout)
    assert told["ok"] is True and {"name", "ok", "detail", "fix"} <= set(told["checks"][0])


def test_embed_again_finds_everything_done(prepared):
    done = json.loads(run("embed", "--system", "B", "--json").stdout)
    assert [(one["embedded"], one["unchanged"]) for one in done["sets"]] == [(0, 100)]


def test_every_verb_has_help():
    from core.cli.main import VERBS

    for verb in VERBS:
        assert VERBS[verb][:8] in run(verb, "--help").stdout


def test_an_account_that_the_machine_has_no_name_for_is_called_by_its_number(monkeypatch):
    def unknown(uid: int):
        raise KeyError(f"getpwuid(): uid not found: {uid}")

    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", unknown)
    assert caller.name() == f"uid {os.getuid()}"
    assert main.parser_of(["review"]).parse_args(["review", "list"]).by == caller.name()
    main.parser_of(list(main.VERBS))
