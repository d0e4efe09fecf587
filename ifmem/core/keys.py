"""Every name on the bus. Nothing else in ifmem spells a key.

Keys of the user's specification keep their exact spelling and type; the others are ours. [id] of a `worker:` key is a worker id:
`name.incarnation` (`code.7`), so a process that was replaced never shares a key with its successor. [n] is a shard's
number. A namespace goes in front of everything as `{name}:`; the braces put one namespace into one slot of a Redis Cluster.

key                          type     TTL        written by                     read by            from
finding:[uuid]               JSON     1 day (1)  shard, worker, archivist       everyone           specification
context:active               integer  -          supervisor                     everyone           specification
context:shard:[n]:capacity   integer  -          shard                          everyone           specification
context:shard:[n]:active     boolean  -          shard (1), supervisor (0)      everyone           specification
worker:status:[id]           time     15 s       the process (its beat)         everyone           specification
worker:tasks:[id]            list     -          the process (its claims)       supervisor         specification
worker:context:[id]          JSON     1 day      shard                          workers            specification
channel:findings             pub/sub  -          shard, worker                  everyone           specification
librarian:shard[n]:status    string   15 s       librarian n                    everyone           specification
librarian:shard[n]:quota     integer  the day    librarians (calls left)        everyone           specification
librarian:shard[n]:capacity  integer  -          librarian n (tokens loaded)    everyone           specification
channel:queries              pub/sub  -          coordinator, anybody           librarians         specification
channel:responses            pub/sub  -          librarians                     everyone           specification
worker:info:[id]             hash     15 s       the process (rest of a beat)   status             ours
set:info                     hash     -          supervisor                     everyone           ours
set:alive                    string   15 s       supervisor (its beat)          up, client         ours
set:processes                hash     -          supervisor: name -> JSON       status             ours
set:incarnations             hash     -          supervisor: name -> integer    scripts (fencing)  ours
set:counts                   hash     -          coordinator (asks a day)       status             ours
set:restored                 string   -          archivist                      archivist          ours
query:[id]                   JSON     1 day (1)  client, coordinator (weights)  coordinator, shard ours
gather:[id]                  hash     1 day (1)  shard: name -> finding;        coordinator        ours
                                                 coordinator: reply_to -> inbox shard
attempts:[id]                hash     1 day      supervisor: queue -> integer   shard, coordinator ours
answer:[id]                  JSON     1 day (1)  coordinator                    client             ours
queue:coordinator            list     -          client                         coordinator        ours
queue:shard:[n]              list     -          coordinator, client            shard              ours
limit:[queue]                integer  5 s        coordinator, when too many ask client (ASK)       ours
queue:dead                   list     -          supervisor                     status, people     ours
queue:tasks                  list     -          supervisor (handed back)       worker             ours
queue:tasks:[priority]       list     -          client                         worker             ours
task:[id]                    JSON     1 day      client, worker (help)          worker             ours
tasks                        list     -          client: newest ids first       client             ours
search:[id]                  JSON     7 days     client                         client             ours
inbox:[id]                   list     1 hour     shard (findings)               that coordinator   ours
reply:[id]                   list     1 hour     coordinator, shard             client             ours
cached:answer:[digest]       JSON     7 days     coordinator                    coordinator        ours
page:[digest]                bytes    1 day      shard, publisher               readers elsewhere  ours
text:[shard]                 hash     1 day      publisher: version, manifest   that shard's host  ours
invitation:[shard]           JSON     1 day      publisher                      join               ours
host:[shard]                 hash     15 s       join: who serves it, and how   supervisor, join   ours
findings                     list     -          shard: newest ids first        status, archivist  ours
answers                      list     -          coordinator: newest ids first  scripts (ANSWER)   ours
set:control                  list     -          client (restart …)             supervisor         ours
queue:watcher                list     -          client (what to read again)    watcher            ours
journal                      stream   trimmed    everyone                       archivist          ours
channel:archived             pub/sub  -          archivist (a model's findings) watcher            ours
spent:day:[start]            integer  2 days     ledger (nano-dollars)          ledger, status     ours
spent:hour:[start]           integer  2 days     ledger                         ledger, status     ours
spent:question:[id]          integer  2 days     ledger                         ledger             ours
spent:unsettled:[start]      hash     2 days     ledger: call -> nano-dollars   ledger, status     ours
spent:settled:[id]           string   1 hour     ledger                         ledger             ours
spent:refused                hash     -          ledger: limit -> start         status             ours
spent:open                   string   -          archivist                      ledger             ours

(1) An hour, once a thousand newer ones are there: the bus holds the newest, the archive all of them.

[start] is when a UTC day or hour began, in epoch seconds. No call is paid for until `spent:open` says that the archivist has counted
what was spent before.

`channel:findings` carries findings, and an event of kind `changed` (core.freshness) when the text of a shard is another.

Lists are pushed at the right end and claimed from the left: first in, first out. What is handed back goes to the left, in order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

DAY_S = 86_400
HOUR_S = 3_600
WEEK_S = 7 * DAY_S
REPLY_TO = "reply_to"  # a field of gather:[id]; no shard can be called that
BEAT_TTL_S = 15


def worker_id(name: str, incarnation: int) -> str:
    return f"{name}.{incarnation}"


@dataclass(frozen=True)
class Keys:
    """The names on the bus under one namespace."""

    namespace: str = ""

    def __call__(self, name: str) -> str:
        return f"{{{self.namespace}}}:{name}" if self.namespace else name

    def finding(self, uuid: str) -> str:
        return self(f"finding:{uuid}")

    @property
    def context_active(self) -> str:
        return self("context:active")

    def shard_capacity(self, number: int) -> str:
        return self(f"context:shard:{number}:capacity")

    def shard_active(self, number: int) -> str:
        return self(f"context:shard:{number}:active")

    def worker_status(self, worker: str) -> str:
        return self(f"worker:status:{worker}")

    def worker_tasks(self, worker: str) -> str:
        return self(f"worker:tasks:{worker}")

    def worker_context(self, worker: str) -> str:
        return self(f"worker:context:{worker}")

    def worker_info(self, worker: str) -> str:
        return self(f"worker:info:{worker}")

    @property
    def channel_findings(self) -> str:
        return self("channel:findings")

    @property
    def channel_archived(self) -> str:
        return self("channel:archived")

    def librarian_status(self, number: int) -> str:
        return self(f"librarian:shard{number}:status")

    def librarian_quota(self, number: int) -> str:
        """How many calls to a model it may still make today."""
        return self(f"librarian:shard{number}:quota")

    def librarian_capacity(self, number: int) -> str:
        return self(f"librarian:shard{number}:capacity")

    @property
    def channel_queries(self) -> str:
        return self("channel:queries")

    @property
    def channel_responses(self) -> str:
        return self("channel:responses")

    @property
    def set_info(self) -> str:
        return self("set:info")

    @property
    def set_alive(self) -> str:
        return self("set:alive")

    @property
    def set_processes(self) -> str:
        return self("set:processes")

    @property
    def set_control(self) -> str:
        return self("set:control")

    @property
    def set_incarnations(self) -> str:
        return self("set:incarnations")

    @property
    def set_counts(self) -> str:
        return self("set:counts")

    @property
    def set_restored(self) -> str:
        """There as long as the bus has not lost what the archivist put back on it."""
        return self("set:restored")

    def query(self, query_id: str) -> str:
        return self(f"query:{query_id}")

    def gather(self, query_id: str) -> str:
        return self(f"gather:{query_id}")

    def attempts(self, query_id: str) -> str:
        return self(f"attempts:{query_id}")

    def answer(self, query_id: str) -> str:
        return self(f"answer:{query_id}")

    def queue(self, label: str) -> str:
        """The queue of a seat: `coordinator`, or `shard:3`."""
        return self(f"queue:{label}")

    def limit(self, label: str) -> str:
        """How many may wait in a queue for the time being."""
        return self(f"limit:{label}")

    def queue_tasks(self, priority: str) -> str:
        """Tasks of one priority that nobody has claimed yet. Those that were handed back wait in `queue("tasks")`, and go first."""
        return self(f"queue:tasks:{priority}")

    def task(self, task_id: str) -> str:
        return self(f"task:{task_id}")

    @property
    def tasks(self) -> str:
        return self("tasks")

    def search(self, search_id: str) -> str:
        return self(f"search:{search_id}")

    @property
    def answers(self) -> str:
        return self("answers")

    @property
    def queue_dead(self) -> str:
        return self("queue:dead")

    def inbox(self, worker: str) -> str:
        """Where findings for one life of a coordinator go: its predecessor, still leaving, must not take them."""
        return self(f"inbox:{worker}")

    def reply(self, query_id: str) -> str:
        return self(f"reply:{query_id}")

    def cached_answer(self, digest: str) -> str:
        """The newest answer to a question, by the digest of what was asked and how."""
        return self(f"cached:answer:{digest}")

    def page(self, digest: str) -> str:
        return self(f"page:{digest}")

    def text(self, shard: str) -> str:
        """Which text a remote shard answers from."""
        return self(f"text:{shard}")

    def invitation(self, shard: str) -> str:
        """What another machine needs to know to serve a remote shard."""
        return self(f"invitation:{shard}")

    def host(self, shard: str) -> str:
        """The machine that serves a remote shard: its name, when it was heard, what it says of the shard."""
        return self(f"host:{shard}")

    @property
    def findings(self) -> str:
        return self("findings")

    @property
    def journal(self) -> str:
        return self("journal")

    def spent_day(self, start: int | str) -> str:
        """What counts against the budget of the UTC day that began at `start`."""
        return self(f"spent:day:{start}")

    def spent_hour(self, start: int | str) -> str:
        return self(f"spent:hour:{start}")

    def spent_question(self, query_id: str) -> str:
        return self(f"spent:question:{query_id}")

    def spent_unsettled(self, start: int | str) -> str:
        """What is set aside for calls of the UTC day that began at `start` and have not been settled."""
        return self(f"spent:unsettled:{start}")

    def spent_settled(self, call_id: str) -> str:
        return self(f"spent:settled:{call_id}")

    @property
    def spent_refused(self) -> str:
        return self("spent:refused")

    @property
    def spent_open(self) -> str:
        return self("spent:open")


# The server's word for what lies under each name, or under all that begin with it.
_TYPES = {
    **dict.fromkeys(("worker:tasks:", "queue:", "inbox:", "reply:", "findings", "answers", "tasks", "set:control"), "list"),
    **dict.fromkeys(("set:info", "set:processes", "set:incarnations", "set:counts", "spent:refused"), "hash"),
    **dict.fromkeys(("worker:info:", "gather:", "attempts:", "text:", "host:", "spent:unsettled:"), "hash"),
    **dict.fromkeys(("finding:", "context:", "worker:status:", "worker:context:", "librarian:", "query:"), "string"),
    **dict.fromkeys(("set:alive", "set:restored", "answer:", "limit:", "task:", "search:", "cached:", "page:"), "string"),
    **dict.fromkeys(("invitation:", "spent:day:", "spent:hour:", "spent:question:", "spent:settled:", "spent:open"), "string"),
    "journal": "stream",
}  # fmt: skip
_NAMESPACE = re.compile(r"\{[^{}]*\}:")


def type_of(name: str) -> str:
    """What lies under this name of ours; "" for a name that is none."""
    plain = _NAMESPACE.sub("", name, count=1) if name.startswith("{") else name
    return _TYPES.get(plain) or next(
        (kind for start, kind in _TYPES.items() if start[-1] == ":" and plain.startswith(start)), ""
    )


def counts_beside(name: str) -> str:
    """`set:counts` of the set whose name this is."""
    namespace = _NAMESPACE.match(name)
    return f"{namespace[0] if namespace else ''}set:counts"
