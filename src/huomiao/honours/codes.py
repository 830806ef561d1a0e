"""Verification codes as people type them from paper."""

from __future__ import annotations

import itertools
import re
import unicodedata

from huomiao.honours.models import CODE_ALPHABET

LENGTH = 12
# Characters that no code contains, and what the eye may have taken for them.
LOOK_ALIKES = {"0": "QD", "O": "QD", "1": "7JT", "I": "JT7", "L": "JT"}
MOST_READINGS = 64


def readings(typed: str) -> list[str]:
    """The codes that ``typed`` may stand for: none when it is no code, several where a look-alike was typed."""
    plain = re.sub(r"[\s\-_—–·.:：]", "", unicodedata.normalize("NFKC", typed)).upper()
    if len(plain) != LENGTH:
        return []
    choices = [character if character in CODE_ALPHABET else LOOK_ALIKES.get(character, "") for character in plain]
    if not all(choices):
        return []
    return ["".join(reading) for reading in itertools.islice(itertools.product(*choices), MOST_READINGS)]


def grouped(code: str) -> str:
    """The code as it is printed: in groups of four."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))
