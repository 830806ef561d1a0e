"""Write every encrypted identifier anew: under the newest field key, and its lookup key under the present index key."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import models, transaction

from huomiao.core.encryption import EncryptedTextField

BATCH = 500
# Where allauth keeps what our adapter encrypts.
SECRETS = ("secret", "seed")


class Command(BaseCommand):
    help = (
        "Re-encrypts personal identifiers with the newest of HUOMIAO_FIELD_KEYS and rebuilds the keys by which they "
        "are found. Run it after changing either key; it may be run again at any time."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for model in apps.get_models():
            fields = [field.name for field in model._meta.local_fields if isinstance(field, EncryptedTextField)]
            if fields:
                self.stdout.write(f"{model._meta.label}: {_rewrite(model, fields)}")
        self.stdout.write(f"{Authenticator._meta.label}: {_rewrite_second_factors()}")


def _rewrite(model: type[models.Model], fields: list[str]) -> int:
    """Save the encrypted fields of every row again; ``set_<field>``, where a model has it, also rebuilds the lookup key."""
    lookup = [field.name for field in model._meta.local_fields if field.name.endswith("_key")]
    written = 0
    last = 0
    while True:
        with transaction.atomic():
            rows = list(model._base_manager.select_for_update().filter(pk__gt=last).order_by("pk")[:BATCH])
            for row in rows:
                for name in fields:
                    setter = getattr(row, f"set_{name}", None)
                    if setter is not None:
                        setter(getattr(row, name))
            if rows:
                model._base_manager.bulk_update(rows, [*fields, *lookup], batch_size=100)
        if not rows:
            return written
        written += len(rows)
        last = rows[-1].pk


def _rewrite_second_factors() -> int:
    adapter = get_adapter()
    written = 0
    for authenticator in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).iterator():
        with transaction.atomic():
            locked = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
            for name in SECRETS:
                if name in locked.data:
                    locked.data[name] = adapter.encrypt(adapter.decrypt(locked.data[name]))
            locked.save(update_fields=["data"])
        written += 1
    return written
