"""Exact points for the geometry figures: every length and angle of a figure is laid out by these, never by eye."""

from __future__ import annotations

import math
from collections.abc import Sequence

Point = tuple[float, float]


def polar(centre: Point, radius: float, degrees: float) -> Point:
    """Return the point at a distance and a direction from ``centre``."""
    return centre[0] + radius * math.cos(math.radians(degrees)), centre[1] + radius * math.sin(math.radians(degrees))


def between(start: Point, end: Point, share: float) -> Point:
    """Return the point that lies ``share`` of the way from ``start`` to ``end``."""
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])


def turned(points: Sequence[Point], degrees: float) -> tuple[Point, ...]:
    """Return the points turned about the origin."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return tuple((x * cos - y * sin, x * sin + y * cos) for x, y in points)


def triangle(ab: float, bc: float, ca: float) -> tuple[Point, Point, Point]:
    """Return A, B, C of the triangle with these sides: B at the origin, C to its right, A above."""
    x = (ab**2 + bc**2 - ca**2) / (2 * bc)
    return (x, math.sqrt(ab**2 - x**2)), (0.0, 0.0), (float(bc), 0.0)


def incircle(a: Point, b: Point, c: Point) -> tuple[Point, float]:
    """Return centre and radius of a triangle's inscribed circle."""
    opposite = (math.dist(b, c), math.dist(c, a), math.dist(a, b))
    around = sum(opposite)
    centre = tuple(sum(side * point[axis] for side, point in zip(opposite, (a, b, c), strict=True)) / around
                   for axis in (0, 1))
    area = abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2
    return (centre[0], centre[1]), 2 * area / around


def angle_at(vertex: Point, start: Point, end: Point) -> float:
    """Return the angle between the rays vertex→start and vertex→end, in degrees from 0 to 180."""
    ray, other = ((point[0] - vertex[0], point[1] - vertex[1]) for point in (start, end))
    return math.degrees(abs(math.atan2(ray[0] * other[1] - ray[1] * other[0], ray[0] * other[0] + ray[1] * other[1])))
