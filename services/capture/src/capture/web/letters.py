"""Words of the e-mails that capture sends."""


def new_password(link: str) -> tuple[str, str]:
    """Subject and text."""
    return (
        "Set a new CallSnare password",
        (
            "Somebody, probably you, asked for a new password for this address.\n\n"
            f"Set it here within a day:\n{link}\n\n"
            "The link works once. If you did not ask, leave it: your password stays as it is.\n"
        ),
    )


def new_email(*, shop: str, link: str) -> tuple[str, str]:
    """Subject and text, for the address that is to be confirmed."""
    return (
        "Confirm your new e-mail address for CallSnare",
        (
            f"Somebody, probably you, wants to sign in to {shop} on CallSnare with this address.\n\n"
            f"Confirm it here within a day:\n{link}\n\n"
            "The link works once. If you did not ask, leave it: nothing changes.\n"
        ),
    )


def email_changed(*, shop: str, now_at: str) -> tuple[str, str]:
    """Subject and text, for the address that was used before."""
    return (
        "Your CallSnare e-mail address was changed",
        (
            f"You sign in to {shop} on CallSnare with {now_at} from now on, and no longer with this address.\n\n"
            "If that was not you, tell an owner of the shop at once: they can sign you out everywhere and make you a link for a new password.\n"
        ),
    )


def invitation(*, shop: str, by: str, link: str) -> tuple[str, str]:
    """Subject and text."""
    return (
        f"{by} invites you to {shop} on CallSnare",
        (
            f"{by} invites you to the inbox of {shop}: missed calls, texts and visits in one place.\n\n"
            f"Choose a password within a week:\n{link}\n\n"
            "The link works once, for this address.\n"
        ),
    )
