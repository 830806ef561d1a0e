"""The editor of questions. Every button works as a plain form; htmx only spares loading the page and keeps the preview up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huomiao.core.errors import DomainError, Invalid, WrongState
from huomiao.core.requests import UserRequest, is_htmx, whole_number
from huomiao.files import actions as files
from huomiao.files.models import Kind as FileKind
from huomiao.practice import showing
from huomiao.practice.actions import questions as actions
from huomiao.practice.actions import reviewing
from huomiao.practice.forms.questions import FactsForm, kind_choices
from huomiao.practice.forms.writing import MOST_ROWS, Row, Writing
from huomiao.practice.kinds import KINDS, BadQuestion, parts, single
from huomiao.practice.models import Bank, Question
from huomiao.practice.queries import near, questions, usable_files
from huomiao.practice.views.banks import for_keeper, frame

ACCEPTED = (FileKind.IMAGE, FileKind.AUDIO, FileKind.VIDEO)
LIMIT_MB = 50
SAVES = frozenset({"save", "save-submit", "save-next"})
# Facts that the next question of a series usually shares.
SHARED = ("use", "topic", "level", "difficulty", "source")


@login_required
@require_http_methods(["GET", "POST"])
def question_new(request: UserRequest, code: str) -> HttpResponse:
    bank = for_keeper(request, code)
    asked = request.GET.get("kind", "")
    initial = {name: request.GET[name] for name in SHARED if name in request.GET} or {"level": bank.level}
    return _edit(request, bank, None, asked if asked in KINDS else single.name, initial)


@login_required
@require_http_methods(["GET", "POST"])
def question_edit(request: UserRequest, pk: int) -> HttpResponse:
    question = get_object_or_404(questions.visible_to(request.user), pk=pk)
    bank = for_keeper(request, question.bank.code)
    return _edit(request, bank, question, question.kind, FactsForm.initial_of(question))


def _edit(
    request: UserRequest, bank: Bank, question: Question | None, kind: str, initial: dict[str, Any]
) -> HttpResponse:
    if request.method != "POST":
        latest = question.latest if question else None
        writing = Writing.of(latest) if latest else Writing.blank(kind)
        writing.fit_rows()
        return _show(request, _Desk(bank, question, writing, FactsForm(initial=initial)), "")
    sent = request.POST.get("kind", "")
    writing = Writing.sent(sent if sent in KINDS else kind, request.POST)
    desk = _Desk(bank, question, writing, FactsForm(request.POST))
    act = request.POST.get("act", "save")
    status = _store_files(request, writing)
    if act in SAVES:
        if status == 200 and (saved := _save(request, desk, act)) is not None:
            return saved
        return _show(request, desk, act, status=desk.status)
    if act.startswith("as-") and act.removeprefix("as-") in KINDS:
        desk.writing = writing.as_kind(act.removeprefix("as-"))
    else:
        writing.press(act)
    desk.writing.fit_rows()
    return _show(request, desk, act, status=status)


@dataclass
class _Desk:
    """The editor at one moment: whose question it is, and what stands in it."""

    bank: Bank
    question: Question | None
    writing: Writing
    facts: FactsForm
    status: int = 422

    @property
    def seen(self) -> int:
        """The number of the version that is edited; 0 for a new question."""
        return self.question.latest.number if self.question and self.question.latest else 0


def _store_files(request: UserRequest, writing: Writing) -> int:
    """Keep what was chosen in the editor's file fields, each at its place."""
    status = 200
    for name, upload in _uploads(request):
        media = writing.slot(name.removesuffix("-file"))
        if media is None:
            continue
        if len(media) >= parts.MOST_MEDIA:
            writing.errors[name] = _("一处最多放 %(most)d 个。") % {"most": parts.MOST_MEDIA}
            status = 422
            continue
        try:
            file = files.store(upload, by=request.user, kinds=ACCEPTED, limit_mb=LIMIT_MB)
        except Invalid as refusal:
            writing.errors[name] = refusal.message
            status = 422
        else:
            media.append({"file": str(file.pk), "kind": str(file.kind), "alt": ""})
    return status


def _uploads(request: UserRequest) -> list[tuple[str, UploadedFile]]:
    return [
        (name, upload)
        for name in request.FILES
        if name.endswith("-file")
        for upload in request.FILES.getlist(name)
        if upload
    ]


def _save(request: UserRequest, desk: _Desk, act: str) -> HttpResponse | None:
    """Keep the question and go on to where ``act`` leads; None when something has to be mended first."""
    checked = desk.writing.checked()
    if not desk.facts.is_valid() or checked is None:
        return None
    facts = desk.facts.cleaned_data
    body, key = checked
    now = timezone.now()
    try:
        question = actions.save(
            desk.bank,
            by=request.user,
            at=now,
            kind=desk.writing.kind,
            body=body,
            key=key,
            explanation=desk.writing.explanation,
            explanation_media=desk.writing.explanation_media,
            question=desk.question,
            seen=whole_number(request.POST.get("seen", "")) if desk.question else None,
            is_new=desk.question is None,
            **facts,
        )
        if act == "save-submit":
            reviewing.submit(desk.bank, [question.pk], by=request.user, at=now)
    except BadQuestion as refusal:
        desk.writing.blame(refusal)
    except WrongState as refusal:
        desk.writing.errors["conflict"] = refusal.message
        desk.status = refusal.status
    except DomainError as refusal:
        desk.writing.errors[""] = refusal.message
    else:
        messages.success(request, _("已保存“%(code)s”。") % {"code": question.code})
        if act == "save-next":
            shared = {**{name: facts[name] for name in SHARED}, "topic": facts["topic"].pk if facts["topic"] else ""}
            address = reverse(
                "practice:question-new", args=[desk.bank.code], query={"kind": desk.writing.kind, **shared}
            )
            return redirect(address)
        return redirect(question)
    return None


def _show(request: UserRequest, desk: _Desk, act: str, *, status: int = 200) -> HttpResponse:
    writing = desk.writing
    body, key = writing.question()
    contents = [body, [row.media for row in writing.rows], writing.explanation_media]
    usable = usable_files.in_bank(desk.bank, by=request.user)
    urls = showing.addresses(contents, to=request.user, among=usable)
    missing = ""
    try:
        KINDS[writing.kind].check(body, key)
    except BadQuestion as refusal:
        missing = refusal.message
    besides = desk.question.pk if desk.question else None
    context = {
        **frame(request, desk.bank),
        "question": desk.question,
        "writing": writing,
        "rows": [_row(writing, at, row, urls) for at, row in enumerate(writing.rows)],
        "slots": {
            "stem": _slot(writing, "stem", writing.media, urls),
            "explanation": _slot(writing, "explanation", writing.explanation_media, urls),
        },
        "facts": desk.facts,
        "kinds": kind_choices(),
        "kind_label": KINDS[writing.kind].label,
        "can_add": writing.kind not in {"true_false", "fill"} and len(writing.rows) < MOST_ROWS,
        "act": act,
        "seen": request.POST.get("seen") or desk.seen,
        "face": showing.face(writing.kind, body, key, writing.explanation, writing.explanation_media, urls),
        "missing": missing,
        "near": near.like(request.user, stem=writing.stem, body=body, besides=besides) if writing.stem.strip() else [],
        "accept": "image/*,audio/*,video/mp4",
    }
    template = "practice/question_edit.html"
    if is_htmx(request) and act == "preview":
        template += "#preview"
    elif is_htmx(request) and act not in SAVES:
        template += "#written"
        context["with_preview"] = True
        # A fragment is swapped in by htmx only where it came with success; what is wrong stands in it.
        status = 200
    return render(request, template, context, status=status)


def _row(writing: Writing, at: int, row: Row, urls: showing.Addresses) -> dict[str, Any]:
    """A row as the template writes it."""
    slot = _slot(writing, f"row-{at}", row.media, urls)
    is_last = at + 1 == len(writing.rows)
    return {
        "at": at,
        "row": row,
        "mark": writing.mark(at),
        "slot": slot,
        "error": writing.row_error(at),
        "is_last": is_last,
    }


def _slot(writing: Writing, name: str, media: list[dict[str, str]], urls: showing.Addresses) -> dict[str, Any]:
    return {
        "name": name,
        "media": [(at, one, urls.urls.get(one["file"], "")) for at, one in enumerate(media)],
        "error": writing.errors.get(f"{name}-file", ""),
        "is_full": len(media) >= parts.MOST_MEDIA,
    }
