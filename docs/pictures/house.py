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
    ("Meets people", "#2b3a55", {
        "pages": "The browser: reads widgets, calls core, draws",
        "cli": "The same from a terminal: python -m core",
    }),
    ("Decides", "#8a4b2a", {
        "poc": "All of it in one run",
        "meeting": "Steps of the meeting",
        "decision": "Decision, signatures, drift",
        "plan": "Tasks, risks, minutes",
        "report": "Report, D1–D10",
    }),
    ("Measures, judges", "#7a6414", {
        "evaluation": "Scenarios, measures, intervals, gates, verdict",
        "bench": "Speed, memory, stability",
    }),
    ("Searches, grades", "#2f6b4f", {
        "search": "Systems A–E, the ranking rule",
        "labels": "Pools, grades, agreement, truths",
        "review": "The sample's review and freeze",
    }),
    ("Keeps the house", "#4b5a8c", {
        "accounts": "People, roles, logins, rights",
        "jobs": "Long work",
        "backup": "Backup and restore",
    }),
    ("Ground floor", "#4a5364", {
        "engine": "Loads models, computes",
        "models": "Registry, loaders, plan",
        "cloud": "What rented GPUs cost",
        "items": "Items, import, samples",
        "store": "All SQL, migrations",
    }),
)
CELLAR = (("Engine process", "torch and the weights; opened by core/engine"),
          ("PostgreSQL + pgvector", "items, vectors, grades, decisions; opened by core/store"),
          ("Files", "data/ · models/ · DATA_DIR"))
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
        words = ["every room below" + (f" but {', '.join(without)}" if without else "")]
    else:
        words = [name + "," for name in ROOMS if name in used]
        words[-1:] = [words[-1].rstrip(",")] if words else ["(calls no room)"]
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
    drawing.text(WIDTH / 2, 66, "The house: which room calls which", "title", anchor="middle")
    drawing.text(WIDTH / 2, 94, "A floor calls its own and those below. After → the rooms a room calls, read from the imports.",
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
    drawing.text(32, drawing.y + 42, "Outside", "floor")
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
            f'aria-label="The rooms and whom each calls">\n<style>{style}</style>\n<rect width="100%" height="100%" fill="#ffffff"/>\n'
            + "\n".join(drawing.parts) + "\n</svg>\n")


if __name__ == "__main__":
    (HERE / "house.svg").write_text(svg(), encoding="utf-8")
