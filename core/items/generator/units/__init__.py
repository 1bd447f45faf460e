"""The grade's six units; every unit package exports FAMILIES."""
