"""The things that ImageBot can paint, each drawn with a few strokes of the pen."""

import math
from collections.abc import Callable

from engine.training.images.pen import Colour, Pen

YELLOW: Colour = (245, 215, 50)
BROWN: Colour = (125, 75, 40)
PINK: Colour = (240, 120, 150)
GLASS: Colour = (190, 225, 240)
COMB: Colour = (225, 45, 45)
BEAK: Colour = (245, 165, 40)
SIDES = (-1, 1)


def circle(pen: Pen) -> None:
    pen.disc(0, 0, 1, 1, pen.colour)


def square(pen: Pen) -> None:
    pen.box(-0.85, -0.85, 0.85, 0.85, pen.colour)


def triangle(pen: Pen) -> None:
    pen.polygon([(0, -1), (1, 0.85), (-1, 0.85)], pen.colour)


def star(pen: Pen) -> None:
    tips = [(1.1 if i % 2 == 0 else 0.46, i * math.pi / 5 - math.pi / 2) for i in range(10)]
    pen.polygon([(length * math.cos(angle), length * math.sin(angle)) for length, angle in tips], pen.colour)


def heart(pen: Pen) -> None:
    turns = [i * math.tau / 60 for i in range(60)]
    # The well-known heart curve, 16 units wide on each side.
    pen.polygon(
        [
            (
                math.sin(a) ** 3,
                -(13 * math.cos(a) - 5 * math.cos(2 * a) - 2 * math.cos(3 * a) - math.cos(4 * a)) / 16,
            )
            for a in turns
        ],
        pen.colour,
    )


def ring(pen: Pen) -> None:
    pen.circle(0.38, pen.colour)


def diamond(pen: Pen) -> None:
    pen.polygon([(0, -1.1), (0.8, 0), (0, 1.1), (-0.8, 0)], pen.colour)


def cross(pen: Pen) -> None:
    pen.box(-0.3, -1, 0.3, 1, pen.colour)
    pen.box(-1, -0.3, 1, 0.3, pen.colour)


def house(pen: Pen) -> None:
    pen.box(-0.75, -0.15, 0.75, 1, pen.colour)
    pen.polygon([(-1, -0.15), (0, -1), (1, -0.15)], pen.shade)
    pen.box(-0.18, 0.4, 0.18, 1, pen.contrast)
    pen.box(0.32, 0.1, 0.6, 0.38, pen.contrast)


def tree(pen: Pen) -> None:
    pen.box(-0.15, 0.3, 0.15, 1, BROWN)
    pen.disc(0, -0.275, 0.7, 0.725, pen.colour)


def sun(pen: Pen) -> None:
    pen.disc(0, 0, 0.55, 0.55, pen.colour)
    for angle in (i * math.tau / 8 for i in range(8)):
        x, y = math.cos(angle), math.sin(angle)
        pen.line((0.7 * x, 0.7 * y), (1.1 * x, 1.1 * y), 0.14, pen.colour)


def moon(pen: Pen) -> None:
    pen.disc(0, 0, 1, 1, pen.colour)
    pen.disc(0.45, -0.15, 0.9, 0.9, pen.background)


def flower(pen: Pen) -> None:
    for angle in (i * math.tau / 6 for i in range(6)):
        pen.disc(0.6 * math.cos(angle), 0.6 * math.sin(angle), 0.4, 0.4, pen.colour)
    is_yellow = pen.colour[0] > 200 and pen.colour[1] > 180 and pen.colour[2] < 100
    pen.disc(0, 0, 0.33, 0.33, BROWN if is_yellow else YELLOW)


def fish(pen: Pen) -> None:
    pen.disc(-0.225, 0, 0.775, 0.55, pen.colour)
    pen.polygon([(0.35, 0), (1.05, -0.55), (1.05, 0.55)], pen.colour)
    pen.disc(-0.61, -0.17, 0.11, 0.11, pen.contrast)


def boat(pen: Pen) -> None:
    pen.polygon([(-1, 0.35), (1, 0.35), (0.6, 0.9), (-0.6, 0.9)], pen.colour)
    pen.box(-0.06, -1, 0.06, 0.35, pen.contrast)
    pen.polygon([(0.12, -0.95), (0.85, 0.2), (0.12, 0.2)], pen.colour)


def cat(pen: Pen) -> None:
    for side in SIDES:
        pen.polygon([(0.85 * side, -1.05), (0.15 * side, -0.5), (0.8 * side, 0)], pen.colour)
    pen.disc(0, 0.15, 0.9, 0.8, pen.colour)
    for side in SIDES:
        pen.disc(0.4 * side, 0.025, 0.14, 0.175, pen.contrast)
        pen.line((0.25 * side, 0.45), (side, 0.35), 0.05, pen.contrast)
        pen.line((0.25 * side, 0.61), (side, 0.67), 0.05, pen.contrast)
    pen.polygon([(-0.12, 0.3), (0.12, 0.3), (0, 0.45)], PINK)


def dog(pen: Pen) -> None:
    pen.disc(0, 0, 0.75, 0.85, pen.colour)
    for side in SIDES:
        pen.disc(0.8 * side, 0, 0.25, 0.7, pen.shade)
        pen.disc(0.3 * side, -0.2, 0.13, 0.16, pen.contrast)
    pen.disc(0, 0.28, 0.24, 0.17, pen.contrast)
    pen.disc(0, 0.62, 0.15, 0.2, PINK)


def chicken(pen: Pen) -> None:
    for x in (-0.3, -0.12, 0.06):
        pen.disc(x - 0.3, -0.95, 0.13, 0.16, COMB)
    pen.disc(-0.42, -0.5, 0.42, 0.42, pen.colour)
    pen.disc(0.12, 0.15, 0.72, 0.58, pen.colour)
    pen.polygon([(0.5, 0.1), (1.1, -0.6), (0.95, 0.3)], pen.colour)
    pen.polygon([(-0.8, -0.55), (-1.15, -0.38), (-0.8, -0.25)], BEAK)
    pen.disc(-0.5, -0.55, 0.1, 0.1, pen.contrast)
    for x in (-0.05, 0.3):
        pen.line((x, 0.7), (x, 1.05), 0.1, BEAK)


def smiley(pen: Pen) -> None:
    pen.disc(0, 0, 1, 1, pen.colour)
    for side in SIDES:
        pen.disc(0.38 * side, -0.275, 0.13, 0.175, pen.contrast)
    pen.smile(-0.55, -0.4, 0.55, 0.6, 0.12, pen.contrast)


def car(pen: Pen) -> None:
    pen.box(-1, -0.1, 1, 0.45, pen.colour)
    pen.polygon([(-0.6, -0.1), (-0.35, -0.6), (0.4, -0.6), (0.65, -0.1)], pen.colour)
    pen.polygon([(-0.42, -0.14), (-0.25, -0.48), (0.3, -0.48), (0.47, -0.14)], GLASS)
    for side in SIDES:
        pen.disc(0.55 * side, 0.47, 0.25, 0.25, pen.contrast)


FIGURES: dict[str, Callable[[Pen], None]] = {
    figure.__name__: figure
    for figure in (
        *(circle, square, triangle, star, heart, ring, diamond, cross, house, tree),
        *(sun, moon, flower, fish, boat, cat, dog, chicken, smiley, car),
    )
}
