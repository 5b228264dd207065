"""What every service stands on: settings, log, database, outbox, relay, inbox, consumer, HTTP.

Zone data comes from the pinned `tzdata` package, never from the machine.
"""

import zoneinfo

zoneinfo.reset_tzpath(to=())
