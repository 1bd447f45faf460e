"""``restore``: a backup back into the database. Only here: whoever restores stops the dashboard first."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from tqdm import tqdm

from core.cli.output import print_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("file", type=Path, metavar="FILE", help="백업 파일")
    parser.add_argument("--replace", action="store_true", help="지금 자료를 백업해 두고 백업의 것으로 바꿉니다")
    parser.add_argument("--check", action="store_true", help="백업이 온전한지만 보고 아무것도 바꾸지 않습니다")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Check the file, or bring all of it back."""
    from core.backup import keeping, restoring
    from core.settings import settings

    began = time.monotonic()
    with tqdm(bar_format="{l_bar}{bar}| {postfix}", disable=None) as bar:
        def show(words: str, done: int, total: int) -> None:
            bar.total = total
            bar.set_postfix_str(words, refresh=False)
            bar.update(done - bar.n)

        if arguments.check:
            manifest, upgraded, kept = restoring.check(arguments.file, told=show), (), None
        else:
            found = restoring.restore(arguments.file, data_dir=settings().data_dir, url=settings().database_url,
                                      replace=arguments.replace, kept_in=keeping.folder(), told=show)
            manifest, upgraded, kept = found.manifest, found.upgraded, found.kept
    seconds = time.monotonic() - began
    if arguments.json:
        print_json({"file": str(arguments.file), "made_at": manifest.made_at.isoformat(timespec="seconds"), "rows": manifest.rows,
                    "schema": manifest.step, "upgraded": list(upgraded), "kept": str(kept) if kept else None,
                    "restored": not arguments.check, "seconds": round(seconds, 3)})
        return 0
    print(f"{'온전한 백업입니다' if arguments.check else '되살렸습니다'}: {manifest.made_at.astimezone():%Y-%m-%d %H:%M}의 백업 · "
          f"{manifest.rows:,}행 · {seconds:.1f}초")
    if upgraded:
        print(f"이전 버전(스키마 {manifest.step})의 백업이라 지금 버전(스키마 {max(upgraded)})으로 올렸습니다.")
    if kept:
        print(f"되살리기 전의 자료: {kept}")
    if not arguments.check:
        print("로그인은 모두 풀렸습니다. 다시 로그인해 주세요.")
    return 0
