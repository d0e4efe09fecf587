"""Whatever looks like a secret is masked, whatever only talks about one is left alone. The samples are made up."""

from __future__ import annotations

import json
import time

import pytest

from ifmem.core.masking import MASK, mask
from ifmem.core.secret_patterns import PREFIXES

RUN = "Zq8" * 16  # letters of a token
HEX = "0f1e2d3c4b5a6978" * 4

# Kinds that the detectors lack, in the form that their vendors describe.
SECRETS = [
    f"AIza{RUN}"[:39],
    f"ya29.a0{RUN}",
    f"GOCSPX-{RUN[:28]}",
    f"AGE-SECRET-KEY-1{'Q2P3Z4R5Y6' * 6}"[:74],
    f"dapi{HEX[:32]}",
    f"dckr_pat_{RUN[:27]}",
    f"dop_v1_{HEX}",
    f"doo_v1_{HEX}",
    f"figd_{RUN[:40]}",
    f"github_pat_{RUN[:22]}_{RUN}",
    f"gsk_{RUN}",
    f"hf_{RUN[:34]}",
    f"hvs.{RUN}",
    f"hvb.{RUN}",
    f"lin_api_{RUN[:40]}",
    f"npm_{RUN[:36]}",
    f"nvapi-{RUN}",
    f"ops_eyJ{RUN}",
    f"phc_{RUN[:43]}",
    f"pplx-{RUN}",
    f"r8_{RUN[:37]}",
    f"sk_test_{RUN[:24]}",
    f"rk_test_{RUN[:24]}",
    f"whsec_{RUN[:32]}",
    f"sbp_{HEX[:40]}",
    f"shpat_{HEX[:32]}",
    f"shpss_{HEX[:32]}",
    f"sntrys_eyJ{RUN}",
    f"tskey-auth-k{RUN[:16]}-{RUN[:32]}",
    f"xai-{RUN}",
    f"xapp-1-A0123-456-{HEX}",
    f"xoxc-{RUN}",
    f"xoxd-{RUN}",
    f"xoxe-1-{RUN}",
    f"xoxe.xoxp-1-{RUN}",
    f"sk-{RUN}",
    f"sk-ant-api03-{RUN}-{RUN}",
    f"sk-proj-{RUN}_{RUN}",
    f"sk-or-v1-{HEX}",
]
ASSIGNED = [
    ("Authorization: Bearer {}", f"{RUN}"),
    ("authorization: bearer {}", f"{RUN}"),
    ("Authorization: Basic {}", "dXNlcjpwYXNzd29yZDEyMw=="),
    ("password={}", "hunter2hunter"),
    ("PASSWORD={}", "swordfish"),
    ("DB_PASSWORD = {}", "s3cretive!"),
    ("password: {}", "swordfish"),
    ('password: "{}"', "correct horse battery staple"),
    ("password: str = '{}'", "correct"),
    ("clientSecret: '{}'", "abcdefgh"),
    ("api_key={}", "0123456789abcdef"),
    ("X-Api-Key: {}", "0123456789abcdef"),
    ("aws_secret_access_key = {}", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEX"),
    ("token={}&page=2", "abc123def456"),
    ("pwd={};", "letmein99"),
    ("https://someone:{}@example.org/path", "topsecret"),
    ("redis://:{}@cache.example.org:6379/0", "topsecret"),
    ("postgres://app:{}@db/app", "p-w_d"),
    ("https://hooks.slack.com/services/{}", "T0000/B0000/abcdefghij"),
    ("-----BEGIN RSA PRIVATE KEY-----{}-----END RSA PRIVATE KEY-----", "\nMIIEow\nabc\n"),
    ("-----BEGIN OPENSSH PRIVATE KEY-----{}", "\nb3BlbnNzaC1r\ncut off here"),
    ("-----BEGIN PGP PRIVATE KEY BLOCK-----{}-----END PGP PRIVATE KEY BLOCK-----", "\nlQOYBF\n"),
]
HARMLESS = [
    "the secret garden",
    "password reset: see the manual",
    "Is the password required? password: required",
    "def connect(user: str, password: str) -> None:",
    "connect(password=password, token=self.token)",
    "password = getpass.getpass()",
    "password = read_password()",
    "token = os.environ['TOKEN_NAME']"[:18],
    "if password == given:",
    "api_key=<your key>",
    "token=${TOKEN}",
    "    token = Punctuation",
    "Config for HTTP Basic Authentication.",
    'url = f"unix://{OPERATOR}:{known_password(url)}@{path}"',
    "Token: '#dcdccc'",
    "as in postgres://user:password@host/db",
    "redis://[[username]:[password]]@localhost:6379/0",
    "password=...",
    "max_tokens: 4096, tokens=123456",
    "bypass: 3 of 12 tests",
    "bearer of good news",
    "a bearer authentication-middleware",
    "git@github.com:owner/repository.git",
    "see https://example.org:8080/a@b",
    "sk-learn and task-runner",
    '{"files": ["secret", "password.py"]}',
    "12:30 and 2026-11-21T10:00:00Z",
]


def test_every_kind_has_a_sample() -> None:
    assert not [prefix for prefix in PREFIXES if not any(secret.startswith(prefix) for secret in SECRETS)]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_vendors_token_is_masked_wherever_it_stands(secret: str) -> None:
    for text in (secret, f"use {secret} please", f'{{"x": "{secret}"}}', f"({secret})", f"a={secret}\n"):
        masked = mask(text).text
        assert MASK in masked, text
        assert secret[-12:] not in masked


@pytest.mark.parametrize(("frame", "secret"), ASSIGNED)
def test_a_value_is_masked_and_its_frame_is_kept(frame: str, secret: str) -> None:
    assert mask(frame.format(secret)).text == frame.format(MASK)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_is_left_alone(text: str) -> None:
    assert mask(text) == (text, 0)


def test_the_prefix_tells_what_it_was() -> None:
    assert mask(f"hf_{RUN} sk-{RUN}") == (f"hf_{MASK} sk-{MASK}", 2)


@pytest.mark.parametrize(
    "body",
    [
        {"password": "hunter2 with spaces", "keep": "this"},
        {"token": 123456789, "list": [f"ghp_{RUN}", 'api_key="abcd1234"']},
        {"nested": json.dumps({"client_secret": "abc def"}), "url": "https://a:b@c/"},
        {"pem": "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----", "after": "kept"},
    ],
)
def test_json_stays_json(body: dict[str, object]) -> None:
    masked = mask(json.dumps(body))
    assert masked.secrets >= 1
    assert json.loads(masked.text).keys() == body.keys()


def test_masking_twice_changes_nothing() -> None:
    text = "\n".join([*SECRETS, *(frame.format(secret) for frame, secret in ASSIGNED[:-3])])
    once = mask(text).text
    assert mask(once) == (once, 0)


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "eyJ",
        "eyJa.",
        "a1",
        "://",
        "://a:",
        "sk-",
        "password",
        "password=",
        "token:",
        "bearer ",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----",
        "\\",
        "1",
        "xoxb-",
        "Aa_",
        "pass: ",
    ],
)
def test_the_time_is_linear_in_the_length(piece: str) -> None:
    """Not in seconds: eight times the text may take a good deal more than eight times as long, but not sixty-four."""
    short, long = (piece * (size // len(piece)) for size in (5_000, 40_000))
    assert _took(long) < 30 * _took(short) + 0.05


def _took(text: str) -> float:
    times = []
    for _ in range(3):
        started = time.process_time()  # what others do on this machine meanwhile does not count
        mask(text)
        times.append(time.process_time() - started)
    return min(times)
