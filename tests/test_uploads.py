"""How large a file may be: each page's place of a file says so, and the server, the wall and the proxy's guide take as much and no more."""

from __future__ import annotations

import ast
import re
import tomllib

import pytest
from starlette.datastructures import Headers

from core.accounts.person import ROLES, Person
from core.settings import PROJECT_DIR
from pages import _uploads
from pages.bank import upload

MB = 1024 * 1024
SERVER = tomllib.loads((PROJECT_DIR / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["server"]["maxUploadSize"]
SEND = f"{_uploads.PATH}session/file"


def places() -> dict[str, int]:
    """Return each page's places of a file and how many MB they take; a name is looked up in the page that holds it."""
    found = {}
    for path in sorted((PROJECT_DIR / "pages").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "st.file_uploader":
                (size,) = [each.value for each in node.keywords if each.arg == "max_upload_size"] or [ast.Constant(SERVER)]
                found[f"{path.parent.name}/{path.name}:{node.lineno}"] = getattr(size, "value", upload._LARGEST_MB)
    return found


def test_every_place_of_a_file_takes_what_it_says():
    taken = places()
    assert len(taken) >= 5
    large = [size for where, size in taken.items() if where.startswith("bank/upload.py")]
    # The server holds a file together with the form around it against one size.
    assert large == [upload._LARGEST_MB] and SERVER > upload._LARGEST_MB
    assert {size for where, size in taken.items() if not where.startswith("bank/")} == {10}
    assert _uploads.SMALL > 10 * MB
    guide = (PROJECT_DIR / "docs" / "deploy.md").read_text(encoding="utf-8")
    assert int(re.search(r"client_max_body_size (\d+)m;", guide).group(1)) > SERVER


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("told", "small"), [(str(10 * MB), True), (str(_uploads.SMALL), True), (str(_uploads.SMALL + 1), False),
                                             (str((SERVER + 1) * MB), False)])
def test_only_those_who_bring_items_in_may_send_large_files(role, told, small):
    headers = Headers({"content-length": told} if told else {})
    may = small or role in ("senior", "developer", "tf")
    assert (_uploads.refused(headers, Person("x", role)) is None) is may


@pytest.mark.parametrize("told", ["9" * 5000, "", "-1", "²"])
def test_a_file_of_no_told_length_is_taken_from_nobody(told):
    headers = Headers({"content-length": told} if told else {})
    assert None not in {_uploads.refused(headers, Person("x", role)) for role in ROLES}


def test_only_a_file_on_its_way_in_counts_as_one():
    assert _uploads.is_one({"method": "PUT", "path": SEND})
    assert not _uploads.is_one({"method": "DELETE", "path": SEND}) and not _uploads.is_one({"method": "PUT", "path": "/labels/events"})
