"""What a file is, by its bytes. Its name and what the browser said of it count for nothing."""

from __future__ import annotations

from dataclasses import dataclass

import puremagic
from django.utils.translation import gettext as _

from huomiao.core.errors import Invalid
from huomiao.files.models import Kind

HEAD = 4096


@dataclass(frozen=True)
class Format:
    """One format that is accepted."""

    kind: Kind
    extension: str
    media_type: str


JPEG = Format(Kind.IMAGE, "jpg", "image/jpeg")
PNG = Format(Kind.IMAGE, "png", "image/png")
GIF = Format(Kind.IMAGE, "gif", "image/gif")
WEBP = Format(Kind.IMAGE, "webp", "image/webp")
AVIF = Format(Kind.IMAGE, "avif", "image/avif")
PDF = Format(Kind.PDF, "pdf", "application/pdf")
# Which Office document a zip is, its contents say (``cleaning.office``).
ZIP = Format(Kind.OFFICE, "zip", "application/zip")
MP4 = Format(Kind.VIDEO, "mp4", "video/mp4")
MOV = Format(Kind.VIDEO, "mov", "video/quicktime")
WEBM = Format(Kind.VIDEO, "webm", "video/webm")
MP3 = Format(Kind.AUDIO, "mp3", "audio/mpeg")
M4A = Format(Kind.AUDIO, "m4a", "audio/mp4")
WAV = Format(Kind.AUDIO, "wav", "audio/wav")

MP4_BRANDS = frozenset(
    {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"M4VH", b"dash", b"MSNV"}
)
HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})
OLD_MOV_BOXES = frozenset({b"moov", b"mdat", b"wide"})
PROGRAM_STARTS = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"\xca\xfe\xba\xbe",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def sniff(head: bytes) -> Format:
    """The format of a file that begins with ``head``.

    Raises:
        Invalid: it is empty, a program, or of a format that is not accepted; the message says which and what to do.
    """
    if not head:
        raise Invalid(_("这个文件是空的，请重新选择。"))
    if head.startswith(PROGRAM_STARTS):
        raise Invalid(_("这个文件是可执行程序，不能上传。如果它的扩展名是图片或文档，文件可能已被伪装，请不要打开。"))
    found = _picture(head) or _document(head) or _film_or_sound(head)
    if found is None:
        raise Invalid(
            _(
                "不支持这种文件（%(what)s）。可以上传：图片（JPG、PNG、WebP、GIF）、PDF、Office 文档（docx、xlsx、pptx）、视频（MP4、MOV、WebM）。"
            )
            % {"what": _named(head)}
        )
    return found


def _picture(head: bytes) -> Format | None:
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp" and head[8:12] in {b"avif", b"avis"}:
        return AVIF
    if head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS:
        raise Invalid(
            _("暂不支持 HEIC 照片。请在手机“设置—相机—格式”中选择“兼容性最佳”后重新拍摄，或先转为 JPG 再上传。")
        )
    return None


def _document(head: bytes) -> Format | None:
    if b"%PDF-" in head[:1024]:
        return PDF
    if head.startswith(b"PK\x03\x04"):
        return ZIP
    if head.startswith(OLE):
        # A locked docx is an OLE file too; its directory, which says so, lies anywhere: the cleaner tells them apart.
        return Format(Kind.OFFICE, "ole", "application/x-ole-storage")
    return None


def _film_or_sound(head: bytes) -> Format | None:
    if head[4:8] == b"ftyp":
        return {b"qt  ": MOV, b"M4A ": M4A, b"M4B ": M4A}.get(head[8:12]) or (
            MP4 if head[8:12] in MP4_BRANDS or head[8:11] == b"3gp" else None
        )
    if head[4:8] in OLD_MOV_BOXES:
        return MOV
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head[:64]:
        return WEBM
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return WAV
    if head.startswith(b"ID3") or (head[0] == 0xFF and head[1:2] in {b"\xfb", b"\xf3", b"\xf2", b"\xfa"}):
        return MP3
    return None


def _named(head: bytes) -> str:
    """What the magic numbers of the world call it, for the message only."""
    try:
        guesses = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        guesses = []
    return (guesses[0].extension.lstrip(".") or guesses[0].name) if guesses else str(_("无法识别的格式"))
