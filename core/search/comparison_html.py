"""The page a comparison is exported as: one file, nothing loaded, nothing run."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

from core.items import content, dialect, grades
from core.items.mathml import mathml
from core.models.contract import LoadedModel
from core.search import overlap, variants
from core.search.comparison import Column, Comparison
from core.search.rank import Hit
from core.store.images import StoredImage
from core.store.items import StoredItem

INK = "#1b2230"
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_MEDIA_TYPE = re.compile(r"image/(png|jpeg|gif|webp|bmp)")
_STYLE = """
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem; color: #1b2230; background: #fff; line-height: 1.65; word-break: keep-all;
  overflow-wrap: anywhere; font-family: Pretendard, "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", sans-serif; }
h1 { font-size: 1.3rem; margin: 0 0 .3rem; }
.query { font-size: 1.1rem; margin: .4rem 0; }
.muted { color: #5d6675; font-size: .85rem; }
.warn { display: inline-block; padding: .05rem .5rem; border: 1px solid #b98900; color: #6b5210; border-radius: .3rem; font-size: .8rem; }
.grid { display: grid; gap: .6rem; margin-top: 1.2rem; align-items: stretch; }
.head { border-top: 4px solid var(--c); padding-top: .4rem; }
.head h2 { font-size: 1rem; margin: 0; color: var(--c); }
.card { border: 1px solid #dfe3ea; border-radius: .35rem; padding: .6rem .7rem; min-width: 0; overflow-x: auto; font-size: .92rem; }
mfrac { padding-block: .2em; }
math { math-style: normal; font-family: "Cambria Math", "STIX Two Math", "Latin Modern Math", math, "DejaVu Serif", serif; }
.top { display: flex; flex-wrap: wrap; gap: 0 .5rem; align-items: baseline; color: #5d6675; font-size: .8rem; }
.rank { font-weight: 700; font-size: 1.05rem; color: var(--c); }
.top span { white-space: nowrap; }
.score { margin-left: auto; font-variant-numeric: tabular-nums; color: #1b2230; }
.mark { border: 1px solid #c9d0da; border-radius: .7rem; padding: 0 .4rem; white-space: nowrap; }
.judged { font-weight: 700; color: #1b2230; }
img { display: block; max-width: 100%; max-height: 14rem; margin: .4rem 0; }
code { font-size: .85em; background: #f1f3f7; padding: 0 .2rem; }
summary { cursor: pointer; color: #2b4c8c; font-size: .85rem; }
@media print { body { padding: 0; } .card { break-inside: avoid; } }
"""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is drawn: a comparison with its items and figures, and what its reader may see."""

    comparison: Comparison
    items: Mapping[str, StoredItem]
    figures: Mapping[str, StoredImage]
    address: str
    grades: Mapping[str, int] | None
    baseline: str
    colours: Mapping[str, str]


def page(sheet: Sheet) -> str:
    """Return the whole document."""
    told = sheet.comparison
    columns = [told.columns[name] for name in told.systems if name in told.columns]
    lists = told.lists
    moves = overlap.moves(lists, sheet.baseline) if sheet.baseline in lists else {}
    only = overlap.unique(lists) if len(lists) > 1 else {}
    cells = [_head(sheet, column, place) for place, column in enumerate(columns, start=1)]
    for place, column in enumerate(columns, start=1):
        name = column.system
        for row, hit in enumerate(column.result.hits if column.result else [], start=2):
            # What stands only here stands not in the baseline either, which need not be said twice.
            alone = hit.item_id in only.get(name, ())
            marks = ["여기에만"] if alone else _moved(moves, name, hit.item_id, sheet.baseline)
            cells.append(_card(sheet, hit, name, marks, f"grid-column:{place};grid-row:{row}"))
    body = "\n".join(cells)
    widths = f"grid-template-columns:repeat({max(1, len(columns))},minmax(12rem,1fr))"
    # The policy says what is true of the file anyway: it needs nothing from anywhere and runs nothing.
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    return (f'<!doctype html>\n<html lang="ko"><head><meta charset="utf-8">'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
            f'<meta name="viewport" content="width=device-width"><title>모델 비교</title><style>{_STYLE}</style></head>'
            f'<body>{_title(sheet)}<div class="grid" style="{widths}">\n{body}\n</div></body></html>\n')


def _title(sheet: Sheet) -> str:
    told = sheet.comparison
    asked = []
    if told.query.item_id and told.query.item_id in sheet.items:
        stored = sheet.items[told.query.item_id]
        asked = [f'<div class="muted">기준 문항 {_plain(stored.item.id)}</div>', _content(sheet, stored)]
    else:
        if told.query.text:
            asked.append(f"<div>{_words(told.query.text)}</div>")
        if told.resolved.image:
            asked.append(_image(told.resolved.image, _sniffed(told.resolved.image), "검색 그림"))
    facts = [f"컬렉션 {told.collection}", f"상위 {told.k}", f"{told.started_at:%Y-%m-%d %H:%M:%S} UTC",
             *(f"{name} = {', '.join(values)}" for name, values in told.filters.chosen().items()), sheet.address]
    small = any(column.result and column.result.miniature for column in told.columns.values())
    warning = '<p><span class="warn">축소 모델의 결과입니다. 판정에 쓸 수 없습니다.</span></p>' if small else ""
    return (f'<h1>모델 비교</h1><div class="query">{"".join(asked)}</div>'
            f'<div class="muted">{" · ".join(_plain(fact) for fact in facts if fact)}</div>{warning}')


def _head(sheet: Sheet, column: Column, place: int) -> str:
    result = column.result
    told = sheet.comparison
    lines = [f"<h2>{_plain(variants.find(column.system).label)}</h2>"]
    if result is None:
        lines.append(f"<p>{_plain(column.error or '')}</p>")
    else:
        lines += [f'<div class="muted">{_model(model)}</div>' for model in result.models]
        rerank = f" · 다시 매기기 {result.rerank_ms:.1f} ms" if result.rerank_ms else ""
        lines.append(f'<div class="muted">인코딩 {result.encode_ms:.1f} ms{" (함께 씀)" if result.shared else ""} · '
                     f"검색 {result.search_ms:.1f} ms{rerank}</div>")
        lines += [f'<div class="muted">{_plain(note)}</div>' for note in result.notes]
        if not result.hits:
            lines.append("<p>찾은 문항이 없습니다.</p>")
    source = [told.collection, f"{told.started_at:%Y-%m-%d %H:%M:%S} UTC", sheet.address]
    lines.append(f'<div class="muted">{_plain(" · ".join(filter(None, source)))}</div>')
    return f'<div class="head" style="grid-column:{place};grid-row:1;{_accent(sheet, column.system)}">{"".join(lines)}</div>'


def _model(model: LoadedModel) -> str:
    words = [model.id, model.precision, model.device, f"{model.dims}차원" if model.dims else "", model.revision[:12]]
    small = ' <span class="warn">축소 모델</span>' if model.miniature else ""
    return _plain(" · ".join(filter(None, words))) + small


def _moved(moves: Mapping[str, Mapping[str, int | None]], name: str, item_id: str, baseline: str) -> list[str]:
    if name == baseline or name not in moves:
        return []
    step = moves[name][item_id]
    return ["기준에 없음"] if step is None else [f"{'▲' if step > 0 else '▼'}{abs(step)}"] if step else ["="]


def _card(sheet: Sheet, hit: Hit, system: str, marks: list[str], place: str) -> str:
    stored = sheet.items.get(hit.item_id)
    told = "".join(f'<span class="mark">{_plain(mark)}</span>' for mark in marks)
    if sheet.grades is not None:
        grade = sheet.grades.get(hit.item_id)
        told += f'<span class="mark judged">{grades.titled(grade)}</span>' if grade in grades.NAMES else '<span class="mark">미판정</span>'
    unit = _plain(stored.item.unit) if stored else ""
    top = (f'<div class="top"><span class="rank">{hit.rank}</span><span>{unit}</span>{told}'
           f'<span class="score">{hit.score:.4f}</span></div>')
    body = _content(sheet, stored) if stored else "<p>지금은 없는 문항입니다.</p>"
    return (f'<article class="card" style="{place};{_accent(sheet, system)}">{top}{body}'
            f'<div class="muted">{_plain(hit.item_id)}</div></article>')


def _content(sheet: Sheet, stored: StoredItem) -> str:
    item = stored.item
    parts = [f"<div>{_words(item.text)}</div>"]
    for sha in stored.image_hashes:
        if figure := sheet.figures.get(sha):
            parts.append(_image(figure.data, figure.media_type, "문항 그림"))
    parts += [f"<div>{content.number(place)} {_words(choice)}</div>" for place, choice in enumerate(item.choices, start=1)]
    rows = [f"<div><b>{name}</b> {_words(words)}</div>" for name, words in (("정답", item.answer), ("풀이", item.solution))
            if words.strip()]
    if rows:
        parts.append(f"<details><summary>정답·풀이</summary>{''.join(rows)}</details>")
    return "".join(parts)


def _words(text: str) -> str:
    """Return an item's text: words escaped, formulas set, what cannot be set as it was written."""
    shown = []
    for segment in dialect.display(text).segments:
        if segment.kind == "text":
            shown.append(_plain(segment.text).replace("\n", "<br>"))
            continue
        formula = mathml(segment.text, display=segment.kind == "display") if segment.kind != "raw" else None
        shown.append(formula or f"<code>{_plain(segment.text)}</code>")
    return "".join(shown)


def _image(data: bytes, media_type: str, title: str) -> str:
    if not _MEDIA_TYPE.fullmatch(media_type):
        return f"<p>({_plain(title)})</p>"
    return f'<img alt="{title}" src="data:{media_type};base64,{base64.b64encode(data).decode()}">'


def _sniffed(data: bytes) -> str:
    """Return the media type of an image that was checked when the query was."""
    starts = {b"\x89PNG": "image/png", b"\xff\xd8": "image/jpeg", b"GIF8": "image/gif", b"RIFF": "image/webp", b"BM": "image/bmp"}
    return next((kind for start, kind in starts.items() if data.startswith(start)), "")


def _accent(sheet: Sheet, system: str) -> str:
    given = sheet.colours.get(system) or sheet.colours.get(system.partition("@")[0], INK)
    return f"--c:{given if _COLOUR.fullmatch(given) else INK}"


def _plain(text: str) -> str:
    return html.escape("".join(letter for letter in text if letter in "\n\t" or letter.isprintable()))
