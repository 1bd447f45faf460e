r"""Terms as a textbook typesets them: no ``1x``, no ``+ -3``, no ``x^1``, fractions with their sign in front."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

Number = int | Fraction


def number(value: Number) -> str:
    r"""Return an integer or a fraction in lowest terms: ``-3``, ``-\frac{3}{2}``."""
    value = Fraction(value)
    if value.denominator == 1:
        return str(value.numerator)
    return ("-" if value < 0 else "") + frac(abs(value.numerator), value.denominator)


def frac(top: object, bottom: object) -> str:
    r"""Return ``\frac{top}{bottom}`` as given, not reduced."""
    return rf"\frac{{{top}}}{{{bottom}}}"


def power(base: str, exponent: int) -> str:
    """Return ``x^{3}``; ``x`` for the first power and nothing for the zeroth."""
    return "" if exponent == 0 else base if exponent == 1 else f"{base}^{{{exponent}}}"


def monomial(coefficient: Number, powers: Mapping[str, int] | None = None) -> str:
    r"""Return a term: ``monomial(-1, {"x": 2, "y": 1})`` is ``-x^{2}y``."""
    letters = "".join(power(base, exponent) for base, exponent in (powers or {}).items())
    if letters and abs(coefficient) == 1:
        return ("-" if coefficient < 0 else "") + letters
    return number(coefficient) + letters


def joined(terms: Iterable[str]) -> str:
    """Return the terms as a sum, each with its own sign; empty and zero terms fall away (``0`` if none is left)."""
    kept = [term for term in terms if term not in ("", "0")]
    return "".join(term if not place or term.startswith("-") else f"+{term}" for place, term in enumerate(kept)) or "0"


def linear(a: Number, b: Number, var: str = "x") -> str:
    """Return ``ax+b``: ``linear(-1, 3)`` is ``-x+3``."""
    return polynomial((a, {var: 1}), (b, {}))


def polynomial(*terms: tuple[Number, Mapping[str, int]]) -> str:
    """Return the sum of (coefficient, powers) terms in the order given; terms with coefficient 0 fall away."""
    return joined(monomial(coefficient, powers) for coefficient, powers in terms if coefficient)


def two_var(a: Number, b: Number, names: tuple[str, str] = ("x", "y")) -> str:
    """Return ``ax+by``."""
    return polynomial((a, {names[0]: 1}), (b, {names[1]: 1}))


def signed(value: Number) -> str:
    r"""Return the value with its sign, for use inside a sum: ``+3``, ``-\frac{1}{2}``."""
    text = number(value)
    return text if text.startswith("-") else f"+{text}"


def bracketed(value: Number) -> str:
    """Return the value, in parentheses if negative, for use as a factor."""
    text = number(value)
    return f"({text})" if text.startswith("-") else text


def recurring(whole: int, fixed: str, cycle: str) -> str:
    r"""Return a recurring decimal with its dots: ``recurring(0, "1", "27")`` is ``0.1\dot{2}\dot{7}``."""
    if len(cycle) == 1:
        return rf"{whole}.{fixed}\dot{{{cycle}}}"
    return rf"{whole}.{fixed}\dot{{{cycle[0]}}}{cycle[1:-1]}\dot{{{cycle[-1]}}}"
