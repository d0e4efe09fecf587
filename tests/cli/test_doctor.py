from __future__ import annotations

from ifmem.cli.doctor import lines
from ifmem.core.checkup import NOTE, OK, SKIPPED, WRONG, Check, Checkup

CHECKS = (
    Check("disk", OK, "82.3 GB free"),
    Check("key", NOTE, "none", "answers are passages of your files", "Set ANTHROPIC_API_KEY for Claude"),
    Check("bus", SKIPPED, "nothing runs here", fix="ifmem up"),
    Check("archive", WRONG, "row 7 missing\x1b[2J", "the file is damaged", "ifmem restore FILE"),
)


def test_under_what_needs_attention_stands_what_it_means_and_what_mends_it() -> None:
    assert list(lines(Checkup("/f", CHECKS))) == [
        "ok       disk         82.3 GB free",
        "note     key          none",
        f"{'':22}answers are passages of your files",
        f"{'':22}Set ANTHROPIC_API_KEY for Claude",
        "skipped  bus          nothing runs here",
        "wrong    archive      row 7 missing[2J",
        f"{'':22}the file is damaged",
        f"{'':22}ifmem restore FILE",
        "\nwrong: archive",
    ]


def test_a_folder_that_is_well_is_said_to_be() -> None:
    assert list(lines(Checkup("/f", CHECKS[:3])))[-1] == "\nnothing is wrong"
