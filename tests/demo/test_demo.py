"""The command that tells the demo province, where there is something already."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from tests.factories.orgs import OrganizationFactory


@pytest.mark.django_db
def test_the_demo_does_not_mix_with_real_data():
    OrganizationFactory()

    with pytest.raises(CommandError):
        call_command("demo", no_serve=True, stdout=io.StringIO())
