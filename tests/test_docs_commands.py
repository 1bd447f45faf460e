"""What the documents say to type can be typed, the cheap part of it is, and the settings they name are the settings there are."""

import ast
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap

import pytest

from core.settings import PROJECT_DIR, Settings
from tests import doc_blocks, fixtures_store
from tests.doc_blocks import SHELL, Block

pytestmark = pytest.mark.slow
DOCUMENTS = doc_blocks.documents()
BLOCKS = [block for path in DOCUMENTS for block in doc_blocks.blocks(path)]
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_PIN = re.compile(r"\b([A-Za-z][\w.-]*)==(\d[\w.]*)")
_PLACEHOLDER = re.compile(r"[…|·\[{]")


def complaints(block: Block) -> list[str]:
    return [f"{block}: {' '.join(words)}: {wrong}" for variables, words in doc_blocks.commands(block.text)
            if (wrong := doc_blocks.complaint(variables, words))]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_could_be_typed_or_says_why_not_here(path):
    wrong = []
    for block in doc_blocks.blocks(path):
        if line := doc_blocks.unlabelled_command(block):
            wrong.append(f"{block}: say which shell reads '{line.strip()}'")
        elif block.language in SHELL and block.mark == "elsewhere":
            wrong += [f"{block}: 'elsewhere' needs its reason"] * (len(block.reason) < 10)
        elif block.language in SHELL:
            wrong += complaints(block)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("line", "told"), [
    ("python -m core fly", "fly"),
    ("python -m core search x --sistem A", "--sistem"),
    ("python -m core labels pool --stage 3", "3"),
    ("python -m core jobs start embed --wrong", "--wrong"),
    ("cat x | python -m core bench speed", "speed"),
    ("make nothing", "nothing"),
    ("make run HOST=x", "HOST"),
    ("DEVICE=tpu python -m core doctor", "DEVICE"),
    ("export DATABASE=x", "DATABASE"),
    ("python -m core.nothing", "core.nothing"),
    ("python docs/nothing.py", "nothing.py"),
    ("python -m pip install -r nothing.txt", "nothing.txt"),
    ("python -m core doctor && frobnicate", "frobnicate"),
])
def test_a_command_that_does_not_exist_is_found(tmp_path, line, told):
    path = PROJECT_DIR / "docs" / "made_up.md"
    found = complaints(Block(path, 1, "sh", f"make test\n{line}  # why\n"))
    assert len(found) == 1 and told in found[0]


def test_blocks_are_read_with_their_marks_and_lines_are_joined(tmp_path):
    path = tmp_path / "x.md"
    path.write_text("a\n\n<!-- elsewhere: needs a card of its own -->\n\n```sh\none \\\n  two # why\n```\n\n- b\n"
                    "  ```bash\n  three | four > five\n  ```\n",
                    encoding="utf-8")
    first, second = doc_blocks.blocks(path)
    assert (first.line, first.mark, first.reason) == (5, "elsewhere", "needs a card of its own")
    assert list(doc_blocks.commands(first.text)) == [({}, ["one", "two"])]
    assert second.mark == "" and list(doc_blocks.commands(second.text)) == [({}, ["three"]), ({}, ["four"])]


def test_commands_in_running_text_exist_too():
    wrong = []
    for path in DOCUMENTS:
        for span in _SPAN.findall(path.read_text(encoding="utf-8")):
            words = re.sub(r"^(\S*python3?) ", "python ", span).split()
            if words[0] == "make" and len(words) > 1 or words[:3] == ["python", "-m", "core"] and len(words) > 3:
                if _PLACEHOLDER.search(span):
                    continue  # a form of command, not one
                wrong += [f"{path.name}: {line}" for line in complaints(Block(path, 0, "sh", " ".join(words)))]
    assert not wrong, "\n".join(wrong)


def test_commands_that_the_product_tells_people_to_type_exist():
    told = []
    for path in sorted([*(PROJECT_DIR / "core").rglob("*.py"), *(PROJECT_DIR / "pages").rglob("*.py")]):
        source = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)) if "-m core" in source or "`make" in source else ():
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                told += [Block(path, node.lineno, "sh", span) for span in
                         re.findall(r"(?<!`)`((?:[^`\s]*python3? -m core|make) [^`\n]+)`", node.value) if not _PLACEHOLDER.search(span)]
    wrong = [line for block in told for line in complaints(block) if "arguments are required" not in line]  # that names a command
    assert len(told) > 20 and not wrong, "\n".join(wrong)


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.language == "python"], ids=str)
def test_python_in_documents_runs_in_the_module_that_it_names(block):
    assert block.mark == "in", f"{block}: say where it stands: <!-- in MODULE -->"
    names = dict(vars(importlib.import_module(block.reason)))
    code = textwrap.dedent(block.text)
    try:
        parsed = ast.parse(code.strip().rstrip(","), mode="eval")
    except SyntaxError:
        exec(compile(code, str(block), "exec"), names)
    else:
        assert eval(compile(parsed, str(block), "eval"), names) is not None


def test_documents_pin_what_the_requirements_pin():
    pinned = dict(_PIN.findall((PROJECT_DIR / "requirements-test.txt").read_text() + (PROJECT_DIR / "requirements.txt").read_text()))
    wrong = [f"{path.name}: {name}=={version}, required is {pinned[name]}" for path in DOCUMENTS
             for name, version in _PIN.findall(path.read_text(encoding="utf-8")) if pinned.get(name, version) != version]
    assert pinned and not wrong


def test_settings_in_documents_are_the_settings_there_are():
    named = set()
    for path in DOCUMENTS:
        for rows in re.findall(r"^\| (?:variable|설정) \|.*\n\|[-| ]+\n((?:\|.*\n?)+)", path.read_text(encoding="utf-8"), re.MULTILINE):
            named |= {name for row in rows.splitlines() for name in re.findall(r"`([A-Z][A-Z0-9_]+)`", row.split("|")[1])}
    known = {name.upper() for name in Settings.model_fields}
    assert named == known, f"untold: {sorted(known - named)}; no such setting: {sorted(named - known)}"


def test_links_between_documents_lead_somewhere():
    wrong = []
    for path in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            if "://" not in target and not (path.parent / target).exists():
                wrong.append(f"{path.name}: {target}")
        for target in re.findall(r"`((?:docs|core|pages|tests|data)/[\w./-]+\.\w+)`", path.read_text(encoding="utf-8")):
            if not (PROJECT_DIR / target).exists() and "*" not in target:
                wrong.append(f"{path.name}: {target}")
        text = path.read_text(encoding="utf-8")
        anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
        wrong += [f"{path.name}: #{target}" for target in re.findall(r"\]\(#([^)]+)\)", text) if target not in anchors]
    assert not wrong, "\n".join(wrong)


@pytest.fixture(scope="module")
def followed(database, prepared, tmp_path_factory):
    """A folder like the one a reader stands in, over a database of its own: what a shell needs to follow a document there."""
    folder = tmp_path_factory.mktemp("reader")
    (folder / ".venv" / "bin").mkdir(parents=True)
    for name in ("python", "python3"):
        shim = folder / ".venv" / "bin" / name
        shim.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        shim.chmod(0o755)
    source = json.loads((PROJECT_DIR / "data" / "items.json").read_text(encoding="utf-8"))
    (folder / "items.json").write_text(json.dumps({"items": source["items"][:12]}, ensure_ascii=False), encoding="utf-8")
    shutil.copytree(PROJECT_DIR / "data" / "images", folder / "images")
    truth = json.loads((PROJECT_DIR / "data" / "ground_truth.json").read_text(encoding="utf-8"))["queries"]
    for name, step in (("a", 1), ("b", -1), ("mine", 1), ("theirs", -1)):
        (folder / f"{name}.run").write_text("".join(
            f"{query['query_id']} Q0 {answer['id']} {rank} {10 - rank} {name}\n" for query in truth
            for rank, answer in enumerate(query["relevant_items"][::step], 1)))
    with fixtures_store.another(database) as own:
        environment = os.environ | {"DATABASE_URL": own.conninfo, "PYTHONPATH": str(PROJECT_DIR),
                                    "PATH": f"{folder}/.venv/bin:{os.environ['PATH']}", "OMP_NUM_THREADS": "1"}
        subprocess.run(["python", "-m", "core", "prepare"], env=environment, cwd=folder, check=True, capture_output=True)
        yield folder, environment


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.mark == "run"], ids=str)
def test_what_is_marked_to_run_runs(followed, block):
    folder, environment = followed
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", block.text], env=environment, cwd=folder, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=300)
    assert done.returncode == 0, f"{block}: {done.stderr[-600:]}"
    promised = re.findall(r"--(?:out|html|csv|xlsx|pdf|zip) (\S+)", block.text)
    assert [name for name in promised if not (folder / name).stat().st_size] == []
