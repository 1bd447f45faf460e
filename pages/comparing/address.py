"""A comparison as an address: everything that decides what the page shows, but an uploaded picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal, get_args

from core.errors import NotFoundError
from core.search import variants
from pages.widgets import address as addresses
from pages.widgets.address import SIDE_BY_SIDE, Address, last, version, written

FEWEST, MOST = 2, 5
"""Columns: fewer compare nothing, more are too narrow to read a formula in."""
Listing = Literal["", "labelled", "disagree", "all"]
Size = Literal["", "large"]
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Comparing(Address):
    """What a link to a comparison carries beyond a search. ``query`` (a stored query) goes before ``item``, that before ``q``."""

    systems: tuple[str, ...] = SIDE_BY_SIDE
    query: str = ""
    gt: int | None = None
    """Number of the ground truth version; None is the latest, or what is judged so far where none is frozen."""
    base: str = ""
    """The system the others are held against; empty is the first."""
    diff: bool = False
    """Whether only what differs is shown."""
    figures: bool = True
    size: Size = ""
    list: Listing = ""
    """Which queries the arrow keys walk through."""
    show: str = ""
    """The item that is opened whole."""

    @property
    def baseline(self) -> str:
        """The system the others are held against."""
        return self.base if self.base in self.systems else self.systems[0]

    def parameters(self) -> dict[str, list[str]]:
        """Return the query parameters; systems stand there always, the rest where it is not at its default."""
        found = Address.parameters(self)
        if self.query:
            found.pop("item", None)
            found.pop("q", None)
            found["query"] = [self.query]
        found["systems"] = [",".join(map(written, self.systems))]
        said = {"gt": str(self.gt) if self.gt is not None else "", "base": written(self.base) if self.base else "",
                "diff": "1" if self.diff else "", "figures": "" if self.figures else "0", "size": self.size,
                "list": self.list, "show": self.show}
        return found | {name: [value] for name, value in said.items() if value}

    def similar_to(self, item_id: str) -> Comparing:
        """Return the address of the same comparison with an item of the collection as its query."""
        return replace(self, q="", query="", item=item_id, show="", list="")

    def showing(self, item_id: str) -> Comparing:
        """Return this address with an item opened whole."""
        return replace(self, show=item_id)


def parse(parameters: Mapping[str, Sequence[str]]) -> tuple[Comparing, list[str]]:
    """Read query parameters.

    Returns:
        The address, and one Korean sentence for each value that could not be used and was left out.
    """
    plain, notes = addresses.parse(parameters)
    query = last(parameters, "query")[:_LONGEST]
    size, listing = last(parameters, "size"), last(parameters, "list")
    found = Comparing(
        **{field.name: getattr(plain, field.name) for field in fields(Address)} | {"systems": _systems(plain, parameters, notes)},
        query=query, gt=version(last(parameters, "gt"), notes), base=_base(last(parameters, "base"), notes),
        diff=last(parameters, "diff") == "1", figures=last(parameters, "figures") != "0",
        size=size if size in get_args(Size) else "", list=listing if listing in get_args(Listing) else "",
        show=last(parameters, "show")[:_LONGEST],
    )
    return (replace(found, q="", item="") if query else found), notes


def together(systems: Sequence[str]) -> tuple[str, ...]:
    """Return the systems that are compared: one alone is held against A, A against D."""
    if len(systems) >= FEWEST:
        return tuple(systems)
    a, d = SIDE_BY_SIDE[0], SIDE_BY_SIDE[3]
    return addresses.ordered([*systems, d if tuple(systems) == (a,) else a])


def _systems(plain: Address, parameters: Mapping[str, Sequence[str]], notes: list[str]) -> tuple[str, ...]:
    if not any(last(parameters, "systems").strip(",").split(",")):
        return SIDE_BY_SIDE
    if len(plain.systems) > MOST:
        notes.append(f"비교는 한 화면에 {MOST}개까지라, 주소에 적힌 나머지 시스템 {len(plain.systems) - MOST}개는 뺐습니다.")
    return together(plain.systems)[:MOST]


def _base(value: str, notes: list[str]) -> str:
    if not value:
        return ""
    try:
        return variants.find(value).name
    except NotFoundError:
        notes.append(f"주소에 적힌 기준 시스템 '{value[:40]}'은(는) 없어서 첫 열을 기준으로 삼았습니다.")
        return ""
