"""Who makes courses, and who may take one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from huomiao.orgs.models import Organization
from huomiao.orgs.queries import has_power, reach
from huomiao.orgs.roles import Power
from huomiao.practice.models import Course, Enrolment
from huomiao.practice.queries import courses as queries
from huomiao.practice.states import CourseState

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def can_keep_courses(user: User | AnonymousUser) -> bool:
    """Whether ``user`` makes courses anywhere."""
    return bool(reach(user, Power.RUN_PRACTICE))


def can_create(user: User | AnonymousUser, owner: Organization) -> bool:
    return owner.is_active and has_power(user, Power.RUN_PRACTICE, owner)


def can_edit(user: User | AnonymousUser, course: Course) -> bool:
    """Whether ``user`` may change ``course``, publish it, and see who has come how far."""
    return has_power(user, Power.RUN_PRACTICE, course.owner)


def can_begin(user: User | AnonymousUser, course: Course) -> bool:
    """Whether ``user`` may take the course up: it is published for the branch they belong to."""
    return course.state == CourseState.PUBLISHED and queries.open_to(user).filter(pk=course.pk).exists()


def can_go_on(enrolment: Enrolment) -> bool:
    """Whether who began may still learn: also when the course was closed since."""
    return enrolment.course.state != CourseState.DRAFT
