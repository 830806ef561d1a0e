"""Filing an article by hand."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import NotAllowed
from huomiao.newsdesk.models import Article, Category
from huomiao.newsdesk.rules import articles as rules
from huomiao.newsdesk.states import Filing
from huomiao.newsdesk.tasks import indexing

if TYPE_CHECKING:
    from huomiao.accounts.models import User


@transaction.atomic
def file(article: Article, category: Category, *, by: User) -> None:
    """Put ``article`` on the shelf of ``category``; nothing automatic moves it from there.

    Raises:
        NotAllowed: ``by`` does not edit the article.
    """
    if not rules.can_edit(by, article):
        raise NotAllowed(_("只有维护这个来源的编辑可以给文章分类。"))
    locked = Article.objects.select_for_update(of=("self",)).select_related("category").get(pk=article.pk)
    before = locked.category.name if locked.category else ""
    locked.category, locked.filed_by, locked.filing_sureness = category, Filing.EDITOR, None
    locked.revision += 1
    locked.save(update_fields=["category", "filed_by", "filing_sureness", "revision"])
    history.record(locked, "article.filed", by=by, changes={"category": [before, category.name]})
    transaction.on_commit(partial(indexing.bring_up_to_date.enqueue))
