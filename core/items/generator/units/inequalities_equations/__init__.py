"""부등식과 방정식: linear inequalities, systems of linear equations, and the stories both are for."""

from core.items.generator.units.inequalities_equations import inequalities, inequality_stories, system_stories, systems

FAMILIES = inequalities.FAMILIES + inequality_stories.FAMILIES + systems.FAMILIES + system_stories.FAMILIES
