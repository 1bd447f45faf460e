"""삼각형과 사각형의 성질: eight families in four concepts."""

from core.items.generator.units.triangles_quadrilaterals import centres, isosceles, parallelogram, quadrilaterals

FAMILIES = isosceles.FAMILIES + centres.FAMILIES + parallelogram.FAMILIES + quadrilaterals.FAMILIES
