"""Answers in Twilio's shapes."""

from datetime import datetime
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import urlencode

from carrier.world import Leg, Message, Number, Recording

VERSION: Final = "2010-04-01"
WORDS: Final[dict[int, tuple[int, str]]] = {
    20003: (401, "Authenticate"),
    20004: (405, "Method not allowed"),
    20404: (404, "The requested resource was not found"),
    20001: (400, "Invalid parameter"),
    20429: (429, "Too Many Requests"),
    20500: (500, "Internal Server Error"),
    21201: (400, "No 'To' number is specified"),
    21205: (400, "Url parameter is required"),
    21213: (400, "Caller phone number is required"),
    21214: (400, "'To' phone number cannot be reached"),
    21215: (403, "Account not authorized to call the number"),
    21216: (403, "Account not allowed to call the number"),
    21217: (400, "Phone number does not appear to be valid"),
    21211: (400, "The 'To' number is not a valid phone number"),
    21212: (400, "The 'From' number is not a valid phone number"),
    21408: (403, "Permission to send an SMS has not been enabled for the region"),
    21602: (400, "Message body is required"),
    21603: (400, "A 'From' phone number is required"),
    21604: (400, "A 'To' phone number is required"),
    21606: (400, "The 'From' phone number provided is not a valid, message-capable number for this account"),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21611: (400, "This 'From' number has exceeded the maximum number of queued messages"),
    21612: (400, "The 'To' phone number is not currently reachable using this 'From' number"),
    21614: (400, "'To' number is not a valid mobile number"),
    21617: (400, "The message body exceeds the 1600 character limit"),
    21623: (400, "Number of media files exceeds allowed limit"),
}
MAGIC_TO: Final = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
MAGIC_CALL_TO: Final = {
    "+15005550001": 21217,
    "+15005550002": 21214,
    "+15005550003": 21215,
    "+15005550004": 21216,
}
MAGIC_FROM: Final = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}
"""Twilio's magic numbers for test credentials."""
LANDLINE: Final = "+13125550160"
"""Our own: takes calls, refuses texts."""


class ApiError(Exception):
    """An answer of Twilio's kind of error."""

    def __init__(self, code: int, *, detail: str = "", retry_after: str | None = None) -> None:
        status, words = WORDS.get(code, (400, "The request was refused"))
        super().__init__(words)
        self.status, self.retry_after = status, retry_after
        self.body = {
            "code": code,
            "message": detail or words,
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        }


def rfc2822(moment: datetime | None) -> str | None:
    return format_datetime(moment) if moment else None


def message(each: Message) -> dict[str, Any]:
    base = f"/{VERSION}/Accounts/{each.account}/Messages/{each.sid}"
    return {
        "sid": each.sid, "account_sid": each.account, "messaging_service_sid": each.service, "from": each.from_number, "to": each.to_number, "body": each.body,
        "status": each.status, "direction": each.direction, "num_segments": str(each.segments), "num_media": str(len(each.media)), "price": None,
        "price_unit": "USD", "error_code": each.error_code, "error_message": WORDS[each.error_code][1] if each.error_code in WORDS else None,
        "date_created": rfc2822(each.created_at), "date_sent": rfc2822(each.sent_at), "date_updated": rfc2822(each.sent_at or each.created_at),
        "api_version": VERSION, "uri": f"{base}.json", "subresource_uris": {"media": f"{base}/Media.json"},
    }  # fmt: skip


def call(each: Leg) -> dict[str, Any]:
    base = f"/{VERSION}/Accounts/{each.account}/Calls/{each.sid}"
    return {
        "sid": each.sid, "account_sid": each.account, "parent_call_sid": each.parent, "from": each.from_number, "from_formatted": each.from_number,
        "to": each.to_number, "to_formatted": each.to_number, "status": each.status, "direction": each.direction, "answered_by": None, "caller_name": None,
        "forwarded_from": None, "group_sid": None, "phone_number_sid": "PN" + "0" * 32, "price": None, "price_unit": "USD", "trunk_sid": None, "queue_time": "0",
        "date_created": rfc2822(each.started_at), "date_updated": rfc2822(each.ended_at or each.started_at), "start_time": rfc2822(each.started_at),
        "end_time": rfc2822(each.ended_at), "duration": str(each.seconds), "annotation": None, "api_version": VERSION, "uri": f"{base}.json",
        "subresource_uris": {"recordings": f"{base}/Recordings.json"},
    }  # fmt: skip


def number(each: Number) -> dict[str, Any]:
    return {
        "sid": "PN" + each.number[1:].rjust(32, "0"), "account_sid": each.account, "phone_number": each.number, "friendly_name": each.number,
        "voice_url": each.voice_url, "voice_method": "POST", "status_callback": each.voice_status_url, "status_callback_method": "POST",
        "sms_url": each.sms_url, "sms_method": "POST", "capabilities": {"voice": True, "sms": True, "mms": True, "fax": False}, "api_version": VERSION,
    }  # fmt: skip


def recording(each: Recording) -> dict[str, Any]:
    base = f"/{VERSION}/Accounts/{each.account}/Recordings/{each.sid}"
    return {
        "sid": each.sid, "account_sid": each.account, "call_sid": each.call, "conference_sid": None, "status": "completed", "channels": 1,
        "source": "RecordVerb", "duration": str(each.seconds), "error_code": None, "price": None, "price_unit": "USD", "encryption_details": None,
        "date_created": rfc2822(each.started_at), "date_updated": rfc2822(each.started_at), "start_time": rfc2822(each.started_at), "api_version": VERSION,
        "media_url": f"https://api.twilio.com{base}", "uri": f"{base}.json", "subresource_uris": {},
    }  # fmt: skip


def page(
    resource: str, field: str, account: str, found: list[dict[str, Any]], *, query: dict[str, str], size: int, at: int
) -> dict[str, Any]:
    """One page of a list, with the address of the next."""
    base = f"/{VERSION}/Accounts/{account}/{resource}.json"
    kept = urlencode({name: value for name, value in query.items() if name not in ("Page", "PageSize", "PageToken")})
    more = (at + 1) * size < len(found)
    address = f"{base}?{kept}&" if kept else f"{base}?"
    return {
        field: found[at * size : (at + 1) * size], "page": at, "page_size": size, "start": at * size, "end": max(0, min(len(found), (at + 1) * size) - 1), "uri": base,
        "first_page_uri": f"{address}Page=0&PageSize={size}", "previous_page_uri": f"{address}Page={at - 1}&PageSize={size}" if at else None,
        "next_page_uri": f"{address}Page={at + 1}&PageSize={size}&PageToken=P{at + 1}" if more else None,
    }  # fmt: skip
