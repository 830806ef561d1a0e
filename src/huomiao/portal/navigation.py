"""Who finds which pages where: the main navigation, the phone's bottom bar, the account menu and the footer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from huomiao.innovations.models import Expert
from huomiao.orgs import queries as orgs
from huomiao.orgs.roles import Power

# Whoever has one of these works with the tree of organizations.
OFFICIAL = frozenset({Power.MANAGE_ROSTER, Power.MANAGE_ORGS, Power.MANAGE_PEOPLE, Power.RECOMMEND})


@dataclass(frozen=True)
class Item:
    """One link of the navigation."""

    label: str
    url: str
    icon: str
    is_current: bool


class Navigation:
    """The navigation for one request; computed when a page asks, so that fragments pay nothing for it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def _powers(self) -> frozenset[Power]:
        return orgs.powers(self._user)

    @property
    def _user(self) -> Any:
        return self._request.user

    @cached_property
    def is_expert(self) -> bool:
        return self._user.is_authenticated and Expert.objects.filter(user=self._user, is_active=True).exists()

    @cached_property
    def main(self) -> list[Item]:
        """Across the top of every page."""
        powers = self._powers
        is_official = bool(powers & OFFICIAL)
        items = [
            self._start(),
            self._user.is_authenticated and self._item(_("练兵"), "practice:home", "flame"),
            Power.DECLARE in powers and self._item(_("我的申报"), "innovations:mine", "file"),
            Power.RECOMMEND in powers and self._item(_("全部申报"), "innovations:declarations", "list"),
            self._item(_("征集活动"), "innovations:calls", "flag"),
            self.is_expert and self._item(_("评审"), "innovations:sheets", "edit"),
            self._item(_("优秀成果"), "innovations:published", "star"),
            self._item(_("公示"), "notices:list", "eye"),
            self._item(_("资讯"), "newsdesk:front", "globe"),
            not is_official and self._item(_("荣誉"), "honours:list", "trophy"),
            is_official and self._item(_("组织"), "orgs:tree", "building"),
            Power.RUN_CALLS in powers and self._item(_("专家"), "innovations:experts", "users"),
            Power.RUN_PRACTICE in powers and self._item(_("题库"), "practice:banks", "book"),
            Power.RUN_PRACTICE in powers and self._item(_("考试"), "practice:exams-kept", "clock"),
            Power.SEE_FIGURES in powers and self._item(_("统计"), "stats:index", "chart"),
        ]
        return [item for item in items if item]

    @cached_property
    def bottom(self) -> list[Item]:
        """Within reach of the thumb, for people who work on a phone: signed-in ones only, five at most."""
        if not self._user.is_authenticated:
            return []
        items = [
            self._start(),
            self._item(_("练兵"), "practice:home", "flame"),
            Power.DECLARE in self._powers and self._item(_("申报"), "innovations:mine", "file"),
            self.is_expert and self._item(_("评审"), "innovations:sheets", "edit"),
            # What experts score leaves no room for what others have published.
            not self.is_expert and self._item(_("成果"), "innovations:published", "star"),
            self._item(_("我的"), "accounts:profile", "user"),
        ]
        return [item for item in items if item]

    @cached_property
    def account(self) -> list[Item]:
        """In the menu under the person's name."""
        return [
            self._item(_("待办"), "portal:tasks", "bell"),
            self._item(_("我的荣誉"), "honours:mine", "trophy"),
            self._item(_("账号与安全"), "accounts:profile", "shield"),
            self._item(_("使用帮助"), "portal:help", "book"),
        ]

    @cached_property
    def footer(self) -> list[Item]:
        """At the foot of every page."""
        return [
            self._item(_("使用帮助"), "portal:help", "book"),
            self._item(_("角色与权限"), "portal:help-roles", "users"),
            self._item(_("隐私说明"), "portal:privacy", "lock"),
            self._item(_("荣誉名册"), "honours:list", "trophy"),
            self._item(_("验证证书"), "honours:verify-form", "shield"),
        ]

    def _start(self) -> Item:
        """Where one begins: what waits for people who are signed in, the public page for others."""
        if self._user.is_authenticated:
            return self._item(_("待办"), "portal:tasks", "bell")
        return self._item(_("首页"), "portal:home", "home")

    def _item(self, label: str, name: str, icon: str) -> Item:
        url = reverse(name)
        return Item(label, url, icon, self._is_current(name, url))

    def _is_current(self, name: str, url: str) -> bool:
        match = self._request.resolver_match
        if match is not None and match.view_name == name:
            return True
        # A page below another's belongs to it, but the nearest wins: one's own declarations are not all of them.
        return url not in {"/", "/declarations/"} and self._request.path.startswith(url)
