"""The rings of the house: core needs neither Streamlit nor, until a model is loaded, torch."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from core.settings import PROJECT_DIR

CORE = sorted(path for path in (PROJECT_DIR / "core").rglob("*.py"))
LIGHT = ["core.search.service", "core.search.indexing", "core.engine.client", "core.models.registry", "core.store",
         "core.items.importers", "core.prepare", "core.cli.main"]


@cache
def read(path: Path) -> tuple[ast.Import | ast.ImportFrom | ast.Constant, ...]:
    """The imports and constants of a module, wherever in it; every module is read once for all tests."""
    return tuple(node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                 if isinstance(node, ast.Import | ast.ImportFrom | ast.Constant))


def imported(path: Path) -> set[str]:
    names = set()
    for node in read(path):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("module", LIGHT)
def test_importing_core_loads_neither_streamlit_nor_torch(module):
    code = f"import sys, {module}; print(sorted({{'streamlit', 'torch', 'transformers'}} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT_DIR)
    assert answer.stdout.strip() == "[]"


def test_only_the_store_speaks_sql():
    speakers = [str(path) for path in CORE if "store" not in path.parts
                and any(name.split(".")[0] in {"psycopg_pool", "pgvector"} for name in imported(path))]
    assert not speakers
    words = ("select ", "insert into ", "delete from ")
    for path in CORE:
        if "store" in path.parts or "bench" in path.parts:
            continue
        for node in read(path):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not node.value.strip().lower().startswith(words), f"{path}: {node.value[:60]}"


def test_no_room_of_core_reaches_for_a_page():
    upward = {"streamlit", "pages", "app"}
    assert not [path for path in CORE if any(name.split(".")[0] in upward for name in imported(path))]


def called(path: Path, modules: dict[str, Path]) -> set[str]:
    """The modules of ours that one imports: ``from core.engine import wire`` names a module, not its package."""
    found = set()
    for node in read(path):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {whole if (whole := f"{node.module}.{alias.name}") in modules else node.module for alias in node.names}
    return found & set(modules)


def test_no_modules_import_each_other_in_a_circle():
    paths = [*CORE, *(PROJECT_DIR / "pages").rglob("*.py"), PROJECT_DIR / "app.py"]
    modules = {".".join(path.relative_to(PROJECT_DIR).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}
    left = {name: called(path, modules) - {name} for name, path in modules.items()}
    while free := {name for name, needs in left.items() if not needs & set(left)}:
        left = {name: needs for name, needs in left.items() if name not in free}
    assert not left, {name: sorted(needs & set(left)) for name, needs in left.items()}
