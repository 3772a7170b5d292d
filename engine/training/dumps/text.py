"""What people wrote, without what the dumps made of it."""

import html
import re
from typing import Final

_GONE: Final = frozenset(
    ["[deleted]", "[removed]", "[deleted by user]", "[removed by reddit]", "[ removed by reddit ]"]
)
_MARKDOWN_LINK: Final = re.compile(r"!?\[[^\]]*\]\(\S+\)")
_ADDRESS: Final = re.compile(r"(?i)\S*https?://\S*")
_WORD: Final = re.compile(r"\w+")


def cleaned(text: str) -> str:
    """Plain text: entities resolved, which old dumps escape twice, and invisible fillers left out."""
    if "&" in text:
        text = html.unescape(html.unescape(text))
    return text.replace("\N{ZERO WIDTH SPACE}", "").replace("\0", "").strip()


def is_gone(text: str) -> bool:
    """Whether the author or a moderator took it back."""
    return text.strip().lower() in _GONE


def is_bare_link(text: str) -> bool:
    return bool(_MARKDOWN_LINK.fullmatch(text) or _ADDRESS.fullmatch(text))


def gist(text: str) -> str:
    """The words alone."""
    return " ".join(_WORD.findall(text.casefold())) or text
