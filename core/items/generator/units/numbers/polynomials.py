"""단항식과 다항식의 계산: a sum taken by mistake for a difference, and the area of a notched rectangle."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import TYPE_CHECKING

from core.items.generator.family import Facts, Family
from core.items.generator.korean import said
from core.items.generator.latex_terms import monomial, polynomial

if TYPE_CHECKING:
    from core.items.generator.canvas import Canvas

_UNIT = "수와 식"
_CONCEPT = "단항식과 다항식의 계산"
_SHAPES: tuple[tuple[Mapping[str, int], ...], ...] = (
    ({"x": 1}, {"y": 1}, {}),
    ({"a": 1}, {"b": 1}, {}),
    ({"x": 2}, {"x": 1}, {}),
    ({"a": 2}, {"a": 1}, {}),
)


def _write(coefficients: tuple[int, ...], shape: tuple[Mapping[str, int], ...]) -> str:
    return polynomial(*zip(coefficients, shape, strict=True))


def _draw_mistake(rng: Random) -> Facts:
    shape = rng.choice(_SHAPES)
    nonzero = [value for value in range(-6, 7) if value]
    taken = tuple(rng.choice(nonzero) for _ in shape)
    while True:
        original = tuple(rng.choice(nonzero) for _ in shape)
        added = tuple(one + two for one, two in zip(original, taken, strict=True))
        right = tuple(one - two for one, two in zip(original, taken, strict=True))
        if all(added) and all(right):
            break
    return {
        "shape": shape,
        "taken_terms": taken,
        "added_terms": added,
        "right_terms": right,
        "taken": said(_write(taken, shape)),
        "added": said(_write(added, shape)),
        "original": _write(original, shape),
        "answer": f"${_write(right, shape)}$",
    }


def _check_mistake(facts: Facts) -> None:
    from sympy import expand, symbols

    names = {name: symbols(name) for powers in facts["shape"] for name in powers}

    def built(coefficients: tuple[int, ...]) -> object:
        total = 0
        for coefficient, powers in zip(coefficients, facts["shape"], strict=True):
            term = coefficient
            for name, exponent in powers.items():
                term = term * names[name] ** exponent
            total = total + term
        return total

    right = built(facts["added_terms"]) - 2 * built(facts["taken_terms"])
    assert expand(right - built(facts["right_terms"])) == 0
    assert facts["answer"] == f"${_write(facts['right_terms'], facts['shape'])}$"


_MISTAKE = Family(
    key="numbers.polynomials.mistaken_sum",
    unit=_UNIT,
    concept=_CONCEPT,
    curriculum_code="9수02-07",
    cognitive_level="추론",
    item_type="서술형",
    difficulties=("상중",),
    draw=_draw_mistake,
    wordings=(
        "어떤 다항식에서 ${taken}${taken.eul} 빼야 할 것을 잘못하여 더하였더니 ${added}${added.i} 되었다. 바르게 계산한 식을 구하고, 그 과정을 "
        "서술하시오.",
        "태오는 뺄셈 기호를 덧셈 기호로 잘못 보아 처음 식에 ${taken}${taken.eul} 더한 결과로 ${added}${added.eul} 적었다. 태오가 원래 얻었어야 하는 "
        "답을 풀이와 함께 쓰시오.",
        "다항식 $P$에 대하여 $P-({taken})${taken.eul} 계산하는 문제에서 한 학생이 $P+({taken})${taken.eul} 계산하여 ${added}${added.eul} 얻었다. 먼저 $P$를 "
        "찾은 다음 올바른 결과를 구하는 과정을 자세히 밝혀라.",
        "잘못 계산한 식이 ${added}${added.ida}. 실수한 까닭은 ${taken}${taken.eul} 빼지 않고 더했기 때문이다. 옳은 답을 구하는 풀이 과정을 쓰시오.",
        "$A$에서 $B={taken}${taken.eul} 빼려다가 그만 더해 버렸더니 ${added}${added.i} 나왔다. $A$와 옳은 계산 결과를 차례로 구하여 서술하여라.",
        "두 다항식의 차를 구하는 과제에서 합을 구해 ${added}${added.ira}고 제출하였다. 빼는 식이 ${taken}$이었다면 다시 제출해야 할 식은 "
        "무엇인지 설명하시오.",
        "빼야 하는 식 ${taken}${taken.eul} 실수로 더하여 나온 값이 ${added}$일 때, 바른 값을 구하는 방법을 단계별로 적으시오.",
        "칠판에 적힌 다항식에 ${taken}${taken.eul} 더하면 ${added}${added.ida}. 그런데 문제는 같은 식을 빼라는 것이었다. 바른 답과 풀이를 써라.",
        "연산 기호를 혼동한 민준이의 답은 ${added}$이었다. 어떤 식에서 ${taken}${taken.eul} 뺀 올바른 답을 논리적으로 구해 보시오.",
        "다항식 하나가 지워져 있다. 여기에 ${taken}${taken.eul} 더하면 ${added}${added.i} 된다고 할 때, 지워진 다항식에서 ${taken}${taken.eul} 뺀 식을 구하는 "
        "과정을 나타내어라.",
        "덧셈으로 잘못 푼 결과 ${added}${added.euro}부터 원래의 식을 되찾아, ${taken}${taken.eul} 뺀 바른 결과를 얻는 풀이를 완성하시오.",
        "$X+({taken})={added}${added.eul} 만족하는 다항식 $X$가 있다. $X$에서 괄호 안의 식을 뺀 결과를 풀이 과정과 함께 구하여라.",
        "어떤 식을 $F$라 하자. $F$에서 ${taken}${taken.eul} 빼는 대신 더한 사람이 ${added}${added.eul} 답으로 말했다. 정답은 무엇이며 왜 그런지 "
        "서술하시오.",
        "공책에 ${added}${added.ira}는 오답이 남아 있다. ${taken}${taken.eul} 빼라는 지시를 더하라는 것으로 읽은 탓이다. 오답을 바로잡아 정답을 "
        "쓰고 근거를 밝히시오.",
    ),
    queries=(
        "어떤 다항식에서 빼야 할 것을 잘못하여 더한 문제",
        "잘못 계산한 결과로부터 바르게 계산한 식 구하기",
        "덧셈과 뺄셈을 혼동한 다항식 계산 서술형",
        "실수로 더한 식을 이용해 처음 다항식을 찾는 문항",
        "다항식의 덧셈과 뺄셈에서 오답을 바로잡는 문제",
        "어떤 식을 구한 다음 올바른 답을 서술하기",
        "동류항을 정리하여 처음 식을 되찾는 유형",
        "기호를 잘못 보고 계산한 다항식 문제",
        "다항식의 차를 구하는 상중 난이도 서술형",
    ),
    solution=(
        "어떤 다항식을 $A$라 하면 $A+({taken})={added}$이므로 $A={added}-({taken})={original}$이다. "
        "따라서 바르게 계산하면 ${original}-({taken})$이고, 정리하면 {answer}이다."
    ),
    check=_check_mistake,
)


def _draw_area(rng: Random) -> Facts:
    one, two = rng.choice((("x", "y"), ("a", "b"), ("p", "q")))
    height = rng.randint(4, 6)
    width_one, width_two = rng.randint(1, 4), rng.randint(3, 5)
    cut_height, cut_width = rng.randint(2, height - 2), rng.randint(2, width_two - 1)
    square, mixed = height * width_one, height * width_two - cut_height * cut_width
    return {
        "one": said(one),
        "two": two,
        "sizes": (height, width_one, width_two, cut_height, cut_width),
        "height": monomial(height, {one: 1}),
        "width": polynomial((width_one, {one: 1}), (width_two, {two: 1})),
        "cut_height": monomial(cut_height, {one: 1}),
        "cut_width": said(monomial(cut_width, {two: 1})),
        "whole": polynomial((square, {one: 2}), (height * width_two, {one: 1, two: 1})),
        "cut": monomial(cut_height * cut_width, {one: 1, two: 1}),
        "answer": f"${polynomial((square, {one: 2}), (mixed, {one: 1, two: 1}))}$",
    }


def _corners(facts: Facts, one: object, two: object) -> list[tuple[object, object]]:
    height, width_one, width_two, cut_height, cut_width = facts["sizes"]
    right, top = width_one * one + width_two * two, height * one
    inner_x, inner_y = right - cut_width * two, top - cut_height * one
    return [(0, 0), (right, 0), (right, inner_y), (inner_x, inner_y), (inner_x, top), (0, top)]


def _check_area(facts: Facts) -> None:
    from sympy import Poly, Rational, symbols

    one, two = symbols("one two")
    corners = _corners(facts, one, two)
    following = corners[1:] + corners[:1]
    twice = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(corners, following, strict=True))
    area = Poly(twice * Rational(1, 2), one, two)
    terms = [(int(area.coeff_monomial(one**2)), {facts["one"]: 2}),
             (int(area.coeff_monomial(one * two)), {facts["one"]: 1, facts["two"]: 1})]
    assert len(area.terms()) == 2
    assert facts["answer"] == f"${polynomial(*terms)}$"


def _figure_area(canvas: Canvas, facts: Facts) -> None:
    corners = _corners(facts, 1.0, 1.15)
    right, top = corners[1][0], corners[5][1]
    inner_x, inner_y = corners[3]
    canvas.polygon(corners, shade=True)
    canvas.segment((inner_x, top), (right, top), dashed=True, width=0.9)
    canvas.segment((right, inner_y), (right, top), dashed=True, width=0.9)
    canvas.text((0, top / 2), f"${facts['height']}$", offset=(-6, 0), align="right")
    canvas.text((right / 2, 0), f"${facts['width']}$", offset=(0, -11))
    canvas.text(((inner_x + right) / 2, inner_y), f"${facts['cut_width']}$", offset=(0, 10))
    canvas.text((inner_x, (inner_y + top) / 2), f"${facts['cut_height']}$", offset=(5, 0), align="left")


_AREA = Family(
    key="numbers.polynomials.notched_area",
    unit=_UNIT,
    concept=_CONCEPT,
    curriculum_code="9수02-08",
    cognitive_level="계산",
    item_type="단답형",
    difficulties=("중",),
    draw=_draw_area,
    wordings=(
        "오른쪽 그림과 같이 큰 직사각형에서 한 귀퉁이의 작은 직사각형을 잘라 내었다. 색칠한 부분의 넓이를 ${one}$, ${two}$에 대한 "
        "식으로 간단히 나타내시오.",
        "가로의 길이가 ${width}$, 세로의 길이가 ${height}$인 직사각형 모양의 밭 한쪽 모퉁이에 창고를 지었다. 그림에서 창고가 차지하지 "
        "않은 땅은 얼마나 넓은지 다항식으로 쓰시오.",
        "은호는 색종이의 오른쪽 위를 가로 ${cut_width}$, 세로 ${cut_height}$만큼 오려 그림과 같은 ㄴ자 모양의 조각을 남겼다. 남은 "
        "조각의 넓이를 전개하여 정리하면?",
        "그림은 모든 변이 수직으로 만나는 육각형이다. 이 도형의 넓이를 ${one}${one.gwa} ${two}$를 사용하여 나타내어라.",
        "다음 도형의 넓이를 구하여라. 변의 길이는 그림에 적힌 단항식과 다항식으로 주어져 있다.",
        "큰 직사각형의 넓이에서 빈 직사각형의 넓이를 빼어, 그림의 어두운 부분의 넓이를 동류항끼리 모아 나타내시오.",
        "세로 ${height}$, 가로 ${width}$인 벽의 모서리에 창문이 달려 있다. 창문을 뺀 벽면을 칠하려 할 때, 칠할 넓이를 식으로 나타내면?",
        "평면도가 그림과 같은 거실의 바닥 넓이를 구하시오. 길이는 ${one}$, ${two}$를 써서 표시하였다.",
        "한 변이 다항식인 직사각형에서 점선으로 둘러싸인 부분을 없앴다. 나머지 도형의 넓이는 어떤 다항식인가?",
        "직사각형 모양 화단의 구석에 쉼터를 두었다. 그림을 보고 쉼터를 제외한 화단의 넓이를 간단히 하여라.",
        "그림의 도형을 두 개의 직사각형으로 나누어 넓이를 각각 구한 뒤 더하려고 한다. 합을 정리한 식을 답하시오.",
        "점선 부분이 떨어져 나간 타일이 있다. 그림에 표시된 길이를 이용하여 남아 있는 타일의 넓이를 다항식의 계산으로 구하여라.",
        "가로가 ${width}$인 판에서 ${cut_width}${cut_width.gwa} ${cut_height}$를 두 변으로 하는 직사각형을 떼어 냈다. 색이 칠해진 도형의 넓이는?",
        "단항식과 다항식의 곱셈을 이용하여 그림에 색칠된 부분이 얼마나 넓은지 ${one}$, ${two}$의 식으로 적으시오.",
    ),
    queries=(
        "직사각형에서 작은 직사각형을 잘라낸 도형의 넓이를 다항식으로 나타내는 문제",
        "색칠한 부분의 넓이를 문자를 사용한 식으로 구하기",
        "변의 길이가 문자로 주어진 ㄴ자 도형의 넓이",
        "귀퉁이를 오려 낸 직사각형 그림이 있는 다항식 계산 문항",
        "단항식과 다항식의 곱을 이용한 넓이 그림 문제",
        "큰 도형의 넓이에서 작은 도형의 넓이를 빼는 식 정리",
        "도형의 넓이를 전개하여 동류항끼리 모으는 유형",
        "그림을 보고 남은 부분의 넓이를 식으로 쓰는 단답형",
    ),
    solution=(
        r"큰 직사각형의 넓이는 ${height}({width})={whole}$이고 잘라 낸 직사각형의 넓이는 "
        r"${cut_width}\times {cut_height}={cut}$이다. 따라서 구하는 넓이는 $({whole})-{cut}$, 곧 {answer}이다."
    ),
    check=_check_area,
    figure=_figure_area,
)

FAMILIES: tuple[Family, ...] = (_MISTAKE, _AREA)
