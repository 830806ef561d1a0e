"""PDF pages, typeset by typst from the templates in each app's ``typst/`` folder.

The data travels as JSON and templates only ever show it as text, so nothing that a person typed is read as markup.
Only the fonts in ``core/fonts`` are used: the same data give the same bytes on every machine.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, cast

import typst
from django.conf import settings

FONTS = Path(__file__).parent / "fonts"
# Nothing is fetched: packages would have to lie here, and none do.
NO_PACKAGES = FONTS


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


def render(template: str, data: dict[str, Any]) -> bytes:
    """The PDF of ``<app>/<name>.typ`` (a file in that app's ``typst/`` folder) filled with ``data``.

    The template reads it with ``json(bytes(sys.inputs.data))``.
    """
    app, _slash, name = template.partition("/")
    compiler = typst.Compiler(
        input=str(settings.PACKAGE_DIR / app / "typst" / name),
        root=str(settings.PACKAGE_DIR),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False, default=str)},
        package_path=str(NO_PACKAGES),
        package_cache_path=str(NO_PACKAGES),
    )
    # The moment is fixed, so that the file tells nothing but what stands on its pages.
    return cast("bytes", compiler.compile(format="pdf", timestamp=0))
