from __future__ import annotations

import factory

from huomiao.orgs.models import Membership, Organization, RosterEntry
from huomiao.orgs.roles import Role
from huomiao.orgs.states import Kind, Nature
from tests.factories.accounts import UserFactory


class OrganizationFactory(factory.django.DjangoModelFactory):
    """A node of the tree; give ``parent`` to hang it below one."""

    class Meta:
        model = Organization

    code = factory.Sequence(lambda n: f"ORG{n:05d}")
    name = factory.Sequence(lambda n: f"第{n}总工会")
    kind = Kind.PROVINCE

    @classmethod
    def _create(cls, model_class, *args, parent=None, **kwargs):
        if parent is None:
            return model_class.objects.add_root(kwargs)
        return model_class.objects.add_child(Organization.objects.get(pk=parent.pk), kwargs)


class UnitFactory(OrganizationFactory):
    name = factory.Sequence(lambda n: f"第{n}机械厂")
    kind = Kind.ENTERPRISE
    nature = Nature.STATE_OWNED
    section = "C"
    division = "34"


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    organization = factory.SubFactory(OrganizationFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.MEMBER


class RosterEntryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RosterEntry

    organization = factory.SubFactory(UnitFactory)
    name = factory.Sequence(lambda n: f"名册{n}")
    staff_number = factory.Sequence(lambda n: f"G{n:05d}")
