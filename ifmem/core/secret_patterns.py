"""What a secret looks like where the detectors (`core.secret_detectors`) do not look: kinds that they lack. As of 2026-11.

Add a kind here with an example in its test, in the form that its vendor describes. Every expression begins at a place where a word
begins, and every repetition is bounded or possessive: the time is linear in the text. A group `secret` is what is masked; what stands
before it is kept, so that people see what it was.
"""

from __future__ import annotations

import re

# What vendors put in front of their tokens, and the fewest letters that follow.
PREFIXES = {
    "AIza": 30,  # Google
    "ya29.": 16,
    "GOCSPX-": 16,
    "AGE-SECRET-KEY-1": 16,
    "dapi": 32,  # Databricks
    "dckr_pat_": 16,
    "doo_v1_": 16,  # DigitalOcean
    "dop_v1_": 16,
    "figd_": 16,
    "github_pat_": 16,  # fine-grained; the detector knows the classic ones
    "gsk_": 16,  # Groq
    "hf_": 16,  # Hugging Face
    "hvb.": 16,  # Vault
    "hvs.": 16,
    "lin_api_": 16,
    "npm_": 16,
    "nvapi-": 16,
    "ops_": 32,
    "phc_": 16,
    "pplx-": 16,
    "r8_": 16,  # Replicate
    "rk_test_": 16,  # Stripe; the detector knows the live ones
    "sk_test_": 16,
    "whsec_": 16,
    "sbp_": 16,  # Supabase
    "shpat_": 16,  # Shopify
    "shpss_": 16,
    "sk-": 16,  # OpenAI, Anthropic, OpenRouter and others: sk-proj-, sk-ant-
    "sntrys_": 16,
    "tskey-": 16,
    "xai-": 16,
    "xapp-": 16,  # Slack
    "xoxc-": 16,
    "xoxd-": 16,
    "xoxe-": 16,
    "xoxe.": 16,
}

# Names whose value is a secret, by how they end: DB_PASSWORD, clientSecret, aws_secret_access_key.
NAMES = (
    "pass(?:word|wd|phrase|code)",
    "(?<![a-z])pass",
    "pwd",
    "secret(?:[ _-]?access)?(?:[ _-]?key)?",
    "(?:api|access|account|auth|private|encryption|signing|service|db|database|priv|client)[ _-]?key",
    "(?:db|database|key)[ _-]?pass",
    "contrase[ñn]a",
    "token",
)

_REST = r"[A-Za-z0-9_\-.+/=~]"


def _prefixed() -> str:
    """One expression for all prefixes, longest first."""
    ordered = sorted(PREFIXES, key=lambda prefix: (-len(prefix), prefix))
    return "|".join(rf"{re.escape(prefix)}(?={_REST}{{{PREFIXES[prefix]}}})" for prefix in ordered)


PRIVATE_KEY = re.compile(
    r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}(?:PRIVATE KEY(?: BLOCK)?|MESSAGE|SIGNED MESSAGE)-----"
    r"(?P<secret>(?:(?!-----(?:BEGIN|END) )[^\"'`])*+)"  # to its end, or to that of the text if it is cut off
)
PUTTY_KEY = re.compile(r"(?P<head>Private-Lines: \d{1,4}\r?\n)(?P<secret>(?:[A-Za-z0-9+/=]{1,64}(?:\r?\n|\Z)){1,400}+)")
IN_ADDRESS = re.compile(r"(?<=://)[^\s/:@\"'<>]{0,128}:(?P<secret>[^\s/@\"'<>]{1,512})(?=@)")
HEADER = re.compile(rf"(?i)(?<![a-z])(?:bearer|basic)[ \t]{{1,4}}(?P<secret>{_REST}{{12,}}+)")
PREFIXED = re.compile(rf"(?<![A-Za-z0-9])(?:{_prefixed()})(?P<secret>{_REST}++)")
_TYPED = r":[ \t]?(?:str|String|string|SecretStr)[ \t]?=[ \t]?"
ASSIGNED = re.compile(
    rf"(?i)(?:{'|'.join(NAMES)})(?P<name_ends>\\?[\"'])?"
    rf"(?P<sign>{_TYPED}|[ \t]{{0,3}}(?:=>|:=|[=:])(?!=)[ \t]{{0,3}})"
    r"(?:(?P<opened>\\?[\"'`])(?P<quoted>[^\"'`\\\r\n]{1,512}+)|(?P<bare>[^\s\"'`,;&|<>{}\[\]()\\]{1,512}+))"
)
