"""What a homeowner's whole message asks of the carrier's rules: STOP, START, HELP, or in plain words to be left alone."""

import re
import unicodedata
from typing import Final, Literal

Word = Literal["stop", "start", "help", "plain_stop"]

STOP: Final = frozenset(
    {
        "STOP",
        "STOPALL",
        "STOP ALL",
        "UNSUBSCRIBE",
        "CANCEL",
        "END",
        "QUIT",
        "REVOKE",
        "OPTOUT",
        "OPT OUT",
        "ALTO",
        "PARAR",
    }
)
START: Final = frozenset({"START", "UNSTOP"})
START_WHEN_OPTED_OUT: Final = frozenset({"YES"})
HELP: Final = frozenset({"HELP", "INFO"})

_SURROUNDING: Final = re.compile(r"^[\W_]+|[\W_]+$")
_BETWEEN: Final = re.compile(r"[\s_\-‐-―]+")
_SIGNATURE: Final = re.compile(
    r"\n\s*(?:--|sent from (?:my|mail)\b|sent via\b|get outlook for\b).*\Z", re.IGNORECASE | re.DOTALL
)
_PUNCTUATION: Final = re.compile(r"[^\w']+")

# What is being asked to end, and the words that people put between the asking and it.
_ACT: Final = r"(?:te?xt(?:ing|s)?(?: messages?)?|messag(?:e|es|ing)|sms|contact(?:ing)?|bother(?:ing)?|spam(?:ming)?|harass(?:ing)?|annoy(?:ing)?)"
_FILLER: Final = r"(?: (?:(?:calls?|calling) (?:and|or)|the|these|those|this|your|all|any|sending|getting|receiving|with|w|me|us|of|more|constant|automated|auto|robo|please|ever|again))*"
_WHO: Final = r"(?: (?:me|us|my (?:phone|cell)|this (?:number|phone)|again|anymore|any more|please|here)\b|[.!?,;]|$)"
_OFF_WHAT: Final = (
    r"(?:your|the|this|that|ur)(?: \w+)? (?:list|lists|texts?|messages|texting|system|database|contacts|rolls?)"
)
_NUMBER: Final = r"(?:my|this|our) (?:phone |cell |mobile )?number"
_TEXTS: Final = r"(?:mensajes?|textos?)"
_CALL_OR: Final = r"(?:(?:call|ring|phone) (?:or|and|nor) )?"
_CONSENT: Final = r"(?:consent|permission)"
_ASKED_NICELY: Final = r"(?:please|pls|just|ok|no|hey|hi|hello|sorry|wrong number|kindly|i said|i (?:told|asked) you to|you (?:need|have) to|(?:can|could|would|will) you|(?:i am |i'm |im )?not interested|who is this|(?:you have |this is )?(?:the |a )?wrong (?:number|person))"
_PLAIN: Final = (
    rf"\bstop{_FILLER} {_ACT}\b",
    r"\bstop sending(?: (?:me|us|these|those|this|that|stuff|things))*(?: (?:please|now))?$",
    rf"\b(?:quit|cease|discontinue)(?: and desist)?{_FILLER} {_ACT}\b",
    r"\bcease and desist\b",
    rf"^(?:please )?(?:cancel|end){_FILLER} {_ACT}(?: (?:please|pls|now|thanks))?$",
    rf"\b(?:do not|don't|dont|never)(?: (?:ever|please))? {_CALL_OR}{_ACT}{_WHO}",
    r"\b(?:do not|don't|dont)(?: (?:ever|please))? send(?: (?:me|us))? (?:any more|anything(?: (?:else|more))?)(?: (?:again|please))?$",
    r"\bdo not (?:call|text|contact)(?: or (?:call|text|contact))? list\b",
    rf"\b(?:do not|don't|dont)(?: (?:ever|please))? send{_FILLER} {_ACT}\b",
    rf"\b(?:do not|don't|dont) want{_FILLER}(?: to (?:get|receive|be))?{_FILLER} (?:{_ACT}|texted|contacted|messaged)\b",
    rf"\bno longer (?:want|wish|care|like)(?: to (?:get|receive|be))?{_FILLER} (?:{_ACT}|texted|contacted|messaged)\b",
    rf"\b(?:revoke|withdraw|take back)(?: (?:my|any|all|the))* {_CONSENT}\b",
    rf"\b(?:do not|don't|dont|never|did not|didn't|didnt) (?:have|had|give|gave|given)(?: (?:you|my|any))* {_CONSENT} (?:to|for)(?: (?:any|these|those|your))* {_ACT}\b",
    rf"\b(?:do not|don't|dont|did not|didn't|didnt|never) consent(?:ed)? to(?: (?:any|these|those|your|the|being|getting))* (?:{_ACT}|texted|contacted|messaged)\b",
    rf"\b(?:take|remove|delete|get) (?:me|us|{_NUMBER}) (?:off|off of|from|out of) {_OFF_WHAT}\b",
    rf"\b(?:be|get) (?:removed|deleted|taken off)(?: (?:from|of))? {_OFF_WHAT}\b",
    rf"\b(?:take me off|remove me|delete me|(?:remove|delete) {_NUMBER})[.! ]*(?:please|now|thanks)?$",
    rf"\b(?:remove|delete|take) {_NUMBER} (?:from|off|out)\b",
    rf"\bno more (?:calls? (?:or|and) )?(?:of (?:these|your) )?{_ACT}\b",
    rf"^(?:that's |thats )?enough (?:of |with )?(?:the |these |your )?{_ACT}\b",
    rf"^(?:please )?no (?:more )?{_ACT}[, ]+(?:please|pls)\b",
    r"\bunsubscribe (?:me|us|this|my|from)\b",
    r"\bunsubscribe(?: please)?$",
    r"\b(?:want|like|wish|need|going)(?: to)? opt(?:ing)? (?:me )?out\b(?! of (?!(?:the |these |those |this |your |all )?(?:text|messag|sms|list|alert)))",
    r"\bhow (?:do|can) i (?:opt out|unsubscribe)(?: of (?:these|your) .*)?$",
    r"^(?:please )?optout\b",
    r"^(?:please )?opt(?:ing)? (?:me |us |this number )?out\b",
    r"\bleave (?:me|us) alone\b",
    r"\blose (?:my|this) number\b",
    r"\b(?:ya )?no (?:me|nos) (?:llamen? ni (?:me|nos) )?(?:manden?|env[ií]en?|escriban?|textee?n?|molesten?|contacten?)\b",
    rf"\bno m[aá]s {_TEXTS}\b",
    r"\b(?:elim[ií]n|b[oó]rr)(?:a|e|en)(?:me|nos) de (?:la|su|esta) lista\b",
    r"\b(?:elimin|borr)(?:a|e|en) mi n[uú]mero\b",
    r"\bd[eé]jen?(?:me|nos) en paz\b",
    rf"\b(?:ya )?no (?:manden?|env[ií]en?) (?:m[aá]s )?{_TEXTS}\b",
    rf"\bno quiero (?:recibir )?(?:m[aá]s )?(?:sus )?{_TEXTS}\b",
    rf"\bbasta (?:de|con) (?:los |sus )?{_TEXTS}\b",
    r"\bqu[ií]t(?:en|a|e)(?:me|nos) de (?:la|su|esta) lista\b",
    r"\bdej(?:en|e|a) de (?:enviar|mandar|escribir|textear|molestar)",
)
_PLAIN_STOP: Final = re.compile("|".join(f"(?:{each})" for each in _PLAIN), re.IGNORECASE)
_WHOLE_STOP: Final = re.compile(
    rf"(?:{_ASKED_NICELY} )*stop(?: (?:it|this|that|now|please|pls|already|thanks|thank you|stop|wrong number))*",
    re.IGNORECASE,
)
"""Of the whole message, without its punctuation."""
_MISTYPED_STOP: Final = re.compile(r"s ?t+ ?[o0]+ ?p+", re.IGNORECASE)
_SAYS_IT_ALL: Final = re.compile(
    r"(?:please |pls |por favor )?(?:remove|unsub|discontinue|block me|no te?xt(?:s|ing)?|no more(?: calls)?|enough(?: already)?|go away|get lost|fuck off"
    r"|stop calling(?: (?:me|us))?|don't contact|para|pare|paren|basta|detener|detenga(?:n|nse|se)?|cancelar|ya basta|ya no|no m[aá]s)(?: (?:please|pls|now|thanks|ya|gracias|por favor))?",
    re.IGNORECASE,
)
"""Words that mean this where nothing else is said, and something else within a sentence."""
_STOP_SIGNS: Final = re.compile(r"(?=[^🛑🚫]*[🛑🚫])[\s🛑🚫✋\uFE0F]+")
_NOT_US: Final = re.compile(
    r"\b(?:won't|wont|will not|doesn't|doesnt|didn't|can't|cannot|wouldn't|why did you) stop\b", re.IGNORECASE
)


def spoken_word(body: str, *, opted_out: bool = False) -> Word | None:
    """What the message as a whole is; None for anything else. `YES` counts only from one who is opted out.

    "STOP." and "please stop texting me" opt out; "please stop by at 3" and "the furnace won't stop" do not.
    """
    text = _bare(body)
    upper = text.upper()
    if upper in STOP:
        return "stop"
    if upper in START or (opted_out and upper in START_WHEN_OPTED_OUT):
        return "start"
    if upper in HELP:
        return "help"
    return "plain_stop" if _asks_to_be_left_alone(text) or _STOP_SIGNS.fullmatch(body) else None


def asks_for_a_call(body: str) -> bool:
    """A lone CANCEL opts out and may also mean the visit: the office has to ring."""
    return _bare(body).upper() == "CANCEL"


def _asks_to_be_left_alone(text: str) -> bool:
    words = _PUNCTUATION.sub(" ", text).strip()
    if any(each.fullmatch(words) for each in (_WHOLE_STOP, _MISTYPED_STOP, _SAYS_IT_ALL)):
        return True
    return _PLAIN_STOP.search(text) is not None and _NOT_US.search(text) is None


def _bare(body: str) -> str:
    """One line in plain letters, single spaces, without what stands around it and without a phone's signature."""
    plain = unicodedata.normalize("NFKC", body).replace("’", "'").replace("‘", "'")
    return _SURROUNDING.sub("", _BETWEEN.sub(" ", _SIGNATURE.sub("", plain)))
