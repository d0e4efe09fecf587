"""How findings descend from each other: by saying so, or by citing one as others cite a file."""

from __future__ import annotations

from dataclasses import dataclass

from ifmem.core.findings import Finding


@dataclass(frozen=True)
class Descent:
    """A finding's relations, by id: what it was built on, and the findings and answers that were built on it."""

    built_on: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()


def is_finding_id(path: str) -> bool:
    """Whether a citation's path is the id of a finding: librarians cite those instead of files."""
    return path.startswith("f_") and path[2:].isalnum()


def sources_of(finding: Finding) -> tuple[str, ...]:
    """The findings that one was built on, each once."""
    cited = (citation.path for citation in finding.citations if is_finding_id(citation.path))
    return tuple(dict.fromkeys((*finding.built_on, *cited)))
