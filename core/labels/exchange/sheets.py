"""CSV that Excel opens: a byte order mark, so that Hangul is read, and no cell that Excel would run; nothing is lost.

A cell that begins like a formula (``= + - @ |``, their full-width forms, a tab, a carriage return), or with an apostrophe,
gets one apostrophe in front when it is written, and loses it when it is read. A file saved by Excel itself may come back
in CP949.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from core.errors import InputError

_RUNS = ("=", "+", "-", "@", "|", "＝", "＋", "－", "＠", "\t", "\r", "\n", "'")
LONGEST_CELL = 1_000_000


def written(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a CSV file; None is an empty cell."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([inert(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def read(data: bytes, *, name: str, required: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row with the line it begins in; cells by the header's names, missing ones empty. Empty rows are left out.

    Raises:
        InputError: the file is no CSV in UTF-8 or CP949, or a required column is missing.
    """
    csv.field_size_limit(LONGEST_CELL)
    text = _decoded(data, name)
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        header = [cell.strip().lower() for cell in next(rows, [])]
        missing = [column for column in required if column not in header]
        if missing:
            raise InputError(f"'{name}' 첫 줄에 {', '.join(missing)} 열이 없습니다. 내보낸 파일의 첫 줄을 그대로 두어 주세요.")
        line = rows.line_num + 1
        for row in rows:
            if any(cell.strip() for cell in row):
                cells = dict.fromkeys(header, "")
                cells.update((column, plain(cell)) for column, cell in zip(header, row, strict=False))
                yield line, cells
            line = rows.line_num + 1
    except csv.Error as error:
        raise InputError(f"'{name}' {rows.line_num}번째 줄: CSV를 읽을 수 없습니다. 아무것도 가져오지 않았습니다.") from error


def inert(cell: object) -> object:
    """Return the cell as it may stand in a spreadsheet; numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and _runs(cell) else cell


def plain(cell: str) -> str:
    """Return what ``inert`` was given."""
    return cell[1:] if cell.startswith("'") and _runs(cell[1:]) else cell


def _runs(cell: str) -> bool:
    return cell.startswith(_RUNS) or cell.lstrip().startswith(_RUNS)


def _decoded(data: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "cp949"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(f"'{name}'의 글자를 읽을 수 없습니다. 엑셀에서 'CSV UTF-8'로 다시 저장해 주세요.")
