"""D6. 성능 측정: 한 시스템의 응답 시간, 처리량, VRAM, 안정성을 차례로 재고 저장합니다.

제품을 설치한 저장소의 맨 위 폴더에서: .venv/bin/python 압축을_푼_곳/D6/D6_measure_performance.py A
두 번째 값은 종류마다의 호출 수입니다(없으면 계획서의 수: 응답 시간 200, 안정성 1,000).
"""

import sys

sys.path.insert(0, ".")

try:
    from core.cli.main import main as command
except ModuleNotFoundError as error:
    sys.exit(f"{error.name}을 찾지 못했습니다. 제품을 설치한 저장소의 맨 위 폴더에서 그곳의 .venv/bin/python으로 실행해 주세요.")

KINDS = ("latency", "throughput", "vram", "stability")


def main(system: str, calls: str | None = None) -> int:
    """Run the four benches; the first that fails ends the script with its exit code."""
    for kind in KINDS:
        code = command(["bench", kind, "--system", system, *(["--calls", calls] if calls else [])])
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "A", sys.argv[2] if len(sys.argv) > 2 else None))
