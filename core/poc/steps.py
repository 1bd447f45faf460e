"""The steps of the whole POC, in their order."""

from __future__ import annotations

from core.poc import bank, benching, deciding, embedding, evaluating, reporting, verifying
from core.poc.step import Step

STEPS: tuple[Step, ...] = (
    Step("items", "문항", "문항과 쿼리가 있는지 봅니다.", (), 2, bank.look, bank.run),
    Step("embed", "임베딩", "시스템 A–E가 찾을 벡터를 만듭니다.", ("items",), 60, embedding.look, embedding.run),
    Step("verify", "모델 점검", "모델이 공개된 방법대로 계산하는지, 한글이 그대로 전해지는지 봅니다.", ("items",), 45, verifying.look,
         verifying.run),
    Step("evaluate", "평가", "모든 시나리오를 찾고, D의 가중치를 고르고, 정답으로 채점합니다.", ("embed",), 120, evaluating.look,
         evaluating.run),
    Step("bench", "측정", "응답 시간, 처리량, 메모리, 안정성을 잽니다.", ("embed",), 300, benching.look, benching.run),
    Step("decide", "판정", "기준마다 충족했는지 보고 판정합니다.", ("evaluate",), 3, deciding.look, deciding.run,
         ("verify", "bench")),
    Step("report", "보고서", "판정 보고서(D10)를 만듭니다.", ("decide",), 20, reporting.look, reporting.run),
)
BY_NAME = {step.name: step for step in STEPS}
