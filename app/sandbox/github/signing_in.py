"""People let the App know them, and people make the App: GitHub's own side of both."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256

from app.core.errors import BadInput, Missing
from app.sandbox.github.conversations import Conversations
from app.sandbox.github.entities import Account, Installation, Repository, Token
from app.sandbox.github.registration import (
    CODE_LIFE,
    MANIFEST_LIFE,
    USER_TOKEN_LIFE,
    Code,
    Manifest,
)
from app.sandbox.github.shapes import people
from app.sandbox.keys import new_key_pair


class Refused(BadInput):
    """What the token endpoint answers with 200 and an `error`; the message is that word."""


class SigningIn(Conversations):
    """Codes, tokens of people, and the App's own making."""

    def authorize(
        self, login: str, *, client_id: str, redirect_uri: str, challenge: str = ""
    ) -> str:
        """Somebody says yes to the App; the code that their browser carries back."""
        with self.lock:
            registration = self.registration
            if client_id != registration.client_id:
                raise Missing("There is no App with this client id.")
            self.check_callback(redirect_uri)
            code = self.new_secret()
            expires_at = self.clock() + CODE_LIFE
            user = self.account(login)
            registration.codes[code] = Code(user, redirect_uri, challenge, expires_at)
            return code

    def check_callback(self, redirect_uri: str) -> None:
        """BadInput unless the App is registered with this address to send people back to."""
        allowed = self.registration.callback_urls
        if allowed and redirect_uri not in allowed:
            raise BadInput("The redirect_uri is not associated with this application.")

    def exchange(self, given: Mapping[str, str]) -> dict[str, object]:
        """A token for a code or a refresh token, each of which works once."""
        with self.lock:
            registration = self.registration
            right = (registration.client_id, registration.client_secret)
            if (given.get("client_id"), given.get("client_secret")) != right:
                raise Refused("incorrect_client_credentials")
            if given.get("grant_type") == "refresh_token":
                user = registration.refresh_tokens.pop(given.get("refresh_token", ""), None)
                if user is None:
                    raise Refused("bad_refresh_token")
                return self._issue(user)
            code = registration.codes.pop(given.get("code", ""), None)
            if code is None or code.expires_at <= self.clock():
                raise Refused("bad_verification_code")
            if given.get("redirect_uri", code.redirect_uri) != code.redirect_uri:
                raise Refused("redirect_uri_mismatch")
            if code.challenge and not _fits(given.get("code_verifier", ""), code.challenge):
                raise Refused("bad_verification_code")
            return self._issue(code.user)

    def _issue(self, user: Account) -> dict[str, object]:
        token, refresh = f"ghu_{self.new_secret()}", f"ghr_{self.new_secret()}"
        self.tokens[token] = Token(token, self.clock() + USER_TOKEN_LIFE, user=user)
        self.registration.refresh_tokens[refresh] = user
        return {
            "access_token": token,
            "expires_in": int(USER_TOKEN_LIFE.total_seconds()),
            "refresh_token": refresh,
            "refresh_token_expires_in": 15_897_600,
            "scope": "",
            "token_type": "bearer",
        }

    def revoke_authorization(self, login: str) -> None:
        """Somebody takes their yes back: their tokens end, and the App hears of it."""
        with self.lock:
            user = self.account(login)
            for value, token in list(self.tokens.items()):
                if token.user is user:
                    del self.tokens[value]
            kept = self.registration.refresh_tokens
            for value, whose in list(kept.items()):
                if whose is user:
                    del kept[value]
            payload = {"action": "revoked", "sender": people.account(self, user)}
        self.hooks.send("github_app_authorization", payload, installation_id=None)

    def explicit_repositories(self, installation: Installation, login: str) -> list[Repository]:
        """The repositories of an installation that somebody was given, or owns."""
        return [
            repo
            for repo in self.installation_repositories(installation)
            if self.is_given(repo, login)
        ]

    def is_given(self, repo: Repository, login: str) -> bool:
        """Whether somebody was given a repository: that it is public does not count."""
        named = {known.lower(): role for known, role in repo.roles.items()}
        is_owner = repo.owner.login.lower() == login.lower()
        return is_owner or named.get(login.lower(), "none") != "none"

    def propose_app(self, fields: Mapping[str, object], *, owner: str | None = None) -> str:
        """Somebody sent a manifest and pressed the button; the code that makes the App."""
        for name in ("name", "url", "hook_attributes", "redirect_url"):
            if not fields.get(name):
                raise BadInput(f"The manifest lacks {name}.")
        with self.lock:
            code = self.new_secret()
            who = self.account(owner, kind="Organization") if owner else self.app_owner
            expires_at = self.clock() + MANIFEST_LIFE
            self.registration.manifests[code] = Manifest(fields, who, expires_at)
            return code

    def install_on(self, account: str) -> Installation:
        """Somebody installs the App on every repository of an account; the webhook names them."""
        with self.lock:
            owned = [
                repo
                for repo in self.repositories.values()
                if repo.owner.login.lower() == account.lower()
            ]
            if not owned:
                raise Missing(f"{account!r} has no repository.")
        return self.add_installation(account, kind=owned[0].owner.kind, repositories=owned)

    def make_app(self, code: str) -> dict[str, object]:
        """The App that a code stands for, with all its secrets; it is this world's App now."""
        with self.lock:
            made = self.registration.manifests.pop(code, None)
            if made is None or made.expires_at <= self.clock():
                raise Missing("No manifest waits under this code.")
            pair = new_key_pair()
            fields, registration = made.fields, self.registration
            hook = fields["hook_attributes"]
            assert isinstance(hook, dict)
            self.app_id = self.new_id()
            self.app_slug = str(fields["name"]).lower().replace(" ", "-")
            self.app_public_key = pair.public
            self.app_owner = made.owner
            self.bot = self.account(f"{self.app_slug}[bot]", kind="Bot")
            self.hooks.app_id, self.hooks.secret = self.app_id, self.new_secret()
            self.hooks.url = str(hook.get("url"))
            registration.name = str(fields["name"])
            registration.client_id = f"Iv23{self.new_secret()[:16]}"
            registration.client_secret = self.new_secret()
            callbacks = fields.get("callback_urls")
            registration.callback_urls = tuple(callbacks) if isinstance(callbacks, list) else ()
            registration.setup_url = str(fields.get("setup_url") or "")
            return people.app(self) | {
                "client_id": registration.client_id,
                "client_secret": registration.client_secret,
                "webhook_secret": self.hooks.secret,
                "pem": pair.private,
                "permissions": fields.get("default_permissions", {}),
                "events": fields.get("default_events", []),
            }


def _fits(verifier: str, challenge: str) -> bool:
    made = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
    return hmac.compare_digest(made, challenge)
