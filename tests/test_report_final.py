"""The final report: formulas as trees, words that stay words, one PDF for the same facts, every page marked, prose with its author."""

import hashlib
import re
from dataclasses import replace

import psycopg
import pytest

from core.errors import InputError, NotFoundError
from core.evaluation import levels
from core.report.charts import drawing
from core.report.final import facts as reading
from core.report.final import formulas, making, markdown, prose, typesetting, words
from core.report.final.blocks import (
    Bullets,
    Chart,
    Column,
    Document,
    Found,
    Heading,
    Rich,
    SideBySide,
    Table,
    Verdict,
    Words,
)
from core.store import measurements, reports
from core.store.reports import Prose
from tests.evaluation_data import evaluation
from tests.report_pages import faults, texts
from tests.scenario_bank import fill, judge
from tests.test_evaluation_evidence import CARD, measured

HOSTILE = ["#eval(\"1\")", "$ x $ #image(\"/etc/passwd\")", "](http://evil.example/a.png)", "<script>alert(1)</script>", "![a](http://a.b/c)",
           "`rm`", "\\#let x = 1", "[[wiki]]", "| bar | b |", "$<b>x</b>$", "@cite <label>",
           "*bold* _em_ ~~s~~", "가\u202e나\u200b다", "한\n줄"]


def a_document(**changed) -> Document:
    blocks = [Verdict("판정 불가", "까닭", "open"), Heading(1, "1. 요약"), Words("본문"), Bullets(["하나"]),
              Table(("가", "나"), [("1", "2")])]
    return Document(**{"title": "제목", "subtitle": "부제", "stamp": "발자국", "watermark": "", "blocks": blocks, "timestamp": 1} | changed)


def of(latex: str) -> dict:
    found = formulas.tree(latex)
    assert found is not None
    return found


def test_a_fraction_is_its_two_parts():
    assert of(r"\frac{1}{2}") == {"k": "frac", "c": [{"k": "number", "v": "1"}, {"k": "number", "v": "2"}]}


def test_a_root_names_its_index_first_and_a_power_stands_above():
    assert of(r"\sqrt[3]{x}") == {"k": "root", "c": [{"k": "number", "v": "3"}, {"k": "char", "v": "x"}]}
    assert of("x^2") == {"k": "attach", "c": [{"k": "char", "v": "x"}, None, {"k": "number", "v": "2"}], "limits": False}
    assert of("a_k") == {"k": "attach", "c": [{"k": "char", "v": "a"}, {"k": "char", "v": "k"}, None], "limits": False}


def test_a_segment_has_one_bar_over_both_letters():
    assert of(r"\overline{AB}") == {"k": "wide", "v": "overline",
                                    "c": [{"k": "row", "c": [{"k": "char", "v": "A"}, {"k": "char", "v": "B"}]}]}


def test_a_system_of_equations_opens_with_a_brace_that_nothing_closes():
    found = of(r"\begin{cases} x=1 \\ y=2 \end{cases}")
    assert (found["k"], found["v"], len(found["c"][0]["c"])) == ("fence", ["{", ""], 2)


def test_hangul_in_a_formula_is_words():
    assert of(r"\text{확률변수 }X")["c"][0] == {"k": "text", "v": "확률변수 "}


def test_what_cannot_be_set_has_no_tree():
    assert formulas.tree(r"\unknowncommand{x}") is None
    assert formulas.tree("x" * 5000) is None


@pytest.mark.parametrize("latex", [
    r"\frac{x^2+1}{\sqrt{x}}", r"\sqrt[3]{8}", r"\overline{AB}", r"\vec{a}\cdot\vec{b}",
    r"\begin{cases} x+1 & (x>0) \\ 2 & (x \le 0)\end{cases}",
    r"\left( \frac{1}{2} \right)^{n}", r"\sum_{k=1}^{n} a_k", r"\lim_{x\to 0} \sin x", r"{}_{n}C_{r}", r"|x-1|", r"\int_0^1 f(x)\,dx",
    r"\begin{pmatrix}1 & 2\\3 & 4\end{pmatrix}", r"\triangle ABC \sim \triangle DEF", r"\angle A = 60^{\circ}", r"\boxed{가}",
    r"\binom{n}{r}", r"\underbrace{a+a}_{n}", r"\overrightarrow{AB}", r"x'", r"0.\dot{3}", r"\widehat{AB}"])
def test_every_kind_of_formula_is_set(latex):
    assert formulas.tree(latex) is not None
    typesetting.as_pdf(a_document(blocks=[SideBySide("q", "", Rich(f"${latex}$"), ())]))


def test_hostile_words_come_out_as_words_in_both_forms():
    found = [Found(1, HOSTILE[1], HOSTILE[0], True, Rich("\n".join(HOSTILE)))]
    blocks = [Heading(2, HOSTILE[0]), *map(Words, HOSTILE), Bullets(HOSTILE), Table(HOSTILE, [HOSTILE], align="l" * len(HOSTILE)),
              Verdict(HOSTILE[0], HOSTILE[1], "bad"),
              SideBySide(HOSTILE[2], HOSTILE[3], Rich(HOSTILE[4]), [Column(HOSTILE[0], "#000000", "", found)])]
    document = a_document(title=HOSTILE[0], stamp=HOSTILE[1], blocks=blocks)
    words = " ".join(texts(typesetting.as_pdf(document)))
    assert '#eval("1")' in words and "<script>" in words and '#image("/etc/passwd")' in words
    text = markdown.as_markdown(document)
    for live in (r"<", r"\]\(http", r"#eval", r"\| bar", r"\[\[wiki", r"`rm"):
        assert not re.search(rf"(?<!\\){live}", text), live


def test_the_same_document_is_the_same_file():
    assert typesetting.as_pdf(a_document()) == typesetting.as_pdf(a_document())
    assert typesetting.as_pdf(a_document()) != typesetting.as_pdf(a_document(subtitle="다른 부제"))


def test_a_watermark_stands_on_every_page_and_at_the_texts_head():
    blocks = [Words(f"{number}째 문단") for number in range(200)]
    document = a_document(watermark=making.WATERMARK, blocks=blocks)
    found = texts(typesetting.as_pdf(document))
    assert len(found) > 2
    assert all(making.WATERMARK in page for page in found)
    assert making.WATERMARK in markdown.as_markdown(document).split("\n\n")[1]
    assert not any("축소 모델" in page for page in texts(typesetting.as_pdf(a_document(blocks=blocks))))


def test_items_longer_than_a_page_are_printed_whole():
    found = [Found(rank, f"m-{rank}", "3", True, Rich("긴 문항의 글 " * 1200 + f"끝{rank}")) for rank in (1, 2)]
    told = texts(typesetting.as_pdf(a_document(blocks=[SideBySide("q", "", Rich("쿼리"), [Column("A", "#000000", "", found)])])))
    # What runs over the paper's edge would still be in the file, on one page.
    assert [place for place, page in enumerate(told) if "끝1" in page] < [place for place, page in enumerate(told) if "끝2" in page]


def test_hangul_is_embedded_and_can_be_read_out_again():
    assert "똠방각하 쌍시옷 값" in texts(typesetting.as_pdf(a_document(blocks=[Words("똠방각하 쌍시옷 값")])))[0]


def test_a_chart_is_a_drawing_with_the_same_bytes_for_the_same_numbers():
    rows = [drawing.Bar("A", 0.5, 0.4, 0.6, "#3b53c8"), drawing.Bar("B", None, None, None, "#943300")]
    svg = drawing.forest(rows, axis="값", limits=[drawing.Limit(0.8, "Go")])
    assert svg == drawing.forest(rows, axis="값", limits=[drawing.Limit(0.8, "Go")])
    assert svg != drawing.forest([replace(rows[0], value=0.51), rows[1]], axis="값", limits=[drawing.Limit(0.8, "Go")])
    assert b"<image" not in svg and b"#3b53c8" in svg
    document = a_document(blocks=[Chart("one", svg, "그림")])
    assert markdown.files(document) == {"charts/one.svg": svg}
    assert "(charts/one.svg)" in markdown.as_markdown(document)


def test_a_report_is_stored_once_under_the_hash_of_its_file_and_stays(conn, collection):
    pdf = f"%PDF {collection.name}".encode()
    first = reports.add(conn, collection.id, pdf=pdf, markdown="글", body={"verdict": "go"}, watermarked=False, by="가")
    assert reports.add(conn, collection.id, pdf=pdf, markdown="다른 글", body={}, watermarked=True, by="나") == first
    assert first.sha256 == hashlib.sha256(pdf).hexdigest()
    assert [each.id for each in reports.listing(conn, collection.id)] == [first.id]
    with pytest.raises(psycopg.Error), conn.transaction():
        conn.execute("UPDATE reports SET markdown = 'x' WHERE id = %s", [first.id])
    with pytest.raises(NotFoundError):
        reports.get(conn, first.id + 10_000)


def test_the_last_word_on_a_section_counts_and_nobody_writes_unsigned(conn, collection):
    prose.write(conn, collection.id, section="strengths", body="처음\x00", draft_sha256="a", by="가")
    prose.write(conn, collection.id, section="strengths", body=" 나중 ", draft_sha256="b", by=" 나 ")
    told = reports.said(conn, collection.id)
    assert (told["strengths"].body, told["strengths"].by, told["strengths"].draft_sha256) == ("나중", "나", "b")
    for wrong in ({"by": " "}, {"section": "summary"}, {"body": "가" * (prose.LONGEST + 1)}):
        with pytest.raises(InputError):
            prose.write(conn, collection.id, **{"section": "strengths", "body": "글", "draft_sha256": "a", "by": "가"} | wrong)


@pytest.fixture
def made(database, conn, collection, monkeypatch):
    """Make a report of an evaluation with given traits; whatever other tests measured on this machine is not there."""
    monkeypatch.setattr(measurements, "listing", lambda conn, *kinds: [])

    def made(said=None, by="가", **traits):
        told = replace(evaluation(**traits), collection_id=collection.id, collection=collection.name)
        monkeypatch.setattr(reading.assembling, "load", lambda conn, name: told)
        return making.make(database, collection=collection.name, by=by, prose_said=said), told
    return made


@pytest.mark.slow
def test_the_same_evidence_gives_the_same_report_whoever_makes_it(made):
    first, _ = made()
    again, _ = made(by="나")
    assert (first.id, first.pdf, first.markdown) == (again.id, again.pdf, again.markdown)
    other, _ = made(seed=2)
    assert other.sha256 != first.sha256 and other.id != first.id


@pytest.mark.slow
def test_miniature_evidence_marks_every_page_and_real_evidence_none(made, conn):
    small, _ = made(miniature=True)
    assert reports.get(conn, small.id).watermarked
    assert small.body["verdict"] == "undetermined"
    assert all(making.WATERMARK in page for page in texts(small.pdf))
    real, _ = made(miniature=False)
    assert not any(making.WATERMARK in page for page in texts(real.pdf))
    assert faults(real.pdf) == []


@pytest.mark.slow
def test_the_report_has_the_plans_chapters_and_its_numbers_name_runs_and_truth(made):
    report, told = made()
    for chapter in ("1. Executive Summary", "2. 테스트 환경", "3. 검색 정확도 결과", "4. 시스템 성능 결과", "5. 상세 분석", "6. 권장사항",
                    "7. 부록", "1.1 Go/No-Go 결론", "3.2 과목별 결과", "3.3 모달리티별 결과", "4.3 VRAM Usage",
                    "6.1 Go 시 다음 단계", "6.2 No-Go 시 대안"):
        assert chapter in report.markdown
    assert told.truth.sha256 in report.markdown
    mean = told.scenarios["gate"].of("qwen3-vl", "cR@5").mean()
    assert f"{mean:.3f} (" in report.markdown
    assert "측정 안 됨" in report.markdown  # nothing of speed was measured
    assert {run.run_id for result in told.scenarios.values() for run in result.systems} == {each["run"] for each in report.body["runs"]}
    assert report.body["cautions"]
    for caution in report.body["cautions"]:
        assert caution.partition(".")[0] in "".join(texts(report.pdf)[0].split("\n")) and caution in report.markdown
    assert "파이프라인 복잡도 감소: D의 단계: 쿼리 인코딩" in report.markdown
    assert "1. Executive Summary" in texts(report.pdf)[0] and "2. 테스트 환경" not in texts(report.pdf)[0]


@pytest.mark.slow
def test_an_edited_section_is_signed_and_marked_once_its_facts_have_changed(made):
    _, told = made()
    fresh = Prose("strengths", "사람이 쓴 강점", "", "김교사", told.truth.version.created_at)
    stale, _ = made({"strengths": fresh})
    assert "사람이 쓴 강점" in stale.markdown and "쓴 사람: 김교사" in stale.markdown
    assert "이 글을 쓴 뒤 숫자가 바뀌었습니다" in stale.markdown


@pytest.mark.slow
def test_nobody_makes_a_report_without_a_name(made):
    with pytest.raises(InputError):
        made(by=" ")


def table(markdown_text: str, title: str) -> list[list[str]]:
    """Return the rows of the table under a title, without its head."""
    lines = markdown_text.partition(f"**{title}")[2].partition("\n\n")[2].partition("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


@pytest.mark.slow
def test_a_statistician_finds_what_each_number_rests_on(made):
    report, told = made(judged=0.7, unanswered=3)
    text = report.markdown
    planned = table(text, "실험 전에 정한 여섯 비교")
    gate = {run.system: run.run_id for run in told.scenarios["gate"].systems}
    assert planned[-1][1].startswith("A − D") and planned[-1][-1] == f"{gate['qwen3-vl']}, {gate['kure+siglip@tuned']}"
    assert len(planned) == 6 and all(row[-1] for row in planned)
    chance = levels.chance("cR@5", told.scenarios["gate"].queries)
    assert f"| 아무렇게나 늘어놓을 때 | {chance:.3f} |" in text
    unjudged = {row[0]: row for row in table(text, "아무도 판정하지 않은 문항이")}
    assert 0 < float(unjudged["A · Qwen3-VL"][1].partition(" ")[0]) < 1
    assert float(unjudged["A · Qwen3-VL"][2]) < float(unjudged["A · Qwen3-VL"][3])
    last = told.scenarios["gate"].systems[-1]
    assert f"답하지 못해 0으로 센 쿼리 {last.label.partition(' ')[0]} 3개" in text
    assert "보다 −" not in text and "보다 +" not in text, "lower by minus so much"
    rests = {row[0]: row for row in table(text, "판정 기준과 그 근거")}
    assert re.fullmatch(r"[\d.]+ % / [\d.]+ %", rests["Top-5 Recall"][3]) and rests["Top-5 Recall"][4].endswith("%")
    assert f"실행 {gate['qwen3-vl']}" in rests["Top-5 Recall"][5]
    where = {row[0]: row[2] for row in table(text, "실행**")}
    assert where[str(gate["qwen3-vl"])].startswith("판정") and len(where) == len(report.body["runs"])


@pytest.mark.slow
def test_a_report_on_one_system_alone_is_made_and_compares_with_nothing(made):
    report, told = made(systems=("qwen3-vl",), strengths={"qwen3-vl": 0.0})
    assert told.scenarios["gate"].has("qwen3-vl") and not told.scenarios["gate"].has("kure+siglip")
    assert "비교 시스템(D · KURE + SigLIP)의 실행이 없어 그보다 못한 쿼리는 가리지 못했습니다." in report.markdown
    assert "보다 못합니다" not in report.markdown and "None" not in report.markdown
    assert any(row[0] == "1" for row in table(report.markdown, "오류 사례")), "no case at all: nothing was tried"


@pytest.mark.slow
def test_a_measured_number_names_its_measurement_and_the_machine(made, monkeypatch):
    machine = {"cpu": "Ryzen 7", "cores": 16, "memory_bytes": 8_589_934_592, "budget_bytes": 7_500_000_000, "driver": "550.1",
               "system": "Linux-6.8", "python": "3.12.1", "versions": {"torch": "2.13.0"}}
    monkeypatch.setattr(measurements, "listing", lambda conn, *kinds: [measured("latency", number=71, environment=machine)])
    text = made()[0].markdown
    assert "측정 71 (P95 응답 시간)" in text.partition("## 2. 테스트 환경")[0]
    assert (f"| {CARD} | Ryzen 7, 16코어, 카드 메모리 8.6 GB, 쓸 수 있게 한 메모리 7.5 GB, 드라이버 550.1 | "
            "Linux-6.8, Python 3.12.1, torch 2.13.0 | 71 |") in text


def test_what_an_unknown_release_measured_keeps_its_name():
    assert words.letter("qwen3-vl") == "A" and words.letter("hidden-champion") == "hidden-champion"


@pytest.mark.slow
def test_where_the_truth_declares_zero_nothing_is_called_unjudged(made):
    report, _ = made(unlisted_zero_by="김교사")
    assert "아무도 판정하지 않은 문항이" not in report.markdown and "등급 0 (김교사 선언)" in report.markdown


@pytest.mark.slow
def test_who_judged_and_how_far_they_agree_stands_in_the_report_and_makes_it_old(made, conn, database, collection):
    fill(conn, collection)
    first, _ = made()
    assert "블라인드로 판정한 사람이 없습니다" in first.markdown
    grades = {query: {f"m-{number:03d}": number % 4 for number in range(1, 13)} for query in ("text", "both", "image", "item", "written")}
    judge(conn, collection, grades, rater="김교사")
    judge(conn, collection, {query: {item: min(3, grade + (item == "m-004")) for item, grade in given.items()}
                             for query, given in grades.items()}, rater="이교사")
    second, _ = made()
    assert "2명 (김교사 " in second.markdown and "이교사 " in second.markdown
    assert re.search(r"크리펜도르프 알파 0\.\d\d \(0\.\d\d–[01]\.\d\d\), 여럿이 판정한 \d+쌍", second.markdown)
    assert second.sha256 != first.sha256 and second.body["fingerprint"] != first.body["fingerprint"]


def test_a_value_of_few_calls_is_told_with_the_one_end_that_is_known():
    assert words.spread(98.9, 64.0, None) == "98.9 (≥ 64.0)"
    assert words.spread(98.9, 64.0, 120.0) == "98.9 (64.0–120.0)"
    assert words.spread(98.9, None, None) == "98.9" and words.spread(None, 1.0, 2.0) == "측정 안 됨"


def test_only_the_products_own_commands_are_code():
    assert markdown.said("먼저 `python -m core bench latency --system A@nf4`로") == "먼저 `python -m core bench latency --system A@nf4`로"
    for told in ("`rm -rf`", "`python -m core x`; `rm`", "``python -m core x``", "`python -m core <img>`", "`python -m core x\ny`"):
        assert "`rm" not in markdown.said(told).replace("\\`", "") and "<" not in markdown.said(told).replace("\\<", "")
        assert "\n" not in markdown.said(told)
