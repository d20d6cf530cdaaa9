"""The messages of one sample shop, in blocks of numpy arrays: roles, waits, times, words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from checker.ruletest import sample_phrases as phrases
from checker.ruletest.sample_columns import MISSING, Ints, chosen, constant, instants
from checker.ruletest.sample_profile import SECOND, Month, Shop
from checker.ruletest.sample_sessions import Kind, Notice, Plan
from checker.ruletest.sample_staff import Roster

_TURN_OVER = 0.68
"""Chance that the other side writes the next message."""

_LONGEST_GAP = 5400.0

# median seconds and spread of the gap before a message, by what it is
_BUYER_MORE, _AGENT_MORE, _BUYER_ANSWERS, _BOT_REPLIES, _NOTICE, _REPLY = range(6)
_MU = np.log(np.array([5.0, 6.0, 22.0, 0.7, 0.4, 1.0], np.float32))
_SIGMA = np.array([0.9, 0.8, 0.9, 0.5, 0.4, 0.0], np.float32)

_ROLES = ("buyer", "agent", "bot", "system")
_BUYER, _AGENT, _BOT, _SYSTEM = range(4)
_KINDS = ("text", "image", "emoji", "card", "order", "system")
_KIND_SHARES = {
    _BUYER: np.cumsum([0.86, 0.06, 0.03, 0.01, 0.04]),
    _AGENT: np.cumsum([0.90, 0.02, 0.04, 0.04, 0.00]),
}


@dataclass(frozen=True, slots=True)
class Talk:
    """What the messages fix about each session. Instants in microseconds, before the export's grain."""

    requested: Ints  # when the buyer asked for a human
    transferred: Ints  # when the second agent took over; MISSING without one
    last: Ints  # the last message
    slow_start: Ints  # microseconds until the first reply by an agent; 0 without one


def write_messages(
    shop: Shop,
    month: Month,
    roster: Roster,
    plan: Plan,
    session_ids: pa.Array,
    rng: np.random.Generator,
) -> tuple[pa.Table, Talk]:
    ends = np.cumsum(plan.size)
    first, last = ends - plan.size, ends - 1
    total = int(plan.size.sum())
    session = np.repeat(np.arange(len(plan)), plan.size)
    seq = np.arange(total) - first[session]
    step = seq - plan.prelude[session]  # 0 is the request for a human
    kind = plan.kind[session]
    notice = np.where(step == 1, plan.notice[session], int(Notice.NONE))

    # who writes: sides change at random; an even number of changes is the side that began
    change = rng.random(total, np.float32) < _TURN_OVER
    change &= (step > 0) & (notice == Notice.NONE) & (kind != Kind.NO_AGENT)
    changes = np.cumsum(change, dtype=np.int64)
    changes -= changes[first][session]
    began = plan.kind == Kind.MERCHANT
    open_end = ((changes[last] + began) % 2 == 0) & plan.answered
    open_end &= (plan.kind != Kind.NO_AGENT) & (step[last] > 0)
    turned = last[open_end]
    changes[turned] += np.where(change[turned], -1, 1)
    change[turned] = ~change[turned]
    answers = (changes + began[session]) % 2 == 1
    answers = np.where(step < 0, seq % 2 == 1, answers)
    by_bot = answers & ((step < 0) | (kind == Kind.BOT))

    # how long it takes
    gap_kind = np.where(change | (step <= 0), _BUYER_ANSWERS, _BUYER_MORE)
    gap_kind[answers] = np.where(change, _REPLY, _AGENT_MORE)[answers]
    gap_kind[by_bot] = _BOT_REPLIES
    gap_kind[notice != Notice.NONE] = _NOTICE
    reply = gap_kind == _REPLY
    noise = rng.standard_normal(total, np.float32)
    mu, sigma = _MU[gap_kind], _SIGMA[gap_kind]
    mu[reply] = plan.reply_mu[session[reply]]
    sigma[reply] = shop.sigma
    gap = (np.minimum(np.exp(mu + sigma * noise), _LONGEST_GAP) * SECOND).astype(np.int64)
    gap[first] = 0
    own_wait = gap.copy()
    greeted = plan.notice[session] != Notice.NONE
    first_reply = reply & (changes == 1) & (kind == Kind.HUMAN)
    queued = (first_reply & ~greeted) | ((notice != Notice.NONE) & (kind == Kind.HUMAN))
    gap += np.where(queued, plan.queue[session], 0)
    clock = np.cumsum(gap)
    at = np.minimum(plan.start[session] + clock - clock[first][session], month.cap)

    # who answers
    taken_over = plan.second_agent >= 0
    turning_point = 2 * plan.transfer_round - 1
    moves = taken_over & (changes[last] >= turning_point)
    second = moves[session] & (changes >= turning_point[session])
    agent = np.where(second, plan.second_agent[session], plan.agent[session])
    transferred = np.full(len(plan), MISSING)
    pivot = second & change & (changes == turning_point[session])
    transferred[session[pivot]] = at[pivot] - own_wait[pivot] * 7 // 10
    requested = at[first + plan.prelude]
    slow_start = np.zeros(len(plan), np.int64)
    slow_start[session[first_reply]] = at[first_reply] - requested[session[first_reply]]

    role = np.where(answers, np.where(by_bot, _BOT, _AGENT), _BUYER)
    role[notice == Notice.SYSTEM] = _SYSTEM
    role[notice == Notice.AUTOMATIC] = _AGENT
    automatic = notice == Notice.AUTOMATIC
    content = _contents(role, automatic, rng)
    is_last = np.zeros(total, bool)
    is_last[last] = True
    group = _groups(role, automatic, content, kind, seq, step, plan.prelude[session], is_last)
    table = pa.table(
        {
            "platform": constant(shop.platform, total),
            "shop_id": constant(shop.shop_id, total),
            "session_id": chosen(session, session_ids),
            "ts": instants(at, shop.grain),
            "role": chosen(role, _ROLES),
            "agent_id": chosen(np.where(role == _AGENT, agent, -1), roster.agent_ids),
            "automatic": pa.array(automatic),
            "kind": chosen(content, _KINDS),
            "seq": pa.array(seq),
            "text": chosen(phrases.pick(group, rng), phrases.PHRASES),
        }
    )
    return table, Talk(requested, transferred, at[last], slow_start)


def _contents(role: Ints, automatic: np.ndarray, rng: np.random.Generator) -> Ints:
    """Text, image, emoji … as a number in _KINDS."""
    draw = rng.random(len(role), np.float32)
    content = np.zeros(len(role), np.int64)
    for who, shares in _KIND_SHARES.items():
        mine = (role == who) & ~automatic
        content[mine] = np.minimum(np.searchsorted(shares, draw[mine], side="right"), 4)
    content[role == _SYSTEM] = _KINDS.index("system")
    return content


def _groups(
    role: Ints,
    automatic: np.ndarray,
    content: Ints,
    kind: Ints,
    seq: Ints,
    step: Ints,
    prelude: Ints,
    is_last: np.ndarray,
) -> Ints:
    """The group of phrases that fits each message."""
    name = phrases.GROUP
    group = np.full(len(role), name["ask"])
    group[is_last] = name["thanks"]
    group[seq == 0] = name["open"]
    group[(step == 0) & (prelude > 0)] = name["human"]
    group[role == _BOT] = name["bot"]
    by_agent = role == _AGENT
    group[by_agent] = name["agent"]
    group[by_agent & is_last] = name["closing"]
    group[by_agent & (seq == 0)] = name["outreach"]
    group[automatic] = name["automatic"]
    group[role == _SYSTEM] = name["system"]
    group[(role == _SYSTEM) & (kind == Kind.NO_AGENT)] = name["waiting"]
    for number, word in enumerate(_KINDS[1:5], start=1):
        group[content == number] = name[word]
    return group
