"""From a survey to documents: reads the files and the log, and accounts for what could not be read."""

from __future__ import annotations

from dataclasses import dataclass

from ifmem.config import Config
from ifmem.config.folders import STATE
from ifmem.core.documents import Document
from ifmem.core.manifest import LeftOut
from ifmem.core.stocktaking import fit
from ifmem.corpus import git
from ifmem.corpus.claims import asks_for
from ifmem.corpus.commands import Gathered
from ifmem.corpus.converting import read_or_convert
from ifmem.corpus.files import read_file
from ifmem.corpus.listing import Listed
from ifmem.corpus.masking import without_secrets
from ifmem.corpus.survey import Survey


@dataclass(frozen=True)
class Collection:
    """A domain's text, and what is not in it and why. No path is in both, or in either twice."""

    documents: tuple[Document, ...]
    left_out: tuple[LeftOut, ...]


def collect(survey: Survey) -> Collection:
    """Read what the survey found, up to the domain's capacity. A file that cannot be read is left out, never raised."""
    documents, left_out = list(survey.documents), list(survey.left_out)
    for result in (read_listed(survey, listed) for listed in (*survey.files, *survey.kept)):
        if isinstance(result, Document):
            documents.append(result)
        else:
            left_out.append(result)
    commits, missing = read_history(survey)
    documents += commits
    left_out += missing
    kept, beyond = fit(documents, survey.domain.capacity_tokens)
    return Collection(tuple(kept), tuple(left_out + beyond))


def read_history(survey: Survey) -> Gathered:
    """What git says of commits; it changes only with the commit that is checked out."""
    if survey.repository is None:
        return [], []
    documents, left_out = git.log(survey.repository) if asks_for(survey.domain, "git-log") else ([], [])
    for source in survey.domain.sources:
        if source.kind == "git-file-log":
            histories, missing = git.file_logs(survey.repository, source)
            documents += histories
            left_out += missing
    return [without_secrets(document, survey.config) for document in documents], left_out


def read_listed(survey: Survey, listed: Listed) -> Document | LeftOut:
    """A file of the folder, or, by its path, of the state's folders."""
    read = _read(listed, survey.config)
    return without_secrets(read, survey.config) if isinstance(read, Document) else read


def _read(listed: Listed, config: Config) -> Document | LeftOut:
    if listed.path.startswith(f"{STATE}/"):
        return read_file(f"{config.home}/{listed.path.removeprefix(f'{STATE}/')}", listed, config.max_file_bytes)
    return read_or_convert(f"{config.folder}/{listed.path}", listed, config)
