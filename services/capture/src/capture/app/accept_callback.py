"""Decides about one callback: whose it is, whether it is genuine, and what is stored of it."""

import asyncio
import hmac
import time
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from capture.app import requests, twilio_forms
from capture.app.directory import Directory, Line, Secrets
from capture.app.requests import KINDS, SMS_STATUS, Accepted, Refusal, Request
from capture.domain import signature
from capture.settings import CaptureSettings
from capture.store.callbacks import Callback
from chassis import ids
from chassis.clock import Clock
from chassis.keys import Keys
from chassis.limits import Limiter
from chassis.metrics import counter
from chassis.telemetry import current_traceparent

Fields = Sequence[tuple[str, str]]

_refused: Final = counter("callbacks_refused", "Callbacks refused", ("reason",))


class AcceptCallback:
    """Raises Refusal for whatever is to have no effect, one of INFRASTRUCTURE when a number cannot be looked up.

    Does no I/O but that look-up. Rates are counted in this process, as seconds pass, whatever the clock says.
    """

    def __init__(
        self, *, directory: Directory, clock: Clock, keys: Keys, public_url: str, settings: CaptureSettings
    ) -> None:
        self._directory, self._clock, self._keys, self._settings = directory, clock, keys, settings
        self._bases = signature.bases(public_url)
        self._verified = Limiter(rate=settings.verified_per_second, burst=settings.verified_burst)
        self._strangers = Limiter(rate=settings.unverified_per_second, burst=settings.unverified_burst)

    async def __call__(self, request: Request) -> Accepted:
        try:
            return await self._accept(request)
        except Refusal as refusal:
            if refusal.stranger:
                self._charge_stranger(request.peer)
            _refused.labels(refusal.reason).inc()
            raise

    async def _accept(self, request: Request) -> Accepted:
        if request.body is None:
            raise Refusal(413, "too large")
        kind = KINDS[request.path]
        try:
            fields = twilio_forms.fields(content_type=request.headers.get("content-type", ""), body=request.body)
        except twilio_forms.MalformedBodyError:
            raise Refusal(400, "malformed") from None
        form = twilio_forms.form(fields)
        subject = requests.subject(kind, form)
        number = requests.own_number(kind, form, request.query)
        line = self._directory.line(number) or self._line_by_text(kind, request, form)
        if line is None:
            line = await self._looked_up(number, request, fields, form)
        if form.get("AccountSid") != line.number.account or not self._genuine(request, fields, line.secrets):
            raise Refusal(403, "bad signature")
        self._charge_account(line.number.account)
        if kind == SMS_STATUS and not self._is_text_of(line.organization.organization_id, request.query):
            raise Refusal(403, "another shop's text", stranger=False)
        callback = None if kind == "whisper" else self._callback(kind, subject, line, form, request)
        return Accepted(kind=kind, line=line, form=form, callback=callback)

    def _line_by_text(self, kind: str, request: Request, form: Mapping[str, str]) -> Line | None:
        """A Messaging Service that has not chosen its sender yet: the text itself tells whose it is."""
        if kind != SMS_STATUS:
            return None
        for line in self._directory.lines_of_account(form.get("AccountSid", "")):
            if self._is_text_of(line.organization.organization_id, request.query):
                return line
        return None

    async def _looked_up(self, number: str, request: Request, fields: Fields, form: Mapping[str, str]) -> Line:
        """From the database, where a stranger pays for the question. Raises Refusal for a number that nobody has."""
        paid = not self._directory.is_looking_up(number)
        if paid:
            self._charge_stranger(request.peer)
        account = form.get("AccountSid", "")
        async with asyncio.timeout(self._settings.statement_seconds):
            line = await self._directory.look_up(number, account=account)
        if line is not None:
            return line
        held = self._directory.secrets_of_account(account)
        genuine = any(self._genuine(request, fields, secrets) for secrets in held)
        if genuine:
            self._charge_account(account)
        raise Refusal(404, "unknown number", stranger=not genuine and not paid, keep_body=genuine)

    def _genuine(self, request: Request, fields: Fields, secrets: Secrets) -> bool:
        given = request.headers.get("x-twilio-signature", "")
        algorithm, key = signature.settings(request.headers.get("x-twilio-webhooks-signature-settings"))
        if not given or algorithm is None or (key is not None and key not in secrets.keys):
            return False
        candidates = secrets.current if key is None else (secrets.keys[key],)
        if request.headers.get("content-type", "").startswith(twilio_forms.JSON):
            return signature.body_verifies(
                secrets=candidates, bases=self._bases, rest=request.address, body=request.body or b"", given=given, algorithm=algorithm
            )  # fmt: skip
        return signature.form_verifies(
            secrets=candidates, bases=self._bases, rest=request.address, fields=fields, given=given, algorithm=algorithm
        )

    def _is_text_of(self, organization_id: UUID, query: str) -> bool:
        """Whether the address names a text of this organization: its tag cannot be made without our key."""
        try:
            text_id = UUID(requests.of_query(query, "text"))
        except ValueError:
            return False
        tag = ids.text_tag(key=self._keys.id_key, organization_id=organization_id, text_id=text_id)
        return hmac.compare_digest(requests.of_query(query, "tag").encode(), tag.encode())

    def _charge_account(self, account: str) -> None:
        if not self._verified.allow(account, now=time.monotonic()):
            wait = self._verified.retry_after(account)
            raise Refusal(429, "too many of this account", stranger=False, retry_after=wait)

    def _charge_stranger(self, peer: str) -> None:
        if not self._strangers.allow(peer, now=time.monotonic()):
            wait = self._strangers.retry_after(peer)
            raise Refusal(429, "too many unverified", stranger=False, retry_after=wait)

    def _callback(self, kind: str, subject: str, line: Line, form: dict[str, str], request: Request) -> Callback:
        token, now = request.headers.get("i-twilio-idempotency-token"), self._clock.now()
        organization_id = line.organization.organization_id
        mark = f"token/{token}" if token else f"{subject}/{requests.status(form)}"
        return Callback(
            callback_key=f"{organization_id}/{kind}/{mark}", organization_id=organization_id, kind=kind, subject=subject, effect=requests.effect(kind, form),
            number=line.number.number, query=request.query, headers=request.kept_headers, body=request.body or b"", traceparent=current_traceparent(),
            received_at=now, happened_at=now, form=form,
        )  # fmt: skip
