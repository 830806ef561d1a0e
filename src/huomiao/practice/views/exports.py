"""Taking a bank away in one of the formats."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huomiao.core.downloads import DOCX, XLSX, download
from huomiao.core.errors import DomainError
from huomiao.core.requests import UserRequest
from huomiao.practice.actions import exports as actions
from huomiao.practice.formats.registry import WRITERS
from huomiao.practice.forms.imports import ExportForm
from huomiao.practice.queries import banks
from huomiao.practice.queries import imports as queries

MEDIA_TYPES = {
    "xlsx": XLSX,
    "docx": DOCX,
    "csv": "text/csv; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "xml": "application/xml",
    "zip": "application/zip",
}


@login_required
@require_http_methods(["GET", "POST"])
def export(request: UserRequest, code: str) -> HttpResponse:
    """Choose a format and which questions; the file comes at once."""
    bank = get_object_or_404(banks.visible_to(request.user), code=code)
    form = ExportForm(request.POST or None, labels=queries.labels(bank))
    left_out: list[str] = []
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            asked = dict(form.cleaned_data)
            name = asked.pop("format")
            try:
                written = actions.export(bank, name, by=request.user, at=timezone.now(), **asked)
            except DomainError as refusal:
                form.add_error(None, refusal.message)
                status = refusal.status
            else:
                left_out = [finding.message for finding in written.findings]
                if not left_out or request.POST.get("anyway"):
                    stem = _("%(bank)s（%(format)s）") % {"bank": bank.name, "format": WRITERS[name].label}
                    return download(
                        written.content,
                        f"{stem}.{written.ending}",
                        media_type=MEDIA_TYPES.get(written.ending, "application/octet-stream"),
                    )
                status = 200
                messages.warning(request, _("这种格式装不下题库的全部内容，请看清下面的说明再下载。"))
    context = {"bank": bank, "form": form, "writers": list(WRITERS.values()), "left_out": left_out}
    return render(request, "practice/export.html", context, status=status)
