"""확률: four concepts of two problem types each."""

from core.items.generator.units.probability import arrangements, chances, combined_chances, counting

FAMILIES = counting.FAMILIES + arrangements.FAMILIES + chances.FAMILIES + combined_chances.FAMILIES
