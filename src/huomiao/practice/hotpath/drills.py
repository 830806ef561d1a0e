"""A session of practice: a paper, an answer explained at once, a submission. Everything is graded in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import zip_longest
from random import Random
from typing import Any

from django.utils.translation import gettext_lazy as _
from orjson import JSONEncodeError

from huomiao.practice import drawing, plans, sealing
from huomiao.practice.hotpath import receipts, tokens
from huomiao.practice.hotpath.attempts import Check, Marked, Seen, Stored, StoredAttempt, Submission, right_in
from huomiao.practice.hotpath.calls import Call, Reply, route, unreadable
from huomiao.practice.hotpath.errors import Refusal
from huomiao.practice.hotpath.fragments import encode
from huomiao.practice.hotpath.openings import Opening
from huomiao.practice.hotpath.snapshots import LONGEST_KEPT, Filters, Item, Outcome, Outcomes, Snapshot
from huomiao.practice.hotpath.tokens import Token
from huomiao.practice.kinds import Answer, BadAnswer
from huomiao.practice.states import Feedback, Mode

# The system's own noise; which questions come is no secret, the order of options is drawn from elsewhere.
_noise = Random()  # noqa: S311


@route("GET", "/p/paper")
async def paper(call: Call) -> Reply:
    """A paper drawn for the plan in the address, and the token with which it is handed in."""
    plan = plans.read(call.asked("plan"), at=datetime.fromtimestamp(call.now / 1000, UTC))
    if plan.user_id != call.user:
        raise Refusal("foreign", 403, _("这个练习是为另一个账号准备的。请回到练习页重新开始。"))
    nonce = tokens.new_nonce(call.now)
    seed = f"group:{plan.seed_group}" if plan.seed_group else nonce
    items = await _drawn(call, plan, seed)
    if not items:
        raise Refusal("nothing_to_draw", 409, _("这个范围里暂时没有可练的题，请换一个范围。"))
    versions = [item.version for item in items]
    if plan.seed_group:
        nonce = tokens.nonce_of(seed, user=call.user, tag=plan.tag, versions=versions, now=call.now)
        if await call.engine.read(StoredAttempt(nonce)) is not None:
            raise Refusal("handed_in", 409, _("这份试卷已经交过了。请返回练习页，重新开始一次。"))
    if not call.engine.drawn.admits(call.user, call.now / 1000, cost=len(items)):
        raise Refusal("enough", 429, _("您今天已经取了很多题，先把手上的练完，明天再来。"))
    opened, ends = await _clock(call, plan, nonce)
    token = Token(
        user=call.user,
        unit=plan.unit_id,
        release=plan.release_id,
        mode=plan.mode.value,
        tag=plan.tag,
        campaign=plan.campaign_id,
        nonce=nonce,
        seed=seed,
        versions=versions,
        issued=opened,
        ends=ends,
        is_each=plan.feedback == Feedback.EACH,
        partial=plan.partial,
    )
    orders = drawing.orders(tokens.order_key(), seed, [item.places for item in items])
    head = encode(
        {
            "token": tokens.sign(token),
            "mode": token.mode,
            "feedback": plan.feedback.value,
            "now": call.now,
            # When a campaign closes is on its page; a clock runs only for what has a time of its own.
            "ends_at": ends if plan.minutes else None,
        }
    )
    questions = b",".join([item.shown.in_order(order) for item, order in zip(items, orders, strict=True)])
    return Reply(200, b"".join((head[:-1], b',"questions":[', questions, b"]}")))


async def _clock(call: Call, plan: plans.Plan, nonce: str) -> tuple[int, int]:
    """When the paper was opened, and until when it can be handed in (0: any time).

    Whoever can come back to one and the same paper finds its clock running since they first saw it.

    Raises:
        Refusal: its time is over.
    """
    ends = plan.ends_at(call.now)
    if not (plan.seed_group and plan.minutes):
        return call.now, ends
    opened = await call.engine.write(Opening(nonce, call.user, plan.campaign_id, plan.mode.value, call.now, ends))
    ends = plan.ends_at(opened)
    if call.now > ends:
        raise Refusal("time_over", 409, _("这份试卷打开后一直在计时，时间已经用完，没有交上来。请返回练习页。"))
    return opened, ends


async def _drawn(call: Call, plan: plans.Plan, seed: str) -> list[Item]:
    """The questions of the paper, in the order in which they are asked."""
    random = _seeded(seed) if plan.seed_group else _noise
    snapshot = await _snapshot(call, plan.release_id)
    if plan.versions is not None:
        by_version = await _by_version(call, snapshot, plan.versions)
        listed = [by_version[version] for version in plan.versions if version in by_version]
        return random.sample(listed, min(plan.count, len(listed)))
    if snapshot is None:
        raise _gone()
    store = call.engine.store
    if store.has_stale_facts(snapshot, call.engine.facts_seconds):
        release = plan.release_id or 0
        call.engine.later(lambda: store.refresh(release, snapshot, call.engine.load))
    if snapshot.facts.is_archived:
        raise Refusal("withdrawn", 410, _("这个题库已停用，请换一个题库练习。"))
    pool = snapshot.pool(Filters(plan.topics, plan.level, plan.difficulty))
    # Those who share a paper share it whatever each has seen.
    seen = b"" if plan.seed_group else await _seen(call, snapshot)
    return [pool.items[place] for place in drawing.choose(pool.seats, plan.count, seen=seen, random=random)]


async def _snapshot(call: Call, release: int | None) -> Snapshot | None:
    if release is None:
        return None
    return call.engine.store.held(release) or await call.engine.store.release(release, call.engine.load)


async def _by_version(call: Call, snapshot: Snapshot | None, versions: Sequence[int]) -> dict[int, Item]:
    if snapshot is not None and all(version in snapshot.by_version for version in versions):
        return snapshot.by_version
    return await call.engine.store.versions(versions, call.engine.load)


async def _seen(call: Call, snapshot: Snapshot) -> bytes:
    known = call.engine.seen.get(call.user, snapshot.bank, call.now)
    if known is not None:
        return known
    bits = await call.engine.read(Seen(call.user, snapshot.bank))
    call.engine.seen.keep(call.user, snapshot.bank, bits, call.now)
    return bits


def _seeded(seed: str) -> Random:
    """Noise that is the same for everybody who shares ``seed``, and known to nobody outside."""
    return Random(blake2b(seed.encode(), key=sealing.key("draw")).digest())  # noqa: S311 - keyed by a secret


def _gone() -> Refusal:
    return Refusal("withdrawn", 410, _("这份题目已被删除，请重新开始一次练习。"))


class Session:
    """A paper that came back: its token, its questions and the order in which each was shown."""

    def __init__(self, token: Token, items: list[Item], order_key: bytes) -> None:
        self.token = token
        self.items = items
        self.orders = drawing.orders(order_key, token.seed, [item.places for item in items])

    def read(self, position: int, sent: Any) -> Answer:
        """The answer to the question at ``position`` in the version's own order.

        Raises:
            Refusal: it is no possible answer to it.
        """
        item = self.items[position]
        try:
            return item.kind.read(item.body, sent, self.orders[position])
        except BadAnswer as problem:
            sentence = _("第 %(number)d 题：%(problem)s")
            raise Refusal(
                problem.code, 422, sentence % {"number": position + 1, "problem": problem.message}
            ) from problem

    def mark(self, position: int, answer: Answer) -> Marked:
        item = self.items[position]
        fraction = item.kind.grade(item.body, item.key, answer, partial=self.token.partial).fraction
        if fraction is not None:
            fraction = int(fraction) if fraction in (0, 1) else round(fraction, 4)
        return [item.version, answer, fraction]

    def outcome(self, position: int, sent: Any, outcomes: Outcomes) -> Outcome:
        """What the answer that was sent is worth.

        Raises:
            Refusal: it is no possible answer to the question.
        """
        version, order, partial = self.items[position].version, self.orders[position], self.token.partial
        # As bytes, because 1 and true are one key to Python.
        try:
            exact = encode(sent)
        except JSONEncodeError:  # nested deeper than JSON is written: no answer to anything
            raise unreadable() from None
        known = outcomes.get(version, order, partial, exact)
        if known is None:
            marked = self.mark(position, self.read(position, sent))
            known = Outcome(marked, self.told(position, marked))
            if len(exact) <= LONGEST_KEPT:
                outcomes.keep(version, order, partial, exact, known)
        return known

    def settled(self, marked: list[Marked], checked: dict[int, Answer]) -> list[Marked]:
        """All answers; those that were explained during the session stand as they were given then."""
        return self.cut([self.mark(at, checked[at]) if at in checked else one for at, one in enumerate(marked)])

    def cut(self, marked: list[Marked]) -> list[Marked]:
        """Where the first wrong answer ends it, what follows was not asked."""
        if self.token.mode != Mode.SUDDEN:
            return marked
        end = next((position for position, one in enumerate(marked) if one[2] != 1), len(marked)) + 1
        return marked[:end] + [self.mark(position, None) for position in range(end, len(marked))]

    def told(self, position: int, marked: Marked) -> bytes:
        """What is said of one answer once it counts, as a JSON object."""
        item, order = self.items[position], self.orders[position]
        fraction = marked[2]
        head = encode(
            {
                "right": None if fraction is None else fraction >= 1,
                "fraction": fraction,
                "answer": None if marked[1] is None else item.kind.sent(marked[1], order),
                "solution": item.kind.solution(item.body, item.key, order),
            }
        )
        return head[:-1] + b"," + item.explanation

    def reply(self, stored: Stored, outcomes: list[Outcome], *, is_counted: bool) -> Reply:
        """The graded reply, made of nothing but what is stored, so that it is the same each time.

        ``outcomes`` are what was sent just now, one for each question, or none.
        """
        receipt = None
        if is_counted:
            held = (self.token.nonce, self.token.user, stored.finished, stored.right, stored.total)
            receipt = receipts.sign(receipts.Receipt(*held, sealing.digest(stored.answers)))
        head = encode(
            {
                "right": stored.right,
                "total": stored.total,
                "finished_at": stored.finished,
                "counted": is_counted,
                "receipt": receipt,
            }
        )
        # Where an answer is stored as it was sent just now, what is said of it is at hand.
        told = [
            outcome.told if outcome is not None and one is outcome.marked else self.told(position, one)
            for position, (one, outcome) in enumerate(zip_longest(stored.answers, outcomes))
        ]
        return Reply(200, b"".join((head[:-1], b',"items":[', b",".join(told), b"]}")))


async def _session(call: Call, sent: dict[str, Any]) -> Session:
    token, order_key = tokens.read(sent.get("token"), user=call.user, now=call.now)
    snapshot = await _snapshot(call, token.release)
    by_version = await _by_version(call, snapshot, token.versions)
    items = [by_version[version] for version in token.versions if version in by_version]
    if len(items) < len(token.versions):
        raise _gone()
    return Session(token, items, order_key)


@route("POST", "/p/check")
async def check(call: Call) -> Reply:
    """Whether one answer is right, and why; the first answer given for a place is the one that counts."""
    sent = call.sent()
    session = await _session(call, sent)
    token = session.token
    if not token.is_each:
        raise Refusal("not_now", 409, _("这次练习交卷后才显示答案。"))
    if token.is_late(call.now):
        raise Refusal("late", 409, _("时间到了，请交卷。"))
    position = sent.get("position")
    if type(position) is not int or not 0 <= position < len(session.items):
        raise Refusal("unknown_position", 422, _("这份试卷里没有这道题。"))
    answer = session.read(position, sent.get("answer"))
    first = await call.engine.write(Check(token.nonce, position, answer, call.now))
    return Reply(200, session.told(position, session.mark(position, first)))


@route("POST", "/p/submit")
async def submit(call: Call) -> Reply:
    """The graded reply to a paper, once the attempt is on disk. Sent again, it says the same again."""
    sent = call.sent()
    session = await _session(call, sent)
    token = session.token
    given = sent.get("answers")
    if not isinstance(given, list) or len(given) != len(session.items):
        raise Refusal("wrong_shape", 422, _("答案要与试卷的 %(count)d 道题一一对应。") % {"count": len(session.items)})
    known = call.engine.store.outcomes
    try:
        outcomes = [session.outcome(position, one, known) for position, one in enumerate(given)]
    except Refusal:
        # What was handed in stands, whatever is sent after it.
        before = await call.engine.read(StoredAttempt(token.nonce))
        if before is None:
            raise
        return session.reply(before, [], is_counted=True)
    marked = session.cut([outcome.marked for outcome in outcomes])
    if token.is_late(call.now):
        return await _late(call, session, marked, outcomes)
    submission = Submission(
        nonce=token.nonce,
        user=token.user,
        unit=token.unit,
        release=token.release,
        campaign=token.campaign,
        mode=token.mode,
        tag=token.tag,
        started=token.issued,
        finished=call.now,
        answers=marked,
        right=right_in(marked),
        settle=(lambda checked: session.settled(marked, checked)) if token.is_each else None,
    )
    stored = await call.engine.write(submission)
    _remember(call, session)
    return session.reply(stored, outcomes, is_counted=True)


async def _late(call: Call, session: Session, marked: list[Marked], outcomes: list[Outcome]) -> Reply:
    """Time is over: what was handed in before stands; what comes only now is explained, but not counted."""
    stored = await call.engine.read(StoredAttempt(session.token.nonce))
    if stored is not None:
        return session.reply(stored, outcomes, is_counted=True)
    given = Stored(call.now, len(marked), right_in(marked), marked)
    return session.reply(given, outcomes, is_counted=False)


def _remember(call: Call, session: Session) -> None:
    """Have the next paper leave out what was just asked, before the follower has got to it."""
    release = session.token.release
    snapshot = None if release is None else call.engine.store.held(release)
    if snapshot is not None:
        places = [snapshot.seat_of[item.version] for item in session.items if item.version in snapshot.seat_of]
        call.engine.seen.mark(call.user, snapshot.bank, places)
