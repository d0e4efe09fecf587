"""From a survey to documents: reads the files and the log, and accounts for what could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ifmem.core.manifest import LeftOut, fit
from ifmem.core.records import Document
from ifmem.corpus import git
from ifmem.corpus.claims import asks_for
from ifmem.corpus.files import read_file
from ifmem.corpus.survey import NOTES, Survey


@dataclass(frozen=True)
class Collection:
    """A domain's text, and what is not in it and why. No path is in both, or in either twice."""

    documents: tuple[Document, ...]
    left_out: tuple[LeftOut, ...]


def collect(survey: Survey) -> Collection:
    """Read what the survey found, up to the domain's capacity. A file that cannot be read is left out, never raised."""
    documents, left_out = list(survey.documents), list(survey.left_out)
    for result in _read_files(survey):
        if isinstance(result, Document):
            documents.append(result)
        else:
            left_out.append(result)
    if survey.repository and asks_for(survey.domain, "git-log"):
        commits, missing = git.log(survey.repository)
        documents += commits
        left_out += missing
    kept, beyond = fit(documents, survey.domain.capacity_tokens)
    return Collection(tuple(kept), tuple(left_out + beyond))


def _read_files(survey: Survey) -> Iterator[Document | LeftOut]:
    limit, root, working = survey.config.max_file_bytes, str(survey.config.folder), str(survey.config.home / "working")
    for listed in survey.files:
        yield read_file(f"{root}/{listed.path}", listed, limit)
    for listed in survey.notes:
        yield read_file(f"{working}/{listed.path.removeprefix(NOTES)}", listed, limit)
