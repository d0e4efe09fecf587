"""A provider that quotes what stands there, what stands somewhere else, and what stands nowhere: `provider = "python:lying:Liar"`."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from scripted import Steady

from ifmem.core.documents import Citation
from ifmem.providers.contract import Done, Event, Quote, Request, Text

TRUE = "The lighthouse keeper counts the herring boats every morning."
FALSE = "The lighthouse keeper sells the herring boats every morning."


class Liar(Steady):
    """Tells the truth, misplaces it, and lies; asked to, it only lies."""

    async def answer(self, request: Request) -> AsyncGenerator[Event, None]:
        if request.question != "lie":
            yield Text("The keeper counts.")
            yield Quote(Citation("README.md", 3, 3, TRUE))
            yield Text(" It is in a file.")
            yield Quote(Citation("docs/NOTES.md", 1, 1, TRUE))
        yield Text(" The keeper sells")
        yield Quote(Citation("README.md", 3, 3, FALSE))
        yield Text(" boats. That is all.")
        yield Done(found=True, score=1.0)
