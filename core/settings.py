"""Every setting in one typed place: environment variables over defaults.

``settings()`` reads the environment once per process. A wrong value is refused with the setting's name and what is allowed.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import SettingError

PROJECT_DIR = Path(__file__).resolve().parent.parent
Folder = Annotated[Path, AfterValidator(lambda path: path.expanduser().resolve())]
_URL = r"https?://(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?:/[\w./-]*)?"
_HERE = r"http://(?:127\.0\.0\.1|localhost)(?::\d{1,5})?(?:/[\w./-]*)?"
"""Without TLS only this machine itself is believed."""
_CLAIM = r"[^,=\s]+=(?:viewer|rater|senior|developer|tf)"
_SERVED = rf"[\w.-]+(?:@\w+)*={_URL}(?:,{_URL})*"


class Settings(BaseSettings):
    """Names are the environment variables' names in lower case."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    data_dir: Folder = Field(PROJECT_DIR / ".data", description="where the embedded database and the logs live")
    models_dir: Folder = Field(PROJECT_DIR / "models", description="where the real models are downloaded to")
    database_url: str = Field("", description="a PostgreSQL server; empty means the embedded one")
    models: Literal["auto", "real", "mini"] = Field("auto", description="auto: real where installed, else miniature")
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="where the engine computes")
    precision: Literal["auto", "fp32", "fp16", "bf16", "nf4"] = Field("auto", description="asked-for precision")
    torch_threads: int = Field(0, ge=0, le=256, description="0: by free cores")
    gpu_budget_gb: float = Field(0.0, ge=0.0, le=1024.0, description="cap on GPU memory in GiB; 0: the whole card")
    max_pixels: int = Field(512 * 512, ge=64 * 64, le=1800 * 32 * 32, description="image budget in pixels")
    siglip_id: str = Field("google/siglip-base-patch16-256-multilingual", pattern=r"^[\w.-]+/[\w.-]+$")
    collection: str = Field("math-100", pattern=r"^[\w.-]{1,64}$", description="the collection the pages open with")
    engine_url: str = Field(
        "", pattern=rf"^(?:{_SERVED}(?:;{_SERVED})*)?$", description="models that vLLM servers compute; empty: none",
        examples=["qwen3-vl-embedding-2b@bf16=http://a:8000,http://b:8000;qwen3-vl-reranker-2b=http://c:8001"],
    )
    engine_api_key: SecretStr = Field(SecretStr(""), description="sent to those servers as a bearer token")
    cloud_price_per_hour: float = Field(0.0, ge=0.0, le=1000.0, description="USD per hour and host of ENGINE_URL; 0: free")
    cloud_limit_usd: float = Field(20.0, ge=0.0, le=100000.0, description="remote work stops at this much in all")
    oidc_issuer: str = Field(
        "", pattern=rf"^(?:https://[\w.-]+(?::\d{{1,5}})?(?:/[\w./-]*)?|{_HERE})?$", description="a company's OIDC issuer; empty: none",
        examples=["https://login.example.kr/realms/company"],
    )
    oidc_client_id: str = Field("", max_length=400, description="this dashboard's id there")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="and its secret")
    oidc_address: str = Field(
        "", pattern=rf"^(?:https://[\w.-]+(?::\d{{1,5}})?|{_HERE})?$", examples=["https://poc.example.kr"],
        description="where browsers reach this dashboard; the issuer sends them back there",
    )
    oidc_scope: str = Field("openid profile email", pattern=r"^openid(?: [\w.:/-]+)*$", description="what is asked of the issuer")
    oidc_name: str = Field("회사 계정", min_length=1, max_length=40, description="what the login button calls it")
    oidc_roles_claim: str = Field("roles", pattern=r"^[\w.-]{1,100}$", description="the claim that holds roles; dots go inwards")
    oidc_roles: str = Field(
        "", pattern=rf"^(?:{_CLAIM}(?:,{_CLAIM})*)?$", examples=["itembank-tf=tf,itembank-dev=developer,content=rater"],
        description="claim values and the roles they give, the first that fits; empty: roles are kept here",
    )
    oidc_default_role: Literal["", "viewer", "rater", "senior", "developer", "tf"] = Field("", description="where no claim fits")
    backup_at: str = Field(
        "03:00", pattern=r"^(?:(?:[01]\d|2[0-3]):[0-5]\d|off)$", examples=["03:00"],
        description="when every night a backup is made where people log in, by this machine's clock; off: never",
    )
    backup_dir: Folder | None = Field(None, description="where backups are kept; empty: the folder backups in DATA_DIR")
    backup_keep: int = Field(14, ge=1, le=3650, description="how many nightly backups stay; others are never removed")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @property
    def remote_keys(self) -> frozenset[str]:
        """The models that ENGINE_URL names."""
        return frozenset(entry.partition("=")[0].partition("@")[0] for entry in self.engine_url.split(";") if entry)


def _allowed(name: str) -> str:
    schema: dict[str, Any] = Settings.model_json_schema()["properties"][name]
    if "examples" in schema:
        return f"{schema['examples'][0]} 꼴"
    if "enum" in schema:
        return " · ".join(map(str, schema["enum"]))
    if "minimum" in schema or "maximum" in schema:
        return f"{schema.get('minimum')} 이상 {schema.get('maximum')} 이하의 {'정수' if schema['type'] == 'integer' else '수'}"
    return f"{schema['pattern']} 꼴" if "pattern" in schema else "올바른 값"


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the process's settings.

    Raises:
        SettingError: a value is not allowed; the message names the variable and what is.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise SettingError(
            f"환경 변수 {name.upper()}의 값 {first['input']!r}은(는) 쓸 수 없습니다. 쓸 수 있는 값: {_allowed(name)}."
        ) from error
