"""삼각형의 닮음 조건: a leg by the height on the hypotenuse; a side by SAS (both with formulas, no figure)."""

from __future__ import annotations

from random import Random

from sympy import Point, Rational, Triangle, solve, symbols

from core.items.generator.family import Facts, Family

UNIT = "닮음과 피타고라스 정리"
CONCEPT = "삼각형의 닮음 조건"
CODE = "9수04-14"


def _draw_height(random: Random) -> Facts:
    m, n, k = random.choice([(m, n, k) for m in range(1, 7) for n in range(m + 1, 8) for k in range(1, 6)
                             if 8 <= k * n * n <= 64 and m * k > 1 and (m, n) not in ((2, 4), (3, 6), (2, 6), (4, 6))])
    return {"bh": k * m * m, "bc": k * n * n, "hc": k * (n * n - m * m), "ab": k * m * n, "square": (k * m * n) ** 2,
            "answer": rf"${k * m * n}\,\mathrm{{cm}}$"}


def _check_height(facts: Facts) -> None:
    # A stands above H at the height that makes the angle at A right.
    height = symbols("h", positive=True)
    a, b, c = Point(facts["bh"], height), Point(0, 0), Point(facts["bc"], 0)
    (value,) = solve((b - a).dot(c - a), height)
    assert rf"${a.subs(height, value).distance(b)}\,\mathrm{{cm}}$" == facts["answer"]


def _draw_sas(random: Random) -> Facts:
    while True:
        m, n = random.choice(((2, 3), (3, 2), (3, 4), (4, 3), (2, 5), (5, 2), (3, 5), (5, 3), (4, 5), (5, 4)))
        one, two, three = sorted(random.sample(range(2, 9), 3), key=lambda _: random.random())
        if max(one, two, three) * 2 < one + two + three and max(m, n) * max(one, two, three) <= 36:
            break
    return {"m": m, "n": n, "ab": m * one, "bc": m * two, "ac": m * three, "de": n * one, "ef": n * two, "df": n * three,
            "answer": rf"${n * three}\,\mathrm{{cm}}$"}


def _check_sas(facts: Facts) -> None:
    # The angle at B by the cosine rule in the first triangle; with it the third side of the second one.
    first = Triangle(sss=(facts["bc"], facts["ac"], facts["ab"]))
    ab, bc, ac = facts["ab"], facts["bc"], facts["ac"]
    assert {side.length for side in first.sides} == {ab, bc, ac}
    cosine = Rational(ab**2 + bc**2 - ac**2, 2 * ab * bc)
    squared = facts["de"]**2 + facts["ef"]**2 - 2 * facts["de"] * facts["ef"] * cosine
    x = symbols("x", positive=True)
    assert [rf"${value}\,\mathrm{{cm}}$" for value in solve(x**2 - squared, x)] == [facts["answer"]]


HEIGHT = Family(
    key="similarity_pythagoras.triangle_similarity.height_on_hypotenuse",
    unit=UNIT, concept=CONCEPT, curriculum_code=CODE, cognitive_level="추론", item_type="서술형",
    difficulties=("상중", "상"),
    draw=_draw_height, check=_check_height,
    wordings=(
        r"$\angle A=90^\circ$인 직각삼각형 $ABC$의 꼭짓점 $A$에서 빗변 $BC$에 내린 수선의 발을 $H$라고 하자. $\overline{{BH}}={bh}\,\mathrm{{cm}}$, $\overline{{BC}}={bc}\,\mathrm{{cm}}$일 때, 닮은 두 삼각형을 찾아 $\overline{{AB}}$의 길이를 구하는 과정을 서술하시오.",
        r"직각으로 만나는 두 산책로 $AB$, $AC$와 이 둘을 잇는 큰길 $BC$를 지도에 그렸다. 교차점 $A$에서 큰길까지 가장 짧은 샛길을 내면 그 끝 $H$가 큰길을 $\overline{{BH}}={bh}\,\mathrm{{cm}}$, $\overline{{HC}}={hc}\,\mathrm{{cm}}$로 나눈다. 지도에서 $\overline{{AB}}$는 몇 $\mathrm{{cm}}$인지 닮음 조건을 밝혀 설명하시오.",
        r"$\triangle ABC \sim \triangle HBA$임을 보이고, 이를 이용하여 $\overline{{AB}}^2=\overline{{BH}}\times\overline{{BC}}$가 성립하는 까닭을 쓰시오. 또 $\overline{{BH}}={bh}\,\mathrm{{cm}}$, $\overline{{CH}}={hc}\,\mathrm{{cm}}$이면 $\overline{{AB}}$는 얼마인가? (단, $\angle BAC=90^\circ$, $\overline{{AH}}\perp\overline{{BC}}$)",
        r"빗변이 $\overline{{BC}}={bc}\,\mathrm{{cm}}$인 직각삼각형 $ABC$에서 $\overline{{AH}}\perp\overline{{BC}}$이고 점 $H$는 $B$에서 ${bh}\,\mathrm{{cm}}$ 떨어져 있다. $\angle B$가 공통인 두 직각삼각형이 닮음임을 이용하여 $\overline{{AB}}$를 구하고 풀이를 적으시오.",
        r"태오는 직각삼각형을 빗변에 수직인 선으로 잘라 작은 직각삼각형 두 개를 만들었다. 잘린 빗변의 한 도막 $\overline{{BH}}$는 ${bh}\,\mathrm{{cm}}$, 다른 도막 $\overline{{HC}}$는 ${hc}\,\mathrm{{cm}}$이다. 원래 삼각형 $ABC$와 작은 삼각형 $HBA$가 $AA$ 닮음임을 설명하고 변 $AB$의 길이를 구하여라.",
        r"두 각의 크기가 각각 같은 두 삼각형은 닮음이다. $\angle BAC=\angle BHA=90^\circ$이고 $H$가 $\overline{{BC}}$ 위의 점일 때 이 조건을 적용하여 비례식을 세우고, $\overline{{BH}}={bh}\,\mathrm{{cm}}$, $\overline{{BC}}={bc}\,\mathrm{{cm}}$로부터 $\overline{{AB}}$를 구하는 풀이를 쓰시오.",
        r"직각삼각형 $ABC$($\angle A=90^\circ$)의 높이 $\overline{{AH}}$가 빗변을 ${bh}\,\mathrm{{cm}}$인 $\overline{{BH}}$와 ${hc}\,\mathrm{{cm}}$인 $\overline{{HC}}$로 나눈다. 비례식 $\overline{{AB}}:\overline{{HB}}=\overline{{BC}}:\overline{{BA}}$가 나오는 이유를 밝히고 $\overline{{AB}}$의 값을 계산하시오.",
        r"점 $H$는 $\triangle ABC$의 변 $BC$ 위에 있고 $\angle AHB=\angle CAB=90^\circ$이다. $\overline{{BC}}={bc}\,\mathrm{{cm}}$와 $\overline{{BH}}={bh}\,\mathrm{{cm}}$만 알고 있을 때 변 $AB$의 길이를 알아낼 수 있는가? 닮음인 삼각형을 기호로 나타내어 답하시오.",
        r"삼각자의 직각인 꼭짓점 $A$에서 가장 긴 변 $BC$에 수선 $AH$를 그었다. $\overline{{BC}}={bc}\,\mathrm{{cm}}$이고 $\overline{{CH}}={hc}\,\mathrm{{cm}}$라면 $\overline{{AB}}$는 몇 $\mathrm{{cm}}$인지, $\triangle HBA$와 닮은 삼각형을 들어 서술하여라.",
        r"한 예각의 크기가 같은 두 직각삼각형은 서로 닮은 도형이다. $\angle A$가 직각인 $\triangle ABC$의 빗변에 수선 $\overline{{AH}}$를 내렸을 때 생기는 $\triangle HBA$에 이를 적용하시오. $\overline{{HB}}={bh}\,\mathrm{{cm}}$, $\overline{{BC}}={bc}\,\mathrm{{cm}}$인 경우 $\overline{{AB}}$의 길이도 구하시오.",
        r"빗변 위의 수선의 발 $H$에 대하여 $\overline{{BH}}$와 $\overline{{BC}}$의 곱은 어떤 변의 길이의 제곱과 같은지 닮음으로 설명하시오. 그리고 $\overline{{BH}}={bh}\,\mathrm{{cm}}$, $\overline{{BC}}={bc}\,\mathrm{{cm}}$인 직각삼각형 $ABC$($\angle A=90^\circ$)에서 그 변의 길이를 구하시오.",
        r"천장의 두 못 $B$, $C$에 실을 매어 $\angle BAC$가 직각이 되도록 추 $A$를 달았다. 추에서 천장까지 잰 가장 짧은 선이 $\overline{{BC}}$와 $H$에서 만나고 $\overline{{BH}}={bh}\,\mathrm{{cm}}$, $\overline{{HC}}={hc}\,\mathrm{{cm}}$이다. 왼쪽 실 $AB$의 길이를 삼각형의 닮음으로 구하는 과정을 쓰시오.",
        r"$\triangle ABC$의 세 각 중 $\angle A$가 $90^\circ$이고 $A$에서 대변에 그은 수선이 그 변을 $H$에서 만난다. 닮음인 $\triangle ABC$와 $\triangle HBA$의 대응변을 모두 쓰고, $\overline{{BH}}={bh}\,\mathrm{{cm}}$, $\overline{{BC}}={bc}\,\mathrm{{cm}}$일 때 $\overline{{AB}}$가 얼마인지 밝히시오.",
    ),
    queries=(
        "직각삼각형의 꼭짓점에서 빗변에 내린 수선과 닮음 서술형",
        "직각삼각형 속의 닮은 삼각형을 찾아 변의 길이 구하기",
        "빗변에 내린 수선의 발로 나뉜 길이를 이용하는 문제",
        "에이에이 닮음을 이용하여 한 변의 제곱을 설명하는 문항",
        "직각삼각형에서 닮음을 활용한 어려운 서술형",
        "수선을 그어 생긴 작은 직각삼각형과 원래 삼각형의 닮음",
        "한 변의 제곱이 빗변과 빗변의 한 도막의 곱임을 보이는 문제",
        "공통인 각과 직각으로 두 삼각형이 닮음임을 설명하기",
        "그림 없이 주어진 직각삼각형의 닮음 문제",
    ),
    solution=r"$\triangle ABC$와 $\triangle HBA$에서 $\angle B$는 공통이고 $\angle BAC=\angle BHA=90^\circ$이므로 두 삼각형은 $AA$ 닮음이다. "
             r"따라서 $\overline{{AB}}:\overline{{HB}}=\overline{{BC}}:\overline{{BA}}$에서 $\overline{{AB}}^2={bh}\times{bc}={square}$이고, "
             r"$\overline{{AB}}={ab}\,\mathrm{{cm}}$이다.",
)

SAS = Family(
    key="similarity_pythagoras.triangle_similarity.sas_side",
    unit=UNIT, concept=CONCEPT, curriculum_code=CODE, cognitive_level="이해", item_type="서술형",
    difficulties=("중", "상중"),
    draw=_draw_sas, check=_check_sas,
    wordings=(
        r"$\triangle ABC$와 $\triangle DEF$에서 $\overline{{AB}}={ab}\,\mathrm{{cm}}$, $\overline{{BC}}={bc}\,\mathrm{{cm}}$, $\overline{{CA}}={ac}\,\mathrm{{cm}}$, $\overline{{DE}}={de}\,\mathrm{{cm}}$, $\overline{{EF}}={ef}\,\mathrm{{cm}}$이고 $\angle B=\angle E$이다. 두 삼각형이 닮음임을 보이고 $\overline{{DF}}$의 길이를 구하시오.",
        r"나무판 두 장을 세모꼴로 오렸다. 첫째 판은 두 변 ${ab}\,\mathrm{{cm}}$, ${bc}\,\mathrm{{cm}}$ 사이에 각 $a$를 끼고 있고, 둘째 판은 두 변 ${de}\,\mathrm{{cm}}$, ${ef}\,\mathrm{{cm}}$ 사이에 똑같은 각 $a$를 끼고 있다. 첫째 판의 나머지 변이 ${ac}\,\mathrm{{cm}}$라면 둘째 판의 나머지 변은 몇 $\mathrm{{cm}}$인지 닮음 조건을 들어 설명하시오.",
        r"“두 쌍의 대응변의 길이의 비가 같고 그 끼인각의 크기가 같으면 닮음이다.” 이 조건이 $\overline{{AB}}:\overline{{DE}}={ab}:{de}$, $\overline{{BC}}:\overline{{EF}}={bc}:{ef}$, $\angle ABC=\angle DEF$인 두 삼각형에 맞는지 확인하고, $\overline{{AC}}={ac}\,\mathrm{{cm}}$일 때 $\overline{{DF}}$를 구하여 풀이와 함께 쓰시오.",
        r"다음 두 삼각형은 $SAS$ 닮음인지 판별하시오. $\triangle ABC$: $\overline{{AB}}={ab}$, $\overline{{BC}}={bc}$ / $\triangle DEF$: $\overline{{DE}}={de}$, $\overline{{EF}}={ef}$ (단위는 모두 $\mathrm{{cm}}$이고 $\angle B$와 $\angle E$의 크기는 같다.) 닮음이라면 $\overline{{AC}}={ac}$에 대응하는 변의 길이도 구하시오.",
        r"어떤 삼각형의 두 변 $\overline{{AB}}$, $\overline{{BC}}$를 각각 같은 비율로 늘이거나 줄이고 끼인각은 그대로 두어 $\triangle DEF$를 만들었다. $\overline{{AB}}={ab}\,\mathrm{{cm}}$가 $\overline{{DE}}={de}\,\mathrm{{cm}}$로, $\overline{{BC}}={bc}\,\mathrm{{cm}}$가 $\overline{{EF}}={ef}\,\mathrm{{cm}}$로 변했을 때, ${ac}\,\mathrm{{cm}}$이던 $\overline{{AC}}$의 변한 길이를 이유와 함께 적으시오.",
        r"점 $B$와 점 $E$가 대응하는 꼭짓점이고 $\angle B=\angle E$인 두 삼각형 $ABC$, $DEF$가 있다. 변의 길이가 $\overline{{BA}}={ab}\,\mathrm{{cm}}$, $\overline{{BC}}={bc}\,\mathrm{{cm}}$, $\overline{{ED}}={de}\,\mathrm{{cm}}$, $\overline{{EF}}={ef}\,\mathrm{{cm}}$일 때 닮음비를 말하고, $\overline{{CA}}={ac}\,\mathrm{{cm}}$임을 이용하여 $\overline{{FD}}$를 서술하여라.",
        r"지원이는 두 삼각형의 변을 비교하여 $\frac{{{ab}}}{{{de}}}=\frac{{{bc}}}{{{ef}}}$임을 알아냈다. 이 변들이 이루는 끼인각 $\angle B$, $\angle E$까지 같다면 $\triangle ABC$와 $\triangle DEF$는 어떤 관계인지 쓰고, $\overline{{AC}}={ac}\,\mathrm{{cm}}$로부터 $\overline{{DF}}$의 길이를 구하시오.",
        r"$\triangle ABC$의 $\overline{{AB}}$, $\overline{{BC}}$는 각각 ${ab}\,\mathrm{{cm}}$, ${bc}\,\mathrm{{cm}}$이고 $\triangle DEF$의 $\overline{{DE}}$, $\overline{{EF}}$는 각각 ${de}\,\mathrm{{cm}}$, ${ef}\,\mathrm{{cm}}$이다. $\angle B=\angle E$라는 사실이 왜 필요한지 밝히면서 ${ac}\,\mathrm{{cm}}$인 $\overline{{AC}}$에 대응하는 $\overline{{DF}}$를 구하시오.",
        r"두 삼각형이 닮음비 ${m}:{n}$의 닮은 도형이 되려면 무엇을 확인해야 하는지 생각해 보자. 끼인각이 같고 두 변의 길이의 비가 ${ab}:{de}$, ${bc}:{ef}$인 $\triangle ABC$와 $\triangle DEF$가 닮음임을 보인 다음, $\overline{{AC}}={ac}\,\mathrm{{cm}}$에서 $\overline{{DF}}$를 계산하는 과정을 쓰시오.",
        r"트러스 다리의 큰 삼각형과 작은 삼각형에서 각 하나씩을 재었더니 서로 같았다. 그 각을 낀 철제 막대는 한쪽이 ${ab}\,\mathrm{{cm}}$와 ${bc}\,\mathrm{{cm}}$, 다른 쪽이 ${de}\,\mathrm{{cm}}$와 ${ef}\,\mathrm{{cm}}$이다. 첫째 삼각형의 남은 막대 ${ac}\,\mathrm{{cm}}$에 대응하는 막대의 길이 $x\,\mathrm{{cm}}$를 닮음으로 설명하시오.",
        r"$\angle ABC=\angle DEF$, $\overline{{AB}}:\overline{{BC}}={ab}:{bc}$, $\overline{{DE}}:\overline{{EF}}={de}:{ef}$인 두 삼각형이 있다. 삼각형의 닮음 조건 중 어느 것이 쓰이는지 적고, $\overline{{AB}}={ab}\,\mathrm{{cm}}$, $\overline{{DE}}={de}\,\mathrm{{cm}}$, $\overline{{AC}}={ac}\,\mathrm{{cm}}$일 때 $\overline{{DF}}$의 길이를 구하는 풀이를 완성하시오.",
        r"수학 일기에 “$\triangle ABC \sim \triangle DEF$, 까닭은 $\overline{{AB}}:\overline{{DE}}=\overline{{BC}}:\overline{{EF}}={m}:{n}$이고 끼인각이 같기 때문”이라고 적었다. 이 글이 옳은지 $\overline{{AB}}={ab}$, $\overline{{BC}}={bc}$, $\overline{{DE}}={de}$, $\overline{{EF}}={ef}$인 경우에 확인하고 $\overline{{AC}}={ac}$일 때 $\overline{{DF}}$를 써 보아라. 길이의 단위는 $\mathrm{{cm}}$이다.",
        r"끼인각의 크기가 같은 두 삼각형에서 그 각을 낀 변의 길이를 짝지어 보니 ${ab}\,\mathrm{{cm}}$와 ${de}\,\mathrm{{cm}}$, ${bc}\,\mathrm{{cm}}$와 ${ef}\,\mathrm{{cm}}$가 대응하였다. 나머지 한 쌍의 변 가운데 $\overline{{AC}}$가 ${ac}\,\mathrm{{cm}}$일 때 $\overline{{DF}}$는 얼마인지 닮은 삼각형의 성질로 서술하시오.",
    ),
    queries=(
        "두 변의 길이의 비와 끼인각이 같은 삼각형의 닮음 서술형",
        "에스에이에스 닮음 조건으로 변의 길이를 구하는 문제",
        "두 삼각형이 닮음임을 보이고 나머지 변의 길이 구하기",
        "삼각형의 닮음 조건을 말하고 설명하는 문항",
        "끼인각이 같은 두 삼각형의 닮음비 구하기",
        "대응변의 비를 비교하여 닮음을 판별하는 문제",
        "변의 길이만 주어진 두 삼각형의 닮음 판정",
        "닮은 삼각형에서 대응하는 변의 길이를 이유와 함께 쓰기",
        "그림 없이 식으로 된 삼각형의 닮음 조건 문제",
    ),
    solution=r"$\overline{{AB}}:\overline{{DE}}={ab}:{de}={m}:{n}$, $\overline{{BC}}:\overline{{EF}}={bc}:{ef}={m}:{n}$이고 끼인각의 크기가 같으므로 "
             r"$\triangle ABC \sim \triangle DEF$ ($SAS$ 닮음)이다. 닮음비가 ${m}:{n}$이므로 ${ac}:\overline{{DF}}={m}:{n}$이고, "
             r"$\overline{{DF}}={df}\,\mathrm{{cm}}$이다.",
)

FAMILIES = (HEIGHT, SAS)
