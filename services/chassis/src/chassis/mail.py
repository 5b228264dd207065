"""E-mail by SMTP, where the deployment has it (CALLSNARE_SMTP). Never within a transaction."""

from email.message import EmailMessage
from email.utils import formataddr, formatdate, make_msgid
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib

from chassis.log import get_logger
from chassis.metrics import counter
from chassis.settings import Settings

SECONDS: Final = 10.0
IMPLICIT_TLS: Final = 465
SUBMISSION: Final = 587

log = get_logger(__name__)
_sent: Final = counter("mails", "E-mails by how handing them over went", ("result",))


class MailError(Exception):
    """It was not taken; one sentence why. `refused` says whether trying again cannot help."""

    def __init__(self, words: str, *, refused: bool) -> None:
        super().__init__(words)
        self.refused = refused


class Mailer:
    """Hands plain texts over to the mail server. `configured` is False where there is none."""

    def __init__(self, settings: Settings) -> None:
        parts = urlsplit(settings.smtp or "")
        self._host, self._port = parts.hostname, parts.port
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._tls = parts.scheme == "smtps" or parts.port == IMPLICIT_TLS
        named = self._user if self._user and "@" in self._user else None
        self._sender = settings.mail_from or named or f"callsnare@{urlsplit(settings.public_url).hostname}"

    @property
    def configured(self) -> bool:
        return self._host is not None

    async def send(self, *, to: str, subject: str, text: str, sender_name: str = "CallSnare") -> None:
        """Raises MailError; nothing was taken then, as far as the server said."""
        if self._host is None:
            raise MailError("no mail server is set (CALLSNARE_SMTP)", refused=True)
        try:
            await aiosmtplib.send(
                self._message(to, subject, text, sender_name), hostname=self._host, port=self._port or (IMPLICIT_TLS if self._tls else SUBMISSION),
                username=self._user, password=self._password, use_tls=self._tls, start_tls=False if self._tls else None, timeout=SECONDS,
            )  # fmt: skip
        except (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPRecipientsRefused) as error:
            code = _code(error)
            _sent.labels("refused").inc()
            log.warning("mail_refused", error=type(error).__name__, code=code)
            raise MailError("the mail server refused it", refused=code >= 500) from error  # noqa: PLR2004 -- for good, RFC 5321
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            _sent.labels("failed").inc()
            log.warning("mail_failed", error=type(error).__name__)
            raise MailError("the mail server could not be reached", refused=False) from error
        _sent.labels("taken").inc()

    def _message(self, to: str, subject: str, text: str, sender_name: str) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"] = formataddr((sender_name, self._sender)), to
        message["Subject"], message["Date"] = " ".join(subject.split()), formatdate()
        message["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        return message


def _code(error: aiosmtplib.SMTPResponseException | aiosmtplib.SMTPRecipientsRefused) -> int:
    return error.recipients[0].code if isinstance(error, aiosmtplib.SMTPRecipientsRefused) else error.code
