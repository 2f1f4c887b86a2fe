"""What time it is, for the shop and for the machine."""

import time
from datetime import UTC, date, datetime, timedelta, timezone

SHOP_ZONE = timezone(timedelta(hours=2), "shop")  # where the shop stands


def now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


def shop_day() -> date:
    """The day on the shop's wall calendar."""
    return now().astimezone(SHOP_ZONE).date()
