"""May this text leave? One pure function: all twelve rules, then Suppress > AwaitApproval > Hold > Send."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from messaging.domain.context import Context, Message
from messaging.domain.matrix import MATRIX, RULE_NAMES, RULES
from messaging.domain.rules_hours import closed_wording, first_moment, homeowner_may_be_disturbed, shop_is_open
from messaging.domain.rules_often import homeowner_is_not_texted_too_often
from messaging.domain.rules_shop import PREVIEW, automation_is_live, automation_may_speak, plan_is_active
from messaging.domain.rules_true import LOOK_AGAIN, carrier_was_heard_recently, text_is_still_true
from messaging.domain.rules_who import homeowner_may_be_texted, number_can_be_texted, number_is_not_ignored
from messaging.domain.rules_words import words_are_complete
from messaging.domain.verdicts import AwaitApproval, Decision, Finding, Hold, Send, Suppress, Verdict
from messaging.domain.wording import clock_time, coming_time

Rule = Callable[[Message, Context, datetime], Finding]

LOOKS: Final[dict[int, Rule]] = {
    1: number_can_be_texted,
    2: homeowner_may_be_texted,
    3: number_is_not_ignored,
    4: plan_is_active,
    5: automation_is_live,
    6: automation_may_speak,
    7: homeowner_is_not_texted_too_often,
    8: text_is_still_true,
    9: shop_is_open,
    10: homeowner_may_be_disturbed,
    11: words_are_complete,
    12: carrier_was_heard_recently,
}
MODE_RULE: Final = 5
BY_THE_CLOCK: Final = frozenset({9, 10})
NEVER: Final = ", and your hours never meet the homeowner's"
TOO_LATE: Final = ", and its moment passes meanwhile"


def decide(message: Message, context: Context, now: datetime) -> Decision:
    """Runs when a text is planned and again at the moment of sending."""
    wanted = MATRIX[message.text_class]
    findings = tuple(LOOKS[rule](message, context, now) if rule in wanted else _NOT_ASKED[rule] for rule in RULES)
    verdict = _verdict(findings, message, context, now)
    return Decision(verdict=verdict, findings=findings, sentence=_sentence(verdict, findings, message, context, now))


_NOT_ASKED: Final = {
    rule: Finding(rule=rule, name=name, fact="does not apply to this kind of text", applies=False)
    for rule, name in RULE_NAMES.items()
}


def _verdict(findings: tuple[Finding, ...], message: Message, context: Context, now: datetime) -> Verdict:
    suppressing = [each.rule for each in findings if each.effect == "suppress"]
    if suppressing:
        # Preview tells what would have been sent: every other reason not to goes first.
        return Suppress(next((rule for rule in suppressing if rule != MODE_RULE), MODE_RULE))
    if any(each.effect == "await" for each in findings):
        return AwaitApproval()
    holding = [each for each in findings if each.effect == "hold"]
    if holding:
        until = _moment(holding, message, context, now)
        if until is None or (message.moment_passes_at is not None and until >= message.moment_passes_at):
            return Suppress(_last(holding, now).rule)  # said now, while somebody can still do something about it
        return Hold(until, tuple(each.rule for each in holding))
    return Send("after_hours" if closed_wording(message, context, now) else "planned")


def _moment(holding: list[Finding], message: Message, context: Context, now: datetime) -> datetime | None:
    """The first moment that all holding rules allow, None where there is none; one that only waits to hear looks again
    soon, whatever the hour.
    """
    hold = Hold(max(each.until or now for each in holding), tuple(each.rule for each in holding))
    return first_moment(message, context, hold.until) if runs_to_a_moment(hold, now) else hold.until


def runs_to_a_moment(hold: Hold, now: datetime) -> bool:
    """Rather than only until something is heard that may be on its way, which is looked for again soon."""
    return not BY_THE_CLOCK.isdisjoint(hold.rules) or hold.until - now > LOOK_AGAIN


def _last(holding: list[Finding], now: datetime) -> Finding:
    """The one that holds for the longest."""
    return max(holding, key=lambda each: each.until or now)


def _sentence(
    verdict: Verdict, findings: tuple[Finding, ...], message: Message, context: Context, now: datetime
) -> str:
    zone = context.shop.zone
    holding = [each for each in findings if each.effect == "hold"]
    until = _moment(holding, message, context, now) if holding else now
    match verdict:
        case Suppress(rule=rule) if rule == MODE_RULE and findings[rule - 1].fact is PREVIEW:
            if until is None:
                return f"Preview: would not have sent — {_last(holding, now).fact}{NEVER}"
            return f"Preview: would have sent at {coming_time(until, zone=zone, now=now)}"
        case Suppress(rule=rule):
            meanwhile = "" if findings[rule - 1] not in holding else NEVER if until is None else TOO_LATE
            return f"Not sent — {findings[rule - 1].fact}{meanwhile}"
        case AwaitApproval():
            return "Waits for your OK"
        case Hold():
            return _held(verdict, _last(holding, now), context, now)
        case Send():
            return f"Sent at {clock_time(now, zone=zone)} — all checks passed"


def _held(hold: Hold, last: Finding, context: Context, now: datetime) -> str:
    if not runs_to_a_moment(hold, now):
        return f"Held for a moment — {last.fact}"
    until = coming_time(hold.until, zone=context.shop.zone, now=now)
    return f"Held until {until}{_there(hold.until, context)} — {last.fact}"


def _there(moment: datetime, context: Context) -> str:
    """The homeowner's own time where it differs."""
    here = clock_time(moment, zone=context.shop.zone)
    there = {clock_time(moment, zone=place.zone) for place in context.homeowner.places}
    return f" ({' or '.join(sorted(there))} there)" if there and there != {here} else ""
