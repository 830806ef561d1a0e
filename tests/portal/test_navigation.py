from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from huomiao.orgs.roles import Role
from huomiao.portal.navigation import Navigation
from tests.factories.accounts import UserFactory
from tests.factories.innovations import ExpertFactory
from tests.factories.orgs import MembershipFactory

pytestmark = pytest.mark.django_db

PUBLIC = ["首页", "征集活动", "优秀成果", "公示", "资讯", "荣誉"]


def navigation(user, address="/"):
    request = RequestFactory().get(address)
    request.user = user
    request.resolver_match = None
    return Navigation(request)


def labels(items):
    return [item.label for item in items]


def with_role(role):
    return MembershipFactory(role=role).user


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.MEMBER, ["待办", "练兵", "我的申报", "征集活动", "优秀成果", "公示", "资讯", "荣誉"]),
        (
            Role.SECRETARY,
            [
                "待办",
                "练兵",
                "我的申报",
                "全部申报",
                "征集活动",
                "优秀成果",
                "公示",
                "资讯",
                "组织",
                "题库",
                "考试",
                "统计",
            ],
        ),
        (
            Role.OFFICER,
            ["待办", "练兵", "全部申报", "征集活动", "优秀成果", "公示", "资讯", "组织", "题库", "考试", "统计"],
        ),
        (
            Role.ORGANISER,
            [
                "待办",
                "练兵",
                "全部申报",
                "征集活动",
                "优秀成果",
                "公示",
                "资讯",
                "组织",
                "专家",
                "题库",
                "考试",
                "统计",
            ],
        ),
        (Role.TRAINER, ["待办", "练兵", "征集活动", "优秀成果", "公示", "资讯", "荣誉", "题库", "考试", "统计"]),
        (Role.EDITOR, ["待办", "练兵", "征集活动", "优秀成果", "公示", "资讯", "荣誉"]),
        (Role.ADMINISTRATOR, ["待办", "练兵", "征集活动", "优秀成果", "公示", "资讯", "组织"]),
    ],
)
def test_navigation_shows_what_a_role_may_open(role, expected):
    assert labels(navigation(with_role(role)).main) == expected


def test_navigation_of_the_public_is_what_is_public():
    assert labels(navigation(AnonymousUser()).main) == PUBLIC
    assert navigation(AnonymousUser()).bottom == []


def test_expert_finds_their_sheets():
    assert "评审" in labels(navigation(ExpertFactory().user).main)
    assert "评审" not in labels(navigation(ExpertFactory(is_active=False).user).main)


def test_bottom_bar_has_at_most_five_places():
    expert = ExpertFactory(user=with_role(Role.MEMBER))

    assert labels(navigation(expert.user).bottom) == ["待办", "练兵", "申报", "评审", "我的"]


def test_current_place_is_marked():
    current = [item.label for item in navigation(UserFactory(), "/tasks/").main if item.is_current]

    assert current == ["待办"]


def test_fragments_pay_nothing_for_navigation(django_assert_num_queries):
    user = with_role(Role.MEMBER)

    with django_assert_num_queries(0):
        navigation(user)


def test_own_declarations_are_not_all_declarations():
    items = navigation(with_role(Role.SECRETARY), "/declarations/mine/").main

    assert [item.label for item in items if item.is_current] == ["我的申报"]
