"""What does not make a verdict worthless, and must be read together with it wherever it stands."""

from __future__ import annotations

from collections.abc import Iterable

from core.evaluation.results import ScenarioResult, SystemRun
from core.evaluation.verdict import likeness, registration
from core.evaluation.verdict.background import Background
from core.evaluation.verdict.circularity import BY_PEOPLE
from core.evaluation.verdict.gates import GateFile
from core.evaluation.verdict.wording import percent
from core.labels.versions.truth import Truth
from core.models import registry
from core.moments import day

_DROPPED = "판정한 뒤 정답에서 빠진 쿼리입니다."
_COPIED, _LEAST_COPIED = 0.8, 10
_LEAST_COMMIT = 12
_LEAST_SHARED = 50
"""Two people who agree in nine of ten cases agree in all of fifty once in two hundred times."""


def of(truth: Truth, gate_set: ScenarioResult, file: GateFile, background: Background = Background(), *,
       subject: SystemRun | None = None, baseline: SystemRun | None = None) -> tuple[str, ...]:
    """Return a Korean sentence for each.

    Args:
        subject: the judged system's run.
        baseline: that of what it is to replace.
    """
    return (*registration.of(file, background.seen), *_checkpoints(subject, baseline), *_from_files(truth, background),
            *_copied(truth, gate_set, file, subject),
            *_left_out(gate_set, file, background), *_rewritten(gate_set, file, background), *_alike(truth, gate_set, file),
            *_other_versions(truth, background), *_sample(background), *_alone(truth), *_unanimous(truth), *_overruled(truth))


def _checkpoints(*runs: SystemRun | None) -> Iterable[str]:
    """A copied folder may hold anything; the plan's models are those of the pinned commits."""
    pinned = {record.key: record.revision for record in registry.records()}
    told = {}
    for each in (each for run in runs if run is not None and not run.miniature for each in run.config.get("sets", ())):
        key, found = each.get("model_key", ""), each.get("revision") or ""
        wanted = pinned.get(key)
        if wanted and not (wanted == found or len(found) >= _LEAST_COMMIT and wanted.startswith(found)):
            told[key] = f"{key}: {wanted[:12]} → {found[:25] or '모름'}"
    if told:
        yield (f"정해 둔 리비전의 모델이 아닙니다({', '.join(told.values())}). 공개된 모델과 같은 것인지 확인해 주세요.")


def _from_files(truth: Truth, background: Background) -> Iterable[str]:
    graded = [row for row in truth.rows if row.origin in BY_PEOPLE]
    if number := sum((row.query_id, row.item_id) in background.unasked for row in graded):
        yield (f"사람이 매겼다는 등급 {len(graded):,}쌍 가운데 {number:,}쌍({percent(number / len(graded))})은 라벨링 화면에서 "
               "물은 것이 아니라 파일로 가져왔거나 따로 적은 것입니다. 누가 무엇을 보고 매겼는지 확인해 주세요.")


def _copied(truth: Truth, gate_set: ScenarioResult, file: GateFile, subject: SystemRun | None) -> Iterable[str]:
    if subject is None:
        return
    same, asked = likeness.copied(gate_set, subject.system, truth.relevant_from)
    if asked < _LEAST_COPIED or same < _COPIED * asked:
        return
    other = file.baseline.system
    beside = f"(견줄 시스템은 {likeness.copied(gate_set, other, truth.relevant_from)[0]:,}개)" if gate_set.has(other) else ""
    yield (f"정답이 둘 이상인 쿼리 {asked:,}개 가운데 {same:,}개에서 정답이 {subject.label}의 맨 위 결과와 꼭 같습니다{beside}. "
           "판정받는 시스템의 결과를 보고 만든 정답이 아닌지 확인해 주세요.")


def _left_out(gate_set: ScenarioResult, file: GateFile, background: Background) -> Iterable[str]:
    excluded = {reason: len(ids) for reason, ids in gate_set.excluded.items() if ids}
    if background.dropped:
        excluded[_DROPPED] = len(background.dropped)
    left, counted = sum(excluded.values()), len(gate_set.queries)
    if counted and left > file.floors.left_out * (left + counted):
        reasons = ", ".join(f"{reason.removesuffix('.').removesuffix('입니다')} {number:,}개" for reason, number in excluded.items())
        yield (f"판정한 쿼리 {left + counted:,}개 가운데 {left:,}개({percent(left / (left + counted))})를 세지 않았습니다({reasons}). "
               "남은 쿼리만으로 정해도 되는지 살펴 주세요.")


def _rewritten(gate_set: ScenarioResult, file: GateFile, background: Background) -> Iterable[str]:
    counted = [query.query_id for query in gate_set.queries]
    if (number := sum(each in background.rewritten for each in counted)) > file.floors.left_out * len(counted):
        yield (f"쿼리 {len(counted):,}개 가운데 {number:,}개는 한 번 판정한 뒤 고쳐 쓴 것입니다. "
               "결과를 보고 고친 쿼리는 미리 정한 쿼리가 아닙니다. 고친 까닭을 확인해 주세요.")


def _alike(truth: Truth, gate_set: ScenarioResult, file: GateFile) -> Iterable[str]:
    if len(gate_set.queries) < file.floors.queries:  # that there are too few is said as what it is
        return
    if (number := likeness.distinct(gate_set.queries, truth.relevant_from)) < file.floors.groups:
        yield (f"쿼리 {len(gate_set.queries):,}개 가운데 서로 다른 것은 {number:,}개뿐입니다(글이 같거나 정답이 거의 같은 쿼리는 하나로 "
               "셌습니다). 같은 물음을 여러 번 센 숫자일 수 있으니 다른 물음을 더 판정해 주세요.")


def _other_versions(truth: Truth, background: Background) -> Iterable[str]:
    if truth.version is None or not background.others:
        return
    number, last = truth.version.number, background.others[-1].number
    if last > number:
        yield f"마지막 정답 버전({last})이 아니라 버전 {number}로 계산했습니다. 버전을 고른 까닭을 확인해 주세요."
    if other := [each for each in background.others if each.number < number and each.relevant_from != truth.relevant_from]:
        told = ", ".join(f"버전 {each.number}: {each.relevant_from} 이상" for each in other)
        yield (f"정답으로 치는 등급이 앞선 정답 버전과 다릅니다({told} → 버전 {number}: {truth.relevant_from} 이상). "
               "결과를 보고 바꾼 것이 아닌지 확인해 주세요.")


def _sample(background: Background) -> Iterable[str]:
    if background.frozen_at is not None and background.drifted:
        yield (f"표본을 굳힌({day(background.frozen_at)}) 뒤에 문항 {background.drifted:,}개가 바뀌거나 빠지거나 더해졌습니다. "
               "굳힌 표본의 결과가 아닙니다. 바꾼 까닭을 결정에 적어 주세요.")


def _alone(truth: Truth) -> Iterable[str]:
    """One person's opinion may be right; nobody can tell how right."""
    graded = [row for row in truth.rows if row.origin in BY_PEOPLE]
    if graded and not any(row.raters > 1 for row in graded):
        yield ("모든 쌍의 등급을 한 사람씩만 매겼습니다. 판정자끼리 얼마나 맞는지는 측정 안 됨입니다. "
               "둘 이상이 함께 판정하는 쌍을 두어 주세요.")


def _unanimous(truth: Truth) -> Iterable[str]:
    if (number := likeness.unanimous(truth)) >= _LEAST_SHARED:
        yield (f"여러 사람이 함께 판정한 {number:,}쌍에서 등급이 한 번도 갈리지 않았습니다. 따로 판정한 것이 맞는지, "
               "서로 보거나 베끼지 않았는지 확인해 주세요.")


def _overruled(truth: Truth) -> Iterable[str]:
    """A senior decides where raters differ; where one rater alone had graded there was nothing to decide."""
    decided = [row for row in truth.rows if row.rule == "adjudicated"]
    if (number := sum(row.raters < 2 for row in decided)) > len(decided) / 2:
        yield (f"조정으로 정한 등급 {len(decided):,}쌍 가운데 {number:,}쌍은 두 사람이 판정하지 않은 쌍입니다. "
               "등급이 갈리지 않았는데 조정한 까닭을 확인해 주세요.")
