"""What only GitHub's REST answers hold, read as payloads are."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from bots.github.payloads import AccountPart, Id, Payload, Sha, Small, Text, or_empty


class CommentPart(Payload):
    """A comment on an issue or pull request."""

    id: Id
    user: AccountPart | None = None
    body: Annotated[Text, BeforeValidator(or_empty)] = ""


class IssuePart(Payload):
    """An issue; a pull request is listed as one too."""

    number: Small
    user: AccountPart | None = None
    body: Annotated[Text, BeforeValidator(or_empty)] = ""
    state: str = "open"
    html_url: Text = ""


class UserIdPart(Payload):
    """Whoever has a login now."""

    id: Id


class PermissionPart(Payload):
    """What a person may do in a repository: admin, write, read or none."""

    permission: Text
    user: UserIdPart | None = None


class MembershipPart(Payload):
    """Somebody's place in a team: active or pending."""

    state: Text


class ContentsPart(Payload):
    """A file of a repository; above 1 MB without its contents."""

    sha: Sha
    size: Annotated[int, Field(ge=0)]
    encoding: str = ""  # base64, or none
    content: str = ""


class BlobPart(Payload):
    """A file's contents by their SHA."""

    content: str


class AppRegistrationPart(Payload):
    """Our App."""

    id: Id
    slug: Text
    name: Text = ""
    permissions: dict[str, str] = Field(default_factory=dict)
    events: tuple[str, ...] = ()
    html_url: Text = ""
