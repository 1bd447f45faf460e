"""Every test of a session shares one data folder, one embedded PostgreSQL and one engine with the miniature models."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

# Before any test module reads the settings: nothing of the machine's own data or models may reach a test.
_DATA = Path(tempfile.mkdtemp(prefix="itembank-test-"))
os.environ["DATA_DIR"] = str(_DATA)
os.environ["MODELS_DIR"] = str(_DATA / "models")
os.environ["MODELS"] = "mini"
os.environ["BACKUP_AT"] = "off"  # a dashboard behind a login would begin one in the middle of other tests
for _name in ("DATABASE_URL", "DEVICE", "PRECISION", "MAX_PIXELS", "COLLECTION", "SIGLIP_ID", "GPU_BUDGET_GB",
              "ENGINE_URL", "ENGINE_API_KEY", "CLOUD_PRICE_PER_HOUR", "CLOUD_LIMIT_USD"):
    os.environ.pop(_name, None)

import pytest  # noqa: E402

pytest_plugins = ["tests.fixtures_store", "tests.fixtures_browser", "tests.fixtures_cluster", "tests.fixtures_remote",
                  "tests.fixtures_jobs"]


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The session's data folder."""
    return _DATA


@pytest.fixture(scope="session")
def prepared(database):
    """The shipped sample imported and embedded through the real engine: what ``python -m core prepare`` leaves."""
    from core.engine.client import engine
    from core.prepare import prepare

    return prepare(database, engine, say=lambda sentence: None, progress=lambda channel, state: None)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop what the session started and remove its data."""
    from core.engine.client import stop_engine
    from core.store import close_database

    stop_engine()
    close_database()
    shutil.rmtree(_DATA, ignore_errors=True)
