"""What a new call starts from: the usual categories, rubrics, exclusions and rules. An organiser changes any of it.

The texts are data that end up in the organiser's own call, so they are plain Chinese and not translated.
"""

from __future__ import annotations
