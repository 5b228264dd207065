"""Stripe is told of by four variables, or not at all; what is secret stands in no message."""

from chassis.stripe_settings import StripeSettings, read


def test_nothing_set_is_no_billing() -> None:
    assert read({"STRIPE_API_KEY": " "}, problems=[]) is None


def test_two_secrets_are_good_while_one_is_replaced() -> None:
    told = read({"STRIPE_WEBHOOK_SECRET": "whsec_a, whsec_b", "STRIPE_API_BASE": "http://127.0.0.1:9/"}, problems=[])
    assert told == StripeSettings(webhook_secrets=("whsec_a", "whsec_b"), api_base="http://127.0.0.1:9")


def test_a_wrong_address_is_named_and_no_secret_is_shown() -> None:
    problems: list[str] = []
    told = read(
        {"STRIPE_API_KEY": "sk_live_1", "STRIPE_WEBHOOK_SECRET": "whsec_a", "STRIPE_API_BASE": "nowhere"},
        problems=problems,
    )
    assert problems == ["STRIPE_API_BASE is not an address like https://api.stripe.com"]
    assert "sk_live_1" not in repr(told)
    assert "whsec_a" not in repr(told)
