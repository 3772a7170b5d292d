"""Text as the index holds it: what is written without spaces, and every emoji, stands alone as a word."""

import re
import unicodedata
from typing import Final

# No part of any word, and nothing that anybody sees.
GAP: Final = "\u200b"
# Where a match begins and ends in what the index gives back; no text holds them.
OPENING: Final = "\x01"
CLOSING: Final = "\x02"

# Thai, Lao, Myanmar, Khmer, Hangul, kana, and Han with its extensions: one character a word, found as phrases.
UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3100-\u318f"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
SYMBOLS: Final = "\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff\U0001f000-\U0001faff"
ALONE: Final = re.compile(f"([{UNSPACED}{SYMBOLS}])")
UNWANTED: Final = re.compile("[\x00-\x08\x0e-\x1f\ud800-\udfff\u200b]")


def segmented(text: str) -> str:
    """The text with gaps, without what a database or its reader would stumble over."""
    return ALONE.sub(f"{GAP}\\1{GAP}", UNWANTED.sub("", text))


def joined(text: str) -> str:
    """The text without gaps."""
    return text.replace(GAP, "")


def has_words(text: str) -> bool:
    """Whether the index would find anything to look for: letters, digits or symbols."""
    return any(unicodedata.category(character) in WORDLY for character in UNWANTED.sub("", text))


WORDLY: Final = frozenset({"Ll", "Lm", "Lo", "Lt", "Lu", "Nd", "Nl", "No", "Co", "So"})
