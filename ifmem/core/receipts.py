"""An answer's digest: whoever has the receipt later can see whether any field was altered since.

The canonical form is JSON with sorted keys, ASCII only, whole numbers without a fraction, and without fields that are empty ("", 0,
false, [], {}), so that a receipt survives pretty-printing and the fields that later versions add, which are empty in older ones. A null is
a value and kept. The digest is a checksum and not a signature: who alters a receipt on purpose can compute it again, and that is why
`ifmem verify` looks the quotes up too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ifmem.core.answers import Answer
from ifmem.errors import Exit, IfmemError

INTACT, ALTERED, NO_DIGEST = "intact", "altered", "no digest"
_FIX = "Make one: ifmem ask --json QUESTION > receipt.json"


def sealed(answer: Answer) -> Answer:
    """The answer with its digest, which covers every other field."""
    return replace(answer, digest=digest_of(answer.to_dict()))


def digest_of(receipt: Mapping[str, Any]) -> str:
    """The sha256 over the canonical form of every field but the digest itself."""
    fields = {name: value for name, value in receipt.items() if name != "digest"}
    return hashlib.sha256(json.dumps(_canonical(fields), sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def seal_of(receipt: Mapping[str, Any]) -> str:
    """`intact`, `altered`, or `no digest` for a receipt that has none, as older versions made them."""
    if not receipt.get("digest"):
        return NO_DIGEST
    return INTACT if receipt["digest"] == digest_of(receipt) else ALTERED


def read_receipt(text: str) -> dict[str, Any]:
    """The receipt that `ifmem ask --json` printed. Raises IfmemError for a text that is none."""
    try:
        receipt = json.loads(text)
        _demand_answer(receipt)
        well_formed = _is_well_formed(Answer.from_dict(receipt))
    except json.JSONDecodeError:
        raise IfmemError("this is no receipt.", why="it is not JSON", fix=_FIX, exit_code=Exit.USAGE) from None
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise IfmemError("this is no receipt.", why=str(error), fix=_FIX, exit_code=Exit.USAGE) from None
    if not well_formed:
        raise IfmemError(
            "this is no receipt.", why="a field is of another type than it has to be", fix=_FIX, exit_code=Exit.USAGE
        )
    plain: dict[str, Any] = receipt
    return plain


def _demand_answer(receipt: Any) -> None:
    """Raises ValueError for what `ifmem ask --json` prints where there was nobody to answer, and for other JSON."""
    if not isinstance(receipt, dict):
        raise ValueError("it is no JSON object")
    if "answer" not in receipt:
        told = receipt.get("error")
        raise ValueError(str(told["what"]) if isinstance(told, dict) and "what" in told else "it has no answer")


def lines_of(text: str) -> list[tuple[int, str]]:
    """The lines of a text with a receipt on each, and their numbers; nothing for a text that is one receipt, or none."""
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    first = lines[0][1].strip() if lines else ""
    return lines if len(lines) > 1 and first.startswith("{") and first.endswith("}") else []


def _is_well_formed(answer: Answer) -> bool:
    texts = [answer.id, answer.question]
    texts += [text for one in answer.citations for text in (one.path, one.quote, one.sha256, one.verification)]
    texts += [page.digest for shard in answer.shards for page in shard.pages]
    numbers = [line for one in answer.citations for line in (one.start_line, one.end_line)]
    return all(isinstance(text, str) for text in texts) and all(type(number) is int for number in numbers)


def _canonical(value: Any) -> Any:
    match value:
        case dict():
            kept = {name: _canonical(item) for name, item in value.items()}
            return {name: item for name, item in kept.items() if item is None or item}
        case list():
            return [_canonical(item) for item in value]
        case float() if value.is_integer():
            return int(value)
    return value
