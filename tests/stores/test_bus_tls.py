"""`rediss://` is encryption to a server that proves who it is, or no connection."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from ifmem.stores.bus import Bus
from ifmem.stores.bus_errors import BusLost

SUBJECT = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
PONG = b"+PONG\r\n"


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate that nobody has signed but itself, and its key."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("no openssl to make a certificate with")
    files = tmp_path / "cert.pem", tmp_path / "key.pem"
    asked = (
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
        *SUBJECT,
    )
    subprocess.run((program, *asked, "-out", str(files[0]), "-keyout", str(files[1])), check=True, capture_output=True)
    return files


async def ping(certificate: tuple[Path, Path], query: str, host: str = "localhost") -> object:
    """The reply of a server that answers whatever it is told with PONG, over TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(4096):
            writer.write(PONG if b"PING" in data else b"+OK\r\n" * data.count(b"*"))

    server = await asyncio.start_server(answer, "localhost", 0, ssl=context)
    bus = Bus(f"rediss://{host}:{server.sockets[0].getsockname()[1]}{query}")
    try:
        return await bus.call("PING")
    finally:
        await bus.close()
        server.close()


def test_a_server_that_cannot_prove_who_it_is_is_not_talked_to(certificate: tuple[Path, Path]) -> None:
    with pytest.raises(BusLost, match="cannot reach Redis") as lost:
        asyncio.run(ping(certificate, ""))
    assert lost.value.why in ("TLS: self-signed certificate", "TLS: self signed certificate")


def test_a_certificate_of_ones_own_can_be_named(certificate: tuple[Path, Path]) -> None:
    assert asyncio.run(ping(certificate, f"?ssl_ca_certs={certificate[0]}"))


def test_a_certificate_for_another_name_is_refused(certificate: tuple[Path, Path]) -> None:
    with pytest.raises(BusLost):
        asyncio.run(ping(certificate, f"?ssl_ca_certs={certificate[0]}", "127.0.0.1"))
