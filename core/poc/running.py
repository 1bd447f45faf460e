"""A run: each step looked at when its turn comes, done where it must be, and told why not where it need not or cannot be."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from core.errors import StoreError, UserError
from core.jobs.working import StoppedError, Worker
from core.poc import record
from core.poc.part import WHOLE, Part
from core.poc.step import House, Look, Outcome, Step
from core.poc.steps import STEPS

log = logging.getLogger(__name__)
WAITS = "'{title}' 단계를 한 뒤에 정해집니다."
REFUSED = "앞 단계({titles})가 끝나지 않아 하지 않았습니다."
UNEXPECTED = "예상하지 못한 오류로 멈췄습니다. 로그 폴더의 core.log에 자세한 내용을 남겼습니다."
_BESIDE = " · "
Tell = Callable[[Outcome], None]


@dataclass(frozen=True, slots=True)
class Planned:
    """A step as a run would find it now."""

    step: Step
    look: Look

    @property
    def runs(self) -> bool:
        """Whether a run would do something here."""
        return self.look.standing in ("missing", "stale", "waiting")


def plan(house: House, steps: Sequence[Step] = STEPS) -> tuple[Planned, ...]:
    """Return how each step stands; computes with no model and stores nothing.

    A step behind one that is still to be done is known only then.
    """
    found: dict[str, Planned] = {}
    for step in steps:
        before = next((found[name] for name in step.needs if found[name].look.standing != "done"),
                      next((found[name] for name in step.follows if found[name].runs), None))
        found[step.name] = Planned(step, _seen(step, house) if before is None else _behind(step, before))
    return tuple(found.values())


def run(house: House, worker: Worker, *, steps: Sequence[Step] = STEPS, tell: Tell = lambda outcome: None) -> tuple[Outcome, ...]:
    """Do what is to be done, in order; a step that fails costs only those that need it.

    Args:
        worker: is told the progress of the whole and asked whether to go on.
        tell: called with each outcome as it is known.

    Raises:
        StoppedError: it was cancelled; every step keeps what it has stored, and the next run goes on there.
        StoreError: the database is away.
    """
    shares = _shares(plan(house, steps))
    outcomes: dict[str, Outcome] = {}
    try:
        for number, step in enumerate(steps, start=1):
            worker.check()
            part = Part(worker, begin=shares[step.name][0], end=shares[step.name][1], words=words(step, number, len(steps)))
            found = _one(step, house, part, outcomes)
            outcomes[step.name] = replace(found, at=found.at or datetime.now(UTC).replace(microsecond=0))
            tell(outcomes[step.name])
        worker.progress(WHOLE, WHOLE)
    finally:
        _keep(house, tuple(outcomes.values()))
    return tuple(outcomes.values())


def words(step: Step, number: int, of: int) -> str:
    """Return what a job says while a step goes on; ``step_of`` reads it."""
    return f"{number}/{of} {step.title}"


def step_of(said: str) -> Step | None:
    """Return the step that a job's words are about, None where they are about none."""
    head = said.partition(_BESIDE)[0]
    return next((step for number, step in enumerate(STEPS, start=1) if words(step, number, len(STEPS)) == head), None)


def _one(step: Step, house: House, part: Part, before: Mapping[str, Outcome]) -> Outcome:
    lacking = [before[name].title for name in step.needs if not before[name].good]
    if lacking:
        return Outcome(step.name, step.title, "refused", REFUSED.format(titles=", ".join(lacking)))
    began = time.monotonic()
    look = Look("missing", "")
    try:
        look = step.look(house)
        if look.standing == "done":
            return Outcome(step.name, step.title, "kept", look.why, fingerprint=look.fingerprint, at=look.at)
        if look.standing == "left_out":
            return Outcome(step.name, step.title, "left_out", look.why)
        if look.standing == "impossible":
            return Outcome(step.name, step.title, "failed", look.why)
        told = step.run(house, part)
    except (StoppedError, StoreError):
        raise
    except UserError as error:
        log.warning("step %s failed", step.name, exc_info=True)
        return Outcome(step.name, step.title, "failed", str(error), time.monotonic() - began, look.fingerprint)
    except Exception:
        log.exception("step %s failed", step.name)
        return Outcome(step.name, step.title, "failed", UNEXPECTED, time.monotonic() - began, look.fingerprint)
    return Outcome(step.name, step.title, "done", f"{look.why} {told}", time.monotonic() - began, look.fingerprint)


def _seen(step: Step, house: House) -> Look:
    try:
        return step.look(house)
    except StoreError:
        raise
    except UserError as error:
        return Look("impossible", str(error))


def _behind(step: Step, before: Planned) -> Look:
    if before.look.standing in ("impossible", "left_out"):
        return Look("impossible", REFUSED.format(titles=before.step.title))
    return Look("waiting", WAITS.format(title=before.step.title), step.guess)


def _shares(planned: Sequence[Planned]) -> dict[str, tuple[float, float]]:
    """Return where each step lies in the whole, by the work that is expected of it."""
    work = [max(each.look.work, each.step.guess if each.look.standing == "waiting" else 0.0) if each.runs else 0.0 for each in planned]
    total, before, found = sum(work) or 1.0, 0.0, {}
    for each, own in zip(planned, work, strict=True):
        found[each.step.name] = (before / total, (before + own) / total)
        before += own
    return found


def _keep(house: House, outcomes: tuple[Outcome, ...]) -> None:
    try:
        with house.database.connection() as conn:
            record.keep(conn, house.wish.collection, outcomes)
    except UserError:  # no such collection, or the database is away: the run's own error says it
        log.warning("the record of a run could not be kept", exc_info=True)
