"""What is installed is what is pinned, each package has its reason and a licence that fits, and an audit that asked nobody says so."""

import ast
import importlib.metadata
import re
import subprocess
import sys

import pytest

from core.settings import PROJECT_DIR
from tests import audit

_LINE = re.compile(r"([A-Za-z][\w.-]*)(\[[\w,]+\])?==(\d[\w.]*)")
COMES_WITH = {"huggingface-hub": "transformers", "safetensors": "transformers", "tokenizers": "transformers", "jinja2": "torch",
              "starlette": "streamlit", "pydantic": "pydantic-settings", "psycopg-pool": "psycopg", "scikit-learn": "sentence-transformers"}
"""Imported by name though not pinned: the pinned package that needs it decides its version."""


def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(file):
    lines = [line.split("#")[0].strip() for line in (PROJECT_DIR / file).read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line and not line.startswith("-r ")]


REQUIRED, TESTING = pinned("requirements.txt"), pinned("requirements-test.txt")
NAMES = {plain(_LINE.match(line)[1]) for line in REQUIRED}


@pytest.mark.parametrize("line", [*REQUIRED, *TESTING])
def test_each_requirement_is_pinned_and_that_version_is_installed(line):
    found = _LINE.fullmatch(line)
    assert found, "pin it: NAME==VERSION"
    assert importlib.metadata.version(found[1]).partition("+")[0] == found[3]


@pytest.mark.slow
def test_what_is_installed_fits_together():
    checked = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


def test_each_dependency_has_its_line_and_each_line_its_dependency():
    text = (PROJECT_DIR / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = text.partition("## Dependencies")[2].split("|---|---|")[1]
    cells = [row.split("|")[1] for row in table.splitlines() if row.startswith("|")]
    told = {plain(name) for cell in cells for name in re.findall(r"[A-Za-z][\w.-]*", re.sub(r"\(.*?\)|\*.*?\*", "", cell))}
    assert told == NAMES | {plain(_LINE.match(line)[1]) for line in TESTING}


@pytest.mark.slow
def test_the_product_imports_nothing_that_only_tests_install():
    owners = importlib.metadata.packages_distributions()
    strangers = {}
    for path in [PROJECT_DIR / "app.py", *(PROJECT_DIR / "core").rglob("*.py"), *(PROJECT_DIR / "pages").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else \
                [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
            for top in {name.split(".")[0] for name in names} - sys.stdlib_module_names - {"core", "pages", "app"}:
                if not {plain(owner) for owner in owners.get(top, [top])} & (NAMES | COMES_WITH.keys()):
                    strangers.setdefault(top, path.name)
    assert not strangers


@pytest.mark.parametrize(("name", "parent"), COMES_WITH.items())
def test_what_comes_with_another_is_asked_for_by_it(name, parent):
    asked = {plain(re.match(r"[\w.-]+", line)[0]) for line in importlib.metadata.requires(parent)}
    assert name in asked and parent in NAMES


@pytest.mark.parametrize("line", REQUIRED)
def test_no_licence_of_what_the_product_runs_on_would_bind_the_product(line):
    told = importlib.metadata.metadata(_LINE.match(line)[1])
    words = " ".join([told.get("License-Expression") or "", (told.get("License") or "")[:200], *(told.get_all("Classifier") or [])])
    assert "License" in words or told.get("License-Expression") or told.get("License"), "no licence is stated"
    assert not re.search(r"(?<!L)GPL|Affero|(?<!Lesser )General Public License", words), words


def test_what_is_shipped_beside_the_code_says_its_licence():
    fonts = PROJECT_DIR / "data" / "fonts"
    for font in fonts.glob("*.[tw]*f*"):
        (licence,) = [path for path in fonts.glob("LICENSE-*.txt") if font.stem.startswith(path.stem.removeprefix("LICENSE-"))]
        assert "SIL Open Font License" in licence.read_text(encoding="utf-8")
    for weights in (PROJECT_DIR / "data" / "mini_models").rglob("*.safetensors"):
        assert "licence:" in (weights.parent / "MODEL_CARD.md").read_text(encoding="utf-8")


def service(flaws, *, knows=("jinja2", "one", "two"), canary=True):
    def asked(name, packages):
        if name != "pypi":
            return None
        return [{"name": each, "version": version, "vulns": [{"id": "CVE-1", "fix_versions": ["3"]}]
                 if each in flaws or canary and packages == audit.CANARY else []} if each in knows
                else {"name": each, "skip_reason": "not found"} for each, version in packages.items()]
    return asked


ASKED = {"one": "1.0", "two": "2.0"}


@pytest.mark.parametrize(("asked", "code", "strict", "told"), [
    (service([]), 0, 0, "2 packages against pypi: 0 known"),
    (service(["two"]), 1, 1, "two 2.0: CVE-1, mended in 3"),
    (service([], knows=()), 0, 1, "NOTHING WAS AUDITED"),
    (service([], canary=False), 0, 1, "NOTHING WAS AUDITED"),
    (lambda name, packages: None, 0, 1, "NOTHING WAS AUDITED"),
    (service([], knows=("jinja2", "one")), 0, 1, "not known to the service: two"),
    (service([], knows=("jinja2",)), 1, 1, "0 packages"),
])
def test_an_audit_counts_what_was_asked_and_fails_where_it_must(asked, code, strict, told):
    found = audit.audit(ASKED, asked)
    for required, expected in ((False, code), (True, strict)):
        ended, said = audit.verdict(found, required=required)
        assert ended == expected and told in "\n".join(said)


def test_an_accepted_advisory_is_the_only_one_left_out(monkeypatch):
    monkeypatch.setattr(audit, "ACCEPTED", {"CVE-1": "we never call it"})
    assert audit.audit(ASKED, service(["two"])).vulnerable == ()
    monkeypatch.setattr(audit, "ACCEPTED", {"CVE-2": "another"})
    assert len(audit.audit(ASKED, service(["two"])).vulnerable) == 1


@pytest.mark.slow
def test_a_build_of_ones_own_is_asked_about_by_its_public_version():
    assert audit.installed()["torch"] == importlib.metadata.version("torch").partition("+")[0]
