"""Where logs go: one rotating file below the data folder, never the terminal."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler

from core.errors import SettingError
from core.settings import settings

_FORMAT = "%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"


def keep_logs() -> None:
    """Send this process's logs to ``<data folder>/logs/core.log``.

    Raises:
        SettingError: a setting is wrong, or the data folder cannot be written.
    """
    folder = settings().data_dir / "logs"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(folder / "core.log", maxBytes=5_000_000, backupCount=3, encoding="utf-8")
    except OSError as error:
        raise SettingError(f"데이터 폴더 {settings().data_dir}에 쓸 수 없습니다. 쓰기 권한을 주거나 DATA_DIR을 바꿔 주세요.") from error
    handler.setFormatter(logging.Formatter(_FORMAT))
    root = logging.getLogger()
    root.setLevel(settings().log_level)
    if not any(isinstance(kept, RotatingFileHandler) for kept in root.handlers):
        root.addHandler(handler)
