"""What homeowners write, each line with what it means. Written by hand, and by nothing else in the product."""

import re
from typing import Final, Literal

Meaning = Literal["stop", "plain", "start", "yes", "help", "talk"]

CARRIER_STOPS: Final = (
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
)
STARTS: Final = ("START", "UNSTOP")
HELPS: Final = ("HELP", "INFO")
PLAIN: Final = (
    "please stop texting me", "Stop texting me.", "take me off your list", "Take me off of your list please", "no more messages", "No more texts!",
    "remove me from your list", "do not text me again", "Don't text me anymore", "dont text this number", "please don't contact me again", "stop sending me texts",
    "Stop messaging me", "leave me alone", "lose my number", "unsubscribe me please", "I want to opt out", "please opt me out", "quit texting me",
    "I don't want any more texts", "remove my number", "no me manden mas mensajes",
)  # fmt: skip
TALK: Final = (
    "my furnace is out", "Hi, no heat since last night", "can someone come tomorrow after 3?", "how much for a tune up", "please stop by at 3",
    "the furnace won't stop running", "it stops and starts all day", "yes please", "ok", "thanks!", "who is this", "78704", "1204 Elm St Austin",
    "water heater leaks, is that you guys?", "the noise will not stop", "any time next week", "call me when you can", "start with the upstairs unit please",
    "help! my ac is dead", "I need help with the thermostat", "can you cancel my appointment for friday", "end of the week works", "A/C blowing warm",
    "sorry wrong number", "not today", "we got it fixed, thank you", "is 8 am ok?", "stop by whenever you are in the area", "No", "Info about pricing?",
    "the unit quit on us again", "thermostat says START but nothing happens", "do you text estimates?", "I already told you no more room in the attic",
)  # fmt: skip
FRAMES: Final = ("{}", "{}", "{}", "{}.", "{}!", " {} ", '"{}"', "{}!!!", "({})", "{}…", "\n{}\n", "*{}*")

_EDGES: Final = re.compile(r"^\W+|\W+$")
_PLAIN: Final = frozenset(each.casefold().strip(".! ") for each in PLAIN)


def meaning_of(body: str, *, opted_out: bool, carrier_word: str | None = None) -> Meaning:
    """What the message as a whole asks for. YES counts as START only from one who is opted out."""
    if carrier_word is not None:
        return {"STOP": "stop", "START": "start", "HELP": "help"}[carrier_word]  # type: ignore[return-value]  # one of these
    bare = " ".join(_EDGES.sub("", body).split())
    loud = bare.upper()
    if loud in CARRIER_STOPS:
        return "stop"
    if loud in STARTS or (loud == "YES" and opted_out):
        return "start"
    if loud in HELPS:
        return "help"
    return "plain" if bare.casefold().strip(".! ") in _PLAIN else "talk"
