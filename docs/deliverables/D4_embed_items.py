"""D4. 임베딩 생성: 한 컬렉션의 문항을 시스템 A–E의 모델로 임베딩합니다. 이미 있는 것은 다시 만들지 않습니다.

제품을 설치한 저장소의 맨 위 폴더에서: .venv/bin/python 압축을_푼_곳/D4/D4_embed_items.py math-100
"""

# ruff: noqa: T201 - a script that prints

import sys

sys.path.insert(0, ".")

try:
    from core.engine.client import engine
    from core.errors import UserError
    from core.search import systems
    from core.search.indexing import embed_collection
    from core.store import open_database
except ModuleNotFoundError as error:
    sys.exit(f"{error.name}을 찾지 못했습니다. 제품을 설치한 저장소의 맨 위 폴더에서 그곳의 .venv/bin/python으로 실행해 주세요.")


def main(collection: str) -> None:
    """Embed every channel of every system; a channel that two systems share is embedded once."""
    database, client = open_database(), engine()
    for channel in dict.fromkeys(systems.channels()):
        report = embed_collection(database, client, collection, model_key=channel.model, content=channel.content)
        print(f"{channel.model} ({channel.content}) {report.model.precision}: 새로 {report.embedded}, 그대로 {report.unchanged}, "
              f"실패 {len(report.failed)}")


if __name__ == "__main__":
    try:
        main(sys.argv[1] if len(sys.argv) > 1 else "math-100")
    except UserError as error:
        sys.exit(str(error))
