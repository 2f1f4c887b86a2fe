"""What doctor thinks of the GitHub App's webhook and of signing in: pure rules."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.commands.checkup import Finding, Level
from app.core.credentials import AppInUse
from app.render import words
from app.render.escape import plain
from app.render.words import grants as words_grants
from app.settings import Settings

WEBHOOK = "github webhook"
PATH = "/github/webhook"
SETTING = "GITHUB_WEBHOOK_SECRET"
REMEDIES = {
    0: "Check that GitHub can reach PUBLIC_URL: a firewall, a proxy, its TLS certificate.",
    401: "The two webhook secrets differ: set the App's to ours, or ours to the App's.",
    404: f"Set the App's webhook URL to PUBLIC_URL and {PATH}.",
    413: "Let the proxy in front of us take bodies of 25 MB.",
    502: "The proxy in front of us did not reach us: is `flakeguard web` running?",
    503: "We had no webhook secret, or no database, at that time: see the log of `flakeguard web`.",
    504: "We did not answer within ten seconds: see the log of `flakeguard web`.",
}
"""What to do, by the answer that GitHub got."""


@dataclass(frozen=True, slots=True)
class SentFacts:
    """One webhook that GitHub sent, with the answer that it got; 0 for none."""

    guid: str
    event: str
    status: int
    at: datetime

    @property
    def is_well(self) -> bool:
        """Whether it was taken."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class HookFacts:
    """The App's webhook, as GitHub answered for it; `sent` is newest first."""

    url: str
    content_type: str
    sent: Sequence[SentFacts]


def of_webhook(
    settings: Settings, app: AppInUse, last_delivery_at: datetime | None
) -> Iterator[Finding]:
    """Whether GitHub's deliveries can be believed, and whether any came."""
    if app.webhook_secrets:
        whose = f"{SETTING} is" if settings.github_webhook_secret else "A webhook secret is stored"
        end = " set" if settings.github_webhook_secret else ""
        yield Finding(WEBHOOK, Level.OK, f"{whose}{end}; deliveries are checked.")
        if last_delivery_at is not None:
            message = f"The last delivery of those kept came at {words.minute(last_delivery_at)}."
            yield Finding(WEBHOOK, Level.OK, message)
    elif settings.github_polling:
        message = "GITHUB_POLLING is on: once a minute GitHub is asked what is new."
        yield Finding(WEBHOOK, Level.OK, message)
    else:
        yield Finding(
            WEBHOOK,
            Level.FAILED if settings.environment == "production" else Level.WARNING,
            "No webhook secret: POST /github/webhook answers 503 to every delivery.",
            "Open /github/setup, or set GITHUB_WEBHOOK_SECRET to the secret on the App's page.",
        )


def of_accounts(
    lacking: Sequence[tuple[str, Sequence[str]]], suspended: Sequence[str]
) -> Iterator[Finding]:
    """Accounts that installed the App and do not let it do all, as GitHub told last."""
    area = "installations"
    remedy = "Its owners accept under Settings, GitHub Apps, FlakeGuard, Review request."
    for account, names in lacking:
        message = f"{plain(account)} does not grant: {words_grants.named(names)}."
        yield Finding(area, Level.FAILED, message, remedy)
    if suspended:
        yield Finding(area, Level.WARNING, words_grants.suspended(suspended))


def of_hook(facts: HookFacts, public_url: str | None) -> Iterator[Finding]:
    """Whether GitHub's webhooks reach us, by what GitHub says of them."""
    wanted = f"{public_url}{PATH}" if public_url else ""
    if wanted and facts.url.rstrip("/") != wanted:
        message = f"GitHub sends its webhooks to {facts.url or 'nowhere'}, not to {wanted}."
        remedy = "Set the webhook URL on the App's page, or PUBLIC_URL to where we are."
        yield Finding(WEBHOOK, Level.FAILED, message, remedy)
    if facts.content_type != "json":
        message = "GitHub sends its webhooks as a form, which we do not read."
        yield Finding(WEBHOOK, Level.FAILED, message, "Set the content type to application/json.")
    yield from _of_sent(facts.sent)


def _of_sent(sent: Sequence[SentFacts]) -> Iterator[Finding]:
    if not sent:
        message = "GitHub has sent nothing in the last three days."
        remedy = "Install the App on a repository, or push to one that has it."
        yield Finding(WEBHOOK, Level.WARNING, message, remedy)
        return
    newest = {one.guid: one for one in reversed(sent)}  # what was sent again counts once
    failed = [one for one in newest.values() if not one.is_well]
    last = sent[0]
    if not failed:
        told = f"GitHub's last {words.counted(len(newest), 'webhook')} arrived"
        yield Finding(WEBHOOK, Level.OK, f"{told}, the newest at {words.minute(last.at)}.")
        return
    worst = max(failed, key=lambda one: one.at)
    answer = f"{worst.status}" if worst.status else "no answer"
    message = (
        f"{len(failed)} of GitHub's last {words.counted(len(newest), 'webhook')} failed, the "
        f"newest of them ({worst.event}, {words.minute(worst.at)}) with {answer}."
    )
    remedy = REMEDIES.get(worst.status, REMEDIES[0])
    if last.is_well:
        yield Finding(WEBHOOK, Level.WARNING, message, f"{remedy} Later ones arrived.")
    else:
        yield Finding(WEBHOOK, Level.FAILED, message, remedy)


def remedy_for_key(settings: Settings, app: AppInUse) -> str:
    """What to do when GitHub does not take our key."""
    reach = f"and that {settings.github_api_url} can be reached."
    if app.is_stored:
        return (
            "Check that the App still exists and that its private key was not deleted, "
            f"{reach} Another App is set up at /github/setup."
        )
    return (
        "Check that GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY belong to one App of "
        f"{settings.github_server_url}, {reach}"
    )


def of_sign_in(settings: Settings, app: AppInUse) -> Finding:
    """Whether people can sign in through GitHub."""
    if not app.can_sign_in:
        message = "Nobody can sign in through GitHub: only ADMIN_TOKEN and one-time links open us."
        remedy = "Set GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET, both on the App's page."
        return Finding("sign-in", Level.WARNING, message, remedy)
    if settings.public_url is None:
        message = "Signing in through GitHub needs PUBLIC_URL: GitHub sends people back to it."
        return Finding("sign-in", Level.WARNING, message, "Set PUBLIC_URL.")
    return Finding("sign-in", Level.OK, "People can sign in through GitHub.")
