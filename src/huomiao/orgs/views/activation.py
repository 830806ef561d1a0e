"""First sign-in of somebody on a roster, in two pages: the facts, then the password."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from huomiao.accounts import clients, locking, sign_in, throttling
from huomiao.accounts import queries as account_queries
from huomiao.accounts.actions.people import PhoneTaken
from huomiao.accounts.models import User
from huomiao.core.errors import DomainError
from huomiao.core.requests import UserRequest
from huomiao.orgs import queries, rules
from huomiao.orgs.actions import activation
from huomiao.orgs.forms.activation import FactsForm, PasswordForm
from huomiao.orgs.models import RosterEntry

SESSION_KEY = "activation"
# How long the proven facts hold while the password is thought up.
PROVEN_FOR = timedelta(minutes=15)
# Failures only: a works' whole morning shift may activate from one address.
LIMITS = {"activate-address": 30, "activate-unit": 100, "activate-person": 10}
WINDOW = timedelta(hours=1)


@never_cache
@sensitive_post_parameters("proof")
def facts(request: HttpRequest) -> HttpResponse:
    """Ask who it is; what is right is kept in the session for the next page."""
    form = FactsForm(request.POST or None, initial={"unit": request.GET.get("unit", "")})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                entry = _proven(request, **form.cleaned_data)
            except DomainError as refusal:
                form.add_error(None, refusal.message)
                status = refusal.status
            else:
                request.session[SESSION_KEY] = {"entry": entry.pk, "at": timezone.now().isoformat()}
                return redirect("orgs:activate-password")
    return render(request, "orgs/activation.html", {"form": form}, status=status)


def _proven(request: HttpRequest, *, unit: str, name: str, proof: str) -> RosterEntry:
    """The one entry without an account that the facts name; failures are counted by address, unit and person."""
    who = {
        "activate-address": clients.address(request),
        "activate-unit": activation.plain(unit),
        "activate-person": f"{activation.plain(unit)}/{activation.plain(name)}",
    }
    if any(throttling.is_spent(purpose, who[purpose], most=most) for purpose, most in LIMITS.items()):
        raise throttling.TooMany(_("核对失败次数过多，请一小时后再试，或联系本单位工会。"))
    try:
        entry = activation.match(unit=unit, name=name, proof=proof, on=timezone.localdate())
    except activation.NoMatch:
        for purpose in LIMITS:
            throttling.count(purpose, who[purpose], within=WINDOW)
        raise
    if entry.user_id is not None:
        raise activation.AlreadyActive
    return entry


@never_cache
@sensitive_post_parameters("password", "again")
def password(request: HttpRequest) -> HttpResponse:
    """Ask for the password and open the account; for somebody signed in, tie the entry to the account they have."""
    now = timezone.now()
    entry = _remembered(request, at=now)
    if entry is None:
        messages.info(request, _("请先核对身份。"))
        return redirect("orgs:activate")
    if request.user.is_authenticated:
        return _tie(request, entry, at=now)
    future = User(username=entry.staff_number, name=entry.name, phone=entry.phone)
    form = PasswordForm(request.POST or None, user=future, asks_phone=not entry.phone)
    if request.method == "POST" and form.is_valid():
        try:
            user = activation.activate(
                entry, password=form.cleaned_data["password"], phone=form.cleaned_data.get("phone", ""), at=now
            )
        except PhoneTaken as taken:
            form.add_error("phone" if "phone" in form.fields else None, taken.message)
        else:
            request.session.pop(SESSION_KEY, None)
            sign_in.enter(request, user)
            note = _("账号已开通。您的账号是 %(username)s，请记下；也可以用手机号登录。")
            if not user.phone:
                note = _("账号已开通。您的账号是 %(username)s，请记下。")
            messages.success(request, note % {"username": user.username})
            return redirect("portal:home")
    context = {"form": form, "entry": entry}
    return render(request, "orgs/activation_password.html", context, status=422 if form.errors else 200)


def _remembered(request: HttpRequest, *, at: datetime) -> RosterEntry | None:
    """The entry whose facts this browser proved a short while ago."""
    held = request.session.get(SESSION_KEY) or {}
    if "at" not in held or at - datetime.fromisoformat(held["at"]) > PROVEN_FOR:
        return None
    return RosterEntry.objects.filter(pk=held["entry"]).select_related("organization").first()


def _tie(request: HttpRequest, entry: RosterEntry, *, at: datetime) -> HttpResponse:
    if request.method != "POST":
        return render(request, "orgs/activation_tie.html", {"entry": entry})
    assert isinstance(request.user, User)  # noqa: S101 - the caller asked; mypy cannot know
    activation.tie(entry, by=request.user, at=at)
    request.session.pop(SESSION_KEY, None)
    messages.success(request, _("已关联到 %(unit)s 的名册。") % {"unit": entry.organization.name})
    return redirect("portal:home")


def _active(request: UserRequest, code: str, pk: int) -> RosterEntry:
    """An entry with an account, on a roster that the person may see."""
    visible = queries.rosters_visible_to(request.user).select_related("organization", "user")
    return get_object_or_404(visible, pk=pk, organization__code=code, user__isnull=False)


def _show_help(request: UserRequest, entry: RosterEntry, *, password: str = "") -> HttpResponse:
    assert entry.user is not None  # noqa: S101 - _active asked for it; mypy cannot know
    context = {
        "organization": entry.organization,
        "entry": entry,
        "password": password,
        "locked_until": account_queries.locked_until(locking.key_of(entry.user)),
        "can_help": rules.can_help_sign_in(request.user, entry),
    }
    return render(request, "orgs/activation_help.html", context)


@never_cache
@login_required
@require_safe
def help_sign_in(request: UserRequest, code: str, pk: int) -> HttpResponse:
    """What the unit can do for somebody who cannot get in."""
    return _show_help(request, _active(request, code, pk))


@never_cache
@login_required
@require_POST
def give_password(request: UserRequest, code: str, pk: int) -> HttpResponse:
    """A new password, shown once, in the answer and nowhere else."""
    throttling.take("give-password", str(request.user.pk), most=60, within=timedelta(hours=1))
    entry = _active(request, code, pk)
    return _show_help(request, entry, password=activation.give_password(entry, by=request.user))


@login_required
@require_POST
def unlock(request: UserRequest, code: str, pk: int) -> HttpResponse:
    entry = _active(request, code, pk)
    activation.unlock(entry, by=request.user)
    messages.success(request, _("已为 %(name)s 解除锁定。") % {"name": entry.name})
    return redirect("orgs:roster-sign-in", code, pk)
