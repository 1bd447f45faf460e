"""A search as an address: what the query string of the playground says, and how it is written.

The widgets are not bound to the query string one by one (``bind="query-params"``): the address names systems in one
parameter, comma-separated, and what of an address cannot be used is said, not dropped in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from urllib.parse import urlencode

from core.errors import NotFoundError
from core.search import systems, variants
from core.search.query import LONGEST_TEXT
from core.search.service import DEFAULT_RERANK_DEPTH
from core.store.filters import Filters

DEPTHS = (5, 10, 20, 50)
DEFAULT_DEPTH = 10
RERANK_DEPTHS = (10, 20, 50, 100)
DEFAULT_SYSTEMS = ("qwen3-vl",)
SIDE_BY_SIDE = tuple(name for name, system in systems.SYSTEMS.items() if system.letter)
FILTER_FIELDS = tuple(field.name for field in fields(Filters))
MOST_SYSTEMS = 8
"""More columns than these are too narrow to read."""
_MOST_VALUES = 50
_LONGEST_VALUE = 200
_MOST_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Address:
    """What a link to the playground carries. ``item`` goes before ``q``: an item is its own query, text and figure.

    ``systems`` are canonical names of systems and variants; ``n`` is how many items the reranker reads again.
    """

    q: str = ""
    item: str = ""
    systems: tuple[str, ...] = DEFAULT_SYSTEMS
    k: int = DEFAULT_DEPTH
    n: int = DEFAULT_RERANK_DEPTH
    filters: Filters = Filters()
    collection: str = ""

    def parameters(self) -> dict[str, list[str]]:
        """Return the query parameters; what is at its default is left out."""
        found: dict[str, list[str]] = {}
        if self.item:
            found["item"] = [self.item]
        elif self.q:
            found["q"] = [self.q]
        if self.systems != DEFAULT_SYSTEMS:
            found["systems"] = [",".join(map(written, self.systems))]
        if self.k != DEFAULT_DEPTH:
            found["k"] = [str(self.k)]
        if self.n != DEFAULT_RERANK_DEPTH:
            found["n"] = [str(self.n)]
        for name in FILTER_FIELDS:
            if values := getattr(self.filters, name):
                found[name] = list(values)
        if self.collection:
            found["collection"] = [self.collection]
        return found

    def link(self) -> str:
        """Return a relative link, percent-encoded throughout."""
        return "?" + urlencode(self.parameters(), doseq=True)

    def similar_to(self, item_id: str) -> Address:
        """Return the address of the same search with an item of the collection as its query."""
        return replace(self, q="", item=item_id)


def written(name: str) -> str:
    """Return a system's or variant's name by its letter where it has one: ``D@w0.3``."""
    base, at, suffixes = name.partition("@")
    return f"{systems.find(base).letter or base}{at}{suffixes}"


def ordered(names: Iterable[str]) -> tuple[str, ...]:
    """Return names in the systems' order, each once: a plain or weighted system before its other variants."""
    places = {name: place for place, name in enumerate(systems.SYSTEMS)}

    def place(name: str) -> tuple[int, bool]:
        base, *suffixes = name.split("@")
        return places.get(base, len(places)), any(not suffix.startswith("w") for suffix in suffixes)

    return tuple(sorted(dict.fromkeys(names), key=place))


def parse(parameters: Mapping[str, Sequence[str]]) -> tuple[Address, list[str]]:
    """Read query parameters.

    Returns:
        The address, and one Korean sentence for each value that could not be used and was left out.
    """
    notes: list[str] = []
    chosen = _systems(parameters.get("systems", ()), notes)
    k = _number(last(parameters, "k"), DEPTHS, DEFAULT_DEPTH, "결과 수", notes)
    n = _number(last(parameters, "n"), RERANK_DEPTHS, DEFAULT_RERANK_DEPTH, "재순위 문항 수", notes)
    filters = Filters(**{name: _values(parameters.get(name, ())) for name in FILTER_FIELDS})
    item = last(parameters, "item")[:_LONGEST_VALUE]
    q = "" if item else last(parameters, "q")
    if len(q) > LONGEST_TEXT:
        q = q[:LONGEST_TEXT]
        notes.append(f"주소의 검색어가 너무 길어 앞 {LONGEST_TEXT:,}자만 썼습니다.")
    collection = last(parameters, "collection")[:_LONGEST_VALUE]
    return Address(q=q, item=item, systems=chosen, k=k, n=n, filters=filters, collection=collection), notes


def last(parameters: Mapping[str, Sequence[str]], name: str) -> str:
    """Return a parameter's last value, trimmed; empty where it is not there."""
    values = parameters.get(name, ())
    return values[-1].replace("\x00", "").strip() if values else ""


def version(value: str, notes: list[str]) -> int | None:
    """Return the number of a ground truth version; what is none is left out with a note."""
    if not value:
        return None
    if value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS and int(value):
        return int(value)
    notes.append(f"주소에 적힌 정답 버전 '{value[:20]}'은(는) 쓸 수 없어 가장 새 정답으로 보여 드립니다.")
    return None


def _values(values: Sequence[str]) -> tuple[str, ...]:
    kept = (value.replace("\x00", "").strip()[:_LONGEST_VALUE] for value in values[:_MOST_VALUES])
    return tuple(dict.fromkeys(value for value in kept if value))


def _systems(values: Sequence[str], notes: list[str]) -> tuple[str, ...]:
    wanted = [name.strip() for value in values for name in value.split(",") if name.strip()]
    found: list[str] = []
    for name in wanted[:_MOST_VALUES]:
        try:
            found.append(variants.find(name).name)
        except NotFoundError:
            notes.append(f"주소에 적힌 시스템 '{name[:40]}'은(는) 없어서 뺐습니다.")
    shown = ordered(found)
    if len(shown) > MOST_SYSTEMS:
        left = len(shown) - MOST_SYSTEMS
        notes.append(f"한 화면에는 시스템을 {MOST_SYSTEMS}개까지 놓을 수 있어서, 주소에 적힌 나머지 {left}개는 뺐습니다.")
    return shown[:MOST_SYSTEMS] or DEFAULT_SYSTEMS


def _number(value: str, allowed: Sequence[int], default: int, name: str, notes: list[str]) -> int:
    if not value:
        return default
    if value.isascii() and value.isdigit() and int(value[:9]) in allowed:
        return int(value)
    notes.append(f"주소에 적힌 {name} '{value[:20]}' 대신 {default}개로 보여 드립니다.")
    return default
