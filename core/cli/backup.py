"""``backup``: the whole database in one file."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from tqdm import tqdm

from core.cli.output import print_json, print_table, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("--out", type=Path, metavar="FILE", help="어디에 둘지 (기본: BACKUP_DIR 폴더에 날짜 이름으로)")
    parser.add_argument("--nightly", action="store_true", help="매일 밤 백업으로 세고, BACKUP_KEEP개만 남깁니다")
    parser.add_argument("--list", action="store_true", help="있는 백업을 새것부터 봅니다")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Make the backup; a cancelled or killed one leaves no file."""
    from core.backup import keeping, making
    from core.settings import settings
    from core.store import open_database

    where = keeping.folder()
    if arguments.list:
        _list(where, as_json=arguments.json)
        return 0
    path = arguments.out or keeping.new(where, keeping.NIGHTLY if arguments.nightly else "")
    began = time.monotonic()
    with open_database().connection() as conn, tqdm(desc="백업", unit="MB", disable=None) as bar:
        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        made = making.make(conn, path, told=show)
    gone = keeping.prune(where, settings().backup_keep) if arguments.nightly and not arguments.out else []
    seconds = time.monotonic() - began
    if arguments.json:
        print_json({"file": str(made.path), "bytes": made.size, "rows": made.manifest.rows, "schema": made.manifest.step,
                    "seconds": round(seconds, 3), "removed": [str(each) for each in gone],
                    "parts": {part.name: part.rows for part in made.manifest.parts}})
    else:
        print(f"백업: {made.path}\n{made.manifest.rows:,}행 · {size(made.size)} · {seconds:.1f}초"
              + (f" · 오래된 것 {len(gone)}개를 지웠습니다" if gone else ""))
        say(f"되살리기: python -m core restore {made.path}")
    return 0


def size(count: int) -> str:
    """Return a file's size in words."""
    return f"{count / 1e9:,.1f} GB" if count >= 1e9 else f"{count / 1e6:,.1f} MB"


def _list(where: Path, *, as_json: bool) -> None:
    from core.backup import keeping

    found = keeping.listing(where)
    if as_json:
        print_json({"folder": str(where), "backups": [
            {"file": str(each.path), "at": each.at.isoformat(), "bytes": each.size, "reason": each.reason} for each in found]})
    elif found:
        print_table(("때", "이유", "크기", "파일"), [
            (f"{each.at:%Y-%m-%d %H:%M}", keeping.REASONS[each.reason], size(each.size), each.path) for each in found])
    else:
        say(f"백업이 없습니다({where}).")
