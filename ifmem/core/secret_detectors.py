"""Secrets as detect-secrets knows them: the deny lists of its detectors, over windows of a text. Does no I/O.

Its own scanner reports lines, and what it runs on is not bounded; here each expression sees a window at a time, so that the time is
linear in the text, and only where a hint stands. The package costs a fifth of a second to import (it brings `requests`, which nothing
here uses): it is imported with the first hint, and never where no text is about to leave.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import NamedTuple

# For each detector what begins whatever it finds, as a word: where that is not, the detector need not look. It is kept, so that people
# see what the secret was; what is in `(?=...)` is not.
TOKENS: Mapping[str, str] = {
    "artifactory.ArtifactoryDetector": r"AKC(?=[A-Za-z0-9]{10})|AP[0-9A-F](?=[A-Za-z0-9]{8})",
    "aws.AWSKeyDetector": r"A3T(?=[A-Z0-9]{17})|(?:ABIA|ACCA|AKIA|ASIA)(?=[A-Z0-9]{16})",
    "azure_storage_key.AzureStorageKeyDetector": r"AccountKey=",
    "discord.DiscordBotTokenDetector": r"(?=[MNO][\w-]{23,25}\.[\w-]{6}\.)",
    "github_token.GitHubTokenDetector": r"gh[pousr]_",
    "gitlab_token.GitLabTokenDetector": r"gl[a-z]{2,6}-|GR1348941",
    "jwt.JwtTokenDetector": r"eyJ",
    "mailchimp.MailchimpDetector": r"(?=[0-9a-z]{32}-us[0-9])",
    "npm.NpmDetector": r"npm_|(?=[A-Fa-f0-9-]{36})",
    "openai.OpenAIDetector": r"sk-",
    "pypi_token.PypiTokenDetector": r"pypi-AgE",
    "sendgrid.SendGridDetector": r"SG\.",
    "slack.SlackDetector": r"xox[a-z]-|https://hooks\.slack\.com/services/",
    "square_oauth.SquareOAuthDetector": r"sq0csp-",
    "stripe.StripeDetector": r"[rs]k_live_",
    "telegram_token.TelegramBotTokenDetector": r"(?:bot)?\d{8,10}:(?=[\w-]{35})",
    "twilio.TwilioKeyDetector": r"(?:AC|SK)(?=[a-z0-9]{32})",
}
# These find a value by its name and its length.
ASSIGNMENTS = (
    "aws.AWSKeyDetector",
    "cloudant.CloudantDetector",
    "ibm_cloud_iam.IbmCloudIamDetector",
    "ibm_cos_hmac.IbmCosHmacDetector",
    "softlayer.SoftlayerDetector",
)
LEFT_ASIDE: Mapping[str, str] = {
    "basic_auth.BasicAuthDetector": "takes a port or a path before an @ for a password; `secret_patterns.IN_ADDRESS` does not",
    "high_entropy_strings.Base64HighEntropyString": "takes digests and identifiers for secrets",
    "high_entropy_strings.HexHighEntropyString": "takes digests and identifiers for secrets",
    "ip_public.IPPublicDetector": "an address is no secret",
    "keyword.KeywordDetector": "its names are among `secret_patterns.NAMES`, whose values it would take without a look at them",
    "private_key.PrivateKeyDetector": "finds the first line of a key and not the key; the patterns of `secret_patterns` do",
}
WINDOW, OVERLAP = 1_000, 300  # characters; any secret's beginning and its name fit into an overlap
LEAST = 10  # characters of a secret; a shorter group of an expression is a part of one
DIFFERENT = 6  # characters of a secret; "xxxxxxxx" is a placeholder
LONG = re.compile(r"[\w\-+/=.:]{20}", re.ASCII)
NAMED_VALUE = re.compile(r"(?i)(?:key|pwd?|pass(?:word)?|token|softlayer)\W(?:.{0,32}\W)??(?=[0-9a-z/+_\-]{24})")
BEGINS = re.compile("(?<![A-Za-z0-9])(?:" + "|".join(TOKENS.values()) + ")")
_WORD = re.compile(r"[A-Za-z0-9][\w\-+/=.~:]*+")
_RUN_ON = re.compile(r"[\w\-+/=.~]*+", re.ASCII)


class Span(NamedTuple):
    """Where in a text a secret stands, without what may be kept of it."""

    start: int
    end: int


def secrets_in(text: str) -> list[Span]:
    """Where secrets stand, each to the end of its run, in order and apart from each other."""
    found: list[Span] = []
    for start, end in sorted(_found(text)):
        if not found or start >= found[-1].end:
            ran_on = _RUN_ON.match(text, end)
            found.append(Span(start, ran_on.end() if ran_on else end))
    return found


def _found(text: str) -> Iterator[Span]:
    for start, end in _windows(text):
        for detector, begins in _looking(text, start, end):
            for expression in _deny_list(detector):
                for match in expression.finditer(text, start, end):
                    yield from _secret(text, match, begins)


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """Overlapping pieces, so that each secret is whole in one; none for a text without a word as long as one."""
    if LONG.search(text):
        for start in range(0, max(1, len(text) - OVERLAP), WINDOW - OVERLAP):
            yield start, min(start + WINDOW, len(text))


def _looking(text: str, start: int, end: int) -> Iterator[tuple[str, re.Pattern[str] | None]]:
    """The detectors that may find something in a window; with what of it may be kept, if it is a token."""
    if BEGINS.search(text, start, end):
        yield from (one for one in _tokens() if one[1].search(text, start, end))
    if NAMED_VALUE.search(text, start, end):
        yield from ((detector, None) for detector in ASSIGNMENTS)


@cache
def _tokens() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(begins)) for name, begins in TOKENS.items())


@cache
def _deny_list(detector: str) -> tuple[re.Pattern[str], ...]:
    module, _, name = detector.partition(".")
    return tuple(getattr(import_module(f"detect_secrets.plugins.{module}"), name).denylist)


def _secret(text: str, match: re.Match[str], begins: re.Pattern[str] | None) -> Iterator[Span]:
    """The secret of a match: its longest group or all of it, to the end of its run, without the quotes and spaces around it."""
    groups = [match.span(number) for number in range(1, match.re.groups + 1)]
    start, end = max((one for one in groups if one[1] - one[0] >= LEAST), key=_length, default=match.span())
    word = next((one for one in _WORD.finditer(text, start, end) if _length(one.span()) >= LEAST), None)
    if (
        word is None
        or len(set(word[0])) < DIFFERENT
        or _inside_a_word(text, word.start())
        or text[end : end + 1] == "("
    ):
        return
    kept = begins.match(text, word.start()) if begins else None
    yield Span(kept.end() if kept else word.start(), word.end())


def _length(span: tuple[int, int]) -> int:
    return span[1] - span[0]


def _inside_a_word(text: str, at: int) -> bool:
    before = text[at - 1 : at]
    return before.isalnum() and not (before.isalpha() and text[at].isdigit())  # "bot12345678:..."
