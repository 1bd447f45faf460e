"""From a file to items, one by one: nothing is stored here and nothing but the file and its figures is opened."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from core.errors import InputError
from core.items.importers.figure_files import Figure, FigureFolder
from core.items.importers.refusals import Refusal
from core.items.importers.slices import LONGEST_ELEMENT, BrokenFile, Element, elements
from core.items.record import Item
from core.items.schemas import bank, plan
from core.items.validation import Refused, check, shown

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Called with the bytes read so far and the bytes of the file."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An item that may enter the bank, with its figures in order."""

    item: Item
    figures: tuple[Figure, ...]
    line: int


def read(path: Path, *, progress: Progress | None = None) -> Iterator[Item | Refusal]:
    """Yield the file's items in order, each unlucky one as a refusal; figures are not looked at.

    Raises:
        InputError: the file is missing, or it is broken as a whole; raised when the reading gets there, after items that
            came before, so whoever stores them has to undo that.
    """
    for _, item in _items(path, progress):
        yield item


def examine(path: Path, *, images: Path | None = None, progress: Progress | None = None) -> Iterator[Taken | Refusal]:
    """Yield the file's items with their checked figures, each unlucky one as a refusal.

    Args:
        path: the file.
        images: the folder that figure paths are relative to; without one, the file's own folder.
        progress: called from time to time.

    Raises:
        InputError: as for :func:`read`, or there is no such folder.
    """
    folder = FigureFolder(images if images is not None else path.parent)
    for element, item in _items(path, progress):
        if isinstance(item, Refusal):
            yield item
            continue
        try:
            yield Taken(item, tuple(folder.read(image) for image in item.images), element.line)
        except Refused as reason:
            yield Refusal(element.line, element.ordinal, item.id, str(reason))


def _items(path: Path, progress: Progress | None) -> Iterator[tuple[Element, Item | Refusal]]:
    seen: dict[str, int] = {}
    try:
        with path.open("rb") as file:
            total = path.stat().st_size
            for element in elements(file, lists=("items",), key="id"):
                yield element, _item(element, seen)
                if progress is not None:
                    progress(file.tell(), total)
    except BrokenFile as broken:
        log.info("%s, line %d: %s", path, broken.line, broken)
        raise InputError(f"'{path.name}' {broken.line}번째 줄: {broken}. 아무것도 가져오지 않았습니다.") from broken
    except FileNotFoundError as error:
        raise InputError(f"'{path}' 파일이 없습니다. 경로를 확인해 주세요.") from error
    except IsADirectoryError as error:
        raise InputError(f"'{path}'은(는) 폴더입니다. 문항이 든 JSON 파일을 지정해 주세요.") from error
    except PermissionError as error:
        raise InputError(f"'{path}' 파일을 읽을 권한이 없습니다. 파일 권한을 확인해 주세요.") from error


def _item(element: Element, seen: dict[str, int]) -> Item | Refusal:
    item_id = ""
    try:
        record = loaded(element)
        if isinstance(record.get("id"), str):
            item_id = record["id"]
        if item_id:
            if item_id in seen:
                raise Refused(f"같은 id가 이 파일에 이미 있습니다({seen[item_id]}번째 줄).")
            seen[item_id] = element.line
        item = _schema(record)
        check(item)
    except Refused as reason:
        return Refusal(element.line, element.ordinal, shown(item_id), str(reason))
    return item


def loaded(element: Element) -> dict[str, Any]:
    """Return the element's JSON object.

    Raises:
        Refused: it is too long, not UTF-8, not JSON, or not an object.
    """
    if element.data is None:
        raise Refused(f"항목 하나가 {LONGEST_ELEMENT // 1024 // 1024} MB를 넘습니다.")
    try:
        record = json.loads(element.data.decode("utf-8"), parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise Refused("UTF-8이 아닌 글자가 있습니다. 파일을 UTF-8로 다시 저장해 주세요.") from error
    except (ValueError, RecursionError) as error:
        raise Refused("JSON이 깨져 있습니다.") from error
    if not isinstance(record, dict):
        raise Refused("문항이 객체가 아닙니다.")
    return record


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _schema(record: dict[str, Any]) -> Item:
    if bank.is_bank(record):
        return bank.read(record)
    if plan.is_plan(record):
        return plan.read(record)
    raise Refused("어느 스키마도 아닙니다. 최상위에 text가 있거나(계획서 12.1), content 안에 question이 있어야 합니다.")
