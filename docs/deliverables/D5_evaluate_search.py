"""D5. 검색 평가: 저장된 실행을 가장 새 정답으로 채점해 시나리오마다 지표와 95 % 구간을 보여 줍니다.

제품을 설치한 저장소의 맨 위 폴더에서: .venv/bin/python 압축을_푼_곳/D5/D5_evaluate_search.py math-100
"""

# ruff: noqa: T201 - a script that prints

import sys

sys.path.insert(0, ".")

try:
    from core.errors import UserError
    from core.evaluation import assembling, summary
    from core.store import open_database
except ModuleNotFoundError as error:
    sys.exit(f"{error.name}을 찾지 못했습니다. 제품을 설치한 저장소의 맨 위 폴더에서 그곳의 .venv/bin/python으로 실행해 주세요.")

MEASURES = ("cR@5", "cR@10", "RR", "nDCG@10")


def main(collection: str) -> None:
    """Print every scenario's measures; nothing is searched anew."""
    with open_database().connection() as conn:
        evaluation = assembling.load(conn, collection)
    print(f"정답 {evaluation.truth.title} (SHA-256 {evaluation.truth.sha256[:12]})")
    if not any(result.systems and result.queries for result in evaluation.scenarios.values()):
        print(f"채점할 실행이나 정답이 없습니다. .venv/bin/python -m core evaluate --collection {collection} 명령을 먼저 실행해 주세요.")
    for key, result in evaluation.scenarios.items():
        told = summary.of(result)
        for run in result.systems:
            found = [told.intervals[name, run.system] for name in MEASURES if (name, run.system) in told.intervals]
            values = "  ".join(f"{name} {each.value:.3f} ({each.low:.3f}-{each.high:.3f})"
                               for name, each in zip(MEASURES, found, strict=False))
            print(f"{key:5} 실행 {run.run_id:<4} {run.label}{' · 축소 모델' if run.miniature else ''}  {values}")


if __name__ == "__main__":
    try:
        main(sys.argv[1] if len(sys.argv) > 1 else "math-100")
    except UserError as error:
        sys.exit(str(error))
