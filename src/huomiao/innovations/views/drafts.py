"""The pages on which a declaration is begun and written."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huomiao.core.errors import DomainError, Invalid, NotAllowed, WrongState
from huomiao.core.requests import UserRequest, wants_json, whole_number
from huomiao.files import links
from huomiao.innovations import category_help, completeness, eligibility
from huomiao.innovations.actions import declarations as actions
from huomiao.innovations.actions import drafts
from huomiao.innovations.forms.declarations import OWNERSHIP, PaperForm, UnitForm, UploadForm
from huomiao.innovations.models import Attachment, Call, Declaration
from huomiao.innovations.queries import calls as call_queries
from huomiao.innovations.queries import declarations as queries
from huomiao.innovations.rules import calls as call_rules
from huomiao.innovations.rules import declarations as rules
from huomiao.innovations.states import BLIND_ROLES, EDITABLE, AttachmentRole, Decision, Path, Stage, State, Step
from huomiao.innovations.views import steps

View = Callable[..., HttpResponse]
# The papers in the order in which they are asked for, and what each is.
PAPERS: tuple[AttachmentRole, ...] = (
    AttachmentRole.PICTURE,
    AttachmentRole.USE_PROOF,
    AttachmentRole.BENEFIT_PROOF,
    AttachmentRole.PATENT,
    AttachmentRole.VIDEO,
    AttachmentRole.MATERIAL,
    AttachmentRole.NOVELTY,
    AttachmentRole.AUTHORISATION,
    AttachmentRole.PLEDGE,
    AttachmentRole.UNIT_NOTICE,
)
ACCEPT: dict[str, str] = {AttachmentRole.PICTURE: "image/*", AttachmentRole.VIDEO: "video/*"}
_PAPER_TYPES = ".pdf,.doc,.docx,.xls,.xlsx,.ppt,.pptx,image/*"


def signed_in(view: View) -> View:
    """``login_required`` that tells a script so in JSON: the page keeps what was typed and asks to sign in elsewhere."""
    guarded = login_required(view)

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if wants_json(request) and not request.user.is_authenticated:
            detail = _("登录已过期。请在新窗口重新登录，本页内容不会丢失。")
            return JsonResponse(
                {"error": "signed_out", "detail": detail, "sign_in": reverse("account_login")}, status=401
            )
        return guarded(request, *args, **kwargs)

    return inner


@require_http_methods(["GET", "POST"])
@login_required
def declare(request: UserRequest, slug: str) -> HttpResponse:
    """Choose the way and the unit, and begin."""
    call = get_object_or_404(call_queries.visible_to(request.user).prefetch_related("windows"), slug=slug)
    now = timezone.now()
    if request.method == "POST":
        form = UnitForm(request.POST)
        if not form.is_valid() or form.cleaned_data["path"] not in Path.values:
            raise Invalid(_("请选择申报单位。"))
        path = Path(form.cleaned_data["path"])
        declaration = drafts.begin(call, unit=form.cleaned_data["unit"], path=path, by=request.user)
        messages.success(request, _("已建立草稿，填写的内容会自动保存，可以随时回来继续。"))
        return redirect("innovations:declaration-step", declaration.pk, Step.BASICS)
    name = request.GET.get("name", "").strip()[:60]
    units = queries.units_to_declare_for(request.user, call, name=name)
    drafts_here = queries.written_by(request.user).filter(call=call, state=State.DRAFT)
    context = {
        "call": call,
        "is_open": call_rules.is_open(call, Stage.DECLARE, now),
        "window": call_queries.window(call, Stage.DECLARE),
        "now": now,
        "own_units": [unit for unit in queries.own_units(request.user) if unit.path.startswith(call.organiser.path)],
        "units": list(units[: queries.MOST_UNITS]),
        "unit_count": units.count(),
        "name": name,
        "drafts": drafts_here,
        "paths": Path,
    }
    return render(request, "innovations/declare.html", context)


@require_GET
@login_required
def which_category(request: UserRequest, slug: str) -> HttpResponse:
    """Which category fits: questions to tick, and what the ticks speak for."""
    call = get_object_or_404(call_queries.visible_to(request.user), slug=slug)
    questions = category_help.questions(call.categories.all())
    yes = set(request.GET.getlist("yes"))
    pk = request.GET.get("declaration", "")
    declaration = (
        queries.visible_to(request.user).filter(pk=pk, call=call).first() if whole_number(pk) is not None else None
    )
    context = {
        "call": call,
        "questions": questions,
        "yes": yes,
        "fits": category_help.fits(questions, yes),
        "is_answered": "done" in request.GET,
        "declaration": declaration if declaration and rules.can_edit(request.user, declaration) else None,
    }
    return render(request, "innovations/declare_category.html", context)


@require_POST
@login_required
def choose_category(request: UserRequest, pk: int) -> HttpResponse:
    """Take the suggested category over into the draft."""
    declaration = _mine(request, pk)
    category = get_object_or_404(declaration.call.categories.all(), code=request.POST.get("category", ""))
    drafts.save(declaration, Step.BASICS, {"category": category}, by=request.user, version=declaration.version)
    messages.success(request, _("类别已选为“%(category)s”。") % {"category": category})
    return redirect("innovations:declaration-step", pk, Step.BASICS)


@require_GET
@login_required
def declaration_edit(request: UserRequest, pk: int) -> HttpResponse:
    """To the first step in which something is missing."""
    declaration = _mine(request, pk)
    found = completeness.gaps(declaration)
    return redirect("innovations:declaration-step", pk, found[0].step if found else Step.SUBMIT)


@require_http_methods(["GET", "POST"])
@signed_in
def declaration_step(request: UserRequest, pk: int, step: str) -> HttpResponse:
    """One step: shown, or saved by a press or as one types."""
    declaration = _mine(request, pk)
    here = Step(step)
    if declaration.state not in EDITABLE and not wants_json(request):
        # Handed in meanwhile, by the first of two presses or from another window.
        return redirect(declaration)
    if request.method == "GET":
        return _show(request, declaration, here, steps.show(declaration, here, add=request.GET.get("add", "")))
    forms = steps.read(declaration, here, _without_removed(request.POST))
    try:
        saved = steps.save(declaration, here, forms, by=request.user, version=_version(request))
    except drafts.Conflict as conflict:
        return _show_conflict(request, conflict, here, forms)
    wrong = steps.wrong(forms)
    if wants_json(request):
        answer = {"version": saved.version, "saved_at": timezone.localtime().strftime("%H:%M:%S")}
        if wrong:
            return JsonResponse(
                {"error": "invalid", "detail": _("有内容需要修改。"), "fields": wrong, **answer}, status=422
            )
        return JsonResponse({**answer, "ids": steps.author_ids(saved, forms)})
    act = request.POST.get("act", "")
    if wrong:
        return _show(request, saved, here, forms, status=422)
    if here == Step.SUBMIT and act == "submit":
        return _submit(request, saved, forms)
    return _after_saving(request, saved, here, act)


def _after_saving(request: UserRequest, declaration: Declaration, step: Step, act: str) -> HttpResponse:
    """Where a press leads: on, back, to an added row, or here with the rows in their new order."""
    address = reverse("innovations:declaration-step", args=[declaration.pk, step])
    verb, _dash, place = act.partition("-")
    order = list(Step)
    if verb == "next":
        return redirect(
            "innovations:declaration-step", declaration.pk, order[min(order.index(step) + 1, len(order) - 1)]
        )
    if verb == "back":
        return redirect("innovations:declaration-step", declaration.pk, order[max(order.index(step) - 1, 0)])
    if verb == "add":
        return redirect(f"{address}?add={place}#added")
    if verb in {"up", "down"} and (number := whole_number(place)) is not None and step == Step.AUTHORS:
        drafts.move_author(declaration, number, by=request.user, down=verb == "down")
        return redirect(f"{address}#authors")
    if verb == "leave":
        return redirect("innovations:mine")
    messages.success(request, _("已保存。"))
    return redirect(address)


def _submit(request: UserRequest, declaration: Declaration, forms: steps.Forms) -> HttpResponse:
    try:
        submitted = actions.submit(declaration, by=request.user, at=timezone.now())
    except actions.Incomplete as incomplete:
        messages.error(request, incomplete.message)
        return _show(request, declaration, Step.SUBMIT, forms, status=422)
    except WrongState:
        declaration.refresh_from_db()
        if declaration.state in EDITABLE:
            raise
        # Pressed twice: the first press did it.
        return redirect(declaration)
    messages.success(
        request,
        _("已提交，编号 %(number)s。当前由“%(desk)s”审核。") % {"number": submitted.number, "desk": submitted.desk},
    )
    return redirect(submitted)


def _show_conflict(request: UserRequest, conflict: drafts.Conflict, step: Step, forms: steps.Forms) -> HttpResponse:
    """Both texts: what was typed stays in the form, what is saved stands beside it."""
    current = conflict.declaration
    rows = steps.differences(current, step, request.POST)
    if wants_json(request):
        answer = {"error": conflict.code, "detail": conflict.message, "version": current.version, "fields": rows}
        return JsonResponse(answer, status=conflict.status)
    return _show(request, current, step, forms, status=conflict.status, conflict=conflict.message, differences=rows)


def _show(
    request: UserRequest,
    declaration: Declaration,
    step: Step,
    forms: steps.Forms,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    full = queries.with_everything(queries.visible_to(request.user)).get(pk=declaration.pk)
    found = completeness.gaps(full)
    counts = completeness.by_step(found)
    order = list(Step)
    context = {
        "declaration": full,
        "call": full.call,
        "step": step,
        "place": order.index(step) + 1,
        "steps": [
            {
                "step": one,
                "gaps": counts[one],
                "state": "current" if one == step else "done" if not counts[one] else "todo",
            }
            for one in order
        ],
        "gaps": [gap for gap in found if step in {gap.step, Step.SUBMIT}],
        "gaps_elsewhere": [gap for gap in found if gap.step != step],
        "is_refused": status == 422 and bool(found),
        "returned": _return_reason(full),
        "shows_gaps": full.state == State.RETURNED or full.version > len(order),
        "forms": forms,
        **forms,
        **more,
        **_extra(request, full, step),
    }
    return render(request, f"innovations/declare_{step}.html", context, status=status)


def _extra(request: UserRequest, declaration: Declaration, step: Step) -> dict[str, Any]:
    """What single steps show beside their forms."""
    if step == Step.AUTHORS:
        return {"most_authors": declaration.call.limit("authors"), "unit_people": declaration.unit.roster.count()}
    if step == Step.BENEFITS:
        return {"ownership_choices": OWNERSHIP}
    if step == Step.PAPERS:
        return {"papers": _papers(request, declaration), "roles": AttachmentRole}
    if step == Step.SUBMIT:
        matches = eligibility.matches([declaration])[declaration.pk]
        return {
            "findings": eligibility.findings(declaration),
            "matches": matches,
            "openable": queries.openable(request.user, [match.other.pk for match in matches if match.other]),
            "is_time": rules.is_time_to_submit(declaration, timezone.now()),
            "window": call_queries.window(declaration.call, Stage.DECLARE),
        }
    return {}


def _papers(request: UserRequest, declaration: Declaration) -> list[dict[str, Any]]:
    """Each kind of paper with what is there of it, as the page of papers shows them."""
    held = list(declaration.attachments.all())
    roles = [*PAPERS, *(AttachmentRole(a.role) for a in held if a.role not in PAPERS)]
    return [
        {
            "role": role,
            "is_for_experts": role in BLIND_ROLES,
            "accept": ACCEPT.get(role, _PAPER_TYPES),
            "input_id": f"id_{role}",
            "extra": [("role", role.value)],
            "hint": _hint(role, declaration.call),
            "items": [_shown(attachment, request) for attachment in held if attachment.role == role],
        }
        for role in dict.fromkeys(roles)
    ]


def _hint(role: AttachmentRole, call: Call) -> str:
    """What may be uploaded for a role, in a sentence."""
    if role == AttachmentRole.PICTURE:
        return _("%(fewest)s 至 %(most)s 张，每张不超过 %(size)s MB。手机照片可以直接上传。") % {
            "fewest": call.limit("min_pictures"),
            "most": call.limit("pictures"),
            "size": call.limit("attachment_mb"),
        }
    if role == AttachmentRole.VIDEO:
        return _("MP4 等常见格式，不超过 %(size)s MB，3 至 5 分钟为宜。") % {"size": call.limit("video_mb")}
    return _("PDF、Office 文档或图片，每个不超过 %(size)s MB。") % {"size": call.limit("attachment_mb")}


def _shown(attachment: Attachment, request: UserRequest) -> dict[str, Any]:
    file = attachment.file
    return {
        "attachment": attachment,
        "file": file,
        "preview": links.preview(file, to=request.user),
        "link": links.link(file, to=request.user, name=attachment.caption or file.name),
        "form": PaperForm(
            initial={"role": attachment.role, "caption": attachment.caption}, auto_id=f"id_paper-{attachment.pk}-%s"
        ),
    }


def _return_reason(declaration: Declaration) -> Any:
    """The last opinion that sent it back, while it is being corrected."""
    if declaration.state != State.RETURNED:
        return None
    sent_back = [opinion for opinion in declaration.opinions.all() if opinion.decision == Decision.RETURN]
    return sent_back[-1] if sent_back else None


@require_POST
@signed_in
def attachments(request: UserRequest, pk: int) -> HttpResponse:
    """Add papers of one role: one from the script, or several from a plain form."""
    declaration = _mine(request, pk)
    form = UploadForm(request.POST)
    uploads = request.FILES.getlist("file")
    if not form.is_valid() or not uploads:
        raise Invalid(_("请选择要上传的文件。"))
    role = AttachmentRole(form.cleaned_data["role"])
    kept: list[Attachment] = []
    for upload in uploads:
        try:
            kept.append(drafts.attach(declaration, upload, role, by=request.user))
        except DomainError as refusal:
            if wants_json(request):
                raise
            messages.error(request, refusal.message)
    if wants_json(request):
        return JsonResponse(links.described(kept[0].file, to=request.user), status=201)
    if kept:
        messages.success(request, _("已上传 %(count)s 个文件。") % {"count": len(kept)})
    return redirect(reverse("innovations:declaration-step", args=[pk, Step.PAPERS]) + f"#{role}")


@require_POST
@signed_in
def attachment(request: UserRequest, pk: int, paper: int) -> HttpResponse:
    """Rename a paper, or say that it is for something else."""
    declaration = _mine(request, pk)
    found = get_object_or_404(declaration.attachments.select_related("file"), pk=paper)
    form = PaperForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("说明最多 100 字。"))
    drafts.describe(
        found, caption=form.cleaned_data["caption"], role=AttachmentRole(form.cleaned_data["role"]), by=request.user
    )
    return redirect(reverse("innovations:declaration-step", args=[pk, Step.PAPERS]) + f"#attachment-{paper}")


@require_POST
@signed_in
def attachment_remove(request: UserRequest, pk: int, paper: int) -> HttpResponse:
    declaration = _mine(request, pk)
    found = get_object_or_404(declaration.attachments.all(), pk=paper)
    drafts.detach(found, by=request.user)
    messages.success(request, _("附件已删除。"))
    return redirect(reverse("innovations:declaration-step", args=[pk, Step.PAPERS]) + f"#{found.role}")


@require_POST
@login_required
def declaration_discard(request: UserRequest, pk: int) -> HttpResponse:
    declaration = get_object_or_404(queries.visible_to(request.user), pk=pk)
    drafts.discard(declaration, by=request.user)
    messages.success(request, _("草稿已删除。"))
    return redirect("innovations:mine")


@require_POST
@login_required
def declaration_copy(request: UserRequest, pk: int) -> HttpResponse:
    """A new draft from an earlier declaration, for a call that is open."""
    declaration = get_object_or_404(queries.visible_to(request.user).select_related("unit", "category", "field"), pk=pk)
    call = get_object_or_404(Call.objects.prefetch_related("windows"), slug=request.POST.get("call", ""))
    draft = drafts.copy(declaration, to=call, by=request.user)
    messages.success(request, _("已复制为新的草稿，请核对每一步，完成人需要重新确认。"))
    return redirect("innovations:declaration-step", draft.pk, Step.BASICS)


def _mine(request: UserRequest, pk: int) -> Declaration:
    """The declaration that the person writes; refused when it cannot be changed now."""
    found = get_object_or_404(queries.visible_to(request.user).select_related("call__organiser", "unit"), pk=pk)
    if not rules.is_writer(request.user, found):
        raise NotAllowed(_("只有申报人可以修改这份申报。"))
    return found


def _version(request: UserRequest) -> int:
    sent = request.POST.get("version", "")
    # Without a version the page is older than any: what was saved wins until the person has seen it.
    return whole_number(sent) or 0


def _without_removed(data: QueryDict) -> QueryDict:
    """What was typed, with the row emptied whose button was pressed: an empty row counts as not there."""
    verb, _dash, row = data.get("act", "").partition("-")
    if verb != "remove" or not row:
        return data
    kept = data.copy()
    for name in [name for name in kept if name.startswith(f"{row}-")]:
        kept[name] = ""
    return kept
