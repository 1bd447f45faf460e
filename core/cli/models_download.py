"""``models download``: what would come and under which licence, then the bytes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from core.cli.output import print_table, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    parser.add_argument("names", nargs="*", default=["all"], metavar="NAME", help="모델 이름들 또는 all (기본: 시스템 A–E의 모델 모두)")
    parser.add_argument("--yes", action="store_true", help="묻지 않고 시작합니다")
    parser.add_argument("--endpoint", metavar="URL", help="허브 미러 주소 (기본: HF_ENDPOINT, 없으면 https://huggingface.co)")
    parser.add_argument("--from-folder", type=Path, metavar="FOLDER", help="인터넷 대신 이 폴더에서 복사합니다")


def run(arguments: argparse.Namespace) -> int:
    """Download what is missing; 1 when a person says no."""
    from core.models import registry

    names = [record.key for record in registry.records()] if "all" in arguments.names else dict.fromkeys(arguments.names)
    wanted = []
    for record in map(registry.record, names):
        if record.installed or record.miniature:
            say(f"{record.hub_id}: 이미 설치되어 있습니다.")
        else:
            wanted.append(record)
    if not wanted:
        return 0
    return _copy(wanted, arguments.from_folder) if arguments.from_folder else _fetch(wanted, arguments)


def _copy(wanted, folder: Path) -> int:
    from core.models.download import copied

    for record in wanted:
        with _bar(record.key, total=None) as told:
            result = copied(record, folder, told=told)
        say(f"{record.hub_id}: 설치되었습니다 (파일 {result.files}개, 리비전 {result.revision[:12]}).")
        if result.checked < result.files:
            say(f"  체크섬을 알 수 없는 파일이 {result.files - result.checked}개라 크기와 구성만 확인했습니다. "
                f"`python -m core models verify {record.key}`로 결과를 확인해 주세요.")
    return 0


def _fetch(wanted, arguments: argparse.Namespace) -> int:
    from core.models.download import fetch, offer, require_room

    offers = [offer(record, endpoint=arguments.endpoint) for record in wanted]
    print_table(("이름", "허브", "크기", "남은 크기", "라이선스", "허브의 표기", "리비전"), [
        (each.record.key, each.record.hub_id, _size(each.size), _size(each.remaining), each.record.licence,
         each.licence_on_hub or "-", each.revision[:12]) for each in offers])
    require_room(sum(each.remaining for each in offers), at=wanted[0].path, names=", ".join(each.hub_id for each in wanted))
    if not arguments.yes and sys.stdin.isatty() and not _agreed():
        say("내려받지 않았습니다.")
        return 1
    for each in offers:
        with _bar(each.record.key, total=each.size) as told:
            fetch(each, told=told)
        say(f"{each.record.hub_id}: 설치되었습니다. `python -m core models verify {each.record.key}`로 공식 추론과 같은지 확인해 주세요. "
            "다음 `python -m core embed`부터 실제 모델을 씁니다.")
    return 0


def _agreed() -> bool:
    print("내려받을까요? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes", "예", "ㅛ")


@contextmanager
def _bar(name: str, *, total: int | None) -> Iterator[Callable[[int], None]]:
    """Show and tell how many bytes of a model are here; a job that is stopped stops here, and what has arrived stays."""
    from core.jobs import working

    worker = working.current()
    worker.progress(0, total, f"{name} 받는 중")
    with tqdm(desc=name, total=total, unit="B", unit_scale=True, unit_divisor=1000, disable=None) as bar:
        def told(done: int) -> None:
            bar.update(done - bar.n)
            worker.progress(done, total, f"{name} 받는 중")
            worker.check()

        yield told


def _size(number: int) -> str:
    return f"{number / 1e9:.2f} GB" if number >= 1e8 else f"{number / 1e6:.1f} MB"
