"""Everything that tells the office, put together: what hears of needs, what tells members, what sends e-mails."""

from collections.abc import Sequence
from typing import Final

from chassis.clock import Clock
from chassis.database import Database
from chassis.doorbell import Doorbell
from chassis.loops import Loop
from chassis.mail import Mailer
from chassis.organizations import Organizations
from chassis.settings import Settings
from messaging.app.alert_office import AlertOffice
from messaging.app.note_needs import NoteNeeds
from messaging.app.send_mails import SendMails
from messaging.app.text_alert_code import TextAlertCode
from messaging.app.write_notices import WriteNotices

EVERY_SECONDS: Final = 2.0


class Alerts:
    """`text_bell` wakes the sender of texts."""

    def __init__(
        self, *, settings: Settings, database: Database, organizations: Organizations, text_bell: Doorbell, clock: Clock
    ) -> None:
        mailer = Mailer(settings)
        self._bell = Doorbell(channel="alerts", pool=database.work_pool)
        self._mail_bell = Doorbell(channel="mails", pool=database.work_pool)
        write = WriteNotices(
            keys=settings.keys, public_url=settings.public_url, mails=mailer.configured, text_bell=text_bell, mail_bell=self._mail_bell
        )  # fmt: skip
        self.note = NoteNeeds(bell=self._bell)
        self.tell = AlertOffice(database=database, organizations=organizations, write=write, clock=clock)
        self.send_mails = SendMails(database=database, mailer=mailer, clock=clock)
        self.text_code = TextAlertCode(organizations=organizations, keys=settings.keys, bell=text_bell, clock=clock)

    @property
    def bells(self) -> Sequence[Doorbell]:
        """For the listener: another process may have noted what this one tells."""
        return [self._bell, self._mail_bell]

    @property
    def loops(self) -> Sequence[Loop]:
        return [
            Loop("alert", self.tell, bell=self._bell, idle_seconds=EVERY_SECONDS),
            Loop("mail", self.send_mails, bell=self._mail_bell, idle_seconds=EVERY_SECONDS),
        ]
