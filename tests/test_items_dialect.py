"""The dialect: what item_bank text looks like after it, that KaTeX takes it, and that no Hangul letter is lost."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.items.dialect import commands, display, for_display, for_embedding, visible
from core.items.dialect.marks import hangul

# (source, shown, embedded); None: the same as shown
CASES = [
    # a figure's mark is no text
    ("다음 그림[이미지]에서", "다음 그림에서", None),
    ("[ 이미지 ] $a$[이미지]$b$", "$ab$", None),
    # formulas side by side
    ("$△$$ADB$에서", "$△ADB$에서", None),
    (r"$\angle$$A$와 $\overline{AB}$$=$$3$", r"$\angle A$와 $\overline{AB}=3$", None),
    ("$$x=3$$과 $y$", "$$x=3$$과 $y$", "$x=3$과 $y$"),
    # commands glued to what follows
    (r"$x \leqa$", r"$x \leq a$", None),
    (r"$\anglex$", r"$\angle x$", None),
    (r"$6\divab$", r"$6\div ab$", None),
    (r"$2\timesh$", r"$2\times h$", None),
    (r"$\thereforex=3$", r"$\therefore x=3$", None),
    (r"$\overlineAB$", r"$\overline{AB}$", None),
    (r"$\sin x$", r"$\sin x$", None),
    # thin spaces
    ("$13 ` m$", r"$13\,m$", "$13 m$"),
    ("$6 ~cm$", r"$6\,cm$", "$6 cm$"),
    # braces without meaning, without partner, across pieces
    ("${{6x}^{4}}{{y}^{2}}$", "$6x^4y^2$", None),
    ("$({{- 2x}^{2}}{{y}^{3}}{{)}^{2}}$", "$(- 2x^2y^3)^2$", None),
    ("$({{- 2x}^{2}$$}{{y}^{3}}{{)}^{2}}$", "$(- 2x^2y^3)^2$", None),
    ("$x}+1$", "$x+1$", None),
    (r"$\frac{1}{2 + x$", r"$\frac{1}{2 + x}$", None),
    (r"${\rm AB}$", r"${\rm AB}$", None),
    # the commands the bank uses
    (r"$\cfrac{5}{8}$", r"$\cfrac{5}{8}$", None),
    (r"$0.\dot{3}\dot 5$", r"$0.\dot{3}\dot{5}$", None),
    (r"$\lbrace 1, 2 \rbrace$", r"$\lbrace 1, 2 \rbrace$", None),
    (r"$\left( \frac12 \right)$", r"$\left(\frac{1}{2}\right)$", None),
    (r"$\left{ 3 \right}$", r"$\left\{3\right\}$", None),
    (r"$\left( 3$", "$( 3$", None),
    (r"$\boxed{㉠}$", r"$\boxed{㉠}$", None),
    ("□ABCD에서 ∠A=90°, x≤3 ∴ ㄱ, ㄴ", "□ABCD에서 ∠A=90°, x≤3 ∴ ㄱ, ㄴ", None),
    ("$∠A=90°$, $ㄱ$", r"$∠A=90°$, ㄱ", None),
    # environments, in and out of dollar signs
    (
        r"\begin{cases}x+y=3\\2x-y=1\end{cases}을 풀어라",
        r"$$\begin{cases} x+y=3 \\ 2x-y=1 \end{cases}$$을 풀어라",
        r"$\begin{cases} x+y=3 \\ 2x-y=1 \end{cases}$을 풀어라",
    ),
    (
        r"$\begin{array}{l}\text{다음 중 } x \text{의 값은?}\\ \text{① } 3 \quad \text{② } \frac{1}{2}\end{array}$",
        "다음 중 $x$ 의 값은?\n① $3$ ② $\\frac{1}{2}$",
        None,
    ),
    (r"$$\begin{align}x&=3\end{align}$$", r"$$\begin{aligned} x & =3 \end{aligned}$$", r"$\begin{aligned} x & =3 \end{aligned}$"),
    # other delimiters
    (r"\(x\)와 \[y=3\]의 값", "$x$와 $$y=3$$의 값", "$x$와 $y=3$의 값"),
    # formulas that lost their dollar signs
    (r"{ { \cfrac {  5  } {  8  } } }", r"$\cfrac{5}{8}$", None),
    ("{  1  1  }\n송이", "$11$\n송이", None),
    (r"다음 값은 \frac{1}{2} 이고 find the \sqrt{2} value.", r"다음 값은 $\frac{1}{2}$ 이고 find the $\sqrt{2}$ value.", None),
    ("해설 참조", "해설 참조", None),
    ("집합 {1, 2, 3}", "집합 {1, 2, 3}", None),
    # comments go, percentages stay
    ("값을 구하시오. % 3", "값을 구하시오.", None),
    ("값을 구하시오.\n% 정답: ③", "값을 구하시오.", None),
    ("$x=3$ %% 해설: 대입한다", "$x=3$", None),
    ("값은? %answer: 3\n단, $x>0$", "값은?\n단, $x>0$", None),
    ("농도가 5%인 소금물 $20%$와 몇 % 인지", r"농도가 5%인 소금물 $20\%$와 몇 % 인지", None),
    ("30 % 답안지", "30 % 답안지", None),
    # prose inside formulas comes out, words of a formula stay in
    ("$45 송이$", "$45$ 송이", None),
    ("$x는 자연수$", "$x$는 자연수", None),
    (r"$\frac{거리}{시간}$", r"$\frac{\text{거리}}{\text{시간}}$", r"$\frac{거리}{시간}$"),
    (r"$(가로)\times(세로)$", r"$(\text{가로})\times(\text{세로})$", r"$(가로)\times(세로)$"),
    # dollar signs that are none
    ("값은 5$이고 $x$의", r"값은 5\$이고 $x$의", "값은 5$이고 $x$의"),
    ("It costs $5 and $10 more.", r"It costs \$5 and \$10 more.", "It costs $5 and $10 more."),
    (r"\$5", r"\$5", "$5"),
    # blanks to be filled in, stray marks, a second script
    ("$x=____$", r"$x=\_\_\_\_$", None),
    ("$x^2^3$", "$x^2{}^3$", None),
    ("$x'^2$", "$x'^2$", None),
    # code points
    ("\ufeff값\u200b은\xa0$x$", "값은 $x$", None),
    ("\u1112\u1161\u11ab글", "한글", None),
    ("", "", None),
]


@pytest.mark.parametrize(("source", "shown", "embedded"), CASES)
def test_case(source: str, shown: str, embedded: str | None) -> None:
    assert for_display(source) == shown
    assert for_embedding(source) == (shown if embedded is None else embedded)
    assert display(source).unparsed == 0


@pytest.mark.parametrize(
    "source", [r"$\foo{가나}$은", r"$\href{http://x}{가}$", r"$\begin{tikzpicture}가\end{tikzpicture}$", r"$\label{가}$"]
)
def test_what_cannot_be_read_is_shown_raw_in_its_place_and_counted(source: str) -> None:
    found = display(f"앞 {source} 뒤")
    assert found.unparsed == 1
    assert [segment.kind for segment in found.segments] == ["text", "raw", "text"]
    assert found.segments[1].text == source.split("$")[1]
    assert source.split("$")[1] in for_embedding(source)


def test_percent_comment_inside_prose_is_cut_before_the_models_see_the_answer() -> None:
    assert "③" not in for_embedding("옳은 것은? % 정답: ③")


def test_displaying_what_was_made_for_display_changes_nothing() -> None:
    for source, *_ in CASES:
        assert for_display(for_display(source)) == for_display(source)


def test_deep_and_long_formulas_are_raw_not_an_error() -> None:
    for source in ("$" + "{" * 3000 + "가" + "}" * 3000 + "$", "$" + "x^{" * 200 + "$", "$" + "x" * 20_000 + "$"):
        assert display(source).unparsed == 1
        assert hangul(for_embedding(source)) == hangul(source)


WORDS = [
    "가나 다", "한", "일 때 ", "ㄱ", "각", "\u1112\u1161", "다음 중", "정답: 3", "[이미지]", "% 정답: 셋\n",
    "①", "∠", "°", "△", "≤", "中", "😀", "\u0307", "\ud800",
]  # fmt: skip
MARKUP = [
    "$", "$", "$$", "{", "}", "{", "}", "(", ")", "[", "]", "^", "_", "'", "&", "%", "#", "`", "~", "|", "/", "<", "!", ".", ",",
    " ", "  ", "\n", "\n\n", "\\", r"\\", r"\(", r"\)", r"\[", r"\]", r"\ ", r"\,", r"\{", r"\}", "1", "2", "x", "y", "=", "+", "-",
    r"\frac", r"\cfrac", r"\sqrt", r"\left", r"\right", r"\leqa", r"\angle", r"\overlineAB", r"\dot", r"\text{", r"\mathrm{", r"\rm",
    r"\over", r"\choose", r"\begin{array}{l}", r"\end{array}", r"\begin{cases}", r"\end{cases}", r"\hline", r"\limits", r"\sum",
    r"\middle", r"\bigl", r"\label", r"\hspace", r"\textcolor", r"\href", r"\foo", r"\substack", r"\operatorname*", r"\$",
]  # fmt: skip
TEXTS = st.one_of(
    st.lists(st.sampled_from(WORDS + MARKUP), max_size=30).map("".join),
    st.lists(st.sampled_from(WORDS + MARKUP), max_size=12).map(lambda parts: f"${''.join(parts)}$"),
    st.text(alphabet=st.one_of(st.characters(), st.sampled_from("$\\{}%가힣")), max_size=60),
)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_never_raises_and_never_loses_or_reorders_hangul(text: str) -> None:
    expected = hangul(visible(text))
    assert hangul(for_display(text)) == expected
    assert hangul(for_embedding(text)) == expected
    for_embedding(text).encode()


def test_visible_keeps_hangul_outside_marks_and_comments() -> None:
    assert visible("가[이미지]나\n% 정답: 다\n라 5%마") == "가나\n\n라 5%마"


@settings(max_examples=200, deadline=None)
@given(TEXTS)
@example("$\\text{\n$")
def test_no_formula_holds_a_dollar_sign_or_a_line_break(text: str) -> None:
    for segment in display(text).segments:
        if segment.kind in ("inline", "display"):
            assert "$" not in segment.text
            assert "\n" not in segment.text


def _katex() -> tuple[str, Path]:
    import streamlit
    from playwright._impl._driver import compute_driver_executable

    node = compute_driver_executable()[0]
    (bundle,) = (Path(streamlit.__file__).parent / "static" / "static" / "js").glob("katex.*.js")
    return str(node), bundle


def _errors(formulas: list[tuple[str, bool]], folder: Path) -> list[str]:
    """Return what Streamlit's own KaTeX says against the formulas."""
    node, bundle = _katex()
    (folder / "formulas.json").write_text(json.dumps(formulas))
    script = folder / "check.mjs"
    script.write_text(
        f"""
        import katex from {json.dumps(bundle.as_uri())};
        import fs from 'fs';
        console.warn = () => {{}};
        const wrong = [];
        for (const [tex, displayMode] of JSON.parse(fs.readFileSync({json.dumps(str(folder / "formulas.json"))}, 'utf8')))
            try {{ katex.renderToString(tex, {{ throwOnError: true, strict: 'ignore', displayMode }}) }}
            catch (error) {{ wrong.push(tex + ' => ' + error.message) }}
        fs.writeFileSync({json.dumps(str(folder / "wrong.json"))}, JSON.stringify(wrong));
        """
    )
    subprocess.run([node, str(script)], check=True, capture_output=True, timeout=120)
    return json.loads((folder / "wrong.json").read_text())


def _formulas(text: str) -> list[tuple[str, bool]]:
    return [(s.text, s.kind == "display") for s in display(text).segments if s.kind in ("inline", "display")]


def test_the_checker_finds_a_wrong_formula(tmp_path: Path) -> None:
    assert len(_errors([(r"\leqa", False), ("x^2", False)], tmp_path)) == 1


def test_katex_renders_whatever_is_called_a_formula(tmp_path: Path) -> None:
    random = Random(7)
    names = sorted(commands.SYMBOLS)
    texts = [source for source, *_ in CASES] + [rf"$x \{name} y$" for name in names]
    texts += [rf"$\{name}{{x}}{'{y}' * (count - 1)}$" for name, count in commands.ARGUMENTS.items()]
    for _ in range(4000):
        parts = random.choices(WORDS + MARKUP + [f"\\{random.choice(names)}"], k=random.randint(1, 12))
        texts.append(f"${''.join(parts).replace('$', '')}$" if random.random() < 0.7 else "".join(parts))
    formulas = [formula for text in texts for formula in _formulas(text)]
    assert len(formulas) > 2000
    assert _errors(formulas, tmp_path) == []
