"""닮음과 피타고라스 정리: eight families in four concepts."""

from core.items.generator.units.similarity_pythagoras import (
    parallel_lines,
    pythagoras,
    similar_figures,
    triangle_similarity,
)

FAMILIES = similar_figures.FAMILIES + triangle_similarity.FAMILIES + parallel_lines.FAMILIES + pythagoras.FAMILIES
