"""Opens a dump whatever it is packed with, and says how far into the file it is and whether the file is whole."""

import bz2
import hashlib
import lzma
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from engine.training.problems import TrainingError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

INPUT_BYTES: Final = 1 << 16
# What is decoded at once is copied to its block while it is still in the processor's cache.
OUTPUT_BYTES: Final = 1 << 17
# What `zstd --long=31` makes, as the large dumps are. A frame that asks for such a window needs 2 GiB of memory.
WINDOW_LOG: Final = 31


class ChangedError(TrainingError):
    """The file is not the one of which the beginning was read."""


@dataclass(frozen=True)
class Mark:
    """So many bytes of a file have this SHA-256."""

    size: int
    sha256: str


class _Decoder(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


def _zstd() -> _Decoder:
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: WINDOW_LOG})


def _decoder_of(head: bytes) -> Callable[[], _Decoder] | None:
    """By the first bytes, whatever the name says; None for what is not packed."""
    is_skippable_frame = head[1:4] == b"\x2a\x4d\x18" and head[0] >> 4 == 5
    if head.startswith(b"\x28\xb5\x2f\xfd") or is_skippable_frame:
        return _zstd
    if head.startswith(b"BZh"):
        return bz2.BZ2Decompressor
    if head.startswith(b"\xfd7zXZ\x00"):
        return lzma.LZMADecompressor
    return None


class DumpFile:
    """The unpacked bytes of one file, of however many frames. `trouble` says at the end what was wrong with the file.

    With a mark, reading past it raises ChangedError where the file's beginning is another. Use it as a context.
    """

    def __init__(self, path: Path, known: Mark | None = None) -> None:
        self._path = path
        self._known = known
        self._file = path.open("rb")
        self._new_decoder = _decoder_of(self._file.read(6))
        self._file.seek(0)
        self._decoder = self._new_decoder() if self._new_decoder else None
        self._hash = hashlib.sha256()
        self._read_bytes = 0
        self.trouble: str | None = None

    def __enter__(self) -> "DumpFile":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def mark(self) -> Mark:
        """How far the packed file was read."""
        return Mark(self._read_bytes, self._hash.hexdigest())

    def readinto(self, view: memoryview) -> int:
        """Fills the view; less than its length is the end."""
        filled = 0
        while filled < len(view) and (piece := self._next(min(OUTPUT_BYTES, len(view) - filled))):
            view[filled : filled + len(piece)] = piece
            filled += len(piece)
        return filled

    def _next(self, most_bytes: int) -> bytes:
        if self.trouble:
            return b""
        try:
            return self._decoded(most_bytes) if self._decoder else self._packed(most_bytes)
        except (zstd.ZstdError, lzma.LZMAError, OSError, EOFError) as error:
            self.trouble = f"the archive is damaged ({error})"
            return b""

    def _decoded(self, most_bytes: int) -> bytes:
        assert self._decoder
        assert self._new_decoder
        while True:
            packed = b""
            if self._decoder.eof:
                packed = self._decoder.unused_data.lstrip(b"\0") or self._packed(INPUT_BYTES).lstrip(b"\0")
                if not packed:
                    return b""
                self._decoder = self._new_decoder()
            elif self._decoder.needs_input and not (packed := self._packed(INPUT_BYTES)):
                self.trouble = "the archive is cut off"
                return b""
            if piece := self._decoder.decompress(packed, most_bytes):
                return piece

    def _packed(self, most_bytes: int) -> bytes:
        if self._known and self._read_bytes < self._known.size:
            most_bytes = min(most_bytes, self._known.size - self._read_bytes)
        packed = self._file.read(most_bytes)
        self._hash.update(packed)
        self._read_bytes += len(packed)
        if self._known and self._read_bytes == self._known.size and self.mark() != self._known:
            raise ChangedError(f"{self._path} is not the file any more of which the beginning was read.")
        return packed
