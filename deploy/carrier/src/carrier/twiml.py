"""Reads TwiML."""

from xml.etree.ElementTree import Element, ParseError, fromstring


def verbs(answer: str | None) -> list[Element]:
    """The verbs of a response; none of one that is empty or broken."""
    if not answer:
        return []
    try:
        return list(fromstring(answer))  # noqa: S314 -- our own services' answers, on loopback
    except ParseError:
        return []


def seconds(verb: Element, name: str, otherwise: float) -> float:
    text = verb.get(name, "")
    return float(text) if text.replace(".", "", 1).isdigit() else otherwise
