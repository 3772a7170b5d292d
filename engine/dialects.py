"""The three ways of writing a thread as one tagged string that GPT-2 bots in the wild were trained on.

`plain`   `<|soss|>`, every end tag, no names; the oldest.
`open`    `<|soss r/SUB|>`, names, no end tag but the last, line breaks written as `\\n`; the last comment has no name.
`closed`  `<|soss r/SUB|>`, names, every end tag, the whole between `<|startoftext|>` and `<|endoftext|>`.

A link post has `sols`, `sol`, `eol`, `eols` for `soss`, `sost`, `eost`, `eoss`, and nothing between `sol` and `eol`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

import ftfy

Dialect = Literal["plain", "open", "closed"]
CountTokens = Callable[[str], int]

END_OF_TEXT: Final = "<|endoftext|>"
# Any tag: whole, broken, or only begun at the end of a text that is still being written.
TAG: Final = re.compile(r"<\|[^<>|]*(?:\|>?|>)?|<\Z")
_TAG_REST: Final = re.compile(r"\w*\|>")
_ESCAPED: Final = re.compile(r"\\([ntr\\'\"])")
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": ""}
# A tag that the tokenizer spells in plain tokens may cost one token more where it touches the title, the body and
# the answered message.
_SEAM_TOKENS: Final = 6


@dataclass(frozen=True)
class Comment:
    author: str
    text: str


@dataclass(frozen=True)
class Thread:
    """A post and one path of comments under it, the oldest first; each answers the one before."""

    title: str
    body: str
    is_link: bool
    subreddit: str
    comments: tuple[Comment, ...]


def render(dialect: Dialect, thread: Thread, author: str = "") -> str:
    """The whole thread, for training; `author` wrote the post."""
    unnamed = 1 if dialect == "open" else 0
    return _opening(dialect, thread) + "".join(_replies(dialect, thread, author, unnamed)) + _ending(dialect, thread)


def lesson(dialect: Dialect, thread: Thread, author: str = "") -> str:
    """The thread as the bot will meet it: like `render`, but the last comment, the bot's own, has no name."""
    return _opening(dialect, thread) + "".join(_replies(dialect, thread, author, 1)) + _ending(dialect, thread)


def prompt(dialect: Dialect, thread: Thread, author: str, bot: str, count_tokens: CountTokens, limit: int) -> str:
    """What the model is to go on from: the post by `author`, its comments, and the reply tag of `bot`.

    At most `limit` tokens. Title, body and the last comment are shortened where they are long; older comments are left
    out whole, the oldest first. Tags are never cut: where they alone exceed `limit`, the prompt is they alone.
    """
    two_up = thread.comments[-2].author if len(thread.comments) > 1 else ""
    own_tag = f"<|so{_sense(dialect, bot, author, two_up)}|>"
    short = _shortened(dialect, thread, own_tag, count_tokens, limit)
    opening = _opening(dialect, short)
    replies = _replies(dialect, short, author, 0)
    text = opening + "".join(replies[-1:]) + own_tag
    for oldest in range(len(replies) - 2, -1, -1):
        longer = opening + "".join(replies[oldest:]) + own_tag
        if count_tokens(longer) > limit:
            break
        text = longer
    return text


def post_opening(dialect: Dialect, subreddit: str, title: str | None = None) -> str:
    """What the model is to go on from to write a post of its own: its title first; with that, its body."""
    start = f"{_start(dialect, 'soss', subreddit)}<|sot|>"
    if title is None:
        return start
    end = "" if dialect == "open" else "<|eot|>"
    return f"{start}{_safe(dialect, title)}{end}<|sost|>"


def finished(written: str) -> bool:
    """Whether the answer in what the model wrote so far is complete, because a tag follows it."""
    return "<|" in written


def answer(written: str) -> str:
    """The answer in what the model wrote after its prompt: up to the first tag, whole or begun, and cleaned."""
    found = TAG.search(written)
    text = written[: found.start()] if found else written
    text = _ESCAPED.sub(lambda escaped: _ESCAPES.get(escaped[1], escaped[1]), text)
    text = _TAG_REST.sub("", text)
    # Only these can hold mojibake, entities or control characters, and to look for them costs more than a small model's
    # token.
    if "&" in text or not (text.isascii() and text.replace("\n", "").isprintable()):
        text = ftfy.fix_text(text, uncurl_quotes=False)
    return text.replace("\N{ZERO WIDTH SPACE}", "").strip()


def acceptable(text: str, thread: Thread) -> bool:
    """Whether an answer says something, and not only what the thread has said already."""
    said = [thread.title, thread.body, *(comment.text for comment in thread.comments)]
    return bool(text.strip()) and _gist(text) not in [_gist(other) for other in said]


def tags(dialect: Dialect) -> list[str]:
    """The fixed strings of a dialect, each worth one token; a tag with a name is its beginning, the name and `|>`."""
    named = dialect != "plain"
    senses = ["r", "ocr"] if dialect == "plain" else ["r", "opr", "ocr"]
    posts = ["<|soss r/", "<|sols r/"] if named else ["<|soss|>", "<|sols|>"]
    found = ["<|startoftext|>", "<|endoftext|>"] if dialect == "closed" else []
    found += [*posts, "<|sot|>", "<|sost|>", "<|sol|>", "<|eoss|>", "<|eols|>", *(f"<|so{s}|>" for s in senses)]
    if dialect != "open":
        found += ["<|eot|>", "<|eost|>", "<|eol|>", *(f"<|eo{sense}|>" for sense in senses)]
    if named:
        found += [*(f"<|so{sense} u/" for sense in senses), "|>"]
    return found


def endings(dialect: Dialect) -> tuple[str, str]:
    """What a whole thread ends with, and nothing else does: people's text holds no tags."""
    end = END_OF_TEXT if dialect == "closed" else ""
    return f"<|eoss|>{end}", f"<|eols|>{end}"


def _opening(dialect: Dialect, thread: Thread) -> str:
    kind, field = ("sols", "l") if thread.is_link else ("soss", "st")
    body = "" if thread.is_link else _safe(dialect, thread.body)
    start = _start(dialect, kind, thread.subreddit)
    title = _safe(dialect, thread.title)
    if dialect == "open":
        return f"{start}<|sot|>{title}<|so{field}|>{body}"
    return f"{start}<|sot|>{title}<|eot|><|so{field}|>{body}<|eo{field}|>"


def _start(dialect: Dialect, kind: str, subreddit: str) -> str:
    if dialect == "plain":
        return f"<|{kind}|>"
    begin = "<|startoftext|>" if dialect == "closed" else ""
    return f"{begin}<|{kind} r/{_name(subreddit)}|>"


def _replies(dialect: Dialect, thread: Thread, author: str, unnamed: int) -> list[str]:
    """Each comment between its tags; the last `unnamed` of them without a name."""
    tagged = []
    for index, comment in enumerate(thread.comments):
        two_up = thread.comments[index - 2].author if index > 1 else ""
        sense = _sense(dialect, comment.author, author, two_up)
        is_named = dialect != "plain" and comment.author and index < len(thread.comments) - unnamed
        name = f" u/{_name(comment.author)}" if is_named else ""
        end = "" if dialect == "open" else f"<|eo{sense}|>"
        tagged.append(f"<|so{sense}{name}|>{_safe(dialect, comment.text)}{end}")
    return tagged


def _ending(dialect: Dialect, thread: Thread) -> str:
    return endings(dialect)[thread.is_link]


def _sense(dialect: Dialect, speaker: str, author: str, two_up: str) -> str:
    """Who speaks: `opr` the author of the post, `ocr` the author of the message two levels up, `r` anyone else."""
    if speaker and speaker == author and dialect != "plain":  # the oldest texts did not mark the post's author
        return "opr"
    return "ocr" if speaker and speaker == two_up else "r"


def _shortened(dialect: Dialect, thread: Thread, own_tag: str, count_tokens: CountTokens, limit: int) -> Thread:
    """The thread with its title, its last comment and its body cut, in this order, to what each may take of `limit`."""
    last = [replace(comment, text="") for comment in thread.comments[-1:]]
    bare = replace(thread, title="", body="", comments=tuple(last))
    tagged = _opening(dialect, bare) + "".join(_replies(dialect, bare, "", 0)) + own_tag
    room = limit - count_tokens(tagged) - _SEAM_TOKENS
    title, room = _cut(dialect, thread.title, room // 4, room, count_tokens)
    if thread.comments:
        text, room = _cut(dialect, thread.comments[-1].text, room * 2 // 3, room, count_tokens)
        last = [replace(thread.comments[-1], text=text)]
    share = room // 2 if len(thread.comments) > 1 else room  # the older comments get the other half
    body, _ = _cut(dialect, thread.body, share, room, count_tokens)
    return replace(thread, title=title, body=body, comments=(*thread.comments[:-1], *last))


def _cut(dialect: Dialect, text: str, share: int, room: int, count_tokens: CountTokens) -> tuple[str, int]:
    """The longest beginning found that takes at most `share` tokens, and what it leaves of `room`."""
    while (tokens := count_tokens(_safe(dialect, text))) > share and text:
        text = text[: len(text) * max(share, 0) // tokens]
    return text, room - tokens


def _safe(dialect: Dialect, text: str) -> str:
    """Text by people, in which nothing reads as a tag any more."""
    text = text.replace("\r\n", "\n").replace("<|", "< |").replace("|>", "| >").strip()
    return text.replace("\\", "\\\\").replace("\n", "\\n") if dialect == "open" else text


def _name(text: str) -> str:
    return re.sub(r"[^\w-]+", "_", text)


def _gist(text: str) -> str:
    """The words alone, so that case and punctuation make no difference; a text without words is its own gist."""
    return " ".join(re.findall(r"\w+", text.casefold())) or text.strip()
