"""Secrets leave a document, and nothing else does: not a line, and not the code that handles secrets."""

from __future__ import annotations

import pytest

from ifmem.core.document_masking import mask_document, mask_lines
from ifmem.core.documents import Document

RUN = "a1B2c3D4e5F6g7H8i9J0k1L2"
BODY = "\n".join(["MIIEowIBAAKCAQEAx7RUNRUNRUNRUNRUNRUNRUNRUNRUNRUNRUNRUNRUNRUNRUN0"] * 3)
BEGIN, END = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"a\ntoken = '{RUN}'\nb\n", "a\ntoken = '[masked]'\nb\n"),
        (f"HF_TOKEN=hf_{RUN}", "HF_TOKEN=hf_[masked]"),
        (f"see ghp_{RUN}{RUN[:12]}, ok", "see ghp_[masked], ok"),
        ("url: postgres://me:hunter2@db/x\r\nnext", "url: postgres://me:[masked]@db/x\r\nnext"),
        (f"Authorization: Bearer {RUN}", "Authorization: Bearer [masked]"),
        (f"{BEGIN}\n{BODY}\n{END}\nafter\n", f"{BEGIN}[masked]\n\n\n\n{END}\nafter\n"),
        (f"{BEGIN}\n{BODY}\n\ncut off, and prose goes on\n", f"{BEGIN}[masked]\n\n\n\n\ncut off, and prose goes on\n"),
        (
            f"Private-Lines: 2\r\n{BODY[:64]}\r\n{RUN}\r\nPrivate-MAC: 0a\r\n",
            "Private-Lines: 2\r\n[masked]\n\nPrivate-MAC: 0a\r\n",
        ),
        (f'key = "{BEGIN}\\n{RUN}{RUN}\\n{END}"', f'key = "{BEGIN}[masked]{END}"'),
    ],
)
def test_a_secret_is_masked_and_every_line_stays(text: str, masked: str) -> None:
    found = mask_lines(text)
    assert (found.text, found.secrets) == (masked, 1)
    assert found.text.count("\n") == text.count("\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "password = getpass()\nself.token = settings.token\n",
        "def secret_key(self) -> str:\n    return self._key\n",
        f'if line == "{BEGIN}":\n    body = read_until(line, "{END}")\n    return decode(body)\n',
        f"A key starts with {BEGIN}, as everybody knows.\nProse goes on, and on.\n",
        "the basic idea is a token bucket: key, value\n",
        "See https://example.org/a@b and http://localhost:8080/path\n",
    ],
)
def test_code_and_prose_about_secrets_stay_as_they_are(text: str) -> None:
    assert mask_lines(text) == (text, 0)


def test_masking_is_the_same_every_time_and_again() -> None:
    once = mask_lines(f"token={RUN}\n{BEGIN}\n{BODY}\n{END}\n")
    assert mask_lines(once.text) == (once.text, 0)


def test_a_document_keeps_the_digest_of_its_source() -> None:
    document = Document("a.env", f"API_KEY={RUN}\n", "d" * 64)
    masked = mask_document(document)
    assert (masked.text, masked.sha256, masked.masked) == ("API_KEY=[masked]\n", "d" * 64, 1)
    assert mask_document(Document("b", "nothing\n", "d")) == Document("b", "nothing\n", "d")
