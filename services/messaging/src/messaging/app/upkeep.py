"""Loops that keep things true while nobody asks. Whoever lands one adds it here."""

from chassis.clock import Clock
from chassis.database import Database
from chassis.loops import Loop
from chassis.organizations import Organizations
from chassis.outbound import OutboundClient
from chassis.runner import Component
from chassis.settings import Settings
from messaging.app.ask_carriers import AskCarriers
from messaging.app.ask_delivery import AskDelivery
from messaging.app.close_silent_leads import CloseSilentLeads
from messaging.app.fetch_media import FetchMedia
from messaging.app.fold_inbox import FoldInbox
from messaging.app.heard import Heard
from messaging.app.review_drafts import ReviewDrafts
from messaging.app.sending import Sender
from messaging.app.settle_lost_answers import SettleLostAnswers
from messaging.app.share_pace import SharePace
from messaging.gateway.accounts import Accounts
from messaging.gateway.files import Files


def upkeep(
    *,
    settings: Settings,
    database: Database,
    organizations: Organizations,
    heard: Heard,
    sender: Sender,
    accounts: Accounts,
    clock: Clock,
    fold: FoldInbox,
) -> list[Component]:
    """In the order in which they start."""
    carriers, client = accounts.of, OutboundClient(provider_hosts=settings.provider_hosts)
    drafts = ReviewDrafts(database=database, organizations=organizations, heard=heard, clock=clock)
    return [
        client,
        SharePace(database=database, lanes=sender.lanes, name=settings.instance, clock=clock),
        Loop("send", sender.step, bell=sender.bell),
        Loop("settle", SettleLostAnswers(database=database, sender=sender, carriers=carriers, clock=clock)),
        Loop("ask carriers", AskCarriers(sender=sender, carriers=carriers, clock=clock)),
        Loop(
            "deliveries",
            AskDelivery(database=database, organizations=organizations, carriers=carriers, clock=clock),
            idle_seconds=5,
        ),
        Loop("fold", fold, bell=fold.bell, idle_seconds=0.2, rest_seconds=0.2),
        Loop("drafts", drafts, idle_seconds=5),
        Loop("fetch media", FetchMedia(database=database, client=client, files=Files(accounts), clock=clock)),
        Loop("close", CloseSilentLeads(database=database, organizations=organizations, clock=clock), idle_seconds=60),
    ]
