"""An editor puts right what the extractor read, for one article or as a rule for its source."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.newsdesk import archiving, versions
from huomiao.newsdesk.models import Article, Correction, Version
from huomiao.newsdesk.pipeline import site_rules
from huomiao.newsdesk.rules import articles as rules
from huomiao.newsdesk.states import CorrectedField
from huomiao.newsdesk.tasks import indexing, rereading

if TYPE_CHECKING:
    from huomiao.accounts.models import User

COLUMNS = {
    CorrectedField.TITLE: "title",
    CorrectedField.PUBLISHED_AT: "published_at",
    CorrectedField.SOURCE: "source_name",
    CorrectedField.REPOSTED_FROM: "reposted_from",
    CorrectedField.AUTHORS: "authors",
    CorrectedField.BODY: "body",
}
LONGEST = {CorrectedField.TITLE: 300, CorrectedField.SOURCE: 80, CorrectedField.REPOSTED_FROM: 80}


@transaction.atomic
def correct(article: Article, *, field: str, after: str, by: User, for_site: bool = False) -> Correction:
    """Put ``field`` of ``article`` right: a new version in the editor's name, of the same capture, which stays as it is.

    ``for_site`` makes it a rule for the source as well: where the page has these words, the source's other pages have theirs,
    and its archive is read again by that rule.

    Raises:
        NotAllowed: ``by`` does not edit the article.
        WrongState: nothing was read of it yet.
        Invalid: ``after`` cannot be used for this field.
    """
    if not rules.can_edit(by, article):
        raise NotAllowed(_("只有维护这个来源的编辑可以更正。"))
    locked = Article.objects.select_for_update(of=("self",)).get(pk=article.pk)
    current = Version.objects.select_related("capture").filter(article=locked, pk=locked.current_id or 0).first()
    if current is None:
        raise WrongState(_("这篇文章还没有提取出内容，不能更正。"))
    locked.current = current
    what = CorrectedField(field)
    value = _value(what, after.strip())
    values = {name: getattr(current, name) for name in versions.READ}
    before = values[COLUMNS[what]]
    values[COLUMNS[what]] = value
    if what == CorrectedField.BODY:
        values["text"] = "\n".join(block["text"] for block in value)
    if what == CorrectedField.PUBLISHED_AT:
        values["published_to"] = "minute"
    values["evidence"] = {**current.evidence, what.value: {"confidence": 1.0, "cue": versions.EDITOR, "quote": ""}}
    moment = timezone.now()
    if versions.add(locked, current.capture, values, extractor=versions.EDITOR, at=moment) is None:
        raise Invalid(_("和现在的一样，没有什么要更正。"))
    made = Correction.objects.create(
        article=locked,
        source=locked.source,
        field=what,
        before=_text(before),
        after=after.strip(),
        rule=_rule(current, what, after.strip()) if for_site else {},
        by=by,
        made_at=moment,
    )
    history.record(
        locked,
        "article.corrected",
        by=by,
        note=str(what.label),
        changes={what.value: [_text(before)[:500], after[:500]]},
    )
    transaction.on_commit(partial(indexing.bring_up_to_date.enqueue))
    if made.rule:
        transaction.on_commit(partial(rereading.reread.enqueue, locked.source_id))
    return made


def _rule(version: Version, field: CorrectedField, value: str) -> dict[str, Any]:
    """What the correction says of the other pages of the site; {} where the page does not have these words."""
    try:
        body, exchange = archiving.content(version.capture)
    except archiving.Unreadable:
        return {}
    rule = site_rules.from_correction(body, version.capture.url, field.value, value, charset=exchange.charset)
    return rule.as_json() if rule else {}


def _value(field: CorrectedField, after: str) -> Any:
    if field == CorrectedField.PUBLISHED_AT:
        return _moment(after)
    if field == CorrectedField.AUTHORS:
        return [name for name in after.replace("、", " ").replace("，", " ").replace(",", " ").split() if name][:20]
    if field == CorrectedField.BODY:
        return [{"kind": "paragraph", "text": line.strip()} for line in after.splitlines() if line.strip()]
    return after[: LONGEST[field]]


def _moment(text: str) -> datetime:
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise Invalid(_("请把时间写成 2023-12-05 18:41 这样。"))
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(str(one.get("text", "")) if isinstance(one, dict) else str(one) for one in value)
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    return str(value or "")
