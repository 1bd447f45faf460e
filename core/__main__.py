"""``python -m core VERB``: the command line, another face of the same functions the pages call."""

import sys

try:
    from core.cli.main import main
except ModuleNotFoundError as error:
    # The one error that can come before anything of ours runs: say how to mend it instead of a traceback.
    sys.exit(f"Python 패키지 {error.name}이(가) 없습니다. 프로젝트 폴더에서 `make install`을 실행해 주세요.")

sys.exit(main())
