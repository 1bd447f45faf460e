"""A document as PDF: written as data beside a fixed template and set by Typst, offline, with the shipped font alone."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.report.final import formulas
from core.report.final.blocks import (
    Block,
    Bullets,
    Chart,
    Document,
    Heading,
    PageBreak,
    Rich,
    SideBySide,
    Table,
    Verdict,
    Words,
)
from core.settings import PROJECT_DIR

TEMPLATE = Path(__file__).with_name("report.typ")
FONTS = PROJECT_DIR / "data" / "fonts"
_SUFFIXES = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpg", b"GIF8": "gif", b"RIFF": "webp"}


def as_pdf(document: Document) -> bytes:
    """Return the document as PDF; the same document gives the same bytes.

    Raises:
        InputError: the typesetter refuses it.
    """
    return _set(document, format="pdf", timestamp=document.timestamp)


def as_pictures(document: Document, *, ppi: int = 96) -> list[bytes]:
    """Return every page as PNG.

    Raises:
        InputError: the typesetter refuses it.
    """
    made = _set(document, format="png", ppi=ppi)
    return made if isinstance(made, list) else [made]


def _set(document: Document, **asked: Any) -> Any:
    import typst

    with tempfile.TemporaryDirectory(prefix="report-") as name:
        folder = Path(name)
        files = _Files(folder)
        told = {each: getattr(document, each) for each in ("title", "subtitle", "stamp", "watermark")}
        told["blocks"] = [_block(each, files) for each in document.blocks]
        (folder / "report.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        (folder / TEMPLATE.name).write_bytes(TEMPLATE.read_bytes())
        try:
            return typst.compile(str(folder / TEMPLATE.name), root=str(folder), font_paths=[str(FONTS)], ignore_system_fonts=True,
                                 **asked)
        except typst.TypstError as error:
            raise InputError("보고서를 조판하지 못했습니다. 로그 폴더의 core.log를 개발자에게 전해 주세요.") from error


class _Files:
    """The pictures beside the template, each under the place at which it came."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names: dict[bytes, str] = {}

    def add(self, data: bytes, suffix: str = "") -> str:
        if data not in self._names:
            kind = suffix or next((kind for head, kind in _SUFFIXES.items() if data.startswith(head)), "png")
            self._names[data] = f"{len(self._names):03d}.{kind}"
            (self._folder / self._names[data]).write_bytes(data)
        return self._names[data]


def _block(block: Block, files: _Files) -> dict[str, Any]:
    match block:
        case Heading():
            return {"k": "heading", **asdict(block)}
        case Words():
            return {"k": "words", **asdict(block)}
        case Bullets():
            return {"k": "bullets", "items": list(block.items)}
        case Table():
            return {"k": "table", **asdict(block), "sides": block.sides}
        case Chart():
            return {"k": "chart", "file": files.add(block.svg, "svg"), "title": block.title, "words": block.words}
        case Verdict():
            return {"k": "verdict", **asdict(block)}
        case SideBySide():
            columns = [{"label": each.label, "colour": each.colour, "source": each.source,
                        "found": [{"rank": one.rank, "item_id": one.item_id, "grade": one.grade, "relevant": one.relevant,
                                   "shown": _rich(one.shown, files)} for one in each.found]} for each in block.columns]
            return {"k": "sides", "title": block.title, "why": block.why, "query": _rich(block.query, files), "columns": columns}
        case PageBreak():
            return {"k": "break"}


def _rich(shown: Rich, files: _Files) -> dict[str, Any]:
    return {"segments": _segments(shown), "image": files.add(shown.image) if shown.image else None}


def _segments(shown: Rich) -> Sequence[dict[str, Any]]:
    return [{"kind": each.kind, "text": each.text,
             "tree": formulas.tree(each.text, display=each.kind == "display") if each.kind in ("inline", "display") else None}
            for each in shown.segments]
