from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from pikepdf import Pdf

from huomiao.core import addresses, pdf, qr

TEMPLATE = """#import "/core/typst/paper.typ": *
#show: official.with(title: data.title)
#typed(data.text)
#paragraphs(data.text)
"""


@pytest.fixture
def template(settings, tmp_path: Path):
    """A package folder of our own with one template and the shared ones."""
    package = Path(pdf.__file__).parent.parent
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "typst").symlink_to(package / "core" / "typst")
    (tmp_path / "trial" / "typst").mkdir(parents=True)
    (tmp_path / "trial" / "typst" / "page.typ").write_text(TEMPLATE)
    settings.PACKAGE_DIR = tmp_path
    return "trial/page.typ"


def words(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    return "".join(page.get_textpage().get_text_bounded() for page in document)


@pytest.mark.parametrize(
    "typed",
    [
        '#import "x.typ": *',
        "*bold* and _slanted_",
        "$ a + b $ 元",
        "#sys.inputs",
        "= 标题",
        '#read("/settings.py")',
        "\\u{41}",
    ],
)
def test_typed_text_is_shown_and_never_read_as_markup(template, typed):
    assert typed in words(pdf.render(template, {"title": typed, "text": typed}))


def test_same_data_give_the_same_bytes(template):
    data = {"title": "申报表", "text": "第一行\n第二行"}

    assert pdf.render(template, data) == pdf.render(template, data)


def test_a_pdf_names_nobody(template):
    made = Pdf.open(BytesIO(pdf.render(template, {"title": "表", "text": "字"})))

    assert sorted(made.docinfo.keys()) == ["/Creator", "/Title"]


def test_only_our_fonts_are_used_and_rare_names_have_glyphs(template):
    made = pdf.render(template, {"title": "名", "text": "李䶮 王堃 𬭎 玥 喆 燚"})

    fonts = {font.BaseFont for page in Pdf.open(BytesIO(made)).pages for font in page.Resources.Font.values()}
    assert {str(name).partition("+")[2].removesuffix("-Identity-H") for name in fonts} == {"NotoSansSC-Regular"}
    assert "李䶮 王堃 𬭎 玥 喆 燚" in words(made)


def test_qr_label_is_escaped_and_has_no_inline_style():
    made = qr.svg("https://example.test/", label="<b>扫码</b>")

    assert "<b>" not in made
    assert "style=" not in made


def test_absolute_uses_public_address_then_request(settings, rf):
    settings.PUBLIC_URL = "https://huomiao.example"
    assert addresses.absolute(rf.get("/"), "/verify/A/") == "https://huomiao.example/verify/A/"

    settings.PUBLIC_URL = ""
    assert addresses.absolute(rf.get("/"), "/verify/A/") == "http://testserver/verify/A/"
    assert addresses.absolute(None, "/verify/A/") == "http://127.0.0.1:8000/verify/A/"
