"""Reading a file of questions and writing it into its bank, after the answer: ids in, safe to run twice."""

from __future__ import annotations

import logging

from django.utils.translation import gettext as _
from django_tasks import task

from huomiao.core.errors import DomainError
from huomiao.practice import import_reading
from huomiao.practice.import_batches import leave
from huomiao.practice.import_writing import Writing
from huomiao.practice.models import BankImport
from huomiao.practice.states import ImportState

logger = logging.getLogger(__name__)


@task()
def read_file(pk: int) -> str:
    """Read a file that waits for it and work out each question's fate; returns the state that it is left in."""
    batch = (
        BankImport.objects.select_related("bank__owner", "bank__trade").filter(pk=pk, state=ImportState.READING).first()
    )
    if batch is None:
        return ""
    try:
        import_reading.read(batch)
    except DomainError as refusal:
        leave(batch, ImportState.FAILED, refusal=refusal.message)
    except Exception:
        logger.exception("Reading the questions of import %s broke", pk)
        leave(
            batch,
            ImportState.FAILED,
            refusal=_("读取时出了意外，问题已记录。请换一种格式保存后重新上传，或联系管理员。"),
        )
    return batch.state


@task()
def write_rows(pk: int) -> str:
    """Write a confirmed file into its bank, a chunk at a time; returns the state that it is left in."""
    batch = (
        BankImport.objects.select_related("bank__owner", "bank__trade", "by")
        .filter(pk=pk, state=ImportState.WRITING)
        .first()
    )
    if batch is None:
        return ""
    try:
        Writing(batch).run()
    except DomainError as refusal:
        # Something changed since the preview, such as the right to keep the bank: show it, with what is still open.
        leave(batch, ImportState.PREVIEW, refusal=refusal.message)
    except Exception:
        logger.exception("Writing the questions of import %s broke", pk)
        leave(
            batch,
            ImportState.PREVIEW,
            refusal=_("导入时出了意外，问题已记录，已导入的部分不会重复。可以再次确认导入。"),
        )
    return batch.state
