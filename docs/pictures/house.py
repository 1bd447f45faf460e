"""Draws ``house.svg``: the rooms of the product, floor by floor, with what each really imports.

    python docs/pictures/house.py

Which room stands on which floor, and what it is for in Korean, is written here; which rooms a room calls is read from its
imports. A call up a flight of stairs stops the drawing, and so does a room nobody described: the picture cannot lie.
"""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]

FLOORS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("사람을 만나는 곳", "#2b3a55", {
        "pages": "브라우저 화면. 위젯을 읽고 core를 부르고 그립니다",
        "cli": "같은 기능을 터미널에서: python -m core",
    }),
    ("결정에 이르는 곳", "#8a4b2a", {
        "poc": "문항에서 보고서까지 한 번에",
        "meeting": "TF 회의의 순서와 담아 둔 비교",
        "decision": "결정, 서명, 그대로인지 확인",
        "plan": "태스크, 마일스톤, 위험, 회의록",
        "report": "보고서와 산출물 D1–D10",
    }),
    ("재고 판정하는 곳", "#7a6414", {
        "evaluation": "시나리오, 지표, 구간, 기준, 판정",
        "bench": "속도, 메모리, 안정성 측정",
    }),
    ("찾고 매기는 곳", "#2f6b4f", {
        "search": "시스템 A–E와 순위 규칙",
        "labels": "후보, 판정, 일치도, 정답 버전",
        "review": "표본 검수와 굳히기",
    }),
    ("집을 지키는 곳", "#4b5a8c", {
        "accounts": "사람, 역할, 로그인, 권한",
        "jobs": "오래 걸리는 일",
        "backup": "백업과 복원",
    }),
    ("바탕", "#4a5364", {
        "engine": "모델을 올리고 계산",
        "models": "모델 기록, 정밀도, 축소 모델",
        "cloud": "빌린 GPU의 비용",
        "items": "문항, 가져오기, 표본",
        "store": "모든 SQL, 마이그레이션",
    }),
)
CELLAR = (("엔진 프로세스", "torch와 모델 가중치. core/engine이 엽니다"),
          ("PostgreSQL + pgvector", "문항, 벡터, 판정, 결정. core/store가 엽니다"),
          ("파일", "data/ · models/ · DATA_DIR"))
WIDTH, LEFT, GAP = 1280, 176, 14
ROOMS = [room for _, _, rooms in FLOORS for room in rooms]
LEVEL = {room: level for level, (_, _, rooms) in enumerate(FLOORS) for room in rooms}


@dataclass
class Drawing:
    """SVG elements as they are added, and how far down they reach."""

    parts: list[str] = field(default_factory=list)
    y: float = 0.0

    def text(self, x: float, y: float, words: str, kind: str, *, anchor: str = "start") -> None:
        self.parts.append(f'<text x="{x:g}" y="{y:g}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>')

    def box(self, x: float, y: float, width: float, height: float, colour: str, *, fill: str = "#ffffff", round_by: int = 7) -> None:
        place = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{round_by}"'
        self.parts.append(f'<rect {place} fill="{fill}" stroke="{colour}"/>')


def room_of(module: str) -> str | None:
    """Return the room a module belongs to; single modules of ``core`` are everybody's tools and no room."""
    parts = module.split(".")
    if parts[0] in {"app", "pages"}:
        return "pages"
    return parts[1] if parts[0] == "core" and len(parts) > 1 and (PROJECT / "core" / parts[1]).is_dir() else None


def calls() -> dict[str, set[str]]:
    """Read which rooms each room imports, wherever in a module it does.

    Raises:
        SystemExit: a room is described nowhere, described though it is gone, or calls one on a floor above its own.
    """
    found: dict[str, set[str]] = {}
    for path in (PROJECT / "app.py", *sorted((PROJECT / "pages").rglob("*.py")), *sorted((PROJECT / "core").rglob("*.py"))):
        source = room_of(".".join(path.relative_to(PROJECT).with_suffix("").parts))
        if source is None:
            continue
        named: list[str] = []
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                named += [each.name for each in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                named += [f"{node.module}.{each.name}" for each in node.names]
        found.setdefault(source, set()).update(room for name in named if (room := room_of(name)) and room != source)
    if odd := set(found) ^ set(ROOMS):
        sys.exit(f"docs/pictures/house.py describes other rooms than there are: {', '.join(sorted(odd))}")
    if up := [f"{one} → {other}" for one in found for other in found[one] if LEVEL[other] < LEVEL[one]]:
        sys.exit(f"a room calls one on a floor above its own: {', '.join(sorted(up))}")
    return found


def said(room: str, used: set[str], width: float) -> list[str]:
    """Return the lines below a room's purpose: whom it calls, in the order of the floors, top first."""
    without = [other for other in ROOMS if LEVEL[other] > LEVEL[room] and other not in used]
    if len(used) > 8 and len(without) <= 3:
        words = ["아래의 모든 방" + (f" ({', '.join(without)} 말고)" if without else "")]
    else:
        words = [name + "," for name in ROOMS if name in used]
        words[-1:] = [words[-1].rstrip(",")] if words else ["(아무 방도 부르지 않음)"]
    lines = ["→"]
    for word in words:
        if (len(lines[-1]) + len(word)) * 7 > width - 40:
            lines.append("   ")
        lines[-1] += f" {word}"
    return lines


def svg() -> str:
    """Return the drawing; the same house always gives the same text."""
    used = calls()
    drawing = Drawing(y=118)
    drawing.parts.append(f'<path d="M16 108 L{WIDTH / 2:g} 6 L{WIDTH - 16} 108 Z" fill="#dfe3ea"/>')
    drawing.text(WIDTH / 2, 66, "문항 검색 POC 대시보드: 어느 방이 어느 방을 부르나", "title", anchor="middle")
    drawing.text(WIDTH / 2, 94, "위층은 아래층과 같은 층만 부릅니다. → 뒤는 그 방이 부르는 방이며, 코드의 import에서 읽었습니다.",
                 "note", anchor="middle")
    for title, colour, rooms in FLOORS:
        width = (WIDTH - LEFT - 16 - GAP * len(rooms)) / len(rooms)
        lines = {room: said(room, used[room], width) for room in rooms}
        height = 62 + 17 * max(map(len, lines.values()))
        drawing.box(16, drawing.y, WIDTH - 32, height + 20, "none", fill="#eef0f4")
        drawing.text(32, drawing.y + (height + 20) / 2 + 5, title, "floor")
        for place, (room, purpose) in enumerate(rooms.items()):
            x, y = LEFT + place * (width + GAP), drawing.y + 10
            drawing.box(x, y, width, height, colour)
            drawing.box(x, y, 6, height, colour, fill=colour, round_by=3)
            drawing.text(x + 18, y + 25, f"{room}/" if room == "pages" else f"core/{room}", "name")
            drawing.text(x + 18, y + 46, purpose, "purpose")
            for number, words in enumerate(lines[room]):
                drawing.text(x + 18, y + 68 + 17 * number, words, "calls")
        drawing.y += height + 32
    drawing.box(16, drawing.y, WIDTH - 32, 74, "none", fill="#dfe3ea")
    drawing.text(32, drawing.y + 42, "집 밖", "floor")
    width = (WIDTH - LEFT - 16 - GAP * len(CELLAR)) / len(CELLAR)
    for place, (name, what) in enumerate(CELLAR):
        x = LEFT + place * (width + GAP)
        drawing.box(x, drawing.y + 10, width, 54, "#8a94a6", round_by=27)
        drawing.text(x + width / 2, drawing.y + 33, name, "name", anchor="middle")
        drawing.text(x + width / 2, drawing.y + 52, what, "calls", anchor="middle")
    height = drawing.y + 90
    style = ("text{font-family:Pretendard,'Noto Sans KR','Noto Sans CJK KR','Apple SD Gothic Neo','Malgun Gothic',sans-serif;fill:#1b2230}"
             ".title{font-size:22px;font-weight:700}.note{font-size:14px;fill:#4a5364}.floor{font-size:15px;font-weight:700}"
             ".name{font-size:16px;font-weight:700}.purpose{font-size:13px}.calls{font-size:12.5px;fill:#4a5364}")
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" height="{height:g}" role="img" '
            f'aria-label="집의 그림">\n<style>{style}</style>\n<rect width="100%" height="100%" fill="#ffffff"/>\n'
            + "\n".join(drawing.parts) + "\n</svg>\n")


if __name__ == "__main__":
    (HERE / "house.svg").write_text(svg(), encoding="utf-8")
