"""Whether a decision's evidence still is what it was: every hash recomputed from today's database, piece by piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from psycopg import Connection

from core.decision.body import EVENTS, runs_of, sha256_of, signature_sha256
from core.evaluation import assembling
from core.evaluation.results import Evaluation
from core.evaluation.verdict import gates, load
from core.evaluation.verdict.outcome import TITLES
from core.labels.versions import truth as truths
from core.store import collections, decisions, evidence_hashes, measurements, reports, states
from core.store.decisions import StoredDecision

State = Literal["same", "changed", "gone", "newer"]
STATES: dict[State, str] = {"same": "그대로", "changed": "바뀜", "gone": "없어짐", "newer": "새것이 있음"}


@dataclass(frozen=True, slots=True)
class Held:
    """A piece of evidence held against today."""

    kind: str
    title: str
    state: State
    words: str = ""
    """One Korean sentence; empty where it is the same."""


@dataclass(frozen=True, slots=True)
class Verification:
    """A decision held against today."""

    decision_id: int
    held: tuple[Held, ...]

    @property
    def broken(self) -> tuple[Held, ...]:
        """What was changed or is gone: the decision no longer rests on what it says."""
        return tuple(each for each in self.held if each.state in ("changed", "gone"))

    @property
    def newer(self) -> tuple[Held, ...]:
        """What came since; the decision stands on what it rested on."""
        return tuple(each for each in self.held if each.state == "newer")

    @property
    def unchanged(self) -> bool:
        """Whether every hash is what it was."""
        return not self.broken

    @property
    def headline(self) -> str:
        """One Korean sentence."""
        if self.broken:
            return f"근거 {len(self.broken)}가지가 결정한 때와 다릅니다: {_listed(self.broken)}."
        if self.newer:
            return f"결정한 때의 근거는 그대로입니다. 그 뒤에 새로 생긴 것이 {len(self.newer)}가지 있습니다: {_listed(self.newer)}."
        return f"그대로입니다. 근거 {len(self.held)}가지의 해시가 모두 같습니다."


def verify(conn: Connection, decision: StoredDecision) -> Verification:
    """Recompute everything a decision froze and say what differs; writes nothing."""
    evaluation = assembling.load(conn, collections.of_id(conn, decision.collection_id).name)
    return Verification(decision.id, (*_own(conn, decision), *_frozen(conn, decision), *_since(conn, decision, evaluation)))


def _own(conn: Connection, decision: StoredDecision) -> Iterator[Held]:
    body = decision.body
    told = {"choice": decision.choice, "verdict": decision.verdict, "reason": decision.reason, "by": decision.by}
    frozen = {"choice": body.get("choice"), "verdict": body.get("computed", {}).get("verdict"), "reason": body.get("reason"),
              "by": body.get("recorded_by")}
    right = sha256_of(body) == decision.sha256 and told == frozen
    yield _held("decision", f"결정 {decision.id}번", right, "결정의 내용이 적은 때의 해시와 다릅니다.")
    for each in decisions.signatures(conn, decision.id):
        own = signature_sha256(role=each.role, name=each.name, account=each.account, comment=each.comment,
                               decision_sha256=each.decision_sha256)
        title = f"{each.name} 님의 서명"
        if each.sha256 not in (None, own):
            yield Held("signature", title, "changed", "서명의 이름, 자리나 의견이 서명한 때와 다릅니다.")
        else:
            yield _held("signature", title, each.decision_sha256 == decision.sha256, "서명한 때의 결정과 지금 적힌 결정이 다릅니다.")


def _frozen(conn: Connection, decision: StoredDecision) -> Iterator[Held]:
    told, cid = decision.body["evidence"], decision.collection_id
    by_kind: dict[str, list[int]] = {}
    for piece in told:
        by_kind.setdefault(piece["kind"], []).append(piece["ref"])
    today: dict[tuple[str, Any], str | None] = {}
    for kind, read in (("run", evidence_hashes.of_runs), ("measurement", evidence_hashes.of_measurements),
                       ("report", evidence_hashes.of_reports)):
        today.update({(kind, ref): sha256 for ref, sha256 in read(conn, by_kind.get(kind, [])).items()})
    for kind, _, read in EVENTS:
        for ref in by_kind.get(kind, []):
            count, sha256 = read(conn, cid, ref)
            today[kind, ref] = sha256 if count == ref else None
    today["gates", None] = gates.load().sha256
    today["items", None] = states.of_items(conn, cid)
    for ref in by_kind.get("truth", []):
        today["truth", ref] = _truth(conn, cid, ref)
    for piece in told:
        found = today.get((piece["kind"], piece["ref"]))
        yield Held(piece["kind"], piece["title"], "gone", "데이터베이스에 없습니다.") if found is None else _held(
            piece["kind"], piece["title"], found == piece["sha256"], f"해시가 {piece['sha256'][:8]}에서 {found[:8]}(으)로 바뀌었습니다.")


def _since(conn: Connection, decision: StoredDecision, evaluation: Evaluation) -> Iterator[Held]:
    frozen: dict[str, set[Any]] = {}
    for piece in decision.body["evidence"]:
        frozen.setdefault(piece["kind"], set()).add(piece["ref"])
    version = evaluation.truth.version
    if version is not None and version.number not in frozen["truth"]:
        yield Held("truth", f"정답 {evaluation.truth.title}", "newer", "결정한 뒤에 굳힌 정답입니다.")
    for number, title in sorted(runs_of(evaluation).items()):
        if number not in frozen.get("run", set()):
            yield Held("run", title, "newer", "지금은 이 실행이 시스템을 대표합니다.")
    fresh = [each for each in measurements.listing(conn) if each.id not in frozen.get("measurement", set())]
    if fresh:
        yield Held("measurement", f"측정 {len(fresh):,}가지", "newer", f"결정한 뒤에 쟀습니다({_some(each.id for each in fresh)}).")
    for kind, title, read in EVENTS:
        count, _ = read(conn, decision.collection_id)
        if (more := count - max(frozen[kind])) > 0:
            yield Held(kind, title, "newer", f"결정한 뒤에 {more:,}번 더 적었습니다.")
    if frozen.get("report") and (made := [each.id for each in reports.listing(conn, decision.collection_id)
                                          if each.id > max(frozen["report"])]):
        yield Held("report", f"보고서 {made[0]}번", "newer", "결정한 뒤에 만든 보고서입니다.")
    computed = load.decision_of(conn, evaluation)
    if computed.verdict != decision.verdict:
        yield Held("verdict", "계산된 판정", "newer",
                   f"결정한 때는 {decision.body['computed']['title']}, 지금은 {TITLES[computed.verdict]}입니다.")


def _truth(conn: Connection, collection_id: int, number: int | None) -> str | None:
    if number is None:
        return truths.current(conn, collection_id).sha256
    found = next((each for each in truths.versions(conn, collection_id) if each.number == number), None)
    return truths.verify(conn, found).found if found else None


def _held(kind: str, title: str, same: bool, words: str) -> Held:
    return Held(kind, title, "same") if same else Held(kind, title, "changed", words)


def _listed(held: tuple[Held, ...]) -> str:
    shown = [each.title for each in held[:4]]
    return ", ".join(shown) + (f" 외 {len(held) - 4}가지" if len(held) > 4 else "")


def _some(numbers: Iterable[int]) -> str:
    found = [f"{number}번" for number in numbers]
    return ", ".join(found[:3]) + (" …" if len(found) > 3 else "")
