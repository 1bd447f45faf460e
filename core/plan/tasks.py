"""The plan's phases, tasks and milestones (6.2, 10), and who does what (11.1): word for word, one literal record each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["developer", "content", "tf_lead"]
ROLES: dict[Role, str] = {"developer": "개발자", "content": "콘텐츠 담당자", "tf_lead": "TF 리더"}
BUFFER = 2
"""Days after the last phase that the plan keeps free (10.1, R5)."""


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase; days count from 1."""

    number: int
    title: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Task:
    """One task. It is due on its phase's last day."""

    name: str
    title: str
    owner: str
    hours: float
    product: str

    @property
    def phase(self) -> int:
        """The number of its phase."""
        return int(self.name[0])


@dataclass(frozen=True, slots=True)
class Milestone:
    """A milestone, due on a day, reached once its tasks are done."""

    name: str
    title: str
    day: int
    criterion: str
    phase: int


@dataclass(frozen=True, slots=True)
class Duty:
    """A line of the RACI table, for the tasks it covers."""

    title: str
    tasks: tuple[str, ...]
    letters: dict[Role, str]


PHASES: tuple[Phase, ...] = (
    Phase(1, "환경 구축", 1, 2), Phase(2, "임베딩 생성", 3, 4), Phase(3, "검색 테스트", 5, 7), Phase(4, "성능 테스트", 8, 9),
    Phase(5, "분석 및 보고", 10, 10),
)
TASKS: tuple[Task, ...] = (
    Task("1.1", "개발 서버 접근 확인", "개발자", 0.5, ""),
    Task("1.2", "Python 환경 구성", "개발자", 1, "venv"),
    Task("1.3", "모델 다운로드", "개발자", 2, "모델 파일"),
    Task("1.4", "모델 로드 테스트", "개발자", 2, "테스트 로그"),
    Task("1.5", "PostgreSQL + pgvector 설정", "개발자", 1, "DB"),
    Task("1.6", "테스트 데이터 100건 추출", "콘텐츠", 4, "JSON 파일"),
    Task("1.7", "Ground Truth 라벨링", "콘텐츠", 4, "라벨 파일"),
    Task("2.1", "Qwen3-VL 임베딩 스크립트 작성", "개발자", 2, "Python 스크립트"),
    Task("2.2", "Qwen3-VL 임베딩 생성", "개발자", 2, "임베딩 벡터"),
    Task("2.3", "KURE-v1 임베딩 생성", "개발자", 1, "임베딩 벡터"),
    Task("2.4", "SigLIP 임베딩 생성", "개발자", 1, "임베딩 벡터"),
    Task("2.5", "KURE+SigLIP 결합 스크립트", "개발자", 2, "Python 스크립트"),
    Task("2.6", "결합 임베딩 생성", "개발자", 1, "임베딩 벡터"),
    Task("2.7", "pgvector에 임베딩 저장", "개발자", 2, "DB 테이블"),
    Task("3.1", "검색 평가 스크립트 작성", "개발자", 3, "Python 스크립트"),
    Task("3.2", "Qwen3-VL 검색 테스트", "개발자", 2, "결과 CSV"),
    Task("3.3", "KURE-v1 검색 테스트", "개발자", 1, "결과 CSV"),
    Task("3.4", "KURE+SigLIP 검색 테스트", "개발자", 1, "결과 CSV"),
    Task("3.5", "Reranker 적용 테스트", "개발자", 2, "결과 CSV"),
    Task("3.6", "과목별 분석", "개발자", 2, "분석 결과"),
    Task("3.7", "모달리티별 분석", "개발자", 2, "분석 결과"),
    Task("3.8", "오류 케이스 분석", "콘텐츠", 3, "오류 목록"),
    Task("4.1", "Latency 측정 스크립트 작성", "개발자", 1, "Python 스크립트"),
    Task("4.2", "단일 쿼리 Latency 측정", "개발자", 2, "결과"),
    Task("4.3", "배치 처리 Throughput 측정", "개발자", 2, "결과"),
    Task("4.4", "VRAM 모니터링", "개발자", 1, "결과"),
    Task("4.5", "안정성 테스트 (1,000회)", "개발자", 3, "로그"),
    Task("4.6", "메모리 누수 확인", "개발자", 1, "결과"),
    Task("5.1", "결과 집계 및 시각화", "개발자", 2, "차트"),
    Task("5.2", "Go/No-Go 판단", "TF 전체", 1, "결정"),
    Task("5.3", "최종 보고서 작성", "개발자", 3, "보고서"),
    Task("5.4", "리뷰 및 승인", "TF 전체", 1, "승인"),
)
MILESTONES: tuple[Milestone, ...] = (
    Milestone("M1", "환경 구축 완료", 2, "모델 로드 성공, 데이터 준비 완료", 1),
    Milestone("M2", "임베딩 생성 완료", 4, "4개 모델 임베딩 DB 저장 완료", 2),
    Milestone("M3", "검색 테스트 완료", 7, "정확도 지표 측정 완료", 3),
    Milestone("M4", "성능 테스트 완료", 9, "성능 지표 측정 완료", 4),
    Milestone("M5", "POC 완료", 10, "최종 보고서 승인", 5),
)
DUTIES: tuple[Duty, ...] = (
    Duty("환경 구축", ("1.1", "1.2", "1.3", "1.4", "1.5"), {"developer": "R/A", "content": "I", "tf_lead": "I"}),
    Duty("테스트 데이터 준비", ("1.6",), {"developer": "I", "content": "R/A", "tf_lead": "C"}),
    Duty("Ground Truth 라벨링", ("1.7",), {"developer": "C", "content": "R/A", "tf_lead": "C"}),
    Duty("임베딩 생성", ("2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7"), {"developer": "R/A", "content": "I", "tf_lead": "I"}),
    Duty("검색 테스트", ("3.1", "3.2", "3.3", "3.4", "3.5", "3.6", "3.7"), {"developer": "R/A", "content": "C", "tf_lead": "I"}),
    Duty("오류 케이스 분석", ("3.8",), {"developer": "C", "content": "R/A", "tf_lead": "C"}),
    Duty("성능 테스트", ("4.1", "4.2", "4.3", "4.4", "4.5", "4.6"), {"developer": "R/A", "content": "I", "tf_lead": "I"}),
    Duty("최종 보고서", ("5.1", "5.3", "5.4"), {"developer": "R/A", "content": "C", "tf_lead": "A"}),
    Duty("Go/No-Go 결정", ("5.2",), {"developer": "C", "content": "C", "tf_lead": "R/A"}),
)
BY_NAME = {task.name: task for task in TASKS}
