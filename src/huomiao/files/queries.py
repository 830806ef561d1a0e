"""Reads over stored files."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from huomiao.files.models import StoredFile


def unreferred(*, before: datetime) -> QuerySet[StoredFile]:
    """Files uploaded before ``before`` that no row of any table refers to."""
    files = StoredFile.objects.filter(uploaded_at__lt=before)
    for relation in StoredFile._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one):
            # The relation from the other side: the model and field that point here.
            pointing = relation.field  # type: ignore[union-attr]  # auto-created relations always have one
            rows = pointing.model._base_manager.filter(**{pointing.name: OuterRef("pk")})
            files = files.exclude(Exists(rows))
    return files
