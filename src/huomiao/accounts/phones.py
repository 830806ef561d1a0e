"""Mobile numbers of the mainland, however they were typed."""

from __future__ import annotations

import re
import unicodedata

MOBILE = re.compile(r"1[3-9]\d{9}")


def normalized(text: str) -> str:
    """The eleven digits of a mobile number; "" when ``text`` is none. Takes +86, spaces, hyphens and full-width digits."""
    plain = re.sub(r"[\s\-()‐-―]", "", unicodedata.normalize("NFKC", text))
    plain = re.sub(r"^(\+|00)?86(?=1\d{10}$)", "", plain)
    return plain if MOBILE.fullmatch(plain) else ""
