"""The rules by which posts and comments are chosen: one model, from which options, report and manifest come."""

import argparse
from typing import Annotated, Final, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Choice = Literal["keep", "drop"]

# What is always dropped, under these names in the report.
DELETED: Final = "deleted"
UNANSWERED: Final = "no comment left"


class Rules(BaseModel):
    """The defaults are those of ssi-bot. A drop is counted under the name of its rule."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bots: Choice = Field("drop", description="what is written by known bots (known_bots.txt)")
    drop_author: tuple[str, ...] = Field((), description="drop what this user wrote; may be repeated")
    drop_word: tuple[str, ...] = Field((), description="drop texts with this word or words; may be repeated")
    stickied: Choice = Field("drop", description="posts and comments that moderators pinned")
    nsfw: Choice = Field("keep", description="posts marked as for adults")
    link_posts: Choice = Field("keep", description="posts that are a link or a picture")
    bare_titles: Choice = Field("drop", description="text posts without a text")
    min_title_words: Annotated[int, Field(ge=0)] = Field(6, description="drop posts with a shorter title")
    min_post_score: int | None = Field(None, description="drop posts with a lower score")
    min_comment_score: int | None = Field(None, description="drop comments with a lower score")
    bare_links: Choice = Field("drop", description="comments that are nothing but a link")
    own_first_replies: Choice = Field("drop", description="comments on a post by its own author")
    repeats: Choice = Field("drop", description="comments with the text of what they answer, or of what that answers")
    max_depth: Annotated[int, Field(ge=1)] = Field(10, description="drop comments that lie deeper")
    paths: Literal["best", "all"] = Field(
        "best", description="best: one thread a post, always on by the best rated answer; all: one for each last answer"
    )
    duplicates: Choice = Field("drop", description="threads with the same words as an earlier one")
    language: str | None = Field(None, description="drop threads in another language (as en; needs py3langid)")
    tokenizer: str | None = Field(None, description="with max-tokens: the tokenizer's folder or name")
    max_tokens: Annotated[int, Field(ge=1)] | None = Field(
        None, description="shorten longer threads by their last comments, and drop them if none is left"
    )
    toxicity_model: str | None = Field(
        None, description="drop texts that this text classifier (folder or name) finds toxic"
    )
    max_toxicity: Annotated[float, Field(ge=0, le=1)] = Field(0.7, description="the highest score that is not toxic")


def add_options(parser: argparse.ArgumentParser) -> None:
    """One for each rule."""
    group = parser.add_argument_group("rules")
    for name, field in Rules.model_fields.items():
        kinds = get_args(field.annotation) or (field.annotation,)
        default = "none" if field.default in (None, ()) else field.default
        option = f"--{name.replace('_', '-')}"
        text = f"{field.description} (default: {default})"
        if get_origin(field.annotation) is Literal:
            group.add_argument(option, choices=kinds, default=field.default, help=text)
        elif get_origin(field.annotation) is tuple:
            group.add_argument(option, action="append", default=[], metavar="TEXT", help=text)
        else:
            group.add_argument(option, default=field.default, metavar=_metavar(kinds), help=text)


def chosen_rules(arguments: argparse.Namespace, parser: argparse.ArgumentParser) -> Rules:
    """Ends the program with a sentence where a value is none."""
    try:
        rules = Rules.model_validate({name: getattr(arguments, name) for name in Rules.model_fields})
    except ValidationError as error:
        first = error.errors()[0]
        option = str(first["loc"][0]).replace("_", "-")
        parser.error(f"--{option}: {first['msg']}: {first['input']!r}")
    if (rules.tokenizer is None) != (rules.max_tokens is None):
        parser.error("--tokenizer and --max-tokens need each other.")
    return rules


def _metavar(kinds: tuple[object, ...]) -> str:
    return "NAME" if str in kinds else "NUMBER"
