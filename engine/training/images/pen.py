"""A pen that draws in units of a figure's radius around its centre, whatever the size of the paper."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL.ImageDraw import ImageDraw

Colour = tuple[int, int, int]
Point = tuple[float, float]

DARK: Colour = (25, 25, 25)
LIGHT: Colour = (235, 235, 235)


@dataclass(frozen=True, slots=True)
class Pen:
    """x grows to the right and y downwards; (0, 0) is the centre of the figure and 1 its radius."""

    paper: ImageDraw
    x: float
    y: float
    radius: float
    colour: Colour
    background: Colour

    @property
    def contrast(self) -> Colour:
        """The colour of eyes and doors: seen on the figure whatever the figure's colour."""
        return DARK if sum(self.colour) > 200 else LIGHT

    @property
    def shade(self) -> Colour:
        """A darker tone for a second surface of the same thing; black has none, so it turns grey."""
        red, green, blue = (round(part * 0.6) for part in self.colour)
        return (red, green, blue) if sum(self.colour) > 120 else (90, 90, 90)

    def point(self, x: float, y: float) -> Point:
        return self.x + x * self.radius, self.y + y * self.radius

    def disc(self, x: float, y: float, rx: float, ry: float, fill: Colour) -> None:
        self.paper.ellipse((*self.point(x - rx, y - ry), *self.point(x + rx, y + ry)), fill=fill)

    def box(self, left: float, top: float, right: float, bottom: float, fill: Colour) -> None:
        self.paper.rectangle((*self.point(left, top), *self.point(right, bottom)), fill=fill)

    def polygon(self, points: Sequence[Point], fill: Colour) -> None:
        self.paper.polygon([self.point(x, y) for x, y in points], fill=fill)

    def line(self, start: Point, end: Point, width: float, fill: Colour) -> None:
        self.paper.line((*self.point(*start), *self.point(*end)), fill=fill, width=self._pixels(width))

    def circle(self, width: float, fill: Colour) -> None:
        self.paper.ellipse((*self.point(-1, -1), *self.point(1, 1)), outline=fill, width=self._pixels(width))

    def smile(self, left: float, top: float, right: float, bottom: float, width: float, fill: Colour) -> None:
        corners = (*self.point(left, top), *self.point(right, bottom))
        self.paper.arc(corners, 20, 160, fill=fill, width=self._pixels(width))

    def _pixels(self, width: float) -> int:
        return max(3, round(width * self.radius))
