"""Fetching one web page: within limits of time, size and redirects, from addresses that are allowed. No cookies, no proxy."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import urljoin, urlsplit

from ifmem import __version__
from ifmem.corpus.public_addresses import Refused, address_of

if TYPE_CHECKING:
    import httpx2

AGENT = "ifmem"
MOST_REDIRECTS = 5
PORTS = {"http": 80, "https": 443}


class NotFetched(Exception):
    """Why there is no page. `status` is the server's, 0 if it did not come to that; `gone`: what was kept of it is not to be used."""

    def __init__(self, reason: str, status: int = 0, *, gone: bool = False) -> None:
        super().__init__(reason)
        self.status = status
        self.gone = gone


@dataclass(frozen=True)
class Fetched:
    """A response: 200 with its content, or 304. `url` is where it came from in the end."""

    url: str
    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def content_type(self) -> str:
        """Without parameters, e.g. `text/html`."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True)
class Limits:
    """For one page, redirects included: seconds and bytes, and whether addresses that are not public are allowed."""

    timeout_s: float
    max_bytes: int
    allow_private: bool


class Fetcher:
    """Fetches pages one after the other. To be closed, or used in a `with`."""

    def __init__(self, limits: Limits) -> None:
        import httpx2

        self._limits = limits
        agent = {
            "user-agent": f"{AGENT}/{__version__}",
            "accept": "text/html, text/markdown, text/*, application/json;q=0.9",
        }
        self._client = httpx2.Client(trust_env=False, headers=agent, limits=httpx2.Limits(max_keepalive_connections=0))

    def get(
        self, url: str, headers: Mapping[str, str] | None = None, *, permitted: Callable[[str], None] = lambda _: None
    ) -> Fetched:
        """The page, or its 304. `permitted` may raise NotFetched for a place, also for one that a redirect leads to."""
        deadline = time.monotonic() + self._limits.timeout_s
        for _ in range(MOST_REDIRECTS + 1):
            _check(url)
            permitted(url)
            fetched = self._get_once(url, headers or {}, deadline)
            if fetched.status in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED):
                return fetched
            location = fetched.headers.get("location")
            if not 300 <= fetched.status < 400 or not location:
                gone = fetched.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
                raise NotFetched(f"the server said {_phrase(fetched.status)}", fetched.status, gone=gone)
            url = _joined(url, location)
        raise NotFetched(f"more than {MOST_REDIRECTS} redirects")

    def _get_once(self, url: str, headers: Mapping[str, str], deadline: float) -> Fetched:
        import httpx2

        try:
            request = self._request(url, headers, deadline)
            response = self._client.send(request, stream=True)
            try:
                return Fetched(url, response.status_code, response.headers, self._content(response, deadline))
            finally:
                response.close()
        except Refused as error:
            raise NotFetched(str(error)) from None
        except httpx2.TimeoutException:
            raise NotFetched(f"no answer within {self._limits.timeout_s:g} s") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
            raise NotFetched(f"cannot be fetched: {str(error) or type(error).__name__}") from None

    def _request(self, url: str, headers: Mapping[str, str], deadline: float) -> httpx2.Request:
        """A request to the address itself; the name goes into the Host header and into TLS, where the certificate is checked against it."""
        import httpx2

        parts = urlsplit(url)
        assert parts.hostname is not None
        port = parts.port or PORTS[parts.scheme]
        address = address_of(parts.hostname, port, allow_private=self._limits.allow_private)
        return self._client.build_request(
            "GET",
            httpx2.URL(url).copy_with(host=address),
            headers={**headers, "host": httpx2.URL(url).netloc.decode("ascii")},
            timeout=max(0.01, deadline - time.monotonic()),
            extensions={"sni_hostname": parts.hostname},
        )

    def _content(self, response: httpx2.Response, deadline: float) -> bytes:
        """The body of a 200, decompressed; a page over the limit is refused whole, since half of one would be read as all of it."""
        content = bytearray()
        if response.status_code != HTTPStatus.OK:
            return b""
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) > self._limits.max_bytes:
                raise NotFetched(f"over max_bytes ({self._limits.max_bytes:,})")
            if time.monotonic() > deadline:
                raise NotFetched(f"not complete after {self._limits.timeout_s:g} s")
        return bytes(content)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()


def _check(url: str) -> None:
    """Raises NotFetched for what is no address of the web."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in PORTS and parts.hostname and parts.username is None and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise NotFetched("not an http or https address without a user name")


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise NotFetched("redirected to what is no address") from None


def _phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
