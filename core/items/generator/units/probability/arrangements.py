"""여러 가지 경우의 수: standing in a row with some side by side; one leader and two equal members."""

from __future__ import annotations

from itertools import combinations, permutations
from math import comb, factorial
from random import Random

from core.items.generator.family import Facts, Family
from core.items.generator.spoken import spoken

UNIT = "확률"
CONCEPT = "여러 가지 경우의 수"


def _draw_row(rng: Random) -> Facts:
    together, others = rng.choice(((2, 2), (2, 3), (2, 4), (3, 2), (3, 3)))
    total, blocks = together + others, others + 1
    right = factorial(blocks) * factorial(together)
    candidates = (right, factorial(blocks), factorial(total), factorial(others) * factorial(together),
                  factorial(blocks) + factorial(together), factorial(total - 1), factorial(blocks) * together + together)
    answer, *wrong = [f"{count}가지" for count in list(dict.fromkeys(candidates))[:5]]
    return spoken({"together": together, "others": others, "total": total, "blocks": blocks, "outer": factorial(blocks),
                   "inner": factorial(together), "answer": answer, "wrong": tuple(wrong)})


def _check_row(facts: Facts) -> None:
    people = ["t"] * facts["together"] + ["o"] * facts["others"]
    side_by_side = "t" * facts["together"]
    rows = ("".join(people[number] for number in order) for order in permutations(range(len(people))))
    assert facts["answer"] == f"{sum(side_by_side in row for row in rows)}가지"


ROW = Family(
    key="probability.arrangements.side_by_side",
    unit=UNIT,
    concept=CONCEPT,
    curriculum_code="9수05-04",
    cognitive_level="추론",
    item_type="객관식",
    difficulties=("중", "상중"),
    draw=_draw_row,
    wordings=(
        "여학생 {together}명과 남학생 {others}명이 한 줄로 서서 사진을 찍으려고 한다. 여학생끼리 모두 이웃하여 서는 "
        "경우의 수는?",
        "서로 다른 소설책 {together}권과 서로 다른 만화책 {others}권을 책꽂이 한 칸에 나란히 꽂는다. 소설책이 "
        "흩어지지 않고 한데 모이도록 꽂는 방법은 몇 가지인가?",
        "가족 {total}명이 극장의 이어진 좌석 {total}개에 앉는다. 그중 어린이가 {together}명인데 어린이들은 꼭 붙어 "
        "앉겠다고 한다. 이러한 조건에 맞게 앉는 가짓수를 고르시오.",
        "서로 다른 알파벳이 하나씩 적힌 카드 {total}장이 있고 모음 카드는 {together}장이다. 카드를 일렬로 늘어놓을 때 "
        "모음 카드 사이에 자음 카드가 끼지 않게 하는 방법의 수로 옳은 것은?",
        "이어달리기 선수 {total}명의 달리는 순서를 정한다. 쌍둥이를 포함한 단짝 {together}명이 연달아 달리도록 순서를 "
        "정하는 경우는 모두 몇 가지인지 고르면?",
        "서로 다른 사과나무 {together}그루와 서로 다른 배나무 {others}그루를 길가에 일렬로 심으려 한다. 사과나무들이 "
        "서로 이웃하게 심는 방법은 얼마나 되는가?",
        "음악회에서 피아노 연주 {together}팀과 노래 {others}팀이 차례로 무대에 오른다. 피아노를 옮기지 않도록 피아노 "
        "팀을 이어서 배치할 때 가능한 공연 순서는 모두 몇 가지나 있는가?",
        "선생님 {together}분과 학생 {others}명이 옆으로 길게 늘어서서 손을 잡는다. 선생님들이 갈라지지 않게 늘어서는 "
        "서로 다른 방법의 수를 찾으시오.",
        "주차장에 나란한 자리 {total}칸이 비어 있다. 전기차 {together}대와 휘발유차 {others}대를 한 칸에 한 대씩 "
        "세우는데, 충전기 때문에 전기차는 서로 붙은 칸에 세워야 한다. 세우는 방법은 몇 가지가 있는가?",
        "모양이 다른 화분 {total}개를 창가에 한 줄로 놓는다. 선인장 화분 {together}개가 모두 이어지도록 놓는 경우의 "
        "수를 골라라.",
        "발표자 {total}명의 차례를 정하는데, 같은 모둠에 속한 {together}명은 잇달아 발표하기로 하였다. 차례를 정하는 "
        "방법의 가짓수는 어느 것인가?",
        "서로 다른 빨간 깃발 {together}개와 서로 다른 파란 깃발 {others}개를 막대 위쪽부터 차례로 단다. 빨간 깃발이 "
        "떨어지지 않고 이웃하는 신호는 모두 몇 가지 만들 수 있는가?",
        "놀이 기구의 앞뒤로 이어진 좌석 {total}개에 {total}명이 한 명씩 탄다. 동생 {together}명이 서로 앞뒤로 "
        "이웃하게 타려고 할 때, 자리를 정하는 경우는 몇 가지인지 구하시오.",
        "{total}명이 매표소 앞에 줄을 선다. 이 가운데 외국인 관광객 {together}명은 흩어지지 않고 서기로 했다면, 줄을 "
        "서는 방법으로 가능한 것은 모두 몇 가지인가?",
    ),
    queries=(
        "한 줄로 설 때 이웃하여 서는 경우의 수를 구하는 문제",
        "특정한 사람들이 나란히 붙어 서는 줄 세우기",
        "이웃하는 것을 한 묶음으로 생각하는 경우의 수 객관식",
        "책이나 카드를 일렬로 늘어놓되 서로 떨어지지 않게 하는 방법의 수",
        "줄 세우기에서 묶어서 생각하는 문제",
        "나란히 앉는 방법의 수를 묻는 문항",
        "순서대로 배열할 때 이어지는 조건이 있는 문제",
        "일렬로 세우는 경우의 수 응용",
    ),
    solution="이웃해야 하는 것들을 한 묶음으로 보면 모두 {blocks}개를 한 줄로 세우는 것과 같으므로 {outer}가지이다. "
    "각 경우마다 묶음 안에서 자리를 바꾸는 경우가 {inner}가지씩 있다. 따라서 {outer} × {inner:을/를} "
    "계산하면 {answer}이다.",
    check=_check_row,
)


def _draw_leader(rng: Random) -> Facts:
    people = rng.randint(4, 9)
    pairs = comb(people - 1, 2)
    return spoken({"people": people, "rest": people - 1, "less": people - 2, "ordered": (people - 1) * (people - 2),
                   "pairs": pairs, "answer": f"{people * pairs}가지"})


def _check_leader(facts: Facts) -> None:
    everyone = range(facts["people"])
    ways = [(leader, pair) for leader in everyone for pair in combinations(everyone, 2) if leader not in pair]
    assert facts["answer"] == f"{len(ways)}가지"


LEADER = Family(
    key="probability.arrangements.leader_and_two_equals",
    unit=UNIT,
    concept=CONCEPT,
    curriculum_code="9수05-04",
    cognitive_level="문제해결",
    item_type="서술형",
    difficulties=("상중", "상"),
    draw=_draw_leader,
    wordings=(
        "후보 {people}명 중에서 회장 1명과 부회장 2명을 뽑는 경우의 수를 구하고, 그 풀이 과정을 쓰시오.",
        "체육 대회에 나갈 {people}명의 학생이 모였다. 한 명은 심판을 보고 두 명은 함께 응원 깃발을 들어야 한다. 담임 "
        "선생님이 심판과 깃발을 들 학생들을 고를 수 있는 방법은 몇 가지인지 까닭과 함께 설명하여라.",
        "사진전에 서로 다른 작품 {people}점이 나왔다. 금상은 1점, 은상은 순위 없이 2점에 준다면 수상작이 결정되는 "
        "모든 경우는 얼마나 되는가? 같은 것을 두 번 세지 않도록 주의하여 서술하시오.",
        "연극반원 {people}명이 배역을 나눈다. 주인공은 한 사람, 구별이 없는 행인은 두 사람이며 나머지는 무대 뒤에서 "
        "일한다. 배역을 나누는 방법의 수를 알아보는 과정을 적어라.",
        "과일 가게에 {people}종류의 과일이 있다. 한 종류는 주스로 갈고 다른 두 종류는 섞어서 샐러드로 만들 때, 만들 "
        "수 있는 상차림의 가짓수를 논리적으로 밝히시오.",
        "모둠원이 {people}명인 모둠에서 발표를 맡을 사람 하나, 자료를 함께 찾을 사람 둘을 정하기로 했다. 자료를 찾는 "
        "두 사람의 역할은 같다. 정하는 방법이 몇 가지인지 식을 세워 답하시오.",
        "농구부원 {people}명 가운데 주장을 1명 정하고, 주장이 아닌 부원 중에서 공을 챙길 당번 2명을 정한다. 가능한 "
        "결과의 수를 단계별로 구하여라.",
        "{people}곳의 관광지 중 첫날에 갈 한 곳과 둘째 날에 갈 두 곳을 고르려 한다. 둘째 날의 두 곳은 다니는 순서를 "
        "따지지 않는다. 여행 계획은 모두 몇 가지 세울 수 있는지 풀이를 쓰시오.",
        "탐험대원 {people}명이 동굴 입구에 도착하였다. 대장 한 명을 세운 뒤 함께 들어갈 대원 두 명을 대장이 고른다. "
        "대장과 대원이 정해지는 경우를 빠짐없이 세는 방법을 쓰고 답하시오.",
        "서로 다른 색의 물감 {people}개가 있다. 하나는 배경에 칠하고, 둘은 섞어서 꽃에 칠한다. 물감을 고르는 방법은 "
        "몇 가지가 되는지, 나눗셈이 필요한 까닭을 들어 설명하시오.",
        "동네 합창단의 단원은 {people}명이다. 지휘자 1명과 듀엣으로 노래할 2명을 단원 중에서 뽑으려 할 때, 듀엣의 두 "
        "명을 바꾸어도 같은 것으로 본다면 뽑는 방법의 총수는 얼마인가?",
        "축구 승부를 연습하는 {people}명이 있다. 골키퍼 한 명과 수비수 두 명을 정하면 나머지는 쉰다. 수비수끼리는 "
        "자리를 구별하지 않을 때, 정할 수 있는 경우를 모두 센 결과와 풀이를 제시하시오.",
        "책 {people}권 중 한 권은 오늘 읽고, 두 권은 친구에게 한꺼번에 빌려주려고 한다. 책을 나누는 서로 다른 방법이 "
        "몇 가지인지 설명과 함께 나타내시오.",
        "자격이 다른 대표 1명과 자격이 같은 대표 2명을 {people}명에서 뽑는다. 자격이 같을 때와 다를 때 세는 법이 "
        "어떻게 다른지 밝히면서 경우의 수를 구하여라.",
    ),
    queries=(
        "회장 한 명과 부회장 두 명을 뽑는 경우의 수 서술형 문제",
        "자격이 같은 대표와 자격이 다른 대표를 함께 뽑는 문제",
        "대표 뽑기에서 순서를 생각하지 않아 둘로 나누는 문항",
        "역할이 다른 한 사람과 역할이 같은 두 사람을 고르는 방법의 수",
        "여러 명 중에서 뽑는 방법을 설명하는 어려운 문제",
        "대표를 선출하는 가짓수 풀이 과정 쓰기",
        "금상과 은상 수상작을 정하는 경우의 수",
        "중복해서 세지 않도록 주의하는 뽑기 문제",
    ),
    solution="역할이 다른 하나를 정하는 경우는 {people}가지이다. 그때마다 남는 것은 {rest:이고/고}, 그중에서 역할이 "
    "같은 둘을 고르는 경우는 차례로 뽑는 {rest} × {less} = {ordered}(가지)를 2로 나눈 {pairs}가지이다. "
    "따라서 {people} × {pairs:을/를} 계산하면 {answer}이다.",
    check=_check_leader,
)

FAMILIES = (ROW, LEADER)
