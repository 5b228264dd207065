"""A homeowner's name, as far as a text gives one away."""

import re
from typing import Final

MOST_WORDS: Final = 4
INITIALS: Final = 2
"""Capitals up to so many are left as they are."""
_REST: Final = r"[A-Za-zÀ-ÖØ-öø-ÿ'’.-]*"
_WORD: Final = rf"[A-Za-zÀ-ÖØ-öø-ÿ]{_REST}"
_NAME: Final = rf"({_WORD}(?: {_WORD}){{0,2}})"
_SURE: Final = re.compile(
    rf"\b(?:my name is|my name'?s|the name is|name is|name'?s|name:|me llamo|mi nombre es|(?:put )?it(?:'s)? under|under the name(?: of)?)\s+(?:actually |really )?{_NAME}",
    re.IGNORECASE,
)
_MAYBE: Final = re.compile(rf"\b(?:this is|i am|i'm|it's|it is|its|soy|here's|hi from)\s+{_NAME}", re.IGNORECASE)
_HERE: Final = re.compile(rf"(?:^|[.!?,\n]\s*)((?:{_WORD} )?{_WORD}) (?:here|aqu[ií])\b", re.IGNORECASE)
_SIGNED: Final = re.compile(
    rf"(?:(?:\b(?:thanks|thank you|thx|ty|regards|sincerely|gracias|best)\b[\s,!.]+(?:again[\s,!.]+)?)|[-–—~]\s*)([A-Z]{_REST}(?: [A-Z]{_REST})?)\W*$"
)
_BOTH: Final = re.compile(rf"\bfirst name(?: is)? ({_WORD})[, ]+(?:and )?last name(?: is)? ({_WORD})", re.IGNORECASE)
_LEADS_IN: Final = re.compile(
    r"^\W*(?:(?:hi|hello|hey|yes|sure|ok(?:ay)?|oh|um+|actually|sorry|no|is|it'?s|its|it is|i'?m|im|i am|this is|my name is|my name'?s|name is|name'?s|the name is|name|put it under|put|put down|under|you can put|just put|use|me llamo|soy|mi nombre es|es|first name|mr\.?|mrs\.?|ms\.?|dr\.?)[\s,:.!]+)+",
    re.IGNORECASE,
)
FULL_NAME: Final = (2, 3)
"""Words: one alone beside a street may be anything."""
_STOPS: Final = re.compile(r"[,;:\n()]|[.!?]+(?= |\n|$)| [-–—] ")
_POSTAL: Final = re.compile(r"^[\s,]*\d{5}(?:-\d{4})?(?!\d)")
_CAPITALS: Final = """
air apt apartment area attic avenue basement bldg boiler bosch bryant building burnham carrier christmas classic condo conditioner conditioning
cooling court daikin day dr drive door ecobee entrance eve filter floor fujitsu furnace garage gate goodman google heater heating home honeywell
hvac infinity lennox lane maps mitsubishi nest office pump rd rheem road room ruud service shop st store street suite thanksgiving thermostat trane
tune up unit upstairs water weil year years york
"""
_THINGS: Final = frozenset(_CAPITALS.split())
"""What is written with capitals beside a street and is no person."""
_OTHER_WORDS: Final = """
a an the not no yes in on at out off up down here there home it its is my our your his her their this that these those just so very really too also
still actually it's i'm im i'd we're you're that's there's he's she's what's let's isnt isn't aint wasnt wasn't didnt didn't doesnt doesn't let us
again now today tonight tomorrow asap soon later maybe sure ok okay fine good great bad cold hot freezing warm sick tired done ready free available
flexible open busy urgent emergency important weird loud leaking broken dead working running blowing making having getting going looking calling
texting trying hoping wondering interested sorry afraid glad happy sad upset angry mad worried unsure confused new old from with without for about of
to and or but if when where what who why how unacceptable ridiculous outrageous terrible horrible awful crazy insane back located renting tenant owner
landlord customer homeowner manager neighbor using needing ac heat heater furnace unit system thermostat house apartment wrong right nothing something
someone nobody anyone help please thanks thank you we i me he she they him them nope yeah nah yep hi hello hey stop only all every any some more less
than like been being was were be do does did doing can could would should will won't can't don't morning afternoon evening monday tuesday wednesday
thursday friday saturday sunday weekend anytime whenever noon same never mind already number called waiting dont cant wont urgente frio frío calor
aquí aqui bien gracias hola el la un una de en para por con que si sí spanish english pretty kind kinda almost over under
"""
_NO_NAMES: Final = frozenset(_OTHER_WORDS.split())
_NO_ANSWERS: Final = frozenset({"what", "why", "who", "how", "idk", "dunno", "nah", "nope", "no", "skip", "pass", "none", "n/a", "later", "private"})  # fmt: skip


def name_in(body: str, *, asked: bool) -> str | None:
    """Said outright ("my name is dana"), signed ("Thanks, Dana"), or the answer to our question as a whole."""
    flat = " ".join(body.replace("’", "'").split())
    if both := _BOTH.search(flat):
        return _shaped([both[1], both[2].rstrip(".")])
    found = _SURE.search(flat)
    if found and (name := _taken(found[1], strict=False)):
        return name
    if asked and (name := _whole(flat)):
        return name
    for pattern in (_MAYBE, _HERE, _SIGNED):
        found = pattern.search(flat)
        if found and (name := _taken(found[1], strict=not asked)):
            return name
    return None


def name_beside(before: str, after: str) -> str | None:
    """A name that stands alone right before or behind a street, as in `John Peters, 500 Main St`. Whether it is a place
    is for others to tell.
    """
    ahead = _STOPS.split(before.rstrip(" ,;:\n-"))[-1]
    behind = _STOPS.split(_POSTAL.sub("", after).lstrip(" .,;:\n-"))[0]
    for piece in (ahead.split(), behind.split()):
        if len(piece) in FULL_NAME and not _THINGS.intersection(word.lower().rstrip(".") for word in piece):
            name = _taken(" ".join(piece), strict=True)
            if name is not None and len(name.split()) == len(piece):
                return name
    return None


def first_name(name: str | None) -> str:
    """For `{first_name|there}`: empty when unknown."""
    return name.split()[0] if name else ""


def _whole(flat: str) -> str | None:
    """Up to the first comma or full stop, when it is nothing but a few words that may be a name."""
    bare = _LEADS_IN.sub("", flat).strip(" .!,;:-\"'()")
    head = re.split(r"[,;\n!?]|\.(?= )| - | and\b| & |\(|\d", bare, maxsplit=1)[0].strip(" .-")
    words = head.split()
    if not words or len(words) > MOST_WORDS or words[0].lower() in _NO_ANSWERS or "?" in flat:
        return None
    return (
        _shaped(words) if all(re.fullmatch(_WORD, word) and word.lower() not in _NO_NAMES for word in words) else None
    )


def _taken(said: str, *, strict: bool) -> str | None:
    """The leading words that may be a name. `strict`: written as names are, with a capital, in a text that is not all capitals."""
    words: list[str] = []
    for word in said.split():
        bare = word.rstrip(".'’-")
        if bare.lower() in _NO_NAMES or (len(bare) == 1 and not words):
            break
        if strict and not (bare[:1].isupper() and (len(bare) == 1 or not bare.isupper())):
            break
        words.append(bare)
        if word.endswith(".") and len(bare) > INITIALS:
            break
    return _shaped(words) if words else None


def _shaped(words: list[str]) -> str:
    """`bob SMITH` becomes `Bob Smith`; `McDonald` stays."""
    return " ".join(
        word.capitalize() if word.islower() or (word.isupper() and len(word) > INITIALS) else word for word in words
    )
