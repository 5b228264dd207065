"""What is ready for going live: emitted by the service that knows, keyed by organization and type, compacted."""

import msgspec

from contracts.base import SetupEvent


class LackingText(msgspec.Struct, frozen=True, kw_only=True):
    """A text that could not leave as it stands. `title` is for people, `wrong` what to mend, in sentences."""

    template: str
    title: str
    wrong: tuple[str, ...]


class WordsChecked(SetupEvent, frozen=True, kw_only=True, tag="words.checked.v1"):
    """Whether each text that automation may send has words that can be sent: emitted by messaging whenever that changes.

    `version` rises with each; a consumer applies a higher one only. `looked_at` are the templates in use, `unused` those
    that the shop switched off or does not need as it is set, `lacking` those in use that are not complete.
    """

    version: int
    looked_at: tuple[str, ...]
    unused: tuple[str, ...] = ()
    lacking: tuple[LackingText, ...] = ()
