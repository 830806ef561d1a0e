"""An exam as its candidates' browsers ask for it: begin, get the paper, save, hand in, and tell what happened meanwhile.

Every reply carries the server's clock. Nothing here reads a key, an explanation or a point.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from huomiao.practice import exam_papers, exam_tokens
from huomiao.practice.exam_papers import Layout, Paper
from huomiao.practice.exam_tokens import Token
from huomiao.practice.hotpath.calls import Call, Reply, route
from huomiao.practice.hotpath.engine import Inline
from huomiao.practice.hotpath.errors import Refusal
from huomiao.practice.hotpath.exam_ops import HandInOp, HeldOp, SaveOp, SignalOp, StartOp
from huomiao.practice.hotpath.fragments import encode
from huomiao.practice.kinds.base import BadAnswer
from huomiao.practice.sittings import MOST_SAVES, Begun, Given, Held, NotOpen, Over, Receipt, Saved, Start, save_refusal

# A phone that was away for the whole exam sends no more at once than a paper has questions, a few times over.
MOST_AT_ONCE = 400
# What a page may report; anything else is not written.
SIGNALS = frozenset({"left", "offline", "copied"})
_LONGEST_SECONDS = 24 * 3600


@route("POST", "/p/exam/start")
async def start(call: Call) -> Reply:
    """Begin, or go on here; the reply holds the paper, so that one round trip is all it takes."""
    sent = call.sent()
    entry = exam_tokens.read_entry(sent.get("entry"))
    if entry.user != call.user:
        raise _foreign()
    op = StartOp(Start(entry.candidate, entry.user, call.address, _at(call), bool(sent.get("resumes")), entry.ticket))
    try:
        begun = await call.engine.write(op)
    except NotOpen as refusal:
        return _refused(call, refusal, b',"wait_ms":%d' % round(refusal.wait * 1000))
    layout = Layout(await _paper(call, begun.paper), begun.seed, settings.SECRET_KEY)
    return Reply(200, _sheet(call, begun, layout))


@route("GET", "/p/exam/paper")
async def paper(call: Call) -> Reply:
    """The paper again, for a page that was loaded anew on the same device, with the answers that the server holds."""
    token = _token(call, call.asked("token"))
    standing, held = await call.engine.read(HeldOp(token.sitting))
    refusal = save_refusal(token.epoch, _at(call), standing)
    if refusal is not None:
        return await _turned_away(call, token, refusal, held)
    begun = Begun(
        sitting=token.sitting,
        user=token.user,
        exam=0,
        paper=token.paper,
        seed=token.seed,
        epoch=token.epoch,
        attempt=0,
        started_at=standing.started_at,
        ends_at=standing.ends_at,
        early_at=standing.early_at,
        held=held,
    )
    layout = Layout(await _paper(call, token.paper), token.seed, token.secret)
    return Reply(200, _sheet(call, begun, layout))


@route("POST", "/p/exam/save")
async def save(call: Call) -> Reply:
    """Answers, kept when the reply leaves. Sending them again changes nothing."""
    sent = call.sent()
    token = _token(call, sent.get("token"))
    layout = Layout(await _paper(call, token.paper), token.seed, token.secret)
    given, bad = _given(sent.get("answers"), layout)
    try:
        saved: Saved = await call.engine.write(SaveOp(token.sitting, token.epoch, given, _at(call)))
    except Over as refusal:
        return await _turned_away(call, token, refusal, refusal.held)
    refused = {**bad, **saved.refused}
    if not refused:
        return Reply(
            200,
            b'{"saved":%b,"now":%d,"ends_at":%d}' % (encode(saved.counts), call.now, _ms(saved.ends_at)),
        )
    facts = {
        "saved": saved.counts,
        "refused": [{"count": count, **_told(call, refusal)} for count, refusal in refused.items()],
        "now": call.now,
        "ends_at": _ms(saved.ends_at),
    }
    return Reply(200, encode(facts))


@route("POST", "/p/exam/submit")
async def submit(call: Call) -> Reply:
    """Hand in, with what was not sent yet; the receipt lists what the server holds."""
    sent = call.sent()
    token = _token(call, sent.get("token"))
    layout = Layout(await _paper(call, token.paper), token.seed, token.secret)
    given, _bad = _given(sent.get("answers", []), layout)
    try:
        receipt: Receipt = await call.engine.write(HandInOp(token.sitting, token.epoch, given, _at(call)))
    except Over as refusal:
        return await _turned_away(call, token, refusal, refusal.held)
    return Reply(200, _receipt(call, receipt, layout))


@route("POST", "/p/exam/signal")
async def signal(call: Call) -> Reply:
    """Something that a person may want to look at: the page was left, the network was away."""
    sent = call.sent()
    token = _token(call, sent.get("token"))
    kind, seconds = sent.get("kind"), sent.get("seconds")
    if not isinstance(kind, str) or kind not in SIGNALS:
        raise Refusal("unreadable", 400, _("收到的数据不完整，请重试。"))
    is_span = isinstance(seconds, int) and not isinstance(seconds, bool) and 0 <= seconds < _LONGEST_SECONDS
    details = {"seconds": seconds} if is_span else {}
    await call.engine.write(SignalOp(token.sitting, kind, details, _at(call)))
    return Reply(200, b'{"now":%d}' % call.now)


# --- What is read ---------------------------------------------------------------------------------------------------


def _token(call: Call, text: object) -> Token:
    token = exam_tokens.read(text)
    if token.user != call.user:
        raise _foreign()
    return token


def _foreign() -> Refusal:
    return Refusal("foreign", 403, _("登录的账号与考生不一致。请换回自己的账号，或重新打开考试页。"))


async def _paper(call: Call, number: int) -> Paper:
    found: Paper | None
    if isinstance(call.engine, Inline):
        found = exam_papers.Shelf().load(number)
    else:
        found = exam_papers.SHELF.held(number) or await call.engine.load(exam_papers.SHELF.load, number)
    if found is None:
        raise Refusal("gone", 410, _("试卷已经重新组过，请刷新页面。"))
    return found


def _given(sent: Any, layout: Layout) -> tuple[list[Given], dict[int, Refusal]]:
    """The answers in the versions' own order, and those that are none by the device's count.

    Raises:
        Refusal: what was sent is no list of answers.
    """
    if not isinstance(sent, list) or len(sent) > MOST_AT_ONCE:
        raise Refusal("unreadable", 400, _("收到的数据不完整，请重试。"))
    given: list[Given] = []
    bad: dict[int, Refusal] = {}
    for one in sent:
        count = one.get("count") if isinstance(one, dict) else None
        if type(count) is not int or not 1 <= count <= MOST_SAVES:
            raise Refusal("unreadable", 400, _("收到的数据不完整，请重试。"))
        try:
            given.append(Given(one["position"], count, layout.read(one.get("position"), one.get("answer"))))
        except KeyError:
            raise Refusal("unreadable", 400, _("收到的数据不完整，请重试。")) from None
        except BadAnswer as problem:
            bad[count] = Refusal("bad_answer", 422, problem.message)
    return given, bad


# --- What is sent ---------------------------------------------------------------------------------------------------


def _at(call: Call) -> datetime:
    return datetime.fromtimestamp(call.now / 1000, UTC)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _sheet(call: Call, begun: Begun, layout: Layout) -> bytes:
    facts = {
        "token": exam_tokens.sign(begun),
        "sitting": begun.sitting,
        "device": begun.epoch,
        "now": call.now,
        "started_at": _ms(begun.started_at),
        "ends_at": _ms(begun.ends_at),
        "early_at": _ms(begun.early_at),
        "held": layout.sent(begun.held),
    }
    return encode(facts)[:-1] + b"," + layout.head() + b',"questions":' + layout.questions() + b"}"


def _receipt(call: Call, receipt: Receipt, layout: Layout) -> bytes:
    held = layout.sent(receipt.held)
    facts = {
        "submitted_at": _ms(receipt.submitted_at),
        "reason": receipt.reason,
        "total": len(layout.paper.asked),
        "answered": sum(1 for answer in held.values() if answer is not None),
        "held": held,
        "receipt": receipt.code,
        "now": call.now,
    }
    return encode(facts)


async def _turned_away(call: Call, token: Token, refusal: Refusal, held: dict[int, Held]) -> Reply:
    """A refusal with what the server holds of the sitting."""
    layout = Layout(await _paper(call, token.paper), token.seed, token.secret)
    return _refused(call, refusal, b',"held":' + encode(layout.sent(held)))


def _refused(call: Call, refusal: Refusal, more: bytes) -> Reply:
    body = encode(_told(call, refusal))[:-1] + more + b',"now":%d}' % call.now
    return Reply(refusal.status, body)


def _told(call: Call, refusal: Refusal) -> dict[str, str]:
    with translation.override(call.language or translation.get_language()):
        return {"error": refusal.code, "detail": str(refusal.sentence)}
