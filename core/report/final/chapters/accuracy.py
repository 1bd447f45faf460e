"""3. 검색 정확도 결과: overall, by subject and unit, by modality, systems against each other, and searches to look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from psycopg import Connection

from core.evaluation import levels, naming
from core.evaluation.analysis import slices
from core.evaluation.analysis.slices import FEW_MARK, SliceTable
from core.evaluation.catalogue import CATALOGUE
from core.evaluation.comparisons import PlannedComparison
from core.evaluation.scenarios import GATE, PRIMARY, SCENARIOS
from core.evaluation.verdict.outcome import NOT_MEASURED
from core.items import grades
from core.report import provenance
from core.report.charts import drawing
from core.report.charts.drawing import Bar, Limit
from core.report.figures import Figures
from core.report.final.blocks import Block, Chart, Column, Found, Heading, Rich, SideBySide, Table, Words
from core.report.final.facts import SHOWN, SUBJECT, Facts
from core.report.final.words import change, interval, letter, measured, source
from core.report.palette import colour
from core.store import queries
from core.store.items import StoredItem

MEASURES = ("cR@5", "cR@10", "RR", "nDCG@10", "Success@5")
_TITLE = CATALOGUE[PRIMARY].title
COMPARED = ("qwen3-vl", "kure-v1", "kure+siglip", "qwen3-vl+rerank")
"""Side by side in the samples, tuned D for D where it ranks by itself."""


def written(facts: Facts, conn: Connection) -> Iterator[Block]:
    """Write the chapter."""
    yield Heading(1, "3. 검색 정확도 결과")
    if not facts.gate.queries or not facts.gate.systems:
        yield Words("측정 안 됨: 정답이 있는 쿼리나 실행이 없습니다. 정답을 굳히고 `python -m core evaluate`를 실행해 주세요.", "note")
        return
    yield from _overall(facts)
    yield from _sliced(facts)
    yield from _by_kind(facts)
    yield from _compared(facts)
    yield from _samples(facts, conn)


def _overall(facts: Facts) -> Iterator[Block]:
    yield Heading(2, "3.1 전체 결과")
    runs, told = facts.main(facts.gate), facts.summaries[GATE]
    yield Table(("시스템", *(CATALOGUE[name].title for name in MEASURES)), [
        *((run.label, *(interval(told.intervals.get((name, run.system))) for name in MEASURES)) for run in runs),
        ("아무렇게나 늘어놓을 때", *(measured(levels.chance(name, facts.gate.queries)) for name in MEASURES))],
        small=True, widths=(2.7, *[1.8] * len(MEASURES)),
        note=f"괄호는 95 % 구간입니다. {source(facts.evaluation, runs)}. 상한 보정 R@k: {CATALOGUE['cR@5'].formula.replace('5', 'k')}. "
             "어느 지표나 가장 높은 값은 1입니다.")
    file = facts.decision.gate_file
    limits = [Limit(gate.threshold, f"Go {gate.threshold:g}" if gate.kind == "go" else f"No-Go {gate.threshold:g}")
              for gate in file.gates if gate.measure == PRIMARY and gate.source == "quality"]
    bars = [Bar(run.label, each.value, each.low, each.high, colour(run.system)) for run in runs
            for each in [told.intervals[PRIMARY, run.system]]]
    yield Chart("accuracy", drawing.forest(bars, axis=_TITLE, limits=limits), "판정 쿼리에서의 상한 보정 R@5",
                "점은 평균, 선은 95 % 구간입니다. 점선은 판정 기준이며 A에만 걸립니다.")
    yield from _unjudged(facts)
    others = [key for key in facts.evaluation.scenarios if key != GATE and facts.evaluation.scenarios[key].systems]
    systems = {run.system: run.label for key in others for run in facts.main(facts.evaluation.scenarios[key])}
    rows = [(systems[system], *(interval(facts.summaries[key].intervals.get((PRIMARY, system)))
                                if facts.evaluation.scenarios[key].has(system) else "–" for key in others))
            for system in sorted(systems, key=naming.order)]
    used = [run for key in others for run in facts.main(facts.evaluation.scenarios[key])]
    yield Table(("시스템", *(f"{key} (쿼리 {len(facts.evaluation.scenarios[key].queries)})" for key in others)), rows,
                title=f"시나리오마다의 {_TITLE}", small=True, widths=(2.7, *[1.7] * len(others)),
                note=" · ".join(f"{key} {SCENARIOS[key].title}" for key in others) + f". {source(facts.evaluation, used)}. "
                     "–는 그 시나리오에서 견주지 않는 시스템입니다.")


def _sliced(facts: Facts) -> Iterator[Block]:
    yield Heading(2, "3.2 과목별 결과")
    for facet in ("subject", "unit", "difficulty"):
        table = slices.of(facts.gate, facet, PRIMARY, resampling=facts.summaries[GATE].resampling)
        yield _slice_table(facts, table)


def _by_kind(facts: Facts) -> Iterator[Block]:
    yield Heading(2, "3.3 모달리티별 결과")
    table = slices.modality(facts.evaluation, measure=PRIMARY, resampling=facts.summaries[GATE].resampling)
    yield _slice_table(facts, table)
    runs = facts.main(facts.gate)
    bars = [Bar(f"{row.title} · {run.label.partition(' ')[0]}", cell.value, cell.low, cell.high, colour(run.system))
            for row in table.rows for run in runs for cell in [row.cells[table.systems.index(run.system)]]
            if run.system.removesuffix("@tuned") in COMPARED]
    yield Chart("modality", drawing.forest(bars, axis=_TITLE), "문항 종류마다의 상한 보정 R@5",
                "쿼리의 원본 문항이 그림, 수식, 글 가운데 무엇인지로 나누었습니다.")


def _slice_table(facts: Facts, table: SliceTable) -> Table:
    runs = facts.main(facts.gate)
    rows = [(row.title + (f" ({FEW_MARK})" if row.few else ""), str(row.queries),
             *(interval(row.cells[table.systems.index(run.system)], 2) for run in runs)) for row in table.rows]
    return Table((table.title, "쿼리", *(run.label.partition(" ")[0] for run in runs)), rows,
                 title=f"{table.title}: {CATALOGUE[table.measure].title}", small=True, widths=(2.6, 0.6, *[1.55] * len(runs)),
                 note=source(facts.evaluation, runs))


def _compared(facts: Facts) -> Iterator[Block]:
    yield Heading(2, "3.4 모델 간 비교")
    rows = []
    for each in facts.planned:
        pair, told = f"{letter(each.a)} − {letter(each.b)}", each.difference
        title = ("" if each.scenario.key == GATE else f"{each.scenario.key} ") + each.scenario.title
        if told is None:
            rows.append((title, pair, NOT_MEASURED, "–", "–", each.missing, "–", "–"))
        else:
            rows.append((title, pair, f"{change(told.value)} ({change(told.low)} – {change(told.high)})", f"{each.p_holm:.4f}",
                         f"{told.wins}/{told.ties}/{told.losses}", _meaning(each),
                         f"{each.more_queries:,}" if each.more_queries else "–", _runs(facts, each)))
    yield Table(("시나리오", "견준 것", "차이 (95 % 구간)", "보정 p", "이김/비김/짐", "뜻", "더 필요한 쿼리", "실행"), rows,
                align="llrrrlrr", small=True, title=f"실험 전에 정한 여섯 비교: {_TITLE}의 차이",
                widths=(2.3, 0.8, 2.3, 0.8, 1.1, 1.6, 1, 0.8),
                note="p는 여섯을 함께 보정했습니다(Holm). 이김, 비김, 짐은 쿼리의 수입니다. 더 필요한 쿼리는 차이가 지금만큼일 때 "
                     "80 % 확률로 가려낼 수입니다. 구간은 비교마다의 것이라 함께 보정하지 않았습니다. "
                     + " · ".join(filter(None, [source(facts.evaluation, []), provenance.trust(list(facts.runs.values()))])))
    bars = [Bar(f"{each.scenario.key if each.scenario.key != GATE else '판정'} {letter(each.a)} − {letter(each.b)}",
                told.value if told else None, told.low if told else None, told.high if told else None, colour(each.a),
                change(told.value) if told else "") for each in facts.planned for told in [each.difference]]
    yield Chart("differences", drawing.forest(bars, axis=f"{_TITLE} 차이", limits=[Limit(0.0, "같음")], low=None, high=None),
                "계획한 여섯 비교", "0보다 크면 앞의 시스템이 낫습니다. 선이 0에 걸치면 아직 가려지지 않은 것이고, 걸치지 않아도 "
                "보정 p가 0.05보다 작아야 뚜렷합니다.")


def _meaning(each: PlannedComparison) -> str:
    """Say how a comparison came out, in few words."""
    if not each.significant or each.difference is None:
        return "가려지지 않음"
    return f"{letter(each.a if each.difference.value > 0 else each.b)} 쪽이 뚜렷이 나음"


def _runs(facts: Facts, each: PlannedComparison) -> str:
    numbers = {run.system: run.run_id for run in facts.evaluation.scenarios[each.scenario.key].systems}
    return f"{numbers[each.a]}, {numbers[each.b]}"


def _unjudged(facts: Facts) -> Iterator[Block]:
    """Say how much of what the systems found nobody judged, and between which values that leaves them."""
    bounds, told = facts.summaries[GATE].bounds, facts.summaries[GATE].intervals
    runs = [run for run in facts.main(facts.gate) if (PRIMARY, run.system) in bounds]
    if facts.evaluation.truth.unlisted_zero_by or not runs:
        return
    yield Table(("시스템", "상위 10개 가운데 판정된 비율", "미판정이 모두 틀렸다면", "모두 맞았다면"), [
        (run.label, interval(told.get(("Judged@10", run.system))), *(measured(each) for each in bounds[PRIMARY, run.system]))
        for run in runs], title=f"아무도 판정하지 않은 문항이 {_TITLE}에 미치는 폭", small=True, widths=(2.7, 2.4, 2, 2),
        note="어느 시스템이든 상위 10개에 올린 미판정 문항을 모든 시스템에서 똑같이 등급 0, 또는 3으로 세었습니다. "
             + source(facts.evaluation, runs))


def _samples(facts: Facts, conn: Connection) -> Iterator[Block]:
    yield Heading(2, "3.5 검색 예시")
    if not facts.samples:
        yield Words("보여 줄 쿼리가 없습니다.", "soft")
        return
    yield Words("그림, 수식, 글 문항마다 A의 NDCG@10이 가운데인 쿼리를 하나씩 골랐습니다. 잘된 예를 고른 것이 아닙니다.", "soft")
    hashes = [sha for item in facts.items.values() for sha in item.image_hashes] + [
        query.query.image_hash for query in facts.samples if query.query.image_hash]
    figures = Figures(conn, hashes, width=360, height=200)
    runs = [run for run in facts.main(facts.gate) if run.system.removesuffix("@tuned") in COMPARED]
    for query in facts.samples:
        place = facts.gate.queries.index(query)
        columns = [Column(run.label, colour(run.system),
                          f"실행 {run.run_id} · NDCG@10 {measured(float(facts.gate.of(run.system, 'nDCG@10')[place]))}",
                          _found(facts, run.system, query.query_id, query.grades, figures)) for run in runs]
        value = float(facts.gate.of(SUBJECT, "nDCG@10")[place])
        yield SideBySide(f"쿼리 {query.query_id}", f"관련 문항 {query.relevant}개 · A의 NDCG@10 {measured(value)} · "
                         f"정답 {facts.evaluation.truth.title}", _asked(facts, query.query, figures), columns)


def _asked(facts: Facts, query: queries.QueryRevision, figures: Figures) -> Rich:
    if queries.is_item(query):
        item = facts.items.get(query.source_item_id or "")
        return _shown(item, figures)
    picture = figures.of([query.image_hash]) if query.image_hash else None
    return Rich(query.text or "(그림)", picture.data if picture else None)


def _found(facts: Facts, system: str, query_id: str, given: object, figures: Figures) -> Sequence[Found]:
    told = []
    for rank, item_id in enumerate(facts.gate.lists.get(system, {}).get(query_id, ())[:SHOWN], start=1):
        grade = given.get(item_id)  # type: ignore[attr-defined]
        zero = 0 if facts.evaluation.truth.unlisted_zero_by else None
        known = grade if grade is not None else zero
        told.append(Found(rank, item_id, grades.titled(known) if known is not None else "미판정",
                          (known or 0) >= facts.evaluation.truth.relevant_from, _shown(facts.items.get(item_id), figures)))
    return told


def _shown(item: StoredItem | None, figures: Figures) -> Rich:
    if item is None:
        return Rich("이 문항은 컬렉션에 더 없습니다.")
    picture = figures.of(item.image_hashes) if item.image_hashes else None
    return Rich(item.item.text, picture.data if picture else None)
