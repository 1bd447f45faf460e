"""모델 비교: one query through several systems, side by side."""

from __future__ import annotations

from pages.widgets import results


def main() -> None:
    """Draw the page."""
    results.calm("준비 중입니다.")


main()
