"""An Excel file of tables: every sheet says what it is, where its numbers come from and what to beware of, before its table.

Cells are written by type: a text is a text whatever it begins with, so that nothing in it can run. The same content and
moment give the same bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from core.moments import KOREA
from core.report import tables
from core.report.figures import Picture

Kind = Literal["text", "long", "count", "amount", "value", "signed", "probability", "share", "picture"]
"""``long``: a text that wraps. ``amount``: milliseconds, megabytes and the like. ``value``: a measure from 0 to 1. ``signed``: a
difference of measures. ``probability``: a p value. ``share``: a share from 0 to 1, shown in per cent. ``picture``: a ``Picture``, over
its cell."""
_NUMBERS: dict[str, str] = {"count": "#,##0", "amount": "#,##0.0", "value": "0.000", "signed": "+0.000;-0.000;0.000",
                            "probability": "0.0000", "share": "0 %"}
_LONGEST_TEXT = 32_767
"""Characters of a cell, set by the file format."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_MARGIN, _LINE, _HIGHEST = 4, 20, 545
"""Pixels: around a picture, of a line of text, of the highest row the format allows."""
_HEAD, _TITLE, _PART = 24, 30, 26
"""Pixels: the height of a table's headings, of a sheet's title, of a part's heading."""
_FONT = {"font_name": "맑은 고딕", "font_size": 10, "valign": "top"}
_TITLE_ROW, _ABOUT_ROW, _WARNING_ROW, _TABLE_ROW = 0, 1, 2, 4


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, what its cells are, and its width in characters."""

    title: str
    kind: Kind = "text"
    width: float = 11
    group: str = ""
    """A heading over neighbouring columns that share it."""


class Sheet:
    """One sheet. Tables go below each other; the first one's headings stay in sight."""

    def __init__(self, sheet: Worksheet, formats: dict[str, Format], title: str, about: str, warnings: Sequence[str]) -> None:
        self.sheet, self._formats = sheet, formats
        self.row = _TABLE_ROW
        """The next free row, from 0."""
        self._widths: dict[int, float] = {}
        sheet.set_row_pixels(_TITLE_ROW, _TITLE)
        sheet.write_string(_TITLE_ROW, 0, title, formats["title"])
        sheet.write_string(_ABOUT_ROW, 0, about, formats["soft"])
        sheet.write_string(_WARNING_ROW, 0, " ".join(warnings), formats["warning"])
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_header("&L&A", {"margin": 0.3})
        # A footer holds 255 characters, and & begins a code in it.
        sheet.set_footer(f"&L{about[:100].replace('&', '&&')}&R&P / &N")
        sheet.hide_gridlines(2)

    def heading(self, words: str) -> None:
        """Write the heading of a part."""
        self.sheet.set_row_pixels(self.row, _PART)
        self.sheet.write_string(self.row, 0, words, self._formats["part"])
        self.row += 1

    def words(self, words: str) -> None:
        """Write a line of plain words."""
        self.sheet.write_string(self.row, 0, _fitting(words), self._formats["soft"])
        self.row += 1

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[object]], *, freeze: int | None = None,
              filtered: bool = False) -> None:
        """Write a table and leave a row free behind it.

        Args:
            freeze: keep the headings and this many columns in sight; of the sheet's first table only.
            filtered: whether the headings get Excel's filter.

        Raises:
            ValueError: a row is not as wide as the columns.
        """
        grouped = any(column.group for column in columns)
        if grouped:
            self._groups(columns)
        head = self.row
        for at, column in enumerate(columns):
            style = "head of numbers" if column.kind in _NUMBERS else "head"
            self.sheet.write_string(head, at, column.title, self._formats[style])
            self._widen(at, column.width)
        self._stretch(columns, [column.title for column in columns], at_least=_HEAD)
        self.row += 1
        for row in rows:
            for at, (cell, column) in enumerate(zip(row, columns, strict=True)):
                self.cell(at, cell, column.kind)
            self._stretch(columns, row)
            self.row += 1
        if freeze is not None:
            self.sheet.freeze_panes(head + 1, freeze)
            self.sheet.repeat_rows(head - grouped, head)
        if filtered and self.row > head + 1:
            self.sheet.autofilter(head, 0, self.row - 1, len(columns) - 1)
        self.row += 1

    def cell(self, at: int, value: object, kind: Kind = "text") -> None:
        """Write a cell of the current row; what is nothing stays empty."""
        if isinstance(value, Picture):
            self.sheet.insert_image(self.row, at, "figure.png", {
                "image_data": io.BytesIO(value.data), "x_scale": value.scale, "y_scale": value.scale, "x_offset": _MARGIN,
                "y_offset": _MARGIN, "object_position": 1, "description": "그림"})  # 1: moves and sizes with its cells
            return
        shown = tables.plain(value)
        style = self._formats[kind]
        if shown == "":
            self.sheet.write_blank(self.row, at, None, style)
        elif isinstance(shown, int | float):
            self.sheet.write_number(self.row, at, shown, style)
        else:
            self.sheet.write_string(self.row, at, _fitting(str(shown)), self._formats["text"] if kind in _NUMBERS else style)

    def link(self, row: int, at: int, target: str, words: str) -> None:
        """Make a cell lead to another place of the file, such as ``'사례'!A10``; never out of it."""
        self.sheet.write_url(row, at, f"internal:{target}", self._formats["link"], words)

    def rule(self, row: int, columns: int) -> None:
        """Draw a line above a row."""
        self.sheet.conditional_format(row, 0, row, columns - 1, {"type": "formula", "criteria": "=TRUE", "format": self._formats["rule"]})

    def _stretch(self, columns: Sequence[Column], row: Sequence[object], *, at_least: int = 0) -> None:
        """Make the current row as high as its pictures and wrapped texts need: not every program does so when it opens a file."""
        heights = [at_least]
        for cell, column in zip(row, columns, strict=True):
            if isinstance(cell, Picture):
                heights.append(cell.height + 2 * _MARGIN)
            elif cell and (column.kind == "long" or at_least):
                heights.append(sum(1 + int(_room(line) / column.width) for line in str(cell).split("\n")) * _LINE)
        if max(heights) > _LINE:
            self.sheet.set_row_pixels(self.row, min(_HIGHEST, max(heights)))

    def _groups(self, columns: Sequence[Column]) -> None:
        first = 0
        for at, column in enumerate(columns):
            if at + 1 < len(columns) and columns[at + 1].group == column.group:
                continue
            if column.group and at > first:
                self.sheet.merge_range(self.row, first, self.row, at, "", self._formats["group"])
            if column.group:
                self.sheet.write_string(self.row, first, column.group, self._formats["group"])
            first = at + 1
        self.row += 1

    def _widen(self, at: int, width: float) -> None:
        if width > self._widths.get(at, 0):
            self._widths[at] = width
            self.sheet.set_column(at, at, width)


class Book:
    """A workbook in the making.

    Args:
        title: of the file.
        about: one line under every sheet's title: which collection, which ground truth.
        warnings: Korean sentences that stand on every sheet.
        made_at: when; with a time zone.
    """

    def __init__(self, *, title: str, about: str, warnings: Sequence[str], made_at: datetime) -> None:
        self._out = io.BytesIO()
        self._about, self._warnings = about, tuple(warnings)
        self._book = xlsxwriter.Workbook(self._out, {
            "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
        # A date in a workbook has no zone.
        self._book.set_properties({"title": title, "created": made_at.astimezone(KOREA).replace(tzinfo=None)})
        self._formats = {name: self._book.add_format(_FONT | style) for name, style in _STYLES.items()}

    def sheet(self, name: str, title: str, *, warnings: Sequence[str] = ()) -> Sheet:
        """Add a sheet; ``warnings`` of its own stand behind the book's."""
        return Sheet(self._book.add_worksheet(name), self._formats, title, self._about, (*self._warnings, *warnings))

    def close(self) -> bytes:
        """Return the file."""
        self._book.close()
        return self._out.getvalue()


def _room(line: str) -> float:
    """Return how many digits' widths a line takes; a Hangul syllable takes nearly two."""
    return sum(1.8 if letter >= "\u1100" else 1.05 for letter in line)


def _fitting(words: str) -> str:
    shown = _CONTROL.sub("", words)
    return shown if len(shown) <= _LONGEST_TEXT else f"{shown[: _LONGEST_TEXT - 1]}…"


_HEADING = {"bold": True, "bg_color": "#e8ecf2", "bottom": 1, "text_wrap": True, "valign": "vcenter"}
_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 15, "font_color": "#1f2733", "valign": "vcenter"},
    "part": {"bold": True, "font_size": 12, "font_color": "#1f2733", "valign": "vcenter"},
    "soft": {"font_color": "#5b6573"},
    "warning": {"bold": True, "font_color": "#a63a00"},
    "head": _HEADING | {"align": "left", "indent": 1},
    "head of numbers": _HEADING | {"align": "right"},
    "group": {"bold": True, "bg_color": "#d6dde8", "align": "center", "left": 1},
    "rule": {"top": 1},
    "text": {"align": "left", "indent": 1},
    "picture": {},
    "link": {"font_color": "#1a56b0", "underline": 1},
    "long": {"text_wrap": True, "align": "left", "indent": 1},
    **{name: {"num_format": pattern} for name, pattern in _NUMBERS.items()},
}
