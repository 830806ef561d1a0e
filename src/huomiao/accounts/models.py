from __future__ import annotations

import secrets
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huomiao.accounts import phones
from huomiao.core.encryption import EncryptedTextField, blind_index, mask


def phone_index(phone: str) -> str:
    """The key under which a phone number is found; the number itself is stored encrypted."""
    return blind_index(phones.normalized(phone) or phone, purpose="phone")


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, *, name: str, password: str | None = None, phone: str = "") -> User:
        """A person who can sign in (with a password) or cannot yet (without one)."""
        user = self.model(username=username, name=name)
        user.set_phone(phone)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """A person. What they may do follows from their memberships (``orgs``), never from flags here."""

    username = models.CharField(_("账号"), max_length=64, unique=True)
    name = models.CharField(_("姓名"), max_length=50)
    email = models.EmailField(_("电子邮箱"), blank=True)
    phone = EncryptedTextField(_("手机号"), blank=True)
    phone_key = models.CharField(max_length=40, null=True, blank=True, unique=True, editable=False)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    must_change_password = models.BooleanField(default=False)
    language = models.CharField(max_length=10, blank=True)
    joined_at = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = UserManager()

    def __str__(self) -> str:
        return self.name

    def set_phone(self, phone: str) -> None:
        """Set the number and the key under which it is found; does not save."""
        self.phone = phones.normalized(phone) or phone
        self.phone_key = phone_index(phone) or None

    @property
    def masked_phone(self) -> str:
        return mask(self.phone)


def new_code() -> str:
    return secrets.token_urlsafe(24)


class ScanLogin(models.Model):
    """One QR code on a desktop's sign-in page, from showing it to the desktop being signed in.

    ``code`` travels in the QR and lets a phone answer; ``claim`` never leaves the desktop's session and lets the
    desktop collect the answer. Knowing one does not give the other, so a planted code signs nobody in.
    """

    class State(models.TextChoices):
        SHOWN = "shown", _("等待扫码")
        SCANNED = "scanned", _("已扫码")
        CONFIRMED = "confirmed", _("已确认")
        REFUSED = "refused", _("已拒绝")
        USED = "used", _("已登录")

    code = models.CharField(max_length=64, unique=True, default=new_code)
    claim_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.SHOWN)
    user = models.ForeignKey("accounts.User", null=True, on_delete=models.CASCADE, related_name="+")
    browser = models.CharField(max_length=200, blank=True)
    address = models.GenericIPAddressField(null=True)
    shown_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.state} {self.shown_at:%Y-%m-%d %H:%M}"
