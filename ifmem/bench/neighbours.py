"""celery, rq and dramatiq: for each a worker process with one task, echo, and a caller that waits for its result through the same server.

None of them is a dependency of ifmem: `make bench-peers` installs them, and they are imported by name, inside functions. Each is set up
as its documentation has it, with one worker that runs tasks in its own process, which is its quickest way.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

from ifmem.stores.bus_server import OPERATOR, known_password

NAME = "ifmem-bench-echo"
WITHIN_S = 30.0
Call = Callable[[str], object]


def echo(body: str) -> str:
    return body


def with_credentials(url: str) -> str:
    """The address of an embedded server with its operator's password, which neighbours would not find beside the socket."""
    return url.replace("unix://", f"unix://{OPERATOR}:{known_password(url)}@")


def _celery(url: str) -> Any:
    address = with_credentials(url).replace("unix://", "redis+socket://")
    return import_module("celery").Celery(NAME, broker=address, backend=address)


def _work_celery(url: str) -> None:
    app = _celery(url)
    app.task(name=NAME)(echo)
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "error"]
    app.worker_main(["worker", "--pool", "solo", *quiet])


def _call_celery(url: str) -> Call:
    app = _celery(url)
    return lambda body: app.send_task(NAME, (body,)).get(timeout=WITHIN_S)


def _rq_queue(url: str) -> Any:
    return import_module("rq").Queue(NAME, connection=import_module("redis").Redis.from_url(with_credentials(url)))


def _work_rq(url: str) -> None:
    queue = _rq_queue(url)
    import_module("rq").SimpleWorker([queue], connection=queue.connection).work(logging_level="ERROR")


def _call_rq(url: str) -> Call:
    queue = _rq_queue(url)
    return lambda body: queue.enqueue("ifmem.bench.neighbours.echo", body).latest_result(timeout=int(WITHIN_S))


def _dramatiq(url: str) -> tuple[Any, Any, Any]:
    """Its broker, the backend of its results, and the actor."""
    dramatiq, results = import_module("dramatiq"), import_module("dramatiq.results")
    url = with_credentials(url)
    broker = import_module("dramatiq.brokers.redis").RedisBroker(url=url)
    backend = import_module("dramatiq.results.backends.redis").RedisBackend(url=url)
    broker.add_middleware(results.Results(backend=backend))
    return broker, backend, dramatiq.actor(broker=broker, actor_name=NAME, store_results=True)(echo)


def _work_dramatiq(url: str) -> None:
    broker, _, _ = _dramatiq(url)
    import_module("dramatiq").Worker(broker, worker_threads=1).start()
    threading.Event().wait()


def _call_dramatiq(url: str) -> Call:
    _, backend, actor = _dramatiq(url)
    return lambda body: actor.send(body).get_result(backend=backend, block=True, timeout=int(WITHIN_S * 1000))


class Neighbour(NamedTuple):
    """`work` serves until it is stopped; `call` makes a function that sends a body and waits for its echo."""

    work: Callable[[str], None]
    call: Callable[[str], Call]


NEIGHBOURS = {
    "celery": Neighbour(_work_celery, _call_celery),
    "rq": Neighbour(_work_rq, _call_rq),
    "dramatiq": Neighbour(_work_dramatiq, _call_dramatiq),
}


def installed() -> list[str]:
    return [name for name in NEIGHBOURS if find_spec(name)]


if __name__ == "__main__":
    NEIGHBOURS[sys.argv[1]].work(sys.argv[2])
