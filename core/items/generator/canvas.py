"""The drawing board of the item figures: a thin layer over matplotlib that knows what a textbook draws.

Units are the figure's own coordinates; Hangul is set in Pretendard, formulas (between dollar signs) in Computer Modern.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Sequence

import matplotlib
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Arc, Circle, FancyBboxPatch, Polygon
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox, ScaledTranslation

from core.settings import PROJECT_DIR

matplotlib.rcParams["mathtext.fontset"] = "cm"
matplotlib.rcParams["axes.unicode_minus"] = False
_HANGUL = font_manager.FontProperties(fname=str(PROJECT_DIR / "data" / "fonts" / "Pretendard-Regular.ttf"))
INK = "#1b1f24"
SHADE = "#d9e2ec"

MARGIN = 0.08  # inches of white around the drawing

Point = tuple[float, float]


class Canvas:
    """One figure. Draw with its methods, then take ``png()``.

    Labels of segments, spans and angles are measured and set clear of the line or rays they belong to.
    """

    def __init__(self, width: float = 3.2, height: float = 2.6, *, equal: bool = True) -> None:
        """Make a blank figure of ``width`` × ``height`` inches; ``equal`` keeps one unit as long in x as in y."""
        self._figure = Figure(figsize=(width, height))
        self._pixels = FigureCanvasAgg(self._figure).get_renderer()
        self._late: list[Callable[[], None]] = []
        self.axes = self._figure.add_axes((0.02, 0.02, 0.96, 0.96))
        self.axes.axis("off")
        if equal:
            self.axes.set_aspect("equal", adjustable="datalim")

    def text(self, at: Point, words: str, *, size: float = 11, offset: Point = (0, 0), colour: str = INK,
             align: str = "center") -> None:
        """Set words (Hangul, ``$formula$``) centred at a point; ``offset`` is in points (1/72 inch)."""
        self._words(at, words, size=size, offset=offset, colour=colour, align=align)
        self.axes.update_datalim([at])
        self.axes.autoscale_view()

    def _words(self, at: Point, words: str, *, size: float, offset: Point = (0, 0), colour: str = INK,
               align: str = "center") -> Annotation:
        words = re.sub(r"°(?=[^$]*\$(?:[^$]*\$[^$]*\$)*[^$]*$)", r"^{\\circ}", words).replace(r"^\circ", r"^{\circ}")
        return self.axes.annotate(words, at, xytext=offset, textcoords="offset points", ha=align, va="center",
                                  fontproperties=_HANGUL, fontsize=size, color=colour)

    def _half(self, label: Annotation) -> Point:
        """Return half the width and half the height of a set label, in points."""
        box, scale = label.get_window_extent(self._pixels), 36 / self._figure.dpi
        return box.width * scale, box.height * scale

    def dot(self, at: Point, label: str = "", *, offset: Point = (0, 9), filled: bool = True) -> None:
        """Mark a point, with a label beside it."""
        self.axes.plot(*at, "o", ms=4, color=INK, mfc=INK if filled else "white")
        if label:
            self.text(at, label, offset=offset)

    def segment(self, start: Point, end: Point, label: str = "", *, dashed: bool = False, arrow: bool = False,
                ticks: int = 0, offset: Point | None = None, width: float = 1.3) -> None:
        """Draw a segment, its length label on the left of its middle, ``ticks`` strokes marking equal lengths."""
        style = {"color": INK, "lw": width, "ls": "--" if dashed else "-"}
        self.axes.plot([start[0], end[0]], [start[1], end[1]], solid_capstyle="round", **style)
        if arrow:
            self.axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": INK, "lw": width})
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        length = math.dist(start, end) or 1.0
        along = ((end[0] - start[0]) / length, (end[1] - start[1]) / length)
        normal = (-along[1], along[0])
        tilt = math.degrees(math.atan2(along[1], along[0]))
        for number in range(ticks):
            shift = (number - (ticks - 1) / 2) * 3.5 / 72
            place = ScaledTranslation(along[0] * shift, along[1] * shift, self._figure.dpi_scale_trans)
            self.axes.plot(*middle, marker=(2, 2, tilt), ms=8, mew=1.1, color=INK, transform=self.axes.transData + place)
        if label:
            self._beside(middle, normal, label, offset=offset)

    def span(self, start: Point, end: Point, label: str, *, bulge: float = 0.16) -> None:
        """Mark a length by a dashed arc on the left of start→end, its label on a white gap in the arc's middle.

        ``bulge`` is the arc's height as a share of the length.
        """
        across = (start[1] - end[1], end[0] - start[0])

        def on_arc(share: float) -> Point:
            height = bulge * 4 * share * (1 - share)
            return (start[0] + share * (end[0] - start[0]) + height * across[0],
                    start[1] + share * (end[1] - start[1]) + height * across[1])
        self.axes.plot(*zip(*(on_arc(step / 40) for step in range(41)), strict=True), color=INK, lw=0.9, ls=(0, (4, 3)))
        words = self._words(on_arc(0.5), label, size=10)
        words.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1.2})
        self.axes.autoscale_view()

    def _beside(self, at: Point, normal: Point, label: str, *, offset: Point | None) -> None:
        words = self._words(at, label, size=11)
        if offset is None:
            wide, high = self._half(words)
            clear = abs(normal[0]) * wide + abs(normal[1]) * high + 4
            offset = (normal[0] * clear, normal[1] * clear)
        words.set_position(offset)

    def polygon(self, points: Sequence[Point], labels: Sequence[str] = (), *, shade: bool = False, gap: float = 10) -> None:
        """Draw a closed polygon; each vertex label stands outside, away from the centre by ``gap`` points."""
        self.axes.add_patch(Polygon(points, closed=True, fill=shade, facecolor=SHADE, edgecolor=INK, lw=1.4, joinstyle="round"))
        self.axes.update_datalim(list(points))
        self.axes.autoscale_view()
        centre = (sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points))
        for point, label in zip(points, labels, strict=False):
            away = (point[0] - centre[0], point[1] - centre[1])
            scale = gap / (math.hypot(*away) or 1.0)
            self.text(point, label, offset=(away[0] * scale, away[1] * scale))

    def circle(self, centre: Point, radius: float, *, shade: bool = False, dashed: bool = False) -> None:
        """Draw a circle."""
        self.axes.add_patch(Circle(centre, radius, fill=shade, facecolor=SHADE, edgecolor=INK, lw=1.4,
                                   ls="--" if dashed else "-"))
        self.axes.update_datalim([(centre[0] - radius, centre[1] - radius), (centre[0] + radius, centre[1] + radius)])
        self.axes.autoscale_view()

    def angle(self, vertex: Point, start: Point, end: Point, label: str = "", *, radius: float = 0.5) -> None:
        """Mark the angle from ray vertex→start counter-clockwise to vertex→end.

        The label stands on the bisector, just outside the arc and between the rays.
        """
        first = math.degrees(math.atan2(start[1] - vertex[1], start[0] - vertex[0]))
        last = math.degrees(math.atan2(end[1] - vertex[1], end[0] - vertex[0]))
        if last < first:
            last += 360
        self.axes.add_patch(Arc(vertex, 2 * radius, 2 * radius, theta1=first, theta2=last, color=INK, lw=1.1))
        if not label:
            return
        middle, half = math.radians((first + last) / 2), math.radians((last - first) / 2)
        toward = (math.cos(middle), math.sin(middle))

        def place() -> None:
            words = self._words(vertex, label, size=10)
            wide, high = self._half(words)
            scale = 72 / self._figure.dpi
            arc = math.dist(self.axes.transData.transform(vertex),
                            self.axes.transData.transform((vertex[0] + radius, vertex[1]))) * scale
            away = arc + abs(toward[0]) * wide + abs(toward[1]) * high + 1.5
            if half < math.pi / 2:
                for ray in (middle - half, middle + half):
                    clear = abs(math.sin(ray)) * wide + abs(math.cos(ray)) * high + 1.5
                    away = max(away, clear / math.sin(half))
            words.set_position((toward[0] * away, toward[1] * away))
        self._late.append(place)

    def right_angle(self, vertex: Point, start: Point, end: Point, *, size: float = 0.3) -> None:
        """Mark a right angle with a small square."""
        def step(toward: Point) -> Point:
            length = math.dist(vertex, toward) or 1.0
            return ((toward[0] - vertex[0]) / length * size, (toward[1] - vertex[1]) / length * size)
        one, two = step(start), step(end)
        corner = [(vertex[0] + one[0], vertex[1] + one[1]), (vertex[0] + one[0] + two[0], vertex[1] + one[1] + two[1]),
                  (vertex[0] + two[0], vertex[1] + two[1])]
        self.axes.plot(*zip(*corner, strict=True), color=INK, lw=1.0)

    def plane(self, x_range: tuple[float, float], y_range: tuple[float, float], *, grid: bool = False) -> None:
        """Draw coordinate axes with arrow heads, the names x and y and the origin O."""
        (left, right), (low, high) = x_range, y_range
        if grid:
            for value in range(math.ceil(left), math.floor(right) + 1):
                self.axes.plot([value, value], [low, high], color="#d5dae0", lw=0.6, zorder=0)
            for value in range(math.ceil(low), math.floor(high) + 1):
                self.axes.plot([left, right], [value, value], color="#d5dae0", lw=0.6, zorder=0)
        for start, end, name, offset in (((left, 0), (right, 0), "$x$", (2, -9)), ((0, low), (0, high), "$y$", (-9, 0))):
            self.axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": INK, "lw": 1.1,
                                                           "shrinkA": 0, "shrinkB": 0})
            self.text(end, name, offset=offset)
        self.axes.update_datalim([(left, low), (right, high)])
        self.axes.autoscale_view()
        self.text((0, 0), "O", size=10, offset=(-7, -8))

    def curve(self, function: Callable[[float], float], x_range: tuple[float, float], label: str = "", *,
              label_at: float | None = None, offset: Point = (12, 8), dashed: bool = False) -> None:
        """Draw y = function(x) over a range; the label stands at x = ``label_at`` (the right end if None)."""
        left, right = x_range
        xs = [left + (right - left) * step / 120 for step in range(121)]
        self.axes.plot(xs, [function(x) for x in xs], color=INK, lw=1.5, ls="--" if dashed else "-")
        if label:
            x = right if label_at is None else label_at
            self.text((x, function(x)), label, offset=offset)

    def table(self, rows: Sequence[Sequence[str]], *, header: bool = True, column_width: float = 1.6,
              row_height: float = 0.6) -> None:
        """Draw a ruled table; the first row is shaded when ``header``."""
        for row_number, row in enumerate(rows):
            for column, words in enumerate(row):
                x, y = column * column_width, -row_number * row_height
                self.axes.add_patch(Polygon([(x, y), (x + column_width, y), (x + column_width, y - row_height), (x, y - row_height)],
                                            closed=True, fill=header and row_number == 0, facecolor=SHADE, edgecolor=INK, lw=1.0))
                self.text((x + column_width / 2, y - row_height / 2), words, size=10)
        self.axes.update_datalim([(0, 0), (column_width * max(map(len, rows)), -row_height * len(rows))])
        self.axes.autoscale_view()

    def box(self, centre: Point, words: str, *, width: float = 1.6, height: float = 0.7, shade: bool = False) -> None:
        """Draw a rounded box with words in it (cards, balls' bags, flow and tree diagrams)."""
        self.axes.add_patch(FancyBboxPatch((centre[0] - width / 2, centre[1] - height / 2), width, height,
                                           boxstyle="round,pad=0,rounding_size=0.12", fill=True,
                                           facecolor=SHADE if shade else "white", edgecolor=INK, lw=1.2))
        self.axes.update_datalim([(centre[0] - width / 2, centre[1] - height / 2), (centre[0] + width / 2, centre[1] + height / 2)])
        self.axes.autoscale_view()
        self.text(centre, words)

    def png(self, *, dpi: int = 144) -> bytes:
        """Return the figure as PNG bytes on white, cropped to what was drawn; equal drawings give equal bytes."""
        self._figure.draw_without_rendering()  # settles the scale that the late labels are measured by
        while self._late:
            self._late.pop(0)()
        drawn = [*self.axes.lines, *self.axes.patches, *self.axes.texts, *self.axes.collections, *self.axes.tables]
        boxes = [artist.get_tightbbox(self._pixels) for artist in drawn]
        whole = Bbox.union([box for box in boxes if box is not None and all(map(math.isfinite, box.extents))])
        crop = whole.padded(MARGIN * self._figure.dpi).transformed(self._figure.dpi_scale_trans.inverted())
        buffer = io.BytesIO()
        self._figure.savefig(buffer, format="png", dpi=dpi, facecolor="white", bbox_inches=crop,
                             metadata={"Software": None})
        return buffer.getvalue()
