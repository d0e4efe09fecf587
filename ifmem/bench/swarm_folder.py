"""What the swarm searches: documents of made-up prose over some thousands of words, in which the question's words are rare."""

from __future__ import annotations

import random
from pathlib import Path

from ifmem.config.folders import FILE

LINES_A_FILE = 300
SYLLABLES = "ba co du fi ga ha lo mi nu po ra se ti vo wu zel kor nam".split()
SAID = "The {} of the {} harbour gives its {} ledger the number {}"


def write_folder(folder: Path, lines: int) -> Path:
    """Documents of made-up prose over a vocabulary of some thousands of words, in which the question's words are rare."""
    choose = random.Random(1)
    vocabulary = [made_up_word(choose) for _ in range(4_000)]
    (folder / "docs").mkdir(parents=True)
    for number in range(max(1, lines // LINES_A_FILE)):
        text = [" ".join(choose.choices(vocabulary, k=9)) for _ in range(min(lines, LINES_A_FILE) - 1)]
        text.insert(choose.randrange(len(text) + 1), SAID.format(*choose.choices(vocabulary, k=3), number))
        (folder / "docs" / f"{number:04}.md").write_text("\n".join(text) + "\n", encoding="utf-8")
    (folder / "CHANGELOG.md").write_text("The green harbour was added.\n", encoding="utf-8")
    (folder / "ledger.py").write_text("def number_of(ledger):\n    return ledger.green\n", encoding="utf-8")
    (folder / FILE).write_text("shards.working.enabled = false\n", encoding="utf-8")
    return folder


def made_up_word(choose: random.Random) -> str:
    return "".join(choose.choices(SYLLABLES, k=choose.randint(2, 4)))
