"""Runs the dashboard with an engine that costs nothing: ``python tests/served_without_models.py run app.py …``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from core.engine.client import EngineClient
from tests.stored_engine import FakeEngine

if __name__ == "__main__":
    fake = FakeEngine()
    for name in ("encode", "rerank", "load"):
        setattr(EngineClient, name, lambda self, *asked, _does=getattr(fake, name), **how: _does(*asked, **how))
    from streamlit.web import cli

    cli.main()
