"""일차함수: four concepts of two problem types each."""

from core.items.generator.units.linear_functions import applications, graphs, meeting_lines, values

FAMILIES = values.FAMILIES + graphs.FAMILIES + applications.FAMILIES + meeting_lines.FAMILIES
