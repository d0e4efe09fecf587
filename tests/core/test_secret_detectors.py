"""What detect-secrets knows is masked, in the forms that vendors describe, and its upgrades are noticed. The samples are made up."""

from __future__ import annotations

import importlib
import pkgutil
import re
import subprocess
import sys
import time

import pytest
from detect_secrets import plugins
from detect_secrets.plugins.base import BasePlugin
from detect_secrets.plugins.keyword import DENYLIST

from ifmem.core.document_masking import mask_lines
from ifmem.core.masking import MASK, mask
from ifmem.core.secret_detectors import ASSIGNMENTS, LEFT_ASIDE, TOKENS
from ifmem.core.secret_patterns import NAMES

LETTERS = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6"
UPPER, LOWER, HEX = "7QX2MPLA4ZKD3TVN", "q7x2mpla4zkd3tvn" * 4, "0f1e2d3c4b5a6978" * 8
TOKENS_OF = {
    "artifactory.ArtifactoryDetector": ("AKC", f"p8{LETTERS}"),
    "aws.AWSKeyDetector": ("AKIA", UPPER),
    "azure_storage_key.AzureStorageKeyDetector": ("AccountKey=", (LETTERS * 2)[:86] + "=="),
    "discord.DiscordBotTokenDetector": ("", f"MT{LETTERS[:22]}.{LETTERS[:6]}.{LETTERS[:27]}"),
    "github_token.GitHubTokenDetector": ("ghp_", LETTERS[:36]),
    "gitlab_token.GitLabTokenDetector": ("glpat-", LETTERS[:20]),
    "jwt.JwtTokenDetector": ("eyJ", f"hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.{LETTERS[:43]}"),
    "mailchimp.MailchimpDetector": ("", f"{HEX[:32]}-us12"),
    "npm.NpmDetector": ("//registry.example.org/:_authToken=npm_", LETTERS[:36]),
    "openai.OpenAIDetector": ("sk-", f"{LETTERS[:20]}T3BlbkFJ{LETTERS[:20]}"),
    "pypi_token.PypiTokenDetector": ("pypi-AgE", f"IcHlwaS5vcmc{LETTERS * 2}"),
    "sendgrid.SendGridDetector": ("SG.", f"{LETTERS[:22]}.{LETTERS[:43]}"),
    "slack.SlackDetector": ("xoxb-", f"123456789012-123456789012-{LETTERS[:24]}"),
    "square_oauth.SquareOAuthDetector": ("sq0csp-", LETTERS[:43]),
    "stripe.StripeDetector": ("sk_live_", LETTERS[:24]),
    "telegram_token.TelegramBotTokenDetector": ("123456789:", f"AA{LETTERS[:33]}"),
    "twilio.TwilioKeyDetector": ("SK", HEX[:32]),
}
VALUES_OF = {
    "aws.AWSKeyDetector": ("aws-token '{}'", LETTERS[:40]),
    "cloudant.CloudantDetector": ("cl-pw={}", HEX[:64]),
    "ibm_cloud_iam.IbmCloudIamDetector": ("ibm-key: {}", LETTERS[:44]),
    "ibm_cos_hmac.IbmCosHmacDetector": ("cos secret-key  {}", HEX[:48]),
    "softlayer.SoftlayerDetector": ("http://api.softlayer.com/soap/v3/{} is its key", LOWER[:64]),
}


def detectors() -> set[str]:
    """All that the installed version has, as `module.Class`."""
    found = set()
    for module in pkgutil.iter_modules(plugins.__path__):
        classes = vars(importlib.import_module(f"detect_secrets.plugins.{module.name}")).values()
        own = (one for one in classes if isinstance(one, type) and one.__module__.endswith(f".{module.name}"))
        found |= {
            f"{module.name}.{one.__name__}"
            for one in own
            if issubclass(one, BasePlugin) and isinstance(vars(one).get("secret_type"), str)
        }
    return found


def test_every_detector_of_the_installed_version_is_used_or_left_aside_for_a_reason() -> None:
    assert detectors() == {*TOKENS, *ASSIGNMENTS, *LEFT_ASIDE}
    assert set(TOKENS_OF) == set(TOKENS)
    assert set(VALUES_OF) == set(ASSIGNMENTS)


@pytest.mark.parametrize("detector", TOKENS_OF)
def test_a_token_is_masked_after_what_says_whose_it_is(detector: str) -> None:
    kept, secret = TOKENS_OF[detector]
    for frame in ("{}", "use {} please", '{{"x": "{}"}}\n'):
        framed = frame.format(kept + secret)
        for masked in (mask(framed), mask_lines(framed)):
            assert masked.secrets == 1, framed
            assert secret[-8:] not in masked.text
            assert kept + MASK in masked.text


@pytest.mark.parametrize("detector", VALUES_OF)
def test_a_value_is_masked_by_its_name_and_length(detector: str) -> None:
    frame, secret = VALUES_OF[detector]
    assert mask_lines(frame.format(secret)) == (frame.format(MASK), 1)


@pytest.mark.parametrize(
    "text",
    [
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        f"sha256:{HEX[:64]}",
        f"commit {HEX[:40]}",
        "key: convert_number_values_for_function_calls_ok(value)",
        "x" + f"AKIA{UPPER}",
        "THEASIANCONFERENCES2026 and AKIA",
        "the APACHE license, AC and SK",
    ],
)
def test_placeholders_digests_and_code_stay(text: str) -> None:
    assert mask_lines(text) == (text, 0)


def test_a_secret_deep_in_a_long_line_is_found_wherever_pieces_of_the_line_meet() -> None:
    for before in range(0, 2_100, 70):
        line = "_ " * (before // 2) + f"ghp_{LETTERS[:36]}" + " _" * 1_000
        assert mask_lines(line).secrets == 1, before


def test_names_that_the_detector_takes_for_names_of_secrets_are_names_here() -> None:
    ours = re.compile("(?i)(?:" + "|".join(NAMES) + ")")
    spellings = {word.replace("_?", joint) for word in DENYLIST for joint in ("", "_")}
    assert not [name for name in spellings if not ours.fullmatch(name)]


@pytest.mark.parametrize(
    "piece",
    ["eyJa.b-", "AccountKey=", "// npm_1/:_authToken=", "xoxb-1-1-", f" token {'a1' * 22} ", "glagent-", "sk-"],
)
def test_a_hostile_line_of_a_megabyte_costs_seconds_and_not_hours(piece: str) -> None:
    """Not in seconds: eight times the text may take a good deal more than eight times as long, but not sixty-four."""
    short, long = (piece * (size // len(piece)) for size in (20_000, 160_000))
    assert _took(long) < 30 * _took(short) + 0.05


def _took(text: str) -> float:
    started = time.process_time()
    mask_lines(text)
    return time.process_time() - started


def test_the_package_is_imported_with_the_first_hint_and_not_before() -> None:
    program = (
        "import sys\nfrom ifmem.core.masking import mask\nmask('token = hunter2 and no more')\n"
        f"assert 'detect_secrets' not in sys.modules\nmask('ghp_{LETTERS[:36]}')\nassert 'detect_secrets' in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=30).returncode == 0
