"""What a run came to, for people: the verdict, what is missing, where the files are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.errors import UserError
from core.evaluation.verdict.outcome import Decision
from core.poc import deciding, reporting
from core.poc.step import House, Outcome

ENDINGS = {"done": "했음", "kept": "그대로", "failed": "실패", "refused": "하지 못함", "left_out": "뺌"}
STANDINGS = {"done": "그대로", "missing": "해야 함", "stale": "다시 해야 함", "impossible": "할 수 없음", "left_out": "뺌",
             "waiting": "앞 단계 뒤에"}


@dataclass(frozen=True, slots=True)
class Summary:
    """A run at its end."""

    collection: str
    outcomes: tuple[Outcome, ...]
    decision: Decision | None
    """None where nothing could be decided."""
    files: dict[str, str]
    """Paths of the report's files by form, as far as they are there."""

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """The steps that failed or were refused."""
        return tuple(each for each in self.outcomes if each.ending in ("failed", "refused"))


def of(house: House, outcomes: Sequence[Outcome]) -> Summary:
    """Return the summary; a verdict only where this run, or one before it, decided on today's evidence."""
    found = {each.name: each for each in outcomes}
    decision = None
    if "decide" in found and found["decide"].good:
        try:
            with house.database.connection() as conn:
                decision = deciding.decision(conn, house.wish.collection)
        except UserError:  # its step has said why
            decision = None
    return Summary(house.wish.collection, tuple(outcomes), decision, _files(house))


def _files(house: House) -> dict[str, str]:
    try:
        with house.database.connection() as conn:
            return reporting.files(conn, house.wish.collection)
    except UserError:  # no such collection: its first step has said so
        return {}


def lines(summary: Summary) -> Iterator[str]:
    """Yield the summary in Korean lines."""
    decision = summary.decision
    if decision is None:
        yield "판정: 하지 못했습니다."
    else:
        yield f"판정: {decision.title}{' · 축소 모델' if decision.miniature else ''} — {decision.headline}"
        yield f"정답 {decision.truth_title} ({decision.truth_sha256[:8]}) · 판정 기준 {decision.gate_file_sha256[:8]}"
        yield from (f"쓸 수 없는 근거: {sentence}" for sentence in decision.invalid)
        yield from (f"빠진 근거: {sentence}" for sentence in decision.missing)
        yield from (f"함께 볼 것: {sentence}" for sentence in decision.cautions)
    yield from (f"끝내지 못한 단계: {each.title} — {each.words}" for each in summary.failed)
    yield from (f"파일: {path}" for path in summary.files.values())
