"""The one wire form: UTF-8 JSON with camelCase names, frozen models, unknown fields refused."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

# Reddit's own limits: people paste whole posts, and a table row holds them.
TEXT_LIMIT = 40_000
TOPIC_LIMIT = 300
# A comment id must survive JavaScript's numbers.
LARGEST_ID = 2**53 - 1

CHANNEL_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_]{1,31}$"
NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{1,31}$"
PICTURE_PATTERN = r"^[0-9a-f]{64}\.(png|webp|jpg)$"

ChannelName = Annotated[str, StringConstraints(pattern=CHANNEL_PATTERN)]
PersonName = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
PictureName = Annotated[str, StringConstraints(pattern=PICTURE_PATTERN)]
CommentId = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Revision = Annotated[int, Field(ge=0, le=LARGEST_ID)]
Milliseconds = Annotated[int, Field(ge=0, le=LARGEST_ID)]


# For fields that came later: a process that knows them says nothing of them to one that does not, unless it must.
LEFT_OUT_IF_UNSET = Field(exclude_if=lambda value: not value)


class Wire(BaseModel):
    """Base of everything that crosses a process boundary."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        # What was typed does not get into a log by way of an error.
        hide_input_in_errors=True,
        json_schema_serialization_defaults_required=True,
    )

    def to_json(self) -> str:
        """ASCII JSON: control characters and lone surrogates are escaped, so it is safe inside the XML of a queue."""
        return self.model_dump_json(ensure_ascii=True)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Raises pydantic.ValidationError."""
        return cls.model_validate_json(text)
