"""The pages of the knowledge tree."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed
from huomiao.core.requests import UserRequest, whole_number
from huomiao.practice.actions import topics as actions
from huomiao.practice.forms import topics as forms
from huomiao.practice.models import Topic
from huomiao.practice.queries import topics as queries
from huomiao.practice.rules import topics as rules
from huomiao.practice.states import TopicKind

HISTORY_SHOWN = 20
# A trade has at most some hundreds of points; the tree as a whole opens by trade.
FOREST = 40


@login_required
@require_GET
def topics(request: UserRequest) -> HttpResponse:
    """The trades, with what is below the one that was asked for; all of it while the tree is small."""
    if not rules.can_add(request.user):
        raise NotAllowed(_("知识点由管理题库的人维护。"))
    asked = whole_number(request.GET.get("trade", ""))
    text = request.GET.get("q", "").strip().replace("\x00", "")[:80]
    everything = queries.visible_to(request.user).order_by("path")
    counts = queries.question_counts(request.user)
    total = everything.count()
    if text:
        found = list(everything.filter(name__icontains=text)[:200])
        trails, sums = queries.trails(found), queries.branch_counts(found, counts)
        rows = [(topic, trails[topic.pk], sums[topic.pk]) for topic in found]
        return render(request, "practice/topics.html", {"q": text, "total": total, "found": rows})
    if total <= FOREST:
        shown = list(everything)
    else:
        opened = queries.trades().filter(pk=asked).first() if asked is not None else None
        shown = list(everything.filter(depth=1))
        if opened:
            shown = sorted({*shown, *queries.branch(opened)}, key=lambda topic: topic.path)
    context = {
        "forest": queries.forest(shown, counts),
        "total": total,
        "is_whole": total <= FOREST,
        "asked": asked,
        "q": "",
    }
    return render(request, "practice/topics.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def topic_new(request: UserRequest) -> HttpResponse:
    """A form for a new topic, below the one named in the address."""
    if not rules.can_add(request.user):
        raise NotAllowed(_("知识点由管理题库的人维护。"))
    parent = None
    if (below := request.GET.get("below", "")) and (key := whole_number(below)) is not None:
        parent = get_object_or_404(queries.visible_to(request.user), pk=key)
    fitting = rules.BELOW[TopicKind(parent.kind)] if parent else {TopicKind.TRADE}
    form = forms.TopicForm(
        request.POST if request.method == "POST" else None,
        initial={"kind": next(kind for kind in TopicKind if kind in fitting)},
    )
    form.fields["kind"].choices = [(kind.value, kind.label) for kind in TopicKind if kind in fitting]  # type: ignore[attr-defined]  # a ChoiceField
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            topic = actions.add(
                code=values["code"], name=values["name"], kind=values["kind"], parent=parent, by=request.user
            )
        except Invalid as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("已增加“%(topic)s”。") % {"topic": topic})
            return redirect(_place(topic))
    status = 422 if form.errors else 200
    return render(request, "practice/topic_new.html", {"form": form, "parent": parent}, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def topic(request: UserRequest, pk: int) -> HttpResponse:
    """One topic: what it is called, where it hangs, what it holds."""
    found = get_object_or_404(queries.visible_to(request.user), pk=pk)
    parent = queries.parent(found)
    # What it is it may stay, though a new one in its place could not be that.
    fitting = {*(rules.BELOW[TopicKind(parent.kind)] if parent else {TopicKind.TRADE}), TopicKind(found.kind)}
    initial = {"name": found.name, "kind": found.kind, "code": found.code}
    form = forms.TopicForm(request.POST if request.method == "POST" else None, initial=initial)
    form.fields["kind"].choices = [(kind.value, kind.label) for kind in TopicKind if kind in fitting]  # type: ignore[attr-defined]  # a ChoiceField
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            changed = actions.change(
                found, code=values["code"] or found.code, name=values["name"], kind=values["kind"], by=request.user
            )
        except Invalid as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("已保存。"))
            return redirect("practice:topic", changed.pk)
    return _show(request, found, form, status=422 if form.errors else 200)


def _show(request: UserRequest, found: Topic, form: forms.TopicForm, *, status: int = 200) -> HttpResponse:
    counts = queries.question_counts(request.user)
    branch = list(queries.branch(found))
    context = {
        "topic": found,
        "trail": queries.trails([found])[found.pk],
        "node": queries.forest(branch, counts)[0],
        "form": form,
        "move_form": forms.MoveForm(topic=found),
        "may_change": rules.can_change(request.user, found),
        "can_hold_more": found.depth < rules.MOST_DEPTH,
        "entries": history.of(found)[:HISTORY_SHOWN],
    }
    return render(request, "practice/topic.html", context, status=status)


@login_required
@require_POST
def topic_move(request: UserRequest, pk: int) -> HttpResponse:
    """One place up or down, or below another topic."""
    found = get_object_or_404(queries.visible_to(request.user), pk=pk)
    way = request.POST.get("way", "")
    if way in {"up", "down"}:
        actions.shift(found, up=way == "up", by=request.user)
        return redirect(_place(found))
    form = forms.MoveForm(request.POST, topic=found)
    if not form.is_valid():
        messages.error(request, _("请选择要移到哪里。"))
        return redirect("practice:topic", found.pk)
    actions.move(found, to=form.cleaned_data["to"], by=request.user)
    messages.success(request, _("已移动“%(topic)s”。") % {"topic": found})
    return redirect("practice:topic", found.pk)


@login_required
@require_POST
def topic_remove(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.visible_to(request.user), pk=pk)
    above = queries.parent(found)
    actions.remove(found, by=request.user)
    messages.success(request, _("已删除“%(topic)s”。") % {"topic": found})
    return redirect(_place(above) if above else reverse("practice:topics"))


def _place(topic: Topic) -> str:
    """Where ``topic`` stands in the tree's page."""
    trade = Topic.objects.filter(path=topic.path[: Topic.steplen]).values_list("pk", flat=True).first()
    return f"{reverse('practice:topics')}?trade={trade}#topic-{topic.pk}"
