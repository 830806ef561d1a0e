"""The learner's pages: find a course, go on where one stopped, read, watch, practise."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from huomiao.core.requests import UserRequest
from huomiao.files import links, page_pictures
from huomiao.files.models import StoredFile
from huomiao.practice import sessions
from huomiao.practice.actions import learning as actions
from huomiao.practice.forms.courses import CatalogueForm
from huomiao.practice.models import Course, Section
from huomiao.practice.queries import courses as queries
from huomiao.practice.queries import learning
from huomiao.practice.rules import courses as rules
from huomiao.practice.states import CourseState, SectionKind
from huomiao.practice.views.home import page_context
from huomiao.practice.views.playing import play_context

PAGE = 24
GOING_ON = 4


@login_required
@require_GET
def courses(request: UserRequest) -> HttpResponse:
    """What one is learning, what would help with one's errors, and everything there is."""
    everything = queries.open_to(request.user)
    form = CatalogueForm(request.GET or None, courses=everything)
    asked = form.cleaned_data if form.is_valid() else {}
    is_narrowed = any(asked.values())
    rows = queries.with_figures(queries.narrowed(everything, **asked), user=request.user)
    page = Paginator(rows.order_by("trade__path", "level", "title", "pk"), PAGE).get_page(request.GET.get("page"))
    show_own = not is_narrowed and page.number == 1
    context = {
        **page_context(request),
        "page_obj": page,
        "cards": [_card(request, course) for course in page.object_list],
        "form": form,
        "is_narrowed": is_narrowed,
        "unfinished": list(learning.unfinished(request.user)[:GOING_ON]) if show_own else [],
        "recommended": learning.recommended(request.user) if show_own else [],
        "keeps": rules.can_keep_courses(request.user),
    }
    return render(request, "practice/courses.html", context)


def _card(request: UserRequest, course: Any) -> dict[str, Any]:
    return {"course": course, "cover": links.preview(course.cover, to=request.user) if course.cover else ""}


@login_required
@require_GET
def course(request: UserRequest, slug: str) -> HttpResponse:
    """A course with the sections in it, and where one stands."""
    found = get_object_or_404(queries.visible_to(request.user), slug=slug)
    progress = _progress(request, found)
    context = {
        **page_context(request),
        "course": found,
        "progress": progress,
        "cover": links.show(found.cover, to=request.user, name=found.title) if found.cover else "",
        "unmet": queries.unmet(found, request.user) if progress.enrolment is None else [],
        "may_begin": progress.enrolment is None and rules.can_begin(request.user, found),
        "may_edit": rules.can_edit(request.user, found),
        "minutes": sum(step.section.minutes for step in progress.steps),
    }
    return render(request, "practice/course.html", context)


def _progress(request: UserRequest, found: Course) -> learning.Progress:
    """Where one stands, with the drills counted that were passed since."""
    progress = learning.progress(found, request.user)
    waits = any(step.section.kind == SectionKind.DRILL and not step.done for step in progress.steps)
    if progress.enrolment is None or not waits or not rules.can_go_on(progress.enrolment):
        return progress
    if actions.count_drills(found, by=request.user, at=timezone.now()):
        return learning.progress(found, request.user)
    return progress


@login_required
@require_POST
def begin(request: UserRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(queries.visible_to(request.user), slug=slug)
    actions.begin(found, by=request.user, at=timezone.now())
    step = learning.progress(found, request.user).next
    return redirect("practice:course-section", found.slug, step.section.pk) if step else redirect(found)


def _section(request: UserRequest, slug: str, pk: int) -> Section:
    sections = Section.objects.filter(course__in=queries.visible_to(request.user).order_by().values("pk"))
    return get_object_or_404(
        sections.select_related("course__owner", "course__cover", "file", "bank__current", "topic"),
        pk=pk,
        course__slug=slug,
    )


@login_required
@never_cache
@require_GET
def section(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    """One section; who keeps the course may look at it without taking it."""
    found = _section(request, slug, pk)
    progress = _progress(request, found.course)
    step = progress.step(found.pk)
    may_edit = rules.can_edit(request.user, found.course)
    if progress.enrolment is None and not may_edit:
        return redirect(found.course)
    if step is None or (not step.is_open and not may_edit):
        messages.info(request, _("请先学完前面的各节。"))
        return redirect(found.course)
    if progress.enrolment is not None:
        actions.visit(progress.enrolment, found, at=timezone.now())
    before, after = progress.beside(found.pk)
    context = {
        **page_context(request),
        "course": found.course,
        "section": found,
        "step": step,
        "progress": progress,
        "is_look": progress.enrolment is None,
        "before": before,
        "after": after if after and (after.is_open or step.done or not found.course.is_in_order) else None,
        "is_last": after is None,
        "best": learning.best_of(request.user, found) if found.kind == SectionKind.DRILL else None,
        **_shown(request, found),
    }
    return render(request, "practice/course_section.html", context)


def _shown(request: UserRequest, found: Section) -> dict[str, Any]:
    """The addresses of what a section shows."""
    file: StoredFile | None = found.file
    if file is None:
        return {}
    shown = page_pictures.count(file)
    return {
        "file": file,
        "show": links.show(file, to=request.user, name=found.title),
        "link": links.link(file, to=request.user, name=found.title),
        "pages": [links.page(file, index, to=request.user) for index in range(shown)],
        "pages_left": (file.pages or 0) - shown,
    }


@login_required
@require_POST
def finish(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    """Done with a section: on to the next one that waits."""
    found = _section(request, slug, pk)
    enrolment = actions.finish(found, by=request.user, at=timezone.now())
    progress = learning.progress(found.course, request.user)
    if progress.is_complete:
        if enrolment.honour is not None:
            messages.success(request, _("全部学完了，结业证书已经发给您。"))
        else:
            messages.success(request, _("全部学完了。"))
        return redirect(found.course)
    _before, after = progress.beside(found.pk)
    step = after if after is not None and not after.done and after.is_open else progress.next
    return redirect("practice:course-section", slug, step.section.pk) if step else redirect(found.course)


@login_required
@never_cache
@require_safe
def drill(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    """The drill of a section; what is handed in counts for it by the tag in its plan."""
    found = _section(request, slug, pk)
    back = reverse("practice:course-section", args=[slug, pk])
    progress = learning.progress(found.course, request.user)
    step = progress.step(found.pk)
    if progress.enrolment is None or step is None or not step.is_open or found.course.state == CourseState.DRAFT:
        return redirect(found.course)
    session = sessions.course(request.user, found, at=timezone.now()) if found.kind == SectionKind.DRILL else None
    if session is None:
        messages.warning(request, _("这一节的题库暂时不能练习，请联系开课单位。"))
        return redirect(back)
    return render(request, "practice/play.html", play_context(request, session, leave=back))
