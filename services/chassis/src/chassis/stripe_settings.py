"""What the deployment says about Stripe: `STRIPE_*` in the environment. Nothing set: no organization is metered."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import msgspec

NAMES: Final = ("STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_PRICE", "STRIPE_API_BASE")


class StripeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`api_key` asks Stripe, `webhook_secrets` verify what it tells (several by commas while one is replaced), `price` is what a
    new plan costs, `api_base` its address where it is not the real one.
    """

    api_key: str | None = None
    webhook_secrets: tuple[str, ...] = ()
    price: str | None = None
    api_base: str | None = None

    def __repr__(self) -> str:
        """Keys and secrets stand in no log."""
        return f"StripeSettings(price={self.price!r}, api_base={self.api_base!r})"


def read(environ: Mapping[str, str], *, problems: list[str]) -> StripeSettings | None:
    """None where nothing of it is set. What is wrong is added to `problems`, without its value."""
    given = {name: (environ.get(name) or "").strip() for name in NAMES}
    if not any(given.values()):
        return None
    base = given["STRIPE_API_BASE"]
    if base and (urlsplit(base).scheme not in ("http", "https") or not urlsplit(base).hostname):
        problems.append("STRIPE_API_BASE is not an address like https://api.stripe.com")
    secrets = tuple(each.strip() for each in given["STRIPE_WEBHOOK_SECRET"].split(",") if each.strip())
    return StripeSettings(
        api_key=given["STRIPE_API_KEY"] or None, webhook_secrets=secrets, price=given["STRIPE_PRICE"] or None, api_base=base.rstrip("/") or None
    )  # fmt: skip
