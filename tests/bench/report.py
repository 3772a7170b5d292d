"""How figures are condensed and shown."""

from collections.abc import Iterable, Sequence

Figures = dict[str, object]


def percentile(values: Iterable[float], share: float) -> float:
    """The value that `share` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def median(values: Iterable[float]) -> float:
    return percentile(values, 0.5)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Prints rows under their columns; numbers to three digits."""
    lines = [list(columns), *([_shown(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    print(f"\n{title}")
    for line in lines:
        first, *others = (cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        print("  ".join([line[0].ljust(len(first)), *others]), flush=True)


def verdict(what: str, value: float, bound: float, at_most: bool = False) -> str:
    """Prints whether a target is met; returns the word."""
    is_met = value <= bound if at_most else value >= bound
    word = "met" if is_met else "missed"
    print(
        f"{word}: {what} {_shown(value)} (target: {'at most' if at_most else 'at least'} {_shown(bound)})", flush=True
    )
    return word


def _shown(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:.3g}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
