"""The kinds of bot: a file each, imported when first needed, and the lane that its work runs in.

The file of a kind has `open_model(source, device)`, which loads a model from a folder or by its id on a hub, and
raises ModelUnavailableError or OutOfMemoryError.
"""

from dataclasses import dataclass
from typing import Final, Literal, get_args

from contracts.bots import BotKind

LaneName = Literal["text", "vision", "remote", "picture"]
LANES: Final[tuple[LaneName, ...]] = get_args(LaneName)


@dataclass(frozen=True)
class Kind:
    lane: LaneName
    module: str


KINDS: Final[dict[BotKind, Kind]] = {
    "echo": Kind("text", "engine.kinds.echo"),
    "gpt2": Kind("text", "engine.kinds.gpt2"),
    "chat": Kind("text", "engine.kinds.chat"),
    "vision": Kind("vision", "engine.kinds.vision"),
    "remote": Kind("remote", "engine.kinds.remote"),
    "diffusion": Kind("picture", "engine.kinds.painting"),
}
