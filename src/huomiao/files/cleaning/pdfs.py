"""PDF: written anew without what tells of people or acts by itself."""

from __future__ import annotations

import io
import logging
from typing import Any

import pikepdf
from django.utils.translation import gettext as _

from huomiao.core.errors import Invalid
from huomiao.files import pages
from huomiao.files.cleaning import MOST_TEXT, Cleaned, images

MOST_PAGES = 200
# What is wrong with somebody's PDF is told to them, and is no event for whoever runs the site.
logging.getLogger("pikepdf").setLevel(logging.CRITICAL)
# Keys of any object that hold metadata or act by themselves.
TELLING_KEYS = ("/Metadata", "/PieceInfo", "/LastModified", "/AA", "/OpenAction", "/JS", "/Thumb", "/AF")
ROOT_KEYS = (*TELLING_KEYS, "/AcroForm", "/Collection", "/Perms", "/Legal", "/URI", "/DSS", "/SpiderInfo")
# A note's icon and its window are not part of the page; the rest is what the page looks like and is drawn into it.
NOTES = frozenset({"/Text", "/Popup", "/FileAttachment", "/Sound", "/Movie", "/RichMedia", "/Screen", "/3D"})


def clean(content: bytes, *, most_pages: int = MOST_PAGES) -> Cleaned:
    """The PDF without document information, scripts, attachments, comments, form data and its pictures' metadata."""
    try:
        with pikepdf.open(io.BytesIO(content)) as document:
            _refuse_long(len(document.pages), most_pages)
            titles = _outline_titles(document)
            _strip(document)
            out = io.BytesIO()
            document.save(out, deterministic_id=True, encryption=False)
            page_count = len(document.pages)
    except pikepdf.PasswordError as locked:
        raise Invalid(_("这个 PDF 设有密码。请先去除密码再上传。")) from locked
    except (pikepdf.PikepdfError, RuntimeError, ValueError, TypeError, AttributeError, KeyError) as broken:
        raise Invalid(_("PDF 已损坏，无法读取。请重新导出后上传。")) from broken
    if page_count == 0:
        raise Invalid(_("这个 PDF 没有页面，请重新导出后上传。"))
    made = out.getvalue()
    first = pages.picture(made, 0, longest_side=images.PREVIEW_SIDE * 2)
    return Cleaned(
        content=made,
        extension="pdf",
        media_type="application/pdf",
        pages=page_count,
        preview=images.preview_of(first),
        text="\n".join([pages.text(made, most=MOST_TEXT), *titles])[:MOST_TEXT],
    )


def _refuse_long(page_count: int, most: int) -> None:
    if page_count > most:
        raise Invalid(
            _("这个 PDF 有 %(pages)d 页，最多 %(most)d 页。请只保留需要的页，或分成几个文件上传。")
            % {"pages": page_count, "most": most}
        )


def _outline_titles(document: pikepdf.Pdf) -> list[str]:
    """The bookmarks' titles: they stay, and so belong to the text that is checked for names."""
    titles: list[str] = []
    # Not as a context: leaving one writes the outline anew.
    waiting: list[Any] = list(document.open_outline(max_depth=4).root) if "/Outlines" in document.Root else []
    while waiting and len(titles) < 2000:
        item = waiting.pop()
        titles.append(str(item.title))
        waiting.extend(item.children)
    return titles


def _strip(document: pikepdf.Pdf) -> None:
    for page in document.pages:
        if annotations := page.get("/Annots"):
            page.Annots = document.make_indirect(
                pikepdf.Array([one for one in annotations if str(one.get("/Subtype", "")) not in NOTES])
            )
    document.generate_appearance_streams()
    document.flatten_annotations("all")
    for page in document.pages:
        if "/Annots" in page:
            del page["/Annots"]
    root = document.Root
    for key in ROOT_KEYS:
        if key in root:
            del root[key]
    if "/Names" in root:
        for key in ("/JavaScript", "/EmbeddedFiles", "/Renditions"):
            if key in root.Names:
                del root.Names[key]
        if not root.Names.keys():
            del root["/Names"]
    for thing in document.objects:
        if isinstance(thing, pikepdf.Stream | pikepdf.Dictionary):
            _strip_object(thing)
    if "/Info" in document.trailer:
        del document.trailer["/Info"]


def _strip_object(thing: Any) -> None:
    for key in TELLING_KEYS:
        if key in thing:
            del thing[key]
    if "/S" in thing and "/P" in thing:
        # An element of the page's structure: word processors put the path of a picture on its author's disk here.
        for key in ("/T", "/Alt", "/ActualText", "/E"):
            if key in thing:
                del thing[key]
    if isinstance(thing, pikepdf.Stream) and thing.get("/Filter") == pikepdf.Name.DCTDecode:
        thing.write(images.without_metadata(thing.read_raw_bytes()), filter=pikepdf.Name.DCTDecode)
