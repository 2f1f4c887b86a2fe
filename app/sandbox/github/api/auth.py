"""Who may call what: the App's JWT, installation tokens, users' tokens."""

from http import HTTPStatus

import jwt

from app.sandbox.github.api.call import ApiError, Caller, Operation, forbidden
from app.sandbox.github.entities import Token
from app.sandbox.github.world import GitHubWorld

LONGEST_JWT = 600  # seconds that an App's JWT may live
CLOCK_SKEW = 60  # seconds that a JWT's issue may lie ahead
RANKS = {"read": 1, "write": 2, "admin": 3}


def unauthorized(message: str = "Bad credentials") -> ApiError:
    """We do not know who asks."""
    return ApiError(HTTPStatus.UNAUTHORIZED, message)


def bearer(authorization: str) -> str:
    """The credential in an Authorization header; GitHub takes `Bearer` and `token`."""
    scheme, _, credential = authorization.partition(" ")
    if scheme.lower() not in {"bearer", "token"} or not credential.strip():
        raise unauthorized("Requires authentication")
    return credential.strip()


def caller_of(github: GitHubWorld, authorization: str, operation: Operation) -> Caller:
    """Who calls, if they may do this kind of thing at all."""
    if operation.needs == "nobody":
        return Caller()
    credential = bearer(authorization)
    if operation.needs == "app":
        check_jwt(github, credential)
        return Caller()
    if credential.count(".") == 2:  # a JWT where a token is wanted
        check_jwt(github, credential)
        raise forbidden()
    token = live_token(github, credential)
    check_permission(token, operation)
    return Caller(token)


def check_jwt(github: GitHubWorld, credential: str) -> None:
    """The App's JWT: RS256, issued by the App, living at most ten minutes."""
    now = github.clock().timestamp()
    try:
        claims = jwt.decode(
            credential,
            github.app_public_key,
            algorithms=["RS256"],
            # Times are compared with the sandbox's own clock below; `iss` may be a number.
            options={"verify_exp": False, "verify_iat": False, "verify_iss": False},
        )
    except jwt.PyJWTError:
        raise unauthorized("A JSON web token could not be decoded") from None
    issued, expires = claims.get("iat"), claims.get("exp")
    if not isinstance(expires, int | float):
        raise unauthorized(
            "'Expiration time' claim ('exp') must be a numeric value representing the future time "
            "at which the assertion expires"
        )
    if not isinstance(issued, int | float) or issued > now + CLOCK_SKEW:
        raise unauthorized(
            "'Issued at' claim ('iat') must be an Integer representing the time that the "
            "assertion was issued"
        )
    if expires <= now:
        raise unauthorized("'Expiration time' claim ('exp') must be in the future")
    if expires > now + LONGEST_JWT + CLOCK_SKEW or expires - issued > LONGEST_JWT + CLOCK_SKEW:
        raise unauthorized("'Expiration time' claim ('exp') is too far in the future")
    if str(claims.get("iss")) not in {str(github.app_id), github.registration.client_id}:
        raise ApiError(HTTPStatus.NOT_FOUND, "Integration not found")


def live_token(github: GitHubWorld, credential: str) -> Token:
    """The token of that value, if it has not ended."""
    with github.lock:
        token = github.tokens.get(credential)
    if token is None or (token.expires_at is not None and token.expires_at <= github.clock()):
        raise unauthorized()
    installation = token.installation
    if installation is not None and installation.suspended_at is not None:
        raise forbidden("This installation has been suspended")
    return token


def check_permission(token: Token, operation: Operation) -> None:
    """An installation's token needs the operation's permission; what a user may is in the work."""
    if operation.needs == "token":
        return
    if operation.needs == "user":
        if token.user is None:
            raise forbidden()
        return
    if operation.needs == "checks:write" and token.user is not None:
        raise forbidden("You must authenticate via a GitHub App.")
    if token.user is not None:
        return
    # Several permissions may do, "issues|pull_requests:write": a comment needs either.
    scopes, _, level = operation.needs.partition(":")
    granted = [token.permissions.get(scope, "") for scope in scopes.split("|")]
    if not any(RANKS.get(rank, 0) >= RANKS[level] for rank in granted):
        raise ApiError(
            HTTPStatus.FORBIDDEN,
            "Resource not accessible by integration",
            headers={"X-Accepted-GitHub-Permissions": operation.needs.replace(":", "=")},
        )
