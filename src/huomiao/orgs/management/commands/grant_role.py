from __future__ import annotations

import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from huomiao.accounts.models import User
from huomiao.core import history
from huomiao.orgs.models import Membership, Organization
from huomiao.orgs.roles import Role


class Command(BaseCommand):
    help = (
        "授予第一个角色（之后都在页面上授予）；--name 同时开通账号。/ Grant the first role; later ones are granted on the pages. "
        "With --name the account is made too, with a password that must be changed at the first sign-in."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("account", help="账号 / account name")
        parser.add_argument("role", choices=Role.values, help="角色 / role")
        parser.add_argument("organization", help="组织代码 / the organization's code")
        parser.add_argument("--name", default="", help="姓名，用于开通新账号 / the person's name, for a new account")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        organization = Organization.objects.filter(code=options["organization"], is_active=True).first()
        if organization is None:
            raise CommandError(f"没有组织 {options['organization']} / no such organization")
        user = User.objects.filter(username__iexact=options["account"]).first()
        if user is None:
            user = self._new(options["account"], options["name"])
        role = Role(options["role"])
        _membership, is_new = Membership.objects.get_or_create(
            organization=organization, user=user, role=role, until=None
        )
        if is_new:
            history.record(
                organization,
                "membership.granted",
                by=None,
                note=f"{user}：{role.label}",
                changes={"role": ["", role], "user": ["", user.pk]},
            )
        self.stdout.write(f"{user}：{role.label}，{organization}")

    def _new(self, account: str, name: str) -> User:
        if not name:
            raise CommandError(f"没有账号 {account}；加 --name 姓名 可开通 / no such account; --name makes it")
        password = secrets.token_urlsafe(9)
        user = User.objects.create_user(account, name=name, password=password)
        user.must_change_password = True
        user.save(update_fields=["must_change_password"])
        history.record(user, "account.created", by=None)
        self.stdout.write(f"初始密码 / first password: {password}")
        return user
