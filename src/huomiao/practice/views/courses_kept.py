"""The officer's pages: make a course, put its sections in order, publish it, see who has come how far."""

from __future__ import annotations

from copy import copy
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huomiao.core import history
from huomiao.core.downloads import download
from huomiao.core.errors import Invalid, NotAllowed
from huomiao.core.requests import UserRequest
from huomiao.core.tables import Column, SheetOut, write_table
from huomiao.files.actions import store
from huomiao.files.models import Kind, StoredFile
from huomiao.practice.actions import courses as actions
from huomiao.practice.forms import courses as forms
from huomiao.practice.models import Bank, Course, Section
from huomiao.practice.queries import banks
from huomiao.practice.queries import courses as queries
from huomiao.practice.rules import courses as rules
from huomiao.practice.states import SectionKind

PAGE = 20
LEARNERS_PAGE = 50
HISTORY_SHOWN = 20


def for_keeper(request: UserRequest, slug: str) -> Course:
    return get_object_or_404(queries.kept_by(request.user), slug=slug)


@login_required
@require_GET
def courses_kept(request: UserRequest) -> HttpResponse:
    if not rules.can_keep_courses(request.user):
        raise NotAllowed(_("课程由工会干部和培训管理员管理。学习请到“课程”。"))
    kept = queries.kept_by(request.user)
    form = forms.KeptForm(request.GET or None, courses=kept)
    asked = form.cleaned_data if form.is_valid() else {}
    rows = queries.with_learners(queries.with_figures(queries.narrowed(kept, **asked)))
    page = Paginator(rows.order_by("owner__path", "title", "pk"), PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "form": form, "is_narrowed": any(asked.values())}
    return render(request, "practice/courses_kept.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def course_new(request: UserRequest) -> HttpResponse:
    if not rules.can_keep_courses(request.user):
        raise NotAllowed(_("课程由工会干部和培训管理员管理。"))
    owners = queries.owners(request.user)
    form = forms.NewCourseForm(
        request.POST or None, request.FILES or None, owners=owners, initial={"owner": owners.first()}
    )
    if request.method == "POST" and form.is_valid():
        try:
            values = _facts(request, form)
            made = actions.create(form.cleaned_data["owner"], slug=form.cleaned_data["slug"], by=request.user, **values)
        except Invalid as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("课程已建好，接下来添加内容。"))
            return redirect("practice:course-outline", made.slug)
    return render(request, "practice/course_new.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def course_edit(request: UserRequest, slug: str) -> HttpResponse:
    found = for_keeper(request, slug)
    # A ModelForm writes into its instance; the page's heading keeps the name that is in force.
    form = forms.CourseForm(request.POST or None, request.FILES or None, instance=copy(found))
    if request.method == "POST" and form.is_valid():
        try:
            values = _facts(request, form)
            requires = form.cleaned_data["requires"] if "requires" in form.fields else None
            actions.change(found, by=request.user, requires=requires, **values)
        except Invalid as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("已保存。"))
            return redirect("practice:course-outline", slug)
    context = {**_frame(found), "form": form, "tab": "edit", "entries": history.of(found)[:HISTORY_SHOWN]}
    return render(request, "practice/course_edit.html", context, status=422 if form.errors else 200)


def _facts(request: UserRequest, form: forms.CourseForm) -> dict[str, Any]:
    values = {name: form.cleaned_data[name] for name in actions.FIELDS if name in form.cleaned_data}
    if cover := _stored(request, form, "picture", Kind.IMAGE):
        values["cover"] = cover
    return values


def _stored(request: UserRequest, form: BaseForm, name: str, kind: Kind) -> StoredFile | None:
    """What was uploaded in a field, checked and kept; None when nothing was.

    Raises:
        Invalid: it is no such file.
    """
    upload: UploadedFile | None = form.cleaned_data.get(name)
    return store(upload, by=request.user, kinds=[kind]) if upload else None


def _frame(found: Course) -> dict[str, Any]:
    return {"course": found}


@login_required
@require_GET
def outline(request: UserRequest, slug: str) -> HttpResponse:
    """The sections in their order, and what can be added."""
    found = for_keeper(request, slug)
    sections = queries.sections(found)
    context = {
        **_frame(found),
        "tab": "outline",
        "sections": sections,
        "minutes": sum(section.minutes for section in sections),
        "kinds": SectionKind.choices,
        "requires": list(found.requires.order_by("title", "pk")),
        "has_learners": found.enrolments.exists(),
    }
    return render(request, "practice/course_outline.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def section_new(request: UserRequest, slug: str, kind: str) -> HttpResponse:
    found = for_keeper(request, slug)
    if kind not in SectionKind.values:
        raise Http404
    return _section_page(request, found, Section(course=found, kind=kind), SectionKind(kind))


@login_required
@require_http_methods(["GET", "POST"])
def section_edit(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    found = for_keeper(request, slug)
    section = get_object_or_404(found.sections.select_related("file", "bank", "topic", "course__owner"), pk=pk)
    return _section_page(request, found, section, SectionKind(section.kind))


def _section_page(request: UserRequest, found: Course, section: Section, kind: SectionKind) -> HttpResponse:
    form = forms.SectionForm(
        request.POST or None,
        request.FILES or None,
        instance=copy(section),
        kind=kind,
        banks=_banks(request, section),
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _save(request, found, section, form)
            except Invalid as refusal:
                form.add_error("upload" if "upload" in form.fields else None, refusal.message)
            else:
                messages.success(request, _("已保存。"))
                return redirect("practice:course-outline", found.slug)
    context = {**_frame(found), "tab": "outline", "section": section, "kind": kind, "form": form}
    return render(request, "practice/course_section_edit.html", context, status=status)


def _save(request: UserRequest, found: Course, section: Section, form: forms.SectionForm) -> Section:
    values = {name: form.cleaned_data[name] for name in actions.SECTION_FIELDS if name in form.cleaned_data}
    if form.kind in forms.FILES and (kept := _stored(request, form, "upload", forms.FILES[form.kind][0])):
        values["file"] = kept
    if section.pk:
        return actions.change_section(section, by=request.user, **values)
    return actions.add_section(found, kind=form.kind, by=request.user, **values)


def _banks(request: UserRequest, section: Section) -> QuerySet[Bank]:
    """The banks a drill may ask: those the officer may practise from or keeps, published."""
    usable = Q(pk__in=banks.usable_by(request.user).order_by().values("pk"))
    kept = banks.visible_to(request.user).filter(archived_at=None, current__isnull=False).order_by().values("pk")
    return Bank.objects.filter(usable | Q(pk__in=kept) | Q(pk=section.bank_id)).order_by("name", "pk")


@login_required
@require_POST
def section_move(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    found = for_keeper(request, slug)
    section = get_object_or_404(found.sections.select_related("course__owner"), pk=pk)
    form = forms.PlaceForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("请填写要移到第几节。"))
    actions.move_section(section, to=form.cleaned_data["to"], by=request.user)
    return redirect("practice:course-outline", slug)


@login_required
@require_POST
def section_remove(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    found = for_keeper(request, slug)
    section = get_object_or_404(found.sections.select_related("course__owner"), pk=pk)
    actions.remove_section(section, by=request.user)
    messages.success(request, _("已删除“%(title)s”。") % {"title": section})
    return redirect("practice:course-outline", slug)


@login_required
@require_POST
def course_publish(request: UserRequest, slug: str) -> HttpResponse:
    found = for_keeper(request, slug)
    actions.publish(found, by=request.user, at=timezone.now())
    messages.success(request, _("课程已发布，本单位和下级单位的职工可以学习了。"))
    return redirect("practice:course-outline", slug)


@login_required
@require_POST
def course_close(request: UserRequest, slug: str) -> HttpResponse:
    found = for_keeper(request, slug)
    actions.close(found, by=request.user, at=timezone.now())
    messages.success(request, _("课程已下架。已经开始学的人可以继续学完。"))
    return redirect("practice:course-outline", slug)


@login_required
@require_POST
def course_remove(request: UserRequest, slug: str) -> HttpResponse:
    found = for_keeper(request, slug)
    actions.remove(found, by=request.user)
    messages.success(request, _("课程已删除。"))
    return redirect("practice:courses-kept")


@login_required
@require_GET
def learners(request: UserRequest, slug: str) -> HttpResponse:
    """Who takes a course, and how many of each unit."""
    found = for_keeper(request, slug)
    form = forms.LearnersForm(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    rows = queries.learners(found, request.user, **asked)
    page = Paginator(rows, LEARNERS_PAGE).get_page(request.GET.get("page"))
    units = queries.unit_figures(found, request.user)
    context = {
        **_frame(found),
        "tab": "learners",
        "form": form,
        "page_obj": page,
        "units": units,
        "unit": asked.get("unit", ""),
        "begun": sum(unit["begun"] for unit in units),
        "finished": sum(unit["finished"] for unit in units),
        "learning": sum(unit["begun"] - unit["finished"] for unit in units),
        "section_count": found.sections.count(),
    }
    return render(request, "practice/course_learners.html", context)


@login_required
@require_GET
def learners_table(request: UserRequest, slug: str) -> HttpResponse:
    """The learners as a workbook."""
    found = for_keeper(request, slug)
    form = forms.LearnersForm(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    sections = found.sections.count()
    columns = [
        Column("name", _("姓名")),
        Column("unit", _("单位")),
        Column("started", _("开始学习")),
        Column("done", _("已学节数")),
        Column("sections", _("总节数")),
        Column("completed", _("学完时间")),
        Column("certificate", _("证书编号")),
    ]
    rows = [
        {
            "name": row.user.name,
            "unit": row.unit.name if row.unit else "",
            "started": f"{timezone.localtime(row.started_at):%Y-%m-%d %H:%M}",
            "done": row.done_count,
            "sections": sections,
            "completed": f"{timezone.localtime(row.completed_at):%Y-%m-%d %H:%M}" if row.completed_at else "",
            "certificate": row.honour.number if row.honour else "",
        }
        for row in queries.learners(found, request.user, **asked)
    ]
    content = write_table([SheetOut(_("学习情况"), columns, rows, heading=found.title)])
    return download(content, f"{found.title}-{_('学习情况')}.xlsx")
