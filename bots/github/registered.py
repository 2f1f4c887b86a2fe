"""Our App, and what people may do, as GitHub tells it."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.ports import Permission

PERMISSIONS = {
    "read": Permission.READ,
    "write": Permission.WRITE,
    "admin": Permission.ADMIN,
}
"""GitHub folds triage into read and maintain into write here."""


@dataclass(frozen=True, slots=True)
class AppRegistration:
    """Our App as GitHub knows it."""

    id: int
    slug: str
    name: str
    permissions: Mapping[str, str]  # like checks: write
    events: tuple[str, ...]
    url: str
