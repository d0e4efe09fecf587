"""The list of what a secret looks like. As of 2026-11: add to it here, and to the examples in its test.

Written by hand because the detector libraries that could be used report lines and not spans, and their expressions are not bounded.
Every expression begins at a place where a word begins, and every repetition is bounded or possessive: the time is linear in the text.
A group `secret` is what is masked; what stands before it is kept, so that people see what it was.
"""

from __future__ import annotations

import re

# What vendors put in front of their tokens, and the fewest letters that follow.
PREFIXES = {
    "AKIA": 16,  # AWS: access keys, temporary keys, the others
    "ASIA": 16,
    "ABIA": 16,
    "ACCA": 16,
    "AIza": 30,  # Google
    "ya29.": 16,
    "GOCSPX-": 16,
    "AGE-SECRET-KEY-1": 16,
    "SG.": 20,  # SendGrid
    "dapi": 32,  # Databricks
    "dckr_pat_": 16,
    "doo_v1_": 16,  # DigitalOcean
    "dop_v1_": 16,
    "figd_": 16,
    "gho_": 16,  # GitHub
    "ghp_": 16,
    "ghr_": 16,
    "ghs_": 16,
    "ghu_": 16,
    "github_pat_": 16,
    "glpat-": 16,  # GitLab
    "glrt-": 16,
    "gldt-": 16,
    "glptt-": 16,
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
    "pypi-AgE": 16,
    "r8_": 16,  # Replicate
    "rk_live_": 16,  # Stripe
    "rk_test_": 16,
    "sk_live_": 16,
    "sk_test_": 16,
    "whsec_": 16,
    "sbp_": 16,  # Supabase
    "shpat_": 16,  # Shopify
    "shpss_": 16,
    "sk-": 16,  # OpenAI, Anthropic, OpenRouter and others: sk-proj-, sk-ant-
    "sntrys_": 16,
    "tskey-": 16,
    "xai-": 16,
    "xapp-": 10,  # Slack
    "xoxa-": 10,
    "xoxb-": 10,
    "xoxc-": 10,
    "xoxd-": 10,
    "xoxe-": 10,
    "xoxp-": 10,
    "xoxr-": 10,
    "xoxs-": 10,
}

# Names whose value is a secret, by how they end: DB_PASSWORD, clientSecret, aws_secret_access_key.
NAMES = (
    "pass(?:word|wd|phrase|code)",
    "(?<![a-z])pass",
    "pwd",
    "secret(?:[ _-]?access)?(?:[ _-]?key)?",
    "(?:api|access|account|auth|private|encryption|signing)[ _-]?key",
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
IN_ADDRESS = re.compile(r"(?<=://)[^\s/:@\"'<>]{0,128}:(?P<secret>[^\s/@\"'<>]{1,512})(?=@)")
WEB_TOKEN = re.compile(r"(?<![\w\-])eyJ(?P<secret>[\w\-]{6,}+\.[\w\-]{2,}+(?:\.[\w\-]{0,4096}+)?)")
HEADER = re.compile(rf"(?i)(?<![a-z])(?:bearer|basic)[ \t]{{1,4}}(?P<secret>{_REST}{{12,}}+)")
PREFIXED = re.compile(rf"(?<![A-Za-z0-9])(?:{_prefixed()})(?P<secret>{_REST}++)")
WEBHOOK = re.compile(r"hooks\.slack\.com/services/(?P<secret>[\w/]{10,}+)")
BOT = re.compile(r"(?<![\w])\d{8,10}:(?P<secret>[A-Za-z0-9_\-]{35})(?![\w\-])")
_TYPED = r":[ \t]?(?:str|String|string|SecretStr)[ \t]?=[ \t]?"
ASSIGNED = re.compile(
    rf"(?i)(?:{'|'.join(NAMES)})(?P<name_ends>\\?[\"'])?"
    rf"(?P<sign>{_TYPED}|[ \t]{{0,3}}(?:=>|:=|[=:])(?!=)[ \t]{{0,3}})"
    r"(?:(?P<opened>\\?[\"'`])(?P<quoted>[^\"'`\\\r\n]{1,512}+)|(?P<bare>[^\s\"'`,;&|<>{}\[\]()\\]{1,512}+))"
)
