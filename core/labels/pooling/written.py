"""A request for a round as one line of text: how a page hands it to a job, and how the page finds it again after a reload."""

from __future__ import annotations

import json
from dataclasses import asdict

from core.errors import InputError
from core.labels.pooling.pool_plan import PoolRequest, RaterScope

_UNREADABLE = "라운드 설정을 읽을 수 없습니다. 정답 라벨링의 '후보 모으기'에서 계획을 다시 세워 주세요."


def to_text(request: PoolRequest) -> str:
    """Return the request as JSON; the same request is the same text."""
    return json.dumps(asdict(request), ensure_ascii=False, sort_keys=True)


def from_text(text: str) -> PoolRequest:
    """Read what ``to_text`` wrote.

    Raises:
        InputError: it is something else.
    """
    try:
        told = json.loads(text)
        asked = told.pop("query_ids")
        raters = tuple(RaterScope(each["name"], tuple(each["subjects"]), tuple(each["units"])) for each in told.pop("raters"))
        return PoolRequest(**told | {"systems": tuple(told["systems"]), "query_ids": None if asked is None else tuple(asked),
                                     "raters": raters})
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(_UNREADABLE) from error
