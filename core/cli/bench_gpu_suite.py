"""``bench gpu-suite``: speed and memory of the full-size architectures with random weights, nothing downloaded."""

from __future__ import annotations

import argparse
import signal
import tempfile
from pathlib import Path

from core.cli.output import print_json, print_table, say
from core.errors import InputError, ModelError
from core.settings import PROJECT_DIR

OUT = PROJECT_DIR / "data" / "measurements"
PARTS = ("parameters", "machine", "embedder", "embedder-nf4", "together", "stability", "kure", "siglip", "reranker", "reranker-nf4")
"""As in ``core.bench.gpu_suite.parts``, which this list spares the help from importing."""


def add_arguments(suite: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    suite.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help="재는 장치 (기본 auto: GPU가 있으면 GPU)")
    suite.add_argument("--size", choices=("auto", "full", "mini"), default="auto",
                       help="full은 실제 크기, mini는 작은 구조 (기본 auto: GPU에서는 full)")
    suite.add_argument("--parts", help=f"잴 부분을 쉼표로 (기본 모두): {','.join(PARTS)}")
    suite.add_argument("--budget-gb", type=float, default=8.0, help="GPU 메모리 한도(GiB), 넘으면 실패합니다 (기본 8)")
    suite.add_argument("--calls", type=int, help="안정성 시험의 호출 수 (기본 1000, mini는 30)")
    suite.add_argument("--latency-calls", type=int, help="지연 시간을 재는 호출 수 (기본 100, mini는 5)")
    suite.add_argument("--batches", type=_sizes, help="처리량을 잴 배치 크기를 쉼표로 (기본 1,2,4,8,16,32, mini는 1,4)")
    suite.add_argument("--corpus-items", type=int, help="섞인 말뭉치의 문항 수 (기본 512, mini는 12)")
    suite.add_argument("--part-seconds", type=float, default=600.0, help="한 부분의 제한 시간(초) (기본 600)")
    suite.add_argument("--scratch", type=Path, help="무작위 가중치를 둘 폴더. 정하면 남겨 두고 다음에 다시 씁니다 (실제 크기는 6.2 GB)")
    suite.add_argument("--out", type=Path, default=OUT, help="결과 JSON을 둘 폴더 (기본 data/measurements)")
    suite.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Measure; 1 where a part failed, with everything else kept."""
    from core.bench.gpu_suite.options import options
    from core.bench.gpu_suite.report import rows
    from core.bench.gpu_suite.suite import run_suite

    # A time limit from outside ends a run like Ctrl-C: worker and checkpoints are cleared away, the figures stay.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    parts = _parts(arguments.parts)
    device = _device(arguments.device)
    size = arguments.size if arguments.size != "auto" else ("full" if device == "cuda" else "mini")
    with tempfile.TemporaryDirectory(prefix="gpu-suite-") as temporary:
        chosen = options(size=size, device=device, scratch=str((arguments.scratch or Path(temporary)).resolve()),
                         budget_gib=arguments.budget_gb, stability_calls=arguments.calls, latency_calls=arguments.latency_calls,
                         batches=arguments.batches, corpus_items=arguments.corpus_items)
        record, path = run_suite(chosen, parts, out=arguments.out, say=say, part_seconds=arguments.part_seconds)
    if arguments.json:
        print_json(record)
    else:
        print_table(("부분", "무엇", "값"), rows(record))
        print(f"{record['device']}, {record['note']}. 저장: {path}")
    return 1 if record["parts_failed"] else 0


def _sizes(named: str) -> tuple[int, ...]:
    sizes = tuple(sorted({int(size) for size in named.split(",")}))
    if sizes[0] < 1:
        raise argparse.ArgumentTypeError("1 이상이어야 합니다")
    return sizes


def _parts(named: str | None) -> tuple[str, ...]:
    wanted = tuple(name.strip() for name in named.split(",")) if named else PARTS
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        raise InputError(f"‘{unknown[0]}’이라는 부분은 없습니다. 이 가운데에서 골라 주세요: {', '.join(PARTS)}.")
    return tuple(part for part in PARTS if part in wanted)


def _device(wanted: str) -> str:
    if wanted == "cpu":
        return "cpu"
    import torch

    if torch.cuda.is_available():
        return "cuda"
    if wanted == "cuda":
        raise ModelError("쓸 수 있는 GPU를 찾지 못했습니다. 드라이버를 확인하거나 --device cpu로 바꾸어 주세요.")
    return "cpu"
