"""Circular labels: grades that the judged system had a hand in cannot prove it good.

A ground truth proves something about a system where people gave the grades, and where what they were shown came from several
independent sides: at least ``floors.families`` encoder families, and chance. A family, or chance, counts where it proposed for at
least ``floors.family_queries`` of the queries; one pair of it among thousands is no witness. And of the relevant pairs at most
``floors.relevant_alone`` may have come from the judged system's own family alone: what only it found counts for it and against
the others, which had no chance to have their own finds judged.

Where people judged every item of the corpus for every query nothing was selected, and only the first rule is left; but a file that
grades everything is no such thing: only pairs that came out of a pool count.

A file may say that people gave its grades. Where the desk did not ask for more than ``floors.relevant_alone`` of the relevant pairs,
nobody knows who saw what when they were graded, and they may as well be the judged system's own top hits.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from functools import cache

from core.evaluation.results import ScenarioResult
from core.evaluation.verdict.gates import GateFile
from core.evaluation.verdict.wording import percent
from core.labels import origins
from core.labels.pooling import proposing, provenance
from core.labels.versions.truth import Truth
from core.search import variants
from core.store.truths import FrozenRow

BY_PEOPLE = ("human", "carried", "mirrored")
"""Copied and mirrored grades are people's own, given to the same words or the other way round (``versions.carrying``,
``versions.mirroring``); a machine's grade keeps its origin when it is copied."""
_NO_POOL = {"imported", "staff", "constructed"}
_ENCODERS = ("qwen", "kure", "siglip", "keyword")
_KIN = {"kovre": "qwen", "qwen3-embedding-0.6b": "qwen", "bge-m3": "kure", "siglip2-base": "siglip"}
"""Candidate models by what they were tuned from or what made them: they are no further witnesses."""


@dataclass(frozen=True, slots=True)
class Circularity:
    """What the grades of the queries that count rest on."""

    machine: dict[str, int]
    """Pairs whose grade nobody gave, by origin."""
    families: dict[str, int]
    """Queries that each encoder family proposed for."""
    random: int
    """Queries that chance proposed for."""
    relevant: int
    relevant_alone: int
    """Relevant pairs that only the judged system's family proposed."""
    relevant_unasked: int
    """Relevant pairs with a grade that was not asked for on the labelling desk."""
    exhaustive: bool
    """Whether every item was judged for every query, each out of a pool."""
    problems: tuple[str, ...]
    """Korean sentences: what is circular, and what to do; empty where nothing is."""


def of(truth: Truth, gate_set: ScenarioResult, file: GateFile, *, unasked: Set[tuple[str, str]] = frozenset()) -> Circularity:
    """Look at the rows of the queries that count in the gate set.

    Args:
        unasked: pairs (query id, item id) with a grade that was not asked for on the labelling desk.
    """
    asked = {query.query_id for query in gate_set.queries}
    rows = [row for row in truth.rows if row.query_id in asked]
    outside = Counter(row.query_id for row in rows if set(row.proposers) <= _NO_POOL)
    exhaustive = bool(asked) and all(len(query.grades) - outside[query.query_id] >= query.candidates for query in gate_set.queries)
    queries = _queries_by_family(rows)
    own = set(_families((variants.find(file.subject.system).name,)))
    relevant = [row for row in rows if row.grade >= truth.relevant_from]
    proposed = [_families(row.proposers) for row in relevant]
    machine = Counter(row.origin for row in rows if row.origin not in BY_PEOPLE)
    found = Circularity(
        dict(machine), {family: len(queries[family]) for family in _ENCODERS}, len(queries[proposing.RANDOM]), len(relevant),
        sum(bool(each) and each <= own for each in proposed),
        sum((row.query_id, row.item_id) in unasked for row in relevant), exhaustive, ())
    return replace(found, problems=tuple(_problems(found, len(asked), file)))


def _problems(found: Circularity, queries: int, file: GateFile) -> Iterable[str]:
    floors = file.floors
    if found.machine:
        told = origins.counted(found.machine)
        yield f"순환 근거: 사람이 매기지 않은 등급이 있습니다({told}쌍). 그 쌍을 사람이 판정한 뒤 새 버전으로 굳혀 주세요."
    if found.relevant_unasked > floors.relevant_alone * found.relevant:
        told = f"{found.relevant_unasked:,}쌍({percent(found.relevant_unasked / found.relevant)})"
        yield (f"순환 근거: 정답 {found.relevant:,}쌍 가운데 {told}의 등급은 라벨링 화면에서 물은 것이 아니라 파일로 "
               "가져왔거나 따로 적은 것입니다. "
               "누가 무엇을 보고 매겼는지 알 수 없습니다. 그 쌍을 라벨링 화면에서 판정한 뒤 새 버전으로 굳혀 주세요.")
    if found.exhaustive or not queries:
        return
    needed = floors.family_queries * queries
    there = [family for family in _ENCODERS if found.families[family] and found.families[family] >= needed]
    if len(there) < floors.families:
        told = ", ".join(provenance.FAMILIES[family] for family in there) or "없음"
        yield (f"순환 근거: 쿼리 {percent(floors.family_queries)} 이상에 후보를 낸 독립된 인코더 계열이 {len(there)}개뿐입니다({told}). "
               f"{floors.families}개 이상이 후보를 내도록 다시 모아 판정해 주세요.")
    if not found.random or found.random < needed:
        yield (f"순환 근거: 무작위로 뽑은 후보가 판정에 충분히 들어 있지 않습니다(쿼리 {queries:,}개 중 {found.random:,}개). "
               "무작위 후보를 넣어 다시 모아 판정해 주세요.")
    if found.relevant and found.relevant_alone > floors.relevant_alone * found.relevant:
        told = f"{found.relevant_alone:,}쌍({percent(found.relevant_alone / found.relevant)})"
        yield (f"순환 근거: 정답 {found.relevant:,}쌍 가운데 {told}을 판정받는 시스템의 계열만 후보로 냈습니다. "
               "다른 시스템의 후보도 판정해 주세요.")


def _queries_by_family(rows: Iterable[FrozenRow]) -> defaultdict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        for family in _families(row.proposers):
            found[family].add(row.query_id)
    return found


@cache
def _families(proposers: tuple[str, ...]) -> frozenset[str]:
    """Return the families behind a pair; names this release does not know are nobody's witness."""
    named = {family for name in proposers for family in provenance.families(name)}
    return frozenset(_KIN.get(family.partition("@")[0], family) for family in named
                     if family in provenance.FAMILIES or family.partition("@")[0] in _KIN)
