"""The lines of a file: strict UTF-8, a block at a time."""

import io
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from orders_command.importing.problems import Unusable

BLOCK = 256 * 1024
LONGEST = 4 * BLOCK  # of a line, or there are no lines in it
MARK = b"\xef\xbb\xbf"


class Lines:
    """Iterates over the lines with their ends; `done` of `size` bytes are read."""

    def __init__(self, path: Path) -> None:
        self.done = 0
        self._line = 1  # the first one of the block
        try:
            self.size = path.stat().st_size
            if not path.is_file():
                raise Unusable("This is no file that can be read twice.")
            self._file: BinaryIO = path.open("rb")
        except OSError as error:
            raise Unusable(f"The file cannot be read: {error.strerror}.") from error

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._blocks())

    def _blocks(self) -> Iterator[io.StringIO]:
        with self._file as file:
            rest = file.read(len(MARK)).removeprefix(MARK)
            while block := self._read(file):
                whole, newline, tail = (rest + block).rpartition(b"\n")
                yield self._decoded(whole + newline)
                rest = tail
                if len(rest) > LONGEST:
                    raise Unusable(f"Line {self._line} has more than {LONGEST} bytes.")
            yield self._decoded(rest)

    def _read(self, file: BinaryIO) -> bytes:
        try:
            return file.read(BLOCK)
        except OSError as error:
            raise Unusable(f"The file cannot be read: {error.strerror}.") from error

    def _decoded(self, block: bytes) -> io.StringIO:
        try:
            text = block.decode()
        except UnicodeDecodeError as error:
            line = self._line + block.count(b"\n", 0, error.start)
            start = block.rfind(b"\n", 0, error.start) + 1
            column = error.start - start + 1
            raise Unusable(f"Line {line} is not UTF-8 at byte {column}.") from None
        self.done += len(block)
        self._line += block.count(b"\n")
        return io.StringIO(text, newline="\n")  # split at nothing else
