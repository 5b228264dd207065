"""Words of danger in a homeowner's text. Rather once too often than once too seldom: a warning does no harm."""

import re
from typing import Final

from messaging.domain.response import Danger

_I: Final = re.IGNORECASE
_NO: Final = (
    r"(?:\bno|\bnot|\bnever|\bwithout|\bnor|n't|\bdont|\bdoesnt|\bisnt|\bdidnt|\bcant|\bwasnt|\bsin)(?: \w+){0,3} $"
)
_NEGATED: Final = re.compile(_NO, _I)
_LONG_AGO: Final = re.compile(r"\b(?:last (?:year|winter|summer|month)|years? ago|months? ago|back in \d{4})\b", _I)
_TRADE: Final = re.compile(
    r"\b(?:install|sell|replace|buy|carry|test|supply|price|cost|quote)\w*\b[^.!?]{0,30}"
    r"\b(?:detectors?|alarms?|monitors?|fireplaces?)\b",
    _I,
)
_GAS: Final = re.compile(
    r"\b(?:smell\w*|stinks?|odou?r|whiff|reek\w*)\b[^.!?]{0,30}\b(?:gas|gassy|propane|rotten eggs?|sul(?:f|ph)ur)\b"
    r"|\b(?:gas|propane)\b[^.!?]{0,15}\b(?:smell\w*|odou?r|leak\w*|stench|fumes?)\b"
    r"|\bleak\w*\b[^.!?]{0,12}\b(?:gas|propane)\b"
    r"|\bgas (?:is )?hissing\b|\bhissing\b[^.!?]{0,25}\bgas\b|\brotten eggs?\b"
    r"|\b(?:huele|olor|fuga|escape)\b[^.!?]{0,15}\bgas\b",
    _I,
)
_CARBON_MONOXIDE: Final = re.compile(
    r"\bcarbon mon\w*\b|\bmon[oó]xido\b|\bCO2? (?:alarm|detector|monitor|sensor|alert|leak|poison\w*)\b"
    r"|\b(?:headaches?|dizzy|nause\w+|light ?headed)\b[^.!?]{0,60}\b(?:furnace|heater|heat|boiler)\b"
    r"|\b(?:furnace|heater|heat|boiler)\b[^.!?]{0,60}\b(?:headaches?|dizzy|nause\w+|light ?headed)\b",
    _I,
)
_FIRE: Final = re.compile(
    r"\bon fire\b|\bcaught fire\b|\bfire (?:in|at|inside|coming)\b|\b(?:is|'s|are) a fire\b|^\W*fire\W*$|\bflames?\b"
    r"|\bsmok(?:e|ing|y)\b(?! ?(?:free|break))|\bspark(?:s|ing|ed)\b|\barcing\b"
    r"|\bburn(?:ing|t|ed)\b[^.!?]{0,12}\b(?:smell\w*|odou?r|plastic|rubber|wires?|wiring)\b"
    r"|\b(?:smell\w*|odou?r)\b[^.!?]{0,25}\b(?:burn(?:ing|t|ed)?|electrical)\b"
    r"|\bhumo\b|\bincendio\b|\ben llamas\b|\bse (?:est[aá] )?quema(?:ndo)?\b|\bhuele a quemado\b",
    _I,
)
_NO_FIRE: Final = re.compile(
    r"\b(?:i|we|don'?t|dont|non|no one|nobody)[ -]smok|\bsmok(?:e|ing) (?:a |my )?(?:cig|weed|meat|brisket)|\bsmoking hot\b|\bflames? (?:sensor|rod)\b|\bpilot\b[^.!?]{0,12}\bflames?\b",
    _I,
)
_MEDICAL: Final = re.compile(
    r"\bon oxygen\b|\boxygen (?:machine|concentrator|tank|tanks|therapy)\b|\b(?:needs?|uses?) oxygen\b|\bdialysis\b|\bventilators?\b|\bchest pains?\b"
    r"|\bheart (?:attack|condition|problems?|failure)\b|\b(?:can'?t|cannot|cant|trouble|hard time|difficulty) breath\w*|\bpassed out\b|\bunconscious\b"
    r"|\bseizures?\b|\bheat ?stroke\b|\bhypothermia\b|\bfaint(?:ed|ing)\b"
    r"|\bmedical(?:ly)? (?:emergency|conditions?|needs?|equipment|reasons?|issues?|problems?|fragile)\b"
    r"|\bhealth (?:emergency|conditions?|reasons?)\b|\binsulin\b|\bcopd\b|\basthma\b|\bhospice\b|\bchemo\w*\b"
    r"|\b(?:usa|necesita|con) ox[ií]geno\b|\bno (?:puede|puedo) respirar\b|\bemergencia m[eé]dica\b",
    _I,
)
_VULNERABLE: Final = re.compile(
    r"\bbab(?:y|ies)\b|\bnew ?borns?\b|\binfants?\b|\btoddlers?\b|\belderly\b|\bsenior citizens?\b|\bpregnant\b|\bdisabled\b|\bwheel ?chair\b|\bpreemie\b"
    r"|\b(?:mom|mother|dad|father|grandma|grandmother|grandpa|grandfather|wife|husband|parents?)\b[^.!?]{0,20}\b(?:7[5-9]|[89]\d|10\d)\b"
    r"|\b(?:7[5-9]|[89]\d|10\d)[ -]?(?:years?|yrs?|yo|yr)[ -]?old\b(?! (?:house|home|furnace|unit|system|boiler|ac|building))|\bbeb[eé]s?\b|\breci[eé]n nacido\b|\bancian[oa]s?\b"
    r"|\b(?:my|mi) abuel[oa]\b|\b\d{1,2}[ -]?(?:days?|weeks?|wks?|months?|mos?|mo)[ -]?old\b(?! (?:house|home|furnace|unit|system|boiler|ac|thermostat))",
    _I,
)


def danger_in(body: str) -> Danger | None:
    """The first that applies; "no gas smell" and "do you install smoke detectors" name none."""
    if _says(_GAS, body) and not _LONG_AGO.search(body):
        return "gas"
    trade = _TRADE.search(body) is not None
    if not trade and _says(_CARBON_MONOXIDE, body) and not _LONG_AGO.search(body):
        return "carbon_monoxide"
    if not trade and not _NO_FIRE.search(body) and _says(_FIRE, body) and not _LONG_AGO.search(body):
        return "fire"
    return "medical" if _says(_MEDICAL, body) else None


def is_vulnerable(body: str) -> bool:
    """Somebody very young, very old, pregnant or disabled is in the house."""
    return _VULNERABLE.search(body) is not None


def _says(cue: re.Pattern[str], body: str) -> bool:
    """Named somewhere without a no before it: in "dont smell gas" the no belongs to it, in "no heat. smell gas" it does not."""
    return any(
        not _NEGATED.search(re.split(r"[.!?,;\n]|\b(?:but|and|y|pero)\b", body[: found.start()])[-1] or " ")
        for found in cue.finditer(body)
    )
