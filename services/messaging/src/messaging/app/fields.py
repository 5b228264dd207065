"""What the fields of a template stand for."""

from contracts.organizations import OrganizationChanged
from messaging.app.phone import as_people_write
from messaging.domain.names import first_name


def fields_of(organization: OrganizationChanged, *, line: str | None, name: str | None) -> dict[str, str]:
    """`line` is the tracked number in use, `name` the homeowner's; what is not known is empty."""
    phone = organization.office_line or line
    return {
        "shop": organization.name,
        "phone": as_people_write(phone) if phone else "",
        "first_name": first_name(name),
    }
