"""Slack behind the port Chat, by slack_sdk, without its retries: a post must never be doubled."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from http.client import HTTPException
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.webhook import WebhookClient, WebhookResponse

from app import __version__
from app.clock import Clock, utc_now
from app.core.errors import BadInput, Missing, RateLimited
from app.core.hours import zone_named
from app.core.publishing import Picture
from app.core.tracing import request_id
from app.ports import ChatMessage, ChatPerson
from bots.slack import files
from bots.slack.content import content_of, handle_in, shortened
from bots.slack.failures import (
    SERVER_ERROR,
    TOO_MANY,
    TooLong,
    failure_of,
    unavailable,
    wait_of,
)

API_URL = "https://slack.com/api/"
TIMEOUT = 10  # seconds
PER_PAGE = 100
CHANNELS_A_PAGE = 999
MOST_PAGES = 10  # messages older than these are not looked for
ANSWER_HOSTS = ("slack.com", "slack-gov.com")
OK = 200
GONE = 404

NETWORK_ERRORS = (OSError, HTTPException, SlackClientError, ValueError, AttributeError)
"""What slack_sdk lets through when no readable answer came; the last for JSON of another shape."""


class SlackChat:
    """One workspace. Raises Missing, RateLimited and Unavailable."""

    def __init__(
        self,
        token: str,
        *,
        api_url: str = API_URL,
        timeout: int = TIMEOUT,
        clock: Clock = utc_now,
    ) -> None:
        self.api_url = api_url
        self.timeout = timeout
        self.clock = clock
        self.client = WebClient(
            token,
            base_url=api_url,
            timeout=timeout,
            user_agent_prefix=f"flakeguard/{__version__}",
            retry_handlers=[],
        )
        self._bot_id: str | None = None
        if is_loopback(api_url):
            self.client.proxy = None  # slack_sdk sends even these through the environment's proxy

    def for_team(self, team_id: str | None) -> "SlackChat":
        """This one, whatever is asked for."""
        return self

    def reaches(self, channel: str) -> bool:
        """Whether anything may be said in this channel."""
        return True

    def take_turn(self, channel: str, *, is_urgent: bool = False) -> None:
        """Slack itself says when it is too early."""

    def post(self, channel: str, message: ChatMessage, *, thread: str | None = None) -> str:
        """Post a message, in a thread when one is named; its ts."""
        place: dict[str, object] = {"thread_ts": thread} if thread else {}
        if thread and message.is_loud:
            place["reply_broadcast"] = True
        body = {"channel": channel, "unfurl_links": False, "unfurl_media": False, **place}
        return str(self._say("chat.postMessage", body, message)["ts"])

    def update(self, channel: str, ts: str, message: ChatMessage) -> None:
        """Make an existing message say this; Missing when it was deleted."""
        self._say("chat.update", {"channel": channel, "ts": ts}, message)

    def find(self, channel: str, handle: str, *, thread: str | None = None) -> str | None:
        """The newest message of ours with this handle; None when there is none.

        Looks through the newest messages of the channel, or through one thread.
        """
        found = None
        author = self.bot_id()
        for message in self.messages(channel, thread):
            if message.get("bot_id") == author and handle_in(message) == handle:
                found = max(found or "", str(message.get("ts", "")))
        return found

    def upload(self, channel: str, picture: Picture) -> str:
        """Upload a picture, to be shown by its id a moment later."""
        return files.upload(
            self.call,
            picture,
            is_slacks=self.may_answer,
            timeout=self.timeout,
            by_proxy=not is_loopback(self.api_url),
        )

    def answer(
        self,
        response_url: str,
        text: str,
        *,
        blocks: Sequence[Mapping[str, object]] = (),
        to_all: bool = False,
    ) -> None:
        """Tell the person who clicked, and nobody else; Missing when it is too late for that."""
        if not self.may_answer(response_url):
            raise BadInput("The address to answer to is not Slack's; the answer was not sent.")
        webhook = WebhookClient(response_url, timeout=self.timeout, retry_handlers=[])
        if is_loopback(response_url):
            webhook.proxy = None
        try:
            answer = webhook.send(
                text=text,
                blocks=[dict(block) for block in blocks] or None,
                response_type="in_channel" if to_all else "ephemeral",
                replace_original=False,
                unfurl_links=False,
                headers=tracing(),
            )
        except NETWORK_ERRORS as error:
            raise unreachable("response_url", error) from error
        self.check_answer(answer)

    def whisper(
        self, channel: str, user: str, text: str, *, blocks: Sequence[Mapping[str, object]] = ()
    ) -> None:
        """Tell one person in a channel something, and nobody else."""
        body = {"channel": channel, "user": user, "text": text, "blocks": list(blocks)}
        self.call("chat.postEphemeral", json=body)

    def unfold(
        self, channel: str, ts: str, shown: Mapping[str, Sequence[Mapping[str, object]]]
    ) -> None:
        """Show below a message what the links in it lead to, as blocks by address."""
        unfurls = {url: {"blocks": list(blocks)} for url, blocks in shown.items()}
        self.call("chat.unfurl", json={"channel": channel, "ts": ts, "unfurls": unfurls})

    def open_window(self, trigger_id: str, window: Mapping[str, object]) -> str:
        """Open a window for whoever clicked within the last 3 s; its id. Missing when too late."""
        answer = self.call("views.open", json={"trigger_id": trigger_id, "view": window})
        return str((answer.get("view") or {}).get("id") or "")

    def change_window(self, window_id: str, window: Mapping[str, object]) -> None:
        """Show something else in an open window; Missing when it was closed."""
        self.call("views.update", json={"view_id": window_id, "view": window})

    def show_home(self, user: str, home: Mapping[str, object]) -> None:
        """Show this on somebody's own page of ours; Missing where the workspace has none such."""
        self.call("views.publish", json={"user_id": user, "view": home})

    def talk(self, user: str) -> str:
        """The conversation with one person alone; Missing where the workspace has none such."""
        answer = self.call("conversations.open", json={"users": user})
        return str((answer.get("channel") or {}).get("id") or "")

    def channels_named(self, names: Collection[str]) -> dict[str, str]:
        """Of these, by `#name` or id, the ids of the channels that we are in."""
        found: dict[str, str] = {}
        asked: dict[str, Any] = {
            "types": "public_channel,private_channel",
            "exclude_archived": "true",
            "limit": CHANNELS_A_PAGE,
        }
        for _ in range(MOST_PAGES):
            answer = self.call("conversations.list", params=asked)
            for one in answer.get("channels") or ():
                told = {f"#{one.get('name')}", str(one.get("name")), str(one.get("id"))}
                if one.get("is_member"):
                    found |= dict.fromkeys(told.intersection(names), str(one.get("id")))
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor or len(found) == len(set(names)):
                break
            asked = {**asked, "cursor": cursor}
        return found

    def who(self, user: str) -> ChatPerson:
        """Somebody by their id, and the name of the workspace."""
        found = self.call("users.info", params={"user": user}).get("user") or {}
        profile = found.get("profile") or {}
        names = (profile.get("display_name"), found.get("real_name"), found.get("name"), user)
        workspace = str(self.call("auth.test").get("team") or "")
        name = next(str(name) for name in names if name)
        return ChatPerson(name, workspace, zone_named(str(found.get("tz") or "")))

    def bot_id(self) -> str:
        """The id under which our messages stand; asked once."""
        if self._bot_id is None:
            self._bot_id = str(self.call("auth.test").get("bot_id") or "")
        return self._bot_id

    def call(self, method: str, **asked: Any) -> Mapping[str, Any]:  # noqa: ANN401 -- it is JSON
        """What a method of the Web API answers."""
        try:
            answer = self.client.api_call(method, headers=tracing(), **asked)
        except SlackApiError as error:
            raise failure_of(error, method, now=self.clock()) from error
        except NETWORK_ERRORS as error:
            raise unreachable(method, error) from error
        return answer.data if isinstance(answer.data, dict) else {}

    def _say(
        self, method: str, body: Mapping[str, object], message: ChatMessage
    ) -> Mapping[str, Any]:
        """Say a message; shortly, where it is too long for Slack."""
        try:
            return self.call(method, json={**body, **content_of(message)})
        except TooLong:
            return self.call(method, json={**body, **content_of(shortened(message))})

    def messages(self, channel: str, thread: str | None) -> Iterator[Mapping[str, Any]]:
        """The newest messages of a channel, or those of a thread, with their metadata."""
        method = "conversations.replies" if thread else "conversations.history"
        asked: dict[str, Any] = {"channel": channel, "limit": PER_PAGE, "include_all_metadata": 1}
        if thread:
            asked["ts"] = thread
        for _ in range(MOST_PAGES):
            answer = self.call(method, params=asked)
            yield from answer.get("messages") or ()
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return
            asked = {**asked, "cursor": cursor}

    def may_answer(self, response_url: str) -> bool:
        """Whether this address is Slack's, or the stand-in's that we were set up with.

        It came in a request, and must not lead us into somebody's network.
        """
        try:
            given, api = urlsplit(response_url), urlsplit(self.api_url)
        except ValueError:
            return False
        if (given.scheme, given.netloc) == (api.scheme, api.netloc):
            return True
        host = given.hostname or ""
        is_slack = any(host == one or host.endswith(f".{one}") for one in ANSWER_HOSTS)
        return given.scheme == "https" and given.netloc == host and is_slack

    def check_answer(self, answer: WebhookResponse) -> None:
        """Raise what a refused answer means."""
        status = answer.status_code
        if status == OK:
            return
        if status == TOO_MANY:
            until = self.clock() + wait_of(answer.headers)
            raise RateLimited("Slack limits how often we may answer.", until=until)
        if status == GONE:
            raise Missing("It is too late to answer this click: Slack takes answers for 30 min.")
        message = f"Slack answered response_url with {status}."
        raise unavailable(message, permanent=status < SERVER_ERROR)


def tracing() -> dict[str, str]:
    """The id of the request that caused this one, passed on."""
    current = request_id.get()
    return {"X-Request-Id": current} if current else {}


def unreachable(method: str, error: Exception) -> Exception:
    """The error when no readable answer came."""
    if isinstance(error, TimeoutError) or isinstance(getattr(error, "reason", None), TimeoutError):
        return unavailable(f"Slack did not answer {method} in time.")
    return unavailable(f"Slack could not be reached for {method}: {type(error).__name__}.")


def is_loopback(url: str) -> bool:
    """Whether this address is on this machine, where no proxy should stand between."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
