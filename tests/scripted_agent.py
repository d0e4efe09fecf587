"""An agent program for tests: reads questions, answers from the pages by counting shared words, and misbehaves as its argument says.

    scripted_agent.py FOLDER MANNER…

In FOLDER it leaves `starts` (a line for each start, with its pid), and `asked` (each request as it came). A manner that happens once
leaves its own mark there.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from pathlib import Path

FOLDER, MANNERS = Path(sys.argv[1]), sys.argv[2:]
NOT_HERE = "Not in the corpus."


def say(id_: str, **event: object) -> None:
    print(json.dumps({"id": id_, **event}), flush=True)


def documents_of(request: dict) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for page in request["pages"]:
        if "file" in page:
            head, _, texts = Path(page["file"]).read_bytes().partition(b"\n")
            for path, _, _, _, _, offset, length in json.loads(head)["documents"]:
                found[path] = texts[offset : offset + length].decode().splitlines()
        else:
            found.update({one["path"]: one["text"].splitlines() for one in page["documents"]})
    found.update({one["path"]: one["text"].splitlines() for one in request["changed"]})
    return found


def words(text: str) -> set[str]:
    return {word for word in re.findall(r"[a-z]+", text.lower()) if len(word) > 3}


def answer(request: dict) -> None:
    id_, asked = request["id"], words(request["question"])
    for path, lines in documents_of(request).items():
        for number, line in enumerate(lines, 1):
            if len(asked & words(line)) >= 3:
                say(id_, type="text", text=f"It says: {line}")
                say(id_, type="quote", path=path, start_line=number, end_line=number, quote=line)
                say(id_, type="done", session=f"after {id_}", usage={"input": 7, "output": 2}, cost_usd=0.001)
                return
    say(id_, type="text", text=NOT_HERE)
    say(id_, type="done")


def once(manner: str) -> bool:
    """Whether this manner is wanted now: the first time only."""
    mark = FOLDER / manner
    if manner not in MANNERS or mark.exists():
        return False
    mark.touch()
    return True


def serve(request: dict) -> None:
    id_ = request["id"]
    if "silent" in MANNERS or once("silent-once"):
        time.sleep(60)
    if "leave" in MANNERS or once("leave-once"):
        sys.exit(0)
    if once("break-off-once"):
        say(id_, type="text", text="The one who counts the boats is certainly the")
        sys.exit(0)
    if "goodbye" in MANNERS or once("goodbye-once"):
        say(id_, type="text", text="All done! Let me know if you need anything else.")
        say(id_, type="done")
        sys.exit(0)
    if "refuse" in MANNERS:
        say(id_, type="error", what="the model is overloaded.", why="503", fix="Ask again later")
        return
    if "babble" in MANNERS:
        print(
            "Starting up...\n{not json\n[]\n" + json.dumps({"id": "another", "type": "text", "text": "x"}), flush=True
        )
        say(id_, type="dance")
        say(id_, type="quote", path="harbour.md", start_line="three", quote="x")
        say(id_, type="done", usage={"input": -5})
    answer(request)
    if "leave-after" in MANNERS:
        sys.exit(0)


def main() -> None:
    with (FOLDER / "starts").open("a") as starts:
        starts.write(f"{os.getpid()}\n")
    if "die" in MANNERS:
        sys.exit(3)
    for line in sys.stdin:
        with (FOLDER / "asked").open("a") as asked:
            asked.write(line)
        serve(json.loads(line))


main()
