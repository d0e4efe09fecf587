"""What is said between ifmem and an agent program: one JSON object a line, requests on its standard input, events on its standard output.

A request:

    {"type": "query", "id", "question", "instructions", "session", "history": [{"question", "answer"}], "deadline_s",
     "pages": [{"digest", "tokens", "file"} or {"digest", "tokens", "documents": [{"path", "first_line", "text"}]}],
     "changed": [{"path", "first_line", "text"}]}

`file` is a page on disk: its first line is JSON, whose `documents` are rows of path, sha256, first line, part, parts, offset and length
in bytes of each text behind that line. `changed` replaces the documents of the same paths. Events, each with the request's `id`:

    {"id", "type": "text", "text"}                                a piece of the answer
    {"id", "type": "quote", "path", "start_line", "end_line", "quote"}   what stands at these lines, word for word
    {"id", "type": "done", "found", "usage", "cost_usd", "session"}      the end; all but id and type may be left out
    {"id", "type": "error", "what", "why", "fix"}                 the end: why there is no answer

`session` is whatever the program wants to be given with the next request, also when it was started anew meanwhile. Lines that are none
of this are counted, and the receipt tells how many there were.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from ifmem.core.documents import Citation, Document
from ifmem.core.findings import Usage
from ifmem.core.pages import Page
from ifmem.errors import IfmemError
from ifmem.providers.contract import Quote, Request, Text
from ifmem.providers.sign_off import is_sign_off, may_be_sign_off


def request_line(request: Request, id_: str, question: str, session: str, folder: Path) -> bytes:
    """One question. `folder` holds the files of pages."""
    body = {
        "type": "query",
        "id": id_,
        "question": question,
        "instructions": request.instructions,
        "session": session,
        "history": [vars(turn) for turn in request.history],
        "deadline_s": round(request.deadline_s, 3),
        "pages": [_page(page, folder) for page in request.pages],
        "changed": [_document(document) for document in request.overlay],
    }
    return json.dumps(body, ensure_ascii=False).encode() + b"\n"


def _page(page: Page, folder: Path) -> dict[str, Any]:
    file = folder / f"{page.digest}.page"
    content = {"file": str(file)} if file.is_file() else {"documents": [_document(one) for one in page.documents]}
    return {"digest": page.digest, "tokens": page.tokens, **content}


def _document(document: Document) -> dict[str, Any]:
    return {"path": document.path, "first_line": document.first_line, "text": document.text}


class CommandReply:
    """One reply as it comes in. `strange` counts lines that are no events of it, `cost_usd` None is not told.

    `session` is what the program wants back with its next request, None if it said nothing of it.
    """

    def __init__(self, id_: str) -> None:
        self.text = ""
        self.quotes: list[Citation] = []
        self.usage = Usage()
        self.cost_usd: float | None = None
        self.session: str | None = None
        self.found = True
        self.strange = 0
        self.begun = False
        self.ended = False
        self.error: IfmemError | None = None
        self.id = id_
        self._waiting: list[Text | Quote] = []  # not handed on yet: it may be the beginning of a sign-off
        self._shown = False

    @property
    def signed_off(self) -> bool:
        """Whether it took leave instead of answering."""
        return self.ended and not self.error and not self.quotes and is_sign_off(self.text)

    @property
    def fault(self) -> str:
        """What is worth asking again for: `cut off`, `a sign-off`; empty if it is neither."""
        if not self.ended:
            return "cut off"
        return "a sign-off" if self.signed_off else ""

    @property
    def shown(self) -> bool:
        """Whether the asker has seen any of it."""
        return self._shown

    def take(self, line: bytes) -> Iterator[Text | Quote]:
        """What one line tells the asker. Text that may be the beginning of a sign-off waits."""
        try:
            event = json.loads(line)
            if event["id"] != self.id or self.ended:
                raise ValueError("of another request")
            self._note(event)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            self.strange += 1
            return
        self.begun = True
        if self.quotes or not may_be_sign_off(self.text):
            yield from self.rest()

    def rest(self) -> Iterator[Text | Quote]:
        """What waited."""
        waiting, self._waiting = self._waiting, []
        for event in waiting:
            self._shown = True
            yield event

    def _note(self, event: Mapping[str, Any]) -> None:
        match event["type"]:
            case "text":
                text = Text(_text(event["text"]))
                self.text += text.text
                self._waiting.append(text)
            case "quote":
                self._quoted(_citation(event))
            case "done":
                self._done(event)
            case "error":
                what, why, fix = (_text(event.get(name, "")) for name in ("what", "why", "fix"))
                self.error = IfmemError(what or "the program could not answer.", why=why, fix=fix)
                self.ended = True
            case _:
                raise ValueError("no event")

    def _quoted(self, citation: Citation) -> None:
        if citation not in self.quotes:
            self.quotes.append(citation)
            self._waiting.append(Quote(citation))

    def _done(self, event: Mapping[str, Any]) -> None:
        found, usage, cost = event.get("found", True), event.get("usage") or {}, event.get("cost_usd")
        tokens = {field.name: _number(usage.get(field.name, 0)) for field in fields(Usage)}
        session = event.get("session")
        self.cost_usd = None if cost is None else float(_number(cost))
        self.session = None if session is None else _text(session)
        self.usage, self.found, self.ended = (
            Usage(**{name: int(count) for name, count in tokens.items()}),
            bool(found),
            True,
        )


def _citation(event: Mapping[str, Any]) -> Citation:
    start = int(_number(event["start_line"]))
    end = int(_number(event.get("end_line", start)))
    return Citation(_text(event["path"]), start, max(start, end), _text(event["quote"]))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _number(value: object) -> float:
    """A number that counts something."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e15:
        raise TypeError(f"{value!r} is no number of anything")
    return value
