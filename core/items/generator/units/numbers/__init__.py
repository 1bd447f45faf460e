"""수와 식: recurring and terminating decimals, laws of exponents, monomials and polynomials."""

from core.items.generator.units.numbers import exponent_laws, polynomials, recurring_decimals, terminating_decimals

FAMILIES = (
    recurring_decimals.FAMILIES + terminating_decimals.FAMILIES + exponent_laws.FAMILIES + polynomials.FAMILIES
)
