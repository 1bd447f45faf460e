"""``bench latency|throughput|vram|stability|stress``: measure a system and store what came of it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tqdm import tqdm

from core.bench.asking import WARM_UP, Asked
from core.cli.output import print_json, say
from core.errors import EngineError

if TYPE_CHECKING:
    from core.bench.frame import Show
    from core.store.measurements import Measurement


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    parser.add_argument("--system", default="A", help="A–E나 변형, 예: A@512 (기본 A)")
    parser.add_argument("--calls", type=int, metavar="N", help="호출 수 (기본: latency·stress 200, stability 1000, throughput 10, vram 5)")
    parser.add_argument("--precision", choices=("fp32", "fp16", "bf16", "nf4"), help="정밀도; A@nf4라고 쓰는 것과 같습니다")
    parser.add_argument("--budget", type=float, metavar="GB", help="GPU 메모리 한도(GiB). 엔진을 이 한도로 다시 시작합니다")
    parser.add_argument("--device", choices=("cpu", "cuda"), help="재는 장치. 엔진을 이 장치로 다시 시작합니다 (기본: 설정대로)")
    parser.add_argument("--warm-up", type=int, default=WARM_UP, metavar="N", help=f"재지 않는 준비 호출 수 (기본 {WARM_UP})")
    parser.add_argument("--collection", help="컬렉션 이름")
    parser.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Measure; Ctrl+C and a cancelled job keep what was measured, marked as partial."""
    asked = Asked(arguments.action, arguments.system, calls=arguments.calls, precision=arguments.precision, budget_gb=arguments.budget,
                  device=arguments.device, warm_up=arguments.warm_up, collection=arguments.collection)
    from core.bench import running
    from core.engine import fingerprint
    from core.engine.client import engine
    from core.store import open_database

    computing = engine()
    running.check_budget(computing, asked)
    before = fingerprint.current()
    _set(GPU_BUDGET_GB=asked.budget_gb, DEVICE=asked.device)
    computing.close()  # a connection from before would lead to an engine with the settings from before
    with computing.reserved(instead_of=before), progress_of(asked) as show:
        measured = running.run(open_database(), computing, asked, show=show)
    return tell(measured, as_json=arguments.json)


@contextmanager
def progress_of(asked: Asked) -> Iterator[Show]:
    """Draw a bar of a bench's progress."""
    with tqdm(desc=asked.title, unit="번", disable=None) as bar:
        def show(done: int, total: int, words: str) -> None:
            if done < bar.n:  # another count begins
                bar.reset()
            bar.total = total
            bar.set_postfix_str(words, refresh=False)
            bar.update(done - bar.n)

        yield show


def tell(measured: Measurement, *, as_json: bool) -> int:
    """Print what came of a bench.

    Raises:
        StoppedError: somebody cancelled it.
        EngineError: it ended early by itself; what it has is stored.
    """
    from core.bench import overview
    from core.cli import bench_output
    from core.jobs import working

    if as_json:
        print_json(overview.as_json(measured))
    else:
        bench_output.print_measurement(measured)
        say(f"{measured.id}번 측정으로 저장했습니다.")
    working.current().check()
    if measured.partial:  # nobody stopped it: a job that ends so has failed
        raise EngineError(measured.result["ended_early"])
    return 0


def _set(**asked: float | str | None) -> None:
    """Let this process ask for an engine with these settings; one with others is replaced."""
    from core.settings import settings

    os.environ.update({name: str(value) for name, value in asked.items() if value is not None})
    settings.cache_clear()
