"""Hostile input through every door of core: one sentence at most, nothing run, nothing half stored."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
import zipfile
from uuid import uuid4

import pytest

from core.errors import UserError
from core.items import content, dialect, importers
from core.items.schemas import plan
from core.labels import making
from core.report import tables
from core.search import service
from core.search.query import Query
from core.spreadsheet import inert, to_csv
from core.store import collections, items
from pages.widgets.text import attribute, safe_md, sentence
from tests.hostile import FILES, PICTURES, TEXTS
from tests.hostile.files import GOOD
from tests.stored_engine import FakeEngine, embed
from tests.test_items_sampling import item

pytestmark = pytest.mark.slow
RUNS = ("=", "+", "-", "@", "|", "\t", "\r", "＝", "＋", "－", "＠")


def test_there_are_enough_cases_of_each_kind():
    assert len(TEXTS) + len(FILES) + len(PICTURES) >= 150
    assert len({name.split()[0] for name in TEXTS}) == 7 and len(set(TEXTS.values())) == len(TEXTS)


def imported(database, conn, data: bytes, name: str, tmp_path) -> tuple[set[str], str]:
    """Import a file; returns what is stored afterwards and the sentence of a refusal."""
    collection = f"hostile-{uuid4().hex[:8]}"
    path = tmp_path / name
    path.write_bytes(data)
    said = ""
    try:
        report = importers.import_file(database, path, collection=collection)
        said = " ".join(refusal.reason for refusal in report.refused)
    except UserError as error:
        said = str(error)
    found = collections.find(conn, collection)
    return (items.ids(conn, found.id) if found else set()), said


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_in_a_sentence_and_leaves_nothing(database, conn, tmp_path, name):
    filename, made = FILES[name]
    stored, said = imported(database, conn, made(), filename, tmp_path)
    assert stored == set()
    assert any("가" <= letter <= "힣" for letter in said) and "Traceback" not in said and str(tmp_path) not in said, said
    assert not (tmp_path.parent / "a.json").exists()


@pytest.mark.parametrize("name", PICTURES)
def test_a_hostile_picture_costs_its_own_item_and_no_other(database, conn, tmp_path, name):
    bad = plan.write(item("나쁜-1", text="그림을 보고 답하시오.", images=("a.png",)))
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as made:
        made.writestr("items.json", json.dumps({"items": [GOOD, bad]}, ensure_ascii=False))
        made.writestr("a.png", PICTURES[name]())
    stored, said = imported(database, conn, kept.getvalue(), "a.zip", tmp_path)
    assert stored == {GOOD["id"]} and any("가" <= letter <= "힣" for letter in said)


@pytest.fixture(scope="module")
def bank(database, tmp_path_factory):
    """One item a text, those that may be stored; embedded by an engine that costs nothing."""
    name, folder = f"hostile-{uuid4().hex[:8]}", tmp_path_factory.mktemp("hostile")
    records = [plan.write(item(f"적대-{number:03d}", text=f"문항 {text}", choices=(text, "보기"), answer=text, solution=text,
                               metadata={"concept": text}))
               for number, text in enumerate(TEXTS.values())]
    path = folder / "a.json"
    path.write_text(json.dumps({"items": records}, ensure_ascii=False), "utf-8")
    report = importers.import_file(database, path, collection=name)
    with database.connection() as conn:
        embed(conn, collections.get(conn, name).id)
    return name, report


def test_words_are_stored_letter_for_letter_or_refused_by_name(database, bank):
    name, report = bank
    with database.connection() as conn:
        found = {one.item.id: one.item for batch in items.iterate(conn, collections.get(conn, name).id) for one in batch}
    refused = {refusal.id for refusal in report.refused}
    assert len(found) + len(refused) == len(TEXTS) and len(refused) < len(TEXTS) / 10
    for number, text in enumerate(TEXTS.values()):
        item_id = f"적대-{number:03d}"
        if item_id in found:
            assert unicodedata.normalize("NFC", found[item_id].choices[0]).strip() == unicodedata.normalize("NFC", text).strip(), item_id


@pytest.mark.parametrize("system", ["kure-v1", "bm25"])
def test_words_are_searched_for_as_words(database, bank, system):
    answered = 0
    for text in TEXTS.values():
        try:
            found = service.search(database, FakeEngine(), Query(text=text), system=system, collection=bank[0], k=5)
        except UserError as error:
            assert any("가" <= letter <= "힣" for letter in str(error))
        else:
            answered += 1
            assert len(found.hits) == 5 or system == "bm25"
    assert answered > len(TEXTS) * 0.9


def test_a_query_of_hostile_words_is_kept_as_it_is_or_refused(database, conn, bank):
    collection = collections.get(conn, bank[0])
    kept = 0
    for text in TEXTS.values():
        try:
            made = making.create(conn, collection.id, text=text, by="가")
        except UserError as error:
            assert any("가" <= letter <= "힣" for letter in str(error))
        else:
            kept += 1
            assert unicodedata.normalize("NFC", made.text) == unicodedata.normalize("NFC", text).strip()
    assert kept > len(TEXTS) / 2


@pytest.mark.parametrize("name", TEXTS)
def test_no_cell_of_a_table_is_run(name):
    text = TEXTS[name]
    for data in (to_csv(("머리",), [(text,)]), tables.as_csv(("머리",), [(text,)])):
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
        cell = rows[-1][0] if rows[-1] else ""
        assert not cell.lstrip(" \u3000\u00a0").startswith(RUNS) or cell.lstrip()[:1].isalnum(), repr(cell)
        assert cell == text.replace("\x00", "") or cell == f"'{text}"
    assert inert(3) == 3


@pytest.mark.parametrize("name", TEXTS)
def test_markup_and_formulas_stay_words_on_a_page(name):
    text = TEXTS[name]
    assert not set("<>\"'") & set(attribute(text))
    assert not re.search(r"(?<!\\)(?:\\\\)*<", sentence(text))
    safe = safe_md(text).lower()
    # The commands KaTeX knows that fetch, link, style or define; what it does not know it shows as it stands.
    for command in (r"\href", r"\url", r"\includegraphics", r"\html", r"\def", r"\gdef", r"\newcommand", r"\let", r"\rule", r"\kern"):
        assert command not in safe.replace("\\\\", "  "), safe


def test_embedding_text_of_anything_is_text():
    for text in TEXTS.values():
        words = content.embedding_text(item("x", text=text or "가", choices=(text,)))
        assert isinstance(words, str) and "\x00" not in words
        for shown in (dialect.for_display(text), dialect.for_embedding(text), dialect.visible(text)):
            shown.encode("utf-8", "surrogatepass")
