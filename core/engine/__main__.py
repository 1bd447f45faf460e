"""``python -m core.engine``: started by the client, not by people."""

from __future__ import annotations

import argparse
import logging
import os
from pathlib import Path

from core.settings import settings

_NICE = 10
"""Where models compute on the processor, the dashboard and the database go first; a GPU does not notice."""


def main() -> int:
    """Serve one data folder's engine."""
    from core.engine.server import serve
    from core.engine.source import Checkpoints

    parser = argparse.ArgumentParser(prog="python -m core.engine")
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--restarts", type=int, default=0)
    arguments = parser.parse_args()
    os.setpriority(os.PRIO_PROCESS, 0, _NICE)  # absolute: a job that starts it may have lowered its own
    logging.basicConfig(level=settings().log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    return serve(Checkpoints(), data_dir=arguments.data_dir, restarts=arguments.restarts)


if __name__ == "__main__":
    code = main()
    logging.shutdown()
    # Not sys.exit: the compute thread may be inside torch, which an interpreter shutting down would pull away under it.
    os._exit(code)
