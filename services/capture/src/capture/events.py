"""Topic to use case, nothing else."""

from capture.app.credit_invoice import OweCredits
from capture.app.hear_setup import hear_setup
from chassis.consumer import Subscription
from contracts.topics import GUARANTEE, SETUP


def subscriptions(*, owe: OweCredits) -> list[Subscription]:
    """Capture owns the organizations, so no event waits for a snapshot."""
    return [
        Subscription(topic=GUARANTEE, name="guarantee", handle=owe, may_wait=True, needs_organization=False),
        Subscription(topic=SETUP, name="setup", handle=hear_setup, may_wait=True, needs_organization=False),
    ]
