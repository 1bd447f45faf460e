"""What the documents tell people to type: their fenced blocks, the commands in them, and whether each could be typed today."""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from core.cli.main import VERBS, parser_of
from core.settings import PROJECT_DIR, Settings

SHELL = {"sh", "bash", "console"}
_FENCE = re.compile(r"^( *)(`{3,})(\S*)\s*$")
_MARK = re.compile(r"^<!-- (run|elsewhere|in)(?::? +(.+?))? -->$")
_COMMAND = re.compile(r"^\s*(?:[A-Z_]+=\S+ )*(?:\S*python3?|make|pip|curl|git|docker|sudo)\s")
_SETTING = re.compile(r"^([A-Z][A-Z0-9_]+)=(.*)$", re.DOTALL)
FOREIGN = {"PYTHONPATH", "HF_ENDPOINT", "FORWARDED_ALLOW_IPS", "AUDIT", "OMP_NUM_THREADS", "PYTHON"}
"""Variables of other programs that a document may name."""
_PLAIN = {"cd", "cp", "mkdir", "ls", "cat", "tail", "less", "export", "source", "."}
"""Programs of every machine, with nothing of ours to check in what follows them."""


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: where it stands, its language, its text, and the word and reason of the comment above it."""

    path: Path
    line: int
    language: str
    text: str
    mark: str = ""
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.path.relative_to(PROJECT_DIR)}:{self.line}"


def documents() -> list[Path]:
    """Every document a person may follow; the record of changes is no instruction."""
    return [PROJECT_DIR / "README.md", *sorted((PROJECT_DIR / "docs").rglob("*.md"))]


def blocks(path: Path) -> list[Block]:
    """Return the fenced blocks of a document in their order."""
    found: list[Block] = []
    inside: list[str] | None = None
    fence = indent = language = ""
    before, start = "", 0
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        opened = _FENCE.match(line)
        if inside is None and opened:
            indent, fence, language = opened.groups()
            inside, start = [], number
        elif inside is not None and line.strip() == fence:
            marked = _MARK.match(before.strip())
            mark, reason = (marked[1], marked[2] or "") if marked else ("", "")
            found.append(Block(path, start, language, "\n".join(inside) + "\n", mark, reason))
            inside, before = None, ""
        elif inside is not None:
            inside.append(line.removeprefix(indent))
        elif line.strip():
            before = line
    assert inside is None, f"{path}:{start} is never closed"
    return found


def unlabelled_command(block: Block) -> str | None:
    """Return the first line of a block without a shell's name that is a command all the same."""
    if block.language in SHELL:
        return None
    return next((line for line in block.text.splitlines() if _COMMAND.match(line)), None)


def commands(text: str) -> Iterator[tuple[dict[str, str], list[str]]]:
    """Yield each simple command as the variables before it and its words; pipes, lists and redirections are taken apart."""
    for line in text.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
        lexer.whitespace_split = True
        words: list[str] = []
        skip = False
        for word in [*lexer, ";"]:
            if skip:
                skip = False
            elif set(word) <= set("<>"):
                skip = True  # a file of the reader's
            elif set(word) <= set("|&;"):
                if words:
                    yield _taken_apart(words)
                words = []
            else:
                words.append(word)


def _taken_apart(words: list[str]) -> tuple[dict[str, str], list[str]]:
    variables = {}
    rest = [word for word in words if word != "$"] if words[0] == "$" else list(words)
    exporting = rest[:1] == ["export"]
    for word in rest[1:] if exporting else rest:
        found = _SETTING.match(word)
        if not found:
            break
        variables[found[1]] = found[2]
    return variables, rest if exporting else rest[len(variables):]


def complaint(variables: Mapping[str, str], words: list[str]) -> str | None:
    """Return what is wrong with a command, None where it could be typed today."""
    wrong = _about_settings(variables)
    if wrong or not words:
        return wrong
    program = words[0].rsplit("/", 1)[-1]
    if program in _PLAIN:
        return None
    if program == "make":
        return _about_make(words[1:])
    if program == "git" and words[1:2] == ["clone"]:
        return None
    if program == "pip" or re.fullmatch(r"python(3(\.\d+)?)?", program) and words[1:3] == ["-m", "pip"]:
        return _about_packages(words)
    if program == "ruff":
        return None
    if re.fullmatch(r"python(3(\.\d+)?)?", program):
        return _about_python(words[1:])
    return f"'{words[0]}' is neither ours nor on every machine: mark the block with <!-- elsewhere: why -->"


def _about_settings(variables: Mapping[str, str]) -> str | None:
    for name, value in variables.items():
        if name in FOREIGN:
            continue
        if name.lower() not in Settings.model_fields:
            return f"there is no setting {name}"
        if "$" not in value and value not in {"", "..."}:
            try:
                Settings.model_validate({name.lower(): value})
            except ValidationError as error:
                return f"{name}={value} is refused: {error.errors()[0]['msg']}"
    return None


def _about_make(words: list[str]) -> str | None:
    makefile = (PROJECT_DIR / "Makefile").read_text(encoding="utf-8")
    targets = {name for names in re.findall(r"^([\w .-]+):(?!=)", makefile, re.MULTILINE) for name in names.split()}
    for word in words:
        given = _SETTING.match(word)
        if given and not re.search(rf"^{given[1]} \?=", makefile, re.MULTILINE):
            return f"the Makefile takes no {given[1]}"
        if not given and word not in targets:
            return f"make has no target {word}"
    return None


def _about_packages(words: list[str]) -> str | None:
    for before, word in zip(words, words[1:], strict=False):
        if before == "-r" and not (PROJECT_DIR / word).is_file():
            return f"there is no {word}"
    return None


def _about_python(words: list[str]) -> str | None:
    if words[:1] == ["-m"]:
        module = words[1]
        if module == "core":
            return complaint_of_core(words[2:])
        if module in {"venv", "zipfile", "pytest", "json.tool"}:
            return None
        place = PROJECT_DIR.joinpath(*module.split("."))
        return None if place.with_suffix(".py").is_file() or (place / "__main__.py").is_file() else f"there is no module {module}"
    if words[:1] == ["-c"]:
        return None
    return None if words and (PROJECT_DIR / words[0]).is_file() else f"there is no script {words[:1]}"


def complaint_of_core(words: list[str]) -> str | None:
    """Return what our own parser says against ``python -m core WORDS``."""
    verb = next((word for word in words if word in VERBS), None)
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            parsed: argparse.Namespace = parser_of([verb] if verb else []).parse_args(words)
    except SystemExit as end:
        return None if end.code == 0 else said.getvalue().strip().splitlines()[-1]
    if verb == "jobs" and parsed.action == "start":
        return complaint_of_core(parsed.arguments)
    return None
