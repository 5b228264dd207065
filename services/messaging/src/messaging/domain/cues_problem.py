"""What is wrong with a system, and how much it presses, in the words that homeowners use."""

import re
from typing import Final

from messaging.domain.response import Urgency

_I: Final = re.IGNORECASE
_SYSTEM: Final = (
    r"(?:furnace|furnance|furnice|heater|heat|heating|boiler|heat ?pump|mini ?split|a/?c|a\.c\.?|air ?con\w*|air|hvac|unit|system|thermostat|tstat|thermostate|compressor|condenser|"
    r"blower|fan|pilot(?: light)?|water heater|hot water|radiators?|baseboards?|vents?|ducts?|calefacci[oó]n|calentador|aire(?: acondicionado)?|caldera|termostato)"
)
_FAILS: Final = (
    r"(?:out|down|dead|died|broke|broken|busted|kaput|toast|shot|fried|bad|gone|quit|quits|failing|failed|blank|frozen|froze|iced|icing|leaking|leaks|dripping|acting up|messed up|"
    r"not? work\w*|stopp?ed|stops|won'?t|wont|will not|doesn'?t|doesnt|does not|isn'?t|isnt|is not|aint|ain'?t|not (?:heat|cool|turn|com|blow|kick|run|start|light|ignit)\w*|no longer|"
    r"keeps|blow\w*|running (?:non ?stop|constantly|all)|runs (?:non ?stop|constantly|all)|making|makes|short cycl\w*|stuck|tripping|clogged|rattl\w*|squeal\w*|bang\w*|grind\w*)"
)
_NO_HEAT: Final = re.compile(
    r"\bno (?:heat|hot air|warm air|heating|furnace|ac|a/c|air ?con\w*|air|cool\w*|cold air|hot water)\b|\bwithout (?:heat|ac|a/c|air|hot water)\b"
    r"|\b(?:not|isn'?t|isnt|ain'?t|aint|won'?t|wont|stopp?ed|quit) (?:heat|cool)(?:ing)?\b|\b(?:furnace|heater|heat|boiler|ac|a/c) (?:isn'?t|isnt|is not|not|ain'?t|aint|won'?t|wont|doesn'?t|doesnt) work\w*"
    r"|\b(?:furnace|furnance|furnice|heater|heat|heating|boiler|heat ?pump|ac|a/c|air ?con\w*)\b(?: \w+){0,3} (?:is |has |just |totally |completely )*(?:out|down|dead|died|broke|broken|quit|kaput|toast|gone|stopped|not working)\b"
    r"|\bblow\w* (?:cold|cool|warm|hot)\b|\bhouse is (?:\w+ )?(?:freezing|ice ?cold|[345]\d)\b|\bit'?s (?:\w+ )?freezing\b|\bfreezing (?:in here|our|my|to death|cold)\b|\bwe(?:'re| are|re)? freezing\b|\bi(?:'m| am|m) freezing\b"
    r"|\bpipes?\b[^.!?]{0,15}\b(?:freez|frozen|burst)\w*|\bflood\w*\b|\bwater (?:is )?(?:everywhere|pouring|all over)\b"
    r"|\b(?:calefacci[oó]n|caldera)\b[^.!?]{0,10}\bno (?:sirve|funciona|prende|calienta|enciende)\b|\bno (?:sirve|funciona) (?:la|mi|el) (?:calef\w+|caldera)"
    r"|\bno (?:hay|tengo|tenemos|prende|calienta|enfr[ií]a|sale) ?(?:calefacci[oó]n|calor|aire|agua caliente|el aire|el calent\w+|la calef\w+|nada)?\b",
    _I,
)
_PROBLEM: Final = re.compile(
    rf"\b{_SYSTEM}\b[^.!?]{{0,40}}\b{_FAILS}\b|\b{_FAILS}\b[^.!?]{{0,25}}\b{_SYSTEM}\b"
    r"|\b(?:weird|strange|loud|funny|odd|horrible|awful|terrible|grinding|banging|clanking|squealing|screeching|rattling|buzzing|humming|clicking|knocking|whistling) (?:noises?|sounds?|smell|clicking)\b"
    r"|\b(?:making|makes|hear\w*)\b[^.!?]{0,20}\b(?:noises?|sounds?|racket|banging|rattling|grinding|clicking|squealing)\b|\bleak(?:s|ing|ed|y)?\b|\bdrip(?:s|ping)?\b|\bmusty\b|\bdirty sock"
    r"|\b(?:tune[ -]?ups?|maintenance|check ?ups?|inspection|clean(?:ing|ed)|serviced|servicing|service (?:on |for )?(?:my|our|the|a)\b|filters?|fall check)\b|\b(?:freon|refrigerant|recharge|low charge)\b|\berror code\b|\bcode [A-Z]?\d+\b"
    r"|\b(?:install\w*|replac\w*|new|upgrade)\b[^.!?]{0,25}\b(?:furnace|boiler|ac|a/c|unit|system|thermostat|heat ?pump|mini ?split|water heater|ductwork|ducts?)\b"
    r"|\b(?:not|won'?t|wont|doesn'?t|doesnt|didn'?t|can'?t|cant|stopp?ed|quit|refuses to)\b[^.!?]{0,12}\b(?:work|working|turn(?:ing)? on|start|starting|kick(?:ing)? on|ignite|igniting|light|lighting|stay(?:ing)? (?:on|lit)|com(?:e|ing) on|keep(?:ing)? up|shut(?:ting)? off|turn(?:ing)? off)\b"
    r"|\b(?:keeps?|kept)\b[^.!?]{0,15}\b(?:tripping|shutting|turning|cycling|going|clicking|running|freezing|blowing)\b|\bshort cycl\w*|\b(?:too|so|very|really|super|little|bit|pretty) (?:cold|hot|humid)\b|\b(?:freezing|roasting|sweltering)\b"
    r"|\b(?:hot|cold) (?:spots?|rooms?|upstairs|downstairs)\b|\buneven\b|\bhumid(?:ity)?\b|\b(?:fix|repair|look at|check(?: out)?|work on)\b[^.!?]{0,25}\b(?:furnace|boiler|heater|ac|a/c|unit|system|thermostat|heat ?pump|mini ?split|water heater)\b"
    rf"|\b(?:problem|problems|issue|issues|trouble)\b[^.!?]{{0,20}}\b{_SYSTEM}\b|\b{_SYSTEM}\b[^.!?]{{0,12}}\b(?:problem|problems|issues?|trouble)\b"
    r"|\b(?:pilot|breaker)\b[^.!?]{0,20}\b(?:out|off|tripp?\w*|won'?t|lit)\b|\bno (?:power to|airflow|air flow)\b|\bgot ?e(?:a|ando)\b|\bhace (?:un )?ruido|\bno (?:funciona|sirve|prende|enciende|arranca)\b"
    r"|\bse (?:descompuso|da[nñ][oó]|apag[oó]|rompi[oó]|apaga|congel[oó])\b|\btira(?:ndo)? agua\b|\bmantenimiento\b",
    _I,
)
_CAN_WAIT: Final = re.compile(
    r"\bno (?:rush|hurry|big rush|worries|emergency)\b|\bnot (?:\w+ )?urgent\b|\bnot (?:in (?:a|any) (?:rush|hurry)|an? emergency|a big deal|super urgent|that urgent|really urgent)\b|\b(?:isn'?t|isnt) (?:urgent|an? emergency)\b"
    r"|\bcan wait\b|\bwhenever\b|\bno prisa\b|\bsin prisa\b|\bno es urgente\b|\bpuede esperar\b|\bat your (?:convenience|leisure)\b|\bwhen you (?:get|have) (?:a chance|time)\b",
    _I,
)
_URGENT: Final = re.compile(
    r"\basap\b|\ba\.s\.a\.p\b|\bemergenc\w*\b|\burgent\w*\b|\bright away\b|\bright now\b|\bimmediately\b|\b(?:as )?soon as (?:possible|you can|u can)\b|\bfirst available\b|\bquick(?:ly)?\b|\bhurry\b|\bneed (?:help|someone|somebody) now\b|\btonight\b"
    r"|\bcan'?t wait\b|\burgente\b|\blo antes posible\b|\blo m[aá]s pronto\b|\bde emergencia\b|\bcuanto antes\b|\bhow (?:soon|fast|quick\w*)\b|\bin the next hour\b",
    _I,
)
_ROUTINE: Final = re.compile(
    r"\b(?:tune[ -]?ups?|maintenance|check ?ups?|inspection|annual|yearly|fall check|filters?|mantenimiento|duct cleaning|ducts cleaned|new thermostat|upgrade)\b",
    _I,
)
_SOON: Final = re.compile(
    r"\b(?:soonish|this week|pretty soon|next (?:day|couple days|few days)|esta semana|a day or two|couple (?:of )?days)\b",
    _I,
)
_YES: Final = re.compile(
    r"^\W*(?:yes|yep|yeah|yea|ya|yup|si|s[ií]|very|kinda|kind of|sort of|pretty|extremely|definitely|of course|it is|please|both|10|urgent)\b|\b(?:so|then) (?:yes|yeah|yep|s[ií])\W*$",
    _I,
)
_NO: Final = re.compile(r"^\W*(?:no|nope|nah|not really|not at all|it can|can|wait|later|it'?s ok|its ok|fine)\b", _I)


_SAID: Final[tuple[tuple[re.Pattern[str], Urgency], ...]] = (
    (_CAN_WAIT, "can_wait"),
    (_URGENT, "urgent"),
    (_SOON, "soon"),
)
_ANSWERED: Final[tuple[tuple[re.Pattern[str], Urgency], ...]] = ((_YES, "urgent"), (_NO, "can_wait"))
_IMPLIED: Final[tuple[tuple[re.Pattern[str], Urgency], ...]] = ((_NO_HEAT, "urgent"), (_ROUTINE, "can_wait"))


def problem_in(body: str) -> bool:
    """Whether it says what is wrong, or what work is wanted."""
    return _NO_HEAT.search(body) is not None or _PROBLEM.search(body) is not None


def urgency_in(body: str, *, asked: bool) -> Urgency | None:
    """What was said of it; `asked`: it answers "is it urgent, or can it wait?"."""
    cues = (*_SAID, *(_ANSWERED if asked else ()))
    return next((urgency for cue, urgency in cues if cue.search(body)), None)


def implied_urgency(body: str) -> Urgency | None:
    """What the problem itself says of it: no heat cannot wait, a tune-up can."""
    return next((urgency for cue, urgency in _IMPLIED if cue.search(body)), None)
