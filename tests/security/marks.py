"""Unique words that are put wherever a person may leave some, and found in any form."""

import base64
import re
import zlib
from urllib.parse import quote
from uuid import uuid4

PACKED = re.compile(rb"\.?[A-Za-z0-9_-]{24,}")  # what Django's sessions look like


class Marks:
    """One word for each place; letters and digits, so that every rule lets it pass."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}

    def __getitem__(self, place: str) -> str:
        return self._words.setdefault(place, f"Mark{uuid4().hex[:12]}x")

    def email(self, place: str) -> str:
        return f"{self[place]}@example.org"

    def found_in(self, content: bytes) -> set[str]:
        """Return the places whose word is in there, plain, encoded or packed."""
        text = content.lower() + b"\n" + b"\n".join(_unpacked(content)).lower()
        return {
            place
            for place, word in self._words.items()
            if any(form in text for form in _lower(word))
            or any(form in content for form in _in_base64(word))
        }


def _lower(word: str) -> set[bytes]:
    plain = word.lower().encode()
    written = {plain, plain.hex().encode(), word.encode().hex().encode()}
    return written | {quote(word).lower().encode()}


def _in_base64(word: str) -> set[bytes]:
    """Return what is sure of a word's base64, wherever in a text it begins."""
    forms = set()
    for variant in (word, word.lower()):
        for shift in range(3):
            coded = base64.b64encode(b"\0" * shift + variant.encode())
            sure = coded[(0, 2, 3)[shift] : -4]
            forms |= {sure, sure.replace(b"+", b"-").replace(b"/", b"_")}
    return forms


def _unpacked(content: bytes) -> list[bytes]:
    unpacked = []
    for found in PACKED.findall(content):
        packed = found.lstrip(b".")
        try:
            raw = base64.urlsafe_b64decode(packed + b"=" * (-len(packed) % 4))
            unpacked.append(zlib.decompress(raw) if found[:1] == b"." else raw)
        except (ValueError, zlib.error):
            continue
    return unpacked
