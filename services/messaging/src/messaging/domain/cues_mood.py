"""What needs a person: anger, a wish to speak with somebody, a question without a rule; and what needs no answer at all."""

import re
from typing import Final

from messaging.domain.response import Visit

_I: Final = re.IGNORECASE
SHORT: Final = 80
"""What is longer is more than a greeting; it also keeps these patterns quick, whatever is thrown at them."""
_ANGRY: Final = re.compile(
    r"\bf+u+c*k+\w*|\bwtf\b|\bs+h+i+t+\w*\b|\bbull ?s\w*t\b|\bass ?holes?\b|\bdamn (?:you|it|company|robot|bot)\b|\bpiss(?:ed)?\b|\bcrap(?:py)?\b|\bridiculous\b|\bunacceptable\b|\bterrible (?:service|company)\b|\bworst\b"
    r"|\bfed up\b|\bsick (?:of|and tired)\b|\bfurious\b|\bangry\b|\blawyers?\b|\battorney\b|\bsue (?:you|u|yall)\b|\bbbb\b|\bbetter business\b|\b(?:bad|one[ -]star|1[ -]star|negative) reviews?\b|\bscam\w*\b|\brip ?(?:ped)? ?off\b"
    r"|\bjoke of a\b|\bwhat a joke\b|\byou(?: guys|'re| are|re)+ fired\b|\bare you kidding\b|\bu kidding\b|\bthanks for nothing\b|\bnever (?:using|calling|hiring) (?:you|u|y'?all)\b|\b(?:still|been) waiting\b|\bwaited (?:all|\d|for|over|half)"
    r"|\b(?:no ?body|no one|noone|nobody ever) (?:ever )?(?:called|calls|answers|answered|showed|came|shows|picked|picks|responded|got back|bothers)\b|\bno ?show\b|\bnever (?:showed|called (?:me )?back|came)\b"
    r"|\b(?:second|third|fourth|2nd|3rd|4th|5th|tenth|10th|hundredth) (?:time|call|message|voicemail|text)\b|\bsupposed to (?:be here|come|call|show)\b|\b(?:called|texted|asked) (?:you )?(?:\d+|two|three|four|five|several|many|a million|ten) times\b"
    r"|\b(?:nice|great|wonderful|awesome|lovely|amazing|fantastic|love|real helpful|so helpful)\b[^.!?]{0,20}\b(?:another|service|robots?|bots?|machine|automated|voicemail|answering)\b"
    r"|\b(?:wow|oh)\W+(?:great|wonderful|thanks|perfect|lovely|awesome|fantastic)\b|\breal(?:ly)? (?:helpful|professional)\b|\bin[uú]tiles?\b|\bqu[eé] verg[uü]enza\b|\bp[eé]simo\b|\bestafa\w*\b|\bmierda\b",
    _I,
)
_PERSON: Final = re.compile(
    r"\b(?:call|ring|phone) (?:me|us|back|my (?:cell|phone|wife|husband|mom|dad|number|tenant|landlord))\b|\bgive (?:me|us|my \w+) (?:a )?(?:call|ring)\b|\bcall ?backs?\b|\bcan (?:you|u|someone|somebody|anyone|i) (?:please )?call\b|\bhave (?:someone|somebody|a person|the owner|them) call\b"
    r"|\b(?:talk|speak|chat) (?:to|with)\b|\breal (?:person|human|people)\b|\b(?:a|any) human\b|\bhuman being\b|\b(?:live|actual) (?:person|agent|human)\b|\brepresentative\b|\boperator\b|\bcustomer service\b|\bspeak (?:english|spanish|espa[nñ]ol)\b|\bprefer (?:a )?(?:phone|call)\b"
    r"|\b(?:are|r) (?:you|u|these|this)\b[^.!?]{0,12}\b(?:a )?(?:bot|robot|real|human|ai|computer|person|automated)\b|\bis this (?:a |an )?(?:bot|robot|real|human|ai|computer|person|automated|auto)\b|\b(?:ll[aá]m[ae]\w*|me (?:puede\w*|pueden) llamar|hablar con|una persona|alguien que hable)\b"
    r"|^\W*(?:please|pls|plz|just) call\b|\bcall (?:asap|please|pls|plz)\b|\bagent\b|\b(?:the|a|your) manager\b|\bthe owner\b|\b(?:someone|somebody) (?:please )?call\b|\bpick up (?:the|your) phone\b",
    _I,
)
_QUESTION: Final = re.compile(
    r"\bhow much\b|\bcosts?\b|\bpric(?:e|es|ing|ey)\b|\bquotes?\b|\bestimates?\b|\b(?:hourly |your |the |what )rates?\b|\bcharge\b|\bfees?\b|\btrip charge\b|\bdiscounts?\b|\bcoupons?\b|\bspecials?\b|\bfinanc\w*\b|\bpayment plans?\b|\bcu[aá]nto\b|\bprecios?\b|\bcobran?\b|\bballpark\b"
    r"|\bwarrant(?:y|ies)\b|\bguarant\w+\b|\bgarant[ií]a\b|\blicen[sc]ed?\b|\binsured\b|\binsurance\b|\bbonded\b|\bcertified\b|\bbackground check\w*\b|\breferences\b|\brebates?\b|\btax credit\b|\bfamily[ -]owned\b|\bbbb rating\b"
    r"|\b(?:do|does|did|can|will|would|could) (?:you|u|y'?all|ya'?ll|your (?:guys|company|techs?)|yall)(?: guys| all| also| even| still)? (?:do|service|work on|work with|install|sell|carry|offer|take|accept|repair|fix|cover|come to|come out to|go to|match|provide|have (?:a |an |any )?(?:license|parts?|experience|filters?)|travel|serve|handle|honor|recommend|buy|rent|haul|clean|bill)\b"
    r"|\b(?:what|which) (?:brands?|areas?|kind|type|forms?|are your|is your|services|company|time (?:will|are|is|should|do you open|do you close))\b|\bwhere are (?:you|u|y'?all) (?:located|based|at)\b|\b(?:are|r) (?:you|u|y'?all) (?:guys )?(?:open|hiring|local|licen|insur|located|the same|affiliated|a real company)\b|\bwhat are (?:your|ur) hours\b"
    r"|\bhow long\b|\bhow old\b|\bhow (?:did|do) (?:you|u|i)\b|\bhow (?:many|often)\b|\bwho is this\b|\bwho'?s this\b|\bwho (?:are|r) (?:you|u)\b|\bwhy\b|\bqui[eé]n (?:es|habla)\b|\bwhat (?:do|does|did|would|should|if|about|happens|causes)\b"
    r"|\bwhere(?:'?s| is| are| r)\b|\b(?:eta|tracking)\b|\b(?:is|are) (?:he|she|they|the tech\w*|somebody|someone|anyone) (?:still )?(?:coming|on the way|on (?:his|her|their) way)\b|\b(?:invoices?|refunds?|receipts?|my bill|pay (?:my|online|by|with)|credit cards?|venmo|zelle|paypal)\b|\bworth (?:it|fixing|repairing)\b|\bshould i\b|\bis it (?:safe|ok|okay|normal|bad)\b",
    _I,
)
_POLITE: Final = re.compile(
    r"\b(?:can|could|would|will|may) (?:you|u|y'?all|someone|somebody|anyone|i|we|a tech\w*)\b|\b(?:do|does|is|are) (?:you|u|y'?all|there|anyone|someone|somebody|anybody)\b[^.!?]{0,25}\b(?:available|availability|free|openings?|anything|time|today|tomorrow|come|help|able)\b|\bany (?:openings?|availability|chance|time)\b|\bhow (?:soon|quick\w*|fast)\b|\bwhen can\b"
    r"|\bpuede[ns]?\b|\bpodr[ií]an?\b",
    _I,
)
_WRONG: Final = re.compile(
    r"\bwrong (?:number|person|guy|phone|num)\b|\bwrong #|\b(?:didn'?t|didnt|did not|never) (?:call|called|contact(?:ed)?) (?:you|u|any|y'?all|this|a|anyone|your)\b(?! back)|\byou have the wrong\b|\bn[uú]mero equivocado\b|\bdon'?t (?:know|have) (?:who you are|a furnace|any hvac)\b|\bdidn'?t mean to call\b|\b(?:pocket|butt) ?dial\w*|\bcalled by (?:mistake|accident)\b|\bmisdial\w*",
    _I,
)
_ADVERTISEMENT: Final = re.compile(
    r"\bseo\b|\bgoogle (?:ranking|ads|listing|reviews? service)\b|\bbusiness (?:loan|funding|capital|line of credit)\b|\bworking capital\b|\bmerchant\b|\bcrypto\w*\b|\bbitcoin\b|\bexclusive leads\b|\b(?:more|qualified|hvac) leads\b|\blead gen\w*\b|\bweb ?(?:site )?design\b|\bcongratulations\b|\byou(?:'ve| have)? won\b|\bgift card\b"
    r"|\bgrow your business\b|\bvirtual assistants?\b|\bpre-?approved\b|\bcredit score\b|\bpackage (?:could not|is waiting|delivery)\b|\bclick (?:here|the link|below)\b|\bhttps?://\S+|\bbit\.ly/|\bwork from home\b|\bwe buy (?:houses|homes|junk|cars)\b|\bcash offer\b|\bvote\b[^.!?]{0,30}\b(?:election|candidate|nov)\w*|\bsolar panels? (?:offer|program|for free)\b",
    _I,
)
_NO_NEED: Final = re.compile(
    r"\bnever ?mind\b|\bnvm\b|\b(?:found|got|hired|called) (?:someone|somebody|another|a different) ?(?:else|company|guy)?\b|\b(?:all set|all good|we'?re good|im good|i'?m good|we are good|it'?s (?:fixed|working)|its (?:fixed|working)|fixed it|it works|working (?:now|again)|back on now|figured it out|taken care of)\b"
    r"|\b(?:no longer|don'?t|dont|do not|won'?t|wont) need (?:you|it|this|any|anyone|a|help|service|your|the)\b(?! (?:new|to))|\bnot interested\b|\bno thanks?\b|\bno thank you\b|\bno gracias\b|\bya no\b(?! (?:funciona|calienta|enfr|prende|sirve))|\bya (?:lo|la|se) (?:arregl|repar|solucion)\w*",
    _I,
)
_GREETS: Final = re.compile(
    r"^\W*(?:(?:hi+|hello+|hey+|helo|yo|hola|good (?:morning|afternoon|evening)|buenos d[ií]as|buenas(?: tardes| noches)?|yes|yep|yeah|yup|y|si|s[ií]|sure|ok(?:ay)?|please|there|again|anyone(?: there)?|anybody(?: there)?|are you there|is anyone there|you there|u there|i (?:just )?called(?: you)?|missed your call|returning your call|i need help|need help|help me|still need help|need service|i do|need a tech\w*|need an appointment|can (?:you|u|someone) help(?: me)?|i(?:'d| would) like to (?:schedule|make an appointment|book)(?: an? (?:appointment|appt|visit))?|schedule|appointment|need to schedule)\W*)+$",
    _I,
)
_THANKS: Final = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|k+|kk|thanks?|thanx|thx|ty|tysm|thank you|thank u|great|perfect|sounds good|cool|awesome|got it|will do|alright|alrighty|sure|no problem|np|no worries|noted|good|fine|appreciate it|much appreciated|so much|very much|again|gracias|muchas|vale|bye|have a (?:good|great|nice) (?:day|one|night)|you too|god bless|see you(?: then)?|👍|🙏|😊|👌|❤️?|🙌|💯|😀|🏻|🏼|🏽|🏾|🏿)\W*)+$",
    _I,
)
_ONLY_SIGNS: Final = re.compile(r"^[\W_]*$")
_VISIT: Final = re.compile(
    r"\b(?:reschedul\w*|move (?:my|the|our) (?:appointment|appt|visit|time)|(?:change|cancel|confirm\w*|push back|postpone) (?:my|the|our|today'?s|tomorrow'?s) (?:\w+ )?(?:appointment|appt|visit|service|time|booking)|(?:my|our) (?:appointment|appt)\b|(?:about|regarding) (?:an|the) (?:appointment|appt|visit)\b|cancelar (?:la|mi) cita|cambiar (?:la|mi) cita)",
    _I,
)


def is_angry(body: str) -> bool:
    """Anger, a threat, or sarcasm."""
    return _ANGRY.search(body) is not None


def wants_person(body: str) -> bool:
    return _PERSON.search(body) is not None


def asks_of_subject(body: str) -> bool:
    """A question of a kind that only people answer: price, warranty, licence, service area and so on."""
    return _QUESTION.search(body) is not None


def is_open_question(body: str) -> bool:
    """A question of any other kind, which told us nothing."""
    return "?" in body and re.search(r"\w", body) is not None and not _POLITE.search(body) and not only_greets(body)


def asks_politely(body: str) -> bool:
    """A wish in the form of a question: "can someone come out?"."""
    return _POLITE.search(body) is not None


def is_wrong_number(body: str) -> bool:
    return _WRONG.search(body) is not None


def is_advertisement(body: str) -> bool:
    return _ADVERTISEMENT.search(body) is not None


def needs_nothing(body: str) -> bool:
    """The homeowner found help elsewhere, or the trouble is over."""
    return _NO_NEED.search(body) is not None


def only_greets(body: str) -> bool:
    """A greeting, a bare yes, or a cry for help that tells nothing yet."""
    return len(body) <= SHORT and _GREETS.match(body) is not None


def only_thanks(body: str) -> bool:
    """Thanks, agreement, or signs and pictures alone."""
    return (len(body) <= SHORT and _THANKS.match(body) is not None) or (
        _ONLY_SIGNS.match(body) is not None and "?" not in body
    )


def about_visit(body: str) -> Visit | None:
    """C and R alone, as our visit texts ask for them, or an appointment in words."""
    word = re.sub(r"[\W_]", "", body).upper()
    if word in ("C", "CONFIRM", "CONFIRMED"):
        return "confirm"
    if word in ("R", "RESCHEDULE") or _VISIT.search(body):
        return "move"
    return None
