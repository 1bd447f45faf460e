"""The guides say what the product does: its keys, its grades, its roles; and their pictures are there and small."""

import ast
import re

import pytest

from core.accounts import access, rights
from core.accounts.person import ROLES, Person
from core.items import grades
from core.labels import guidelines
from core.settings import PROJECT_DIR

DOCS = PROJECT_DIR / "docs"
PARTS = {"queue": "판정하기", "queries": "쿼리 만들기", "agreement": "일치도", "versions": "정답 버전", "review": "표본 검수"}
MOST = 120 * 1024


def read(name):
    return (DOCS / name).read_text(encoding="utf-8")


def table(head, rows):
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, ["---"] * len(head), *rows])


def titles():
    tree = ast.parse((PROJECT_DIR / "pages" / "_shell.py").read_text(encoding="utf-8"))
    (pages,) = [node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PAGES"]
    return {name: row[1] for name, row in ast.literal_eval(pages).items()}


def opened(role, page):
    who = Person("x", role)
    if access.may_open(who, page, "any part", demanded=True):
        return "●"
    return ", ".join(title for part, title in PARTS.items() if access.may_open(who, page, part, demanded=True))


def test_the_guide_to_roles_is_the_table_of_rights():
    head = ["", *ROLES.values()]
    acts = [[right.title, *("●" if role in right.roles else "" for role in ROLES)] for right in rights.ACTS.values()]
    pages = [[title, *(opened(role, page) for role in ROLES)] for page, title in titles().items()]
    homes = [["처음 열리는 화면", *(titles()[access.home_of(Person("x", role))] for role in ROLES)]]
    for wanted in (table(head, [*homes, *pages]), table(head, acts)):
        assert wanted in read("deploy.md"), f"docs/deploy.md should have\n\n{wanted}\n"


@pytest.mark.parametrize(("guide", "script"), [("labelling.ko.md", "label.js"), ("meeting.ko.md", "meeting.js")])
def test_a_guide_names_every_key_that_its_script_takes(guide, script):
    code = (PROJECT_DIR / "pages" / "assets" / script).read_text(encoding="utf-8")
    letters = set(re.findall(r"\bKey([A-Z]): ", code))
    told = set(re.findall(r"^\| ([A-Z]) \|", read(guide), re.MULTILINE))
    assert told == letters and letters


def test_the_labelling_guide_grades_as_the_guidelines_do():
    text = read("labelling.ko.md")
    for grade, name in grades.NAMES.items():
        assert f"| {grade} | {name} |" in text
    for example in guidelines.examples().answers:
        assert f"| **{example.grade}** | {example.why.rstrip('.')} |" in text
    assert guidelines.examples().asked in text


def test_pictures_of_documents_are_there_small_and_used():
    told = {path.name: set(re.findall(r"pictures/([\w.-]+)", path.read_text(encoding="utf-8")))
            for path in [PROJECT_DIR / "README.md", *DOCS.rglob("*.md")]}
    there = {path.name: path.stat().st_size for path in (DOCS / "pictures").iterdir() if path.suffix in {".png", ".svg"}}
    assert set().union(*told.values()) <= set(there) | {"house.py", "take.py"}
    assert {name for name, size in there.items() if size > MOST} == set()


def test_the_index_names_every_document():
    named = set(re.findall(r"\]\(([\w./]+\.md)\)", read("README.md")))
    assert {str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md")} - {"README.md"} == named - {"../README.md"}
