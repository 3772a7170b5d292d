"""The rows of a picture: its partition is its name, so that one transaction holds it and what refers to it.

| row key                                | what it is                                                       |
| `file`                                 | the picture; each new reference replaces it, so that its ETag tells |
| `message!` + channel + `!` + comment id | a message that shows it                                          |
| `upload!` + person                     | somebody who sent it, and may still post it                      |

The partition `due` holds what is to be looked at, and when: the time, then the name.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from contracts.message import Image
from contracts.wire import LEFT_OUT_IF_UNSET, Milliseconds, PictureName, Wire
from hub.log.rows import Row, row
from hub.log.tables import from_chunks
from hub.people import Person

# Before all others, so that it is read however many refer to it.
FILE_KEY: Final = "file"
MESSAGE_PREFIX: Final = "message!"
UPLOAD_PREFIX: Final = "upload!"
DUE: Final = "due"


class Kept(Wire):
    """A picture in blob storage. `condemned_at`: when nothing was found that refers to it; in ms since 1970.

    `is_struck`: its bytes are being deleted. The row outlives them: a picture without one would be open to everybody.
    """

    container: str
    image: Image
    condemned_at: Milliseconds | None = None
    is_struck: Annotated[bool, LEFT_OUT_IF_UNSET] = False


class Shown(Wire):
    """A message that shows a picture; `at`: when it was referred to, a moment before the message was written."""

    channel: str
    comment_id: int
    at: Milliseconds


class Sent(Wire):
    """Somebody who sent a picture."""

    name: str
    at: Milliseconds

    def is_by(self, person: Person) -> bool:
        """Whether it was this holder of the name."""
        return self.name == person.name and self.at >= person.since


@dataclass(frozen=True)
class Entry:
    """What the table says of a picture. No `kept`: it is older than the table, or it is not there."""

    kept: Kept | None
    etag: str
    shown: tuple[Shown, ...]
    sent: tuple[Sent, ...]


def entry(entities: list[Any]) -> Entry:
    """A partition's rows, read."""
    bodies = {str(entity["RowKey"]): from_chunks(entity) for entity in entities}
    etag = next((entity.metadata["etag"] for entity in entities if entity["RowKey"] == FILE_KEY), "")
    return Entry(
        kept=Kept.from_json(bodies[FILE_KEY]) if FILE_KEY in bodies else None,
        etag=str(etag),
        shown=tuple(Shown.from_json(body) for key, body in bodies.items() if key.startswith(MESSAGE_PREFIX)),
        sent=tuple(Sent.from_json(body) for key, body in bodies.items() if key.startswith(UPLOAD_PREFIX)),
    )


def message_key(channel: str, comment_id: int) -> str:
    return f"{MESSAGE_PREFIX}{channel}!{comment_id:016d}"


def upload_key(name: str) -> str:
    return f"{UPLOAD_PREFIX}{name.lower()}"


def due_row(at: int, name: PictureName) -> Row:
    return {"PartitionKey": DUE, "RowKey": f"{at:016d}!{name}"}


def shown_row(name: PictureName, shown: Shown) -> Row:
    return row(name, message_key(shown.channel, shown.comment_id), shown)


def sent_row(name: PictureName, sent: Sent) -> Row:
    return row(name, upload_key(sent.name), sent)
