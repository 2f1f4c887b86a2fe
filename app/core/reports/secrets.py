"""What secrets look like in a text: tokens of known services, and values beside telling names.

Each pattern takes time linear in the text, whatever it holds: what is repeated is bounded or
never given back.
"""

import re

TOKENS = re.compile(
    r"""
    gh[pousr]_[A-Za-z0-9_]{20,}(?:\.[A-Za-z0-9_-]{8,}){0,2}  # GitHub; newer ones hold a JWT
  | github_pat_[A-Za-z0-9_]{20,}
  | fgt_n?[0-9a-f]{1,16}_[A-Za-z0-9_-]{40,}  # ours
  | gl(?:pat|ptt|rt|dt|cbt|ft|soat|agent|imt)-[A-Za-z0-9_.-]{15,}[A-Za-z0-9_-]  # GitLab
  | (?:(?:xoxe\.)?xox[a-eprs]|xapp)-[A-Za-z0-9%-]{10,}  # Slack
  | https://hooks\.slack\.com/[A-Za-z0-9/_-]+
  | (?:\b|(?<=\\[nrt]))(?:                  # a written-out line end is no part of a word
      (?:AKIA|ASIA)[A-Z0-9]{16}\b           # Amazon
    | AIza[A-Za-z0-9_-]{30,}                # Google
    | ya29\.[A-Za-z0-9_-]{20,}
    | [rs]k_(?:live|test)_[A-Za-z0-9]{16,}  # Stripe
    | sk-(?=[A-Za-z_-]{0,100}[0-9])[A-Za-z0-9_-]{20,}  # OpenAI and others; no class of a page
    | npm_[A-Za-z0-9]{30,}
    | pypi-[A-Za-z0-9_-]{30,}
    | SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}  # SendGrid
    | dop_v1_[a-f0-9]{40,}
    | hf_[A-Za-z0-9]{30,}                   # Hugging Face
    | dckr_pat_[A-Za-z0-9_-]{20,}
    | hv[bs]\.[A-Za-z0-9_-]{20,}            # Vault
    | ATATT3[A-Za-z0-9_=-]{20,}             # Atlassian
    | AGE-SECRET-KEY-1[A-Z0-9]{50,}
    | rubygems_[a-f0-9]{40,}
    | shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}    # Shopify
    | eyJ[A-Za-z0-9_-]{8,4000}+\.[A-Za-z0-9_-]{8,}+(?:\.[A-Za-z0-9_-]*+)?  # JSON web token
    )
    """,
    re.VERBOSE,
)
PEM = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----(?! \*\*\*).*?"
    r"(?:-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----|\Z)",
    re.DOTALL,
)
# A password may hold an @ itself; the last one before the path ends it.
URL_LOGIN = re.compile(r"(\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s/:@'\"]{0,200}):[^\s/'\"]{1,500}@")
URL_TOKEN = re.compile(r"(://)(?=[A-Za-z_.~-]{0,100}[0-9])[A-Za-z0-9_.~-]{20,250}@")

# What follows looks at the text in small letters, and masks what it calls `value`.
_SCHEMES = (
    "bearer|basic|token|digest|negotiate|ntlm|hawk|oauth|apikey|api-key|key|bot|splunk|ssws|mac"
    r"|hmac|aws4-hmac-sha256|[a-z-]{2,30}(?=[ \t]+(?:\*\*\*|[a-z._~+/=:-]{0,80}[0-9]))"
)
_PARAMETER = r"[a-z0-9_-]{1,40}=(?:\"[^\"\r\n]{0,1000}\"|[^\s,;'\"]{0,1000})"
_HEADER = re.compile(
    r"\b(?:authorization|proxy-authorization|(?:x-)?api-?key|x-auth-token"
    r"|private-token|x-vault-token|x-goog-api-key|ocp-apim-subscription-key)"
    rf"\\?['\"]?\s*[:=]\s*\\?['\"]?\[?(?:(?:{_SCHEMES})[ \t]+)?"
    rf"(?P<value>(?:{_PARAMETER}|[^\s'\";,\\\]&)}}]+)(?:[,;][ \t]*{_PARAMETER})*)"
)
_COOKIE = re.compile(
    r"\b(?:cookie|set-cookie)['\"]?\s*[:=]\s*['\"]?(?P<value>[^\s'\";]+(?:;[^\r\n'\"]*)?)"
)
_BEARER = re.compile(r"\bbearer\s+(?P<value>[a-z0-9._~+/=-]{12,})")
_IS = r"(?:[ \t]{0,4}=>[ \t]{0,4}|[ \t]?[!=]?=={0,2}[ \t]?|:[ \t]{0,4})"  # between name and value
_QUOTED = (
    r"\"(?P<value>(?:[^\"\\\r\n]|\\.)++)"
    r"|'(?P<single>(?:[^'\\\r\n]|\\.)++)"
    r"|\\{1,3}['\"](?P<escaped>[^'\"\\\r\n]+)"  # JSON written into a string
)
_NAMED = re.compile(
    r"(?:passw(?:or)?d|passphrase|secret|credentials?"
    r"|pwd(?!\\?['\"]?\s?[:=]\s?\\?['\"]?(?:/|[a-z]:[\\/]))"  # also the working directory
    r"|(?:api|access|private|account|signing|encryption|master|subscription)[_-]?key"
    r"|(?:auth|access|refresh|session|id|bot|api|bearer|csrf)[_-]?token)"
    rf"[a-z0-9_-]{{0,20}}\\{{0,3}}['\"]?{_IS}"
    rf"(?:{_QUOTED}|(?P<bare>[^\s'\",;&)}}\]]+))"
)
_LONG = r"(?=[a-z_.~+/=%-]{0,100}[0-9])(?=[0-9_.~+/=%-]{0,100}[a-z])[a-z0-9_.~+/=%-]{12,}"
_TOKEN = re.compile(rf"token\\{{0,3}}['\"]?{_IS}\\{{0,3}}['\"]?(?P<value>{_LONG})")
_QUERY = re.compile(
    r"[?&](?:[a-z0-9-]{0,20}signature|sig|token|code|key)=(?P<value>[^\s&'\"#]{16,})"
)
_PASS = re.compile(
    r"(?:db|user|admin|root|smtp|ftp|mail|ssh|redis|mysql|postgres|pg|proxy|auth)_?pass"
    r"['\"]?=['\"]?(?P<value>[^\s'\",;&]+)"
)
_OPTION = re.compile(
    r"--[a-z-]{0,30}(?:password|passwd|secret|token|api-key)[ \t]+['\"]?"
    r"(?P<value>[^\s'\"-][^\s'\"]*)"
)
_CURL = re.compile(
    r"\bcurl\b[^\r\n]{0,200}?[ \t](?:-u|--user)[ \t]+['\"]?[^\s:'\"]{1,100}:"
    r"(?P<value>[^\s'\"]+)"
)
_ELEMENT = re.compile(
    r"<[a-z0-9:_.-]{0,40}(?:password|passwd|secret|token|apikey|api_key)>"
    r"(?P<value>[^<\s][^<\r\n]{0,500})</"
)
NAMED: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = (
    (("authorization", "key", "x-auth", "-token"), _HEADER),
    (("cookie",), _COOKIE),
    (("bearer",), _BEARER),
    (("passw", "passphrase", "secret", "credential", "pwd", "key", "token"), _NAMED),
    (("token",), _TOKEN),
    (("?", "&"), _QUERY),
    (("pass=", "pass'=", 'pass"='), _PASS),
    (("--",), _OPTION),
    (("curl",), _CURL),
    (("</",), _ELEMENT),
)
"""Each with what a text must hold for it to look: that is much quicker to say."""

# Most texts hold no secret, so plain hints decide which patterns have to look.
BEGINNINGS = (
    r"gh[pousr]_|hub_pat_|fgt_|gl[a-z]{2,5}-|xox[a-eprs]-|xapp-|hooks\.slack|A[KS]IA|AIza|ya29\."
    r"|k_(?:live|test)_|sk-|npm_|pypi-|SG\.|dop_v1_|hf_|dckr_pat_|hv[bs]\.|ATATT3|AGE-SECRET"
    r"|rubygems_|shp(?:at|ca|pa|ss)_|eyJ"
)
TELLING_NAMES = (
    r"(?i:passw|pwd|passphrase|pass['\"]?=|secret|credential|authorization|token|cookie|bearer|curl"
    r"|(?:api|access|private|account|signing|encryption|master|subscription)[_-]?key"
    r"|[?&](?:sig|code|key)=|signature=)"
)
NO_SECRETS = frozenset(
    (
        *("none", "null", "true", "false", "undefined", "nil", '""', "''"),
        *("string", "str", "number", "boolean", "bool", "object", "any", "bytes", "unknown"),
        *("missing", "required", "invalid", "expected", "must", "should", "cannot", "failed"),
        *("empty", "is", "not", "to", "unset", "optional", "include", "omit", "same-origin"),
    )
)
"""Words that stand where a value would, and are none: nothing, types, and what sentences say."""
