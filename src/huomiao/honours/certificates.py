"""Certificates as PDF: one, or many in a zip."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable
from typing import IO

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from huomiao.core import pdf, qr
from huomiao.honours import codes
from huomiao.honours.models import Honour

NUMERALS = "〇一二三四五六七八九"


def certificate(honour: Honour, *, absolute: Callable[[str], str]) -> bytes:
    """The certificate of ``honour``; ``absolute`` makes a path of this site into a full address."""
    address = absolute(reverse("honours:verify", args=[honour.code]))
    names = [holder.name for holder in honour.holders.all()]
    # A certificate is a Chinese document whatever language its reader has chosen.
    with override("zh-hans"):
        data = {
            "heading": _("荣誉证书"),
            "names": _("、").join(names) or honour.unit_name,
            "unit": honour.unit_name if names else "",
            "greeting": _("同志：") if names else _("："),
            "before": (_("你们完成的成果") if len(names) > 1 else _("你完成的成果")) if honour.work else "",
            "work": honour.work,
            "programme": honour.programme,
            "award": honour.award,
            "grade": honour.grade,
            "issuer": honour.awarded_by,
            "day": written_day(honour.awarded_on.year, honour.awarded_on.month, honour.awarded_on.day),
            "number": honour.number,
            "code": codes.grouped(honour.code),
            "qr": qr.svg_image(address),
        }
    return pdf.render("honours/certificate.typ", data)


def written_day(year: int, month: int, day: int) -> str:
    """A day in Chinese numerals, as documents are signed: 二〇二三年十二月五日."""
    return f"{''.join(NUMERALS[int(digit)] for digit in str(year))}年{_small(month)}月{_small(day)}日"


def _small(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if not tens else "十" if tens == 1 else f"{NUMERALS[tens]}十") + (NUMERALS[ones] if ones else "")


def bundle(honours: Iterable[Honour], target: IO[bytes], *, absolute: Callable[[str], str]) -> int:
    """Write the certificates of ``honours`` into a zip; returns how many."""
    count = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as package:
        for honour in honours:
            name = re.sub(r'[\x00-\x1f/\\:*?"<>|]', "_", f"{honour.number} {honour.work or honour.unit_name}")[:100]
            entry = zipfile.ZipInfo(f"{name}.pdf", (1980, 1, 1, 0, 0, 0))
            package.writestr(entry, certificate(honour, absolute=absolute))
            count += 1
    return count
