"""The losses of a training, step by step: for TensorBoard, for a picture, and for going on where it was left."""

from pathlib import Path
from typing import Any, Final

from torch.utils.tensorboard import SummaryWriter

# (step, value) of each tag.
Points = dict[str, list[tuple[int, float]]]

LEARNT: Final = "loss"
HELD_OUT: Final = "eval_eval_loss"
# Width and height in inches; 120 points each.
SIZE: Final = (8, 4.5)


class Curve:
    """What simpletransformers takes for its TensorBoard writer. `points` are those up to step `resumed_at`."""

    def __init__(self, folder: Path, points: Points, resumed_at: int = 0) -> None:
        self.points: Final = {tag: [(step, value) for step, value in some] for tag, some in points.items()}
        self._writer: Final = SummaryWriter(str(folder), purge_step=resumed_at + 1 if resumed_at else None)
        # After a resumption its first mean is one of fewer steps, divided by all.
        self._is_wrong = resumed_at > 0

    def add_scalar(self, tag: str, value: float, step: int) -> None:
        if tag == LEARNT and self._is_wrong:
            self._is_wrong = False
            return
        self.points.setdefault(tag, []).append((step, float(value)))
        self._writer.add_scalar(tag, value, step)

    def last(self, tag: str) -> float | None:
        return self.points[tag][-1][1] if self.points.get(tag) else None

    def close(self) -> None:
        self._writer.close()


def draw(points: Points, file: Path, title: str) -> None:
    """A PNG with both losses in nats a token over the steps."""
    # It takes a second to load, and only the end of a training needs it.
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZE, layout="constrained")
    axes: Any = figure.add_subplot()
    for tag, label, style in ((LEARNT, "learnt", "-"), (HELD_OUT, "held out", "o-")):
        if some := points.get(tag):
            axes.plot(*zip(*some, strict=True), style, label=label, linewidth=1.5, markersize=4)
    axes.set(title=title, xlabel="step", ylabel="loss (nats a token)")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(file, dpi=120)
