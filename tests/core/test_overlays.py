"""Over any history of edits the view is exactly what the files say, layers and all, and nothing said before is said differently."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from core.applying import applied
from hypothesis import given, settings
from hypothesis import strategies as st

from ifmem.core.compaction import burden_of
from ifmem.core.documents import Document
from ifmem.core.overlays import Layer, View, text_of
from ifmem.core.pages import cut_pages, page_of
from ifmem.core.rearranging import compacted, group_of, set_apart

PATHS = ["a/one.md", "a/two.md", "b/three.py", "c.txt", "b/four.py"]
BUDGET = 120  # tokens: a few short documents, and long ones are split
TEXTS = st.lists(
    st.sampled_from(["alpha beta\n", "gamma\n", "\n", "def f():\n", "x" * 40 + "\n", "no end"]), max_size=40
).map("".join)
FILES = st.dictionaries(st.sampled_from(PATHS), TEXTS, min_size=1)


def document(path: str, text: str) -> Document:
    return Document(path, text, hashlib.sha256(text.encode()).hexdigest())


def frozen(files: Mapping[str, str]) -> View:
    return View(tuple(cut_pages([document(path, text) for path, text in files.items()], BUDGET)))


def texts(view: View) -> dict[str, str]:
    return {path: text_of(view.at(path)) for path in view.places}


def changed(view: View, files: Mapping[str, str]) -> View:
    """The view after the files became these: one layer for each page that something changed in."""
    before = texts(view)
    gone = [path for path in before if path not in files]
    arrived = [path for path in files if path not in before and view.may_move_to(path)]
    moved = {old: new for old in gone for new in arrived if files[new] == before[old]}
    moved = {old: new for new, old in {new: old for old, new in moved.items()}.items()}
    homes: dict[str, tuple[list[Document], list[str], list[tuple[str, str]]]] = {}
    for path, text in files.items():
        if before.get(path) != text:
            came_from = next((old for old, new in moved.items() if new == path), path)
            homes.setdefault(view.home_of(came_from), ([], [], []))[0].append(document(path, text))
    for old in gone:
        place = homes.setdefault(view.home_of(old), ([], [], []))
        place[2].append((old, moved[old])) if old in moved else place[1].append(old)
    layers = [Layer(home, page_of(new), tuple(out), tuple(renamed)) for home, (new, out, renamed) in homes.items()]
    return View(view.pages, (*view.layers, *layers))


def read_by_a_model(view: View) -> dict[str, str]:
    """What the frozen pages say, changed by nothing but the amendments."""
    said = texts(View(view.pages))
    done = set()
    for page in view.pages:
        for one in view.amendments.get(page.digest, ()):
            if id(one) in done:
                continue
            done.add(id(one))
            before = said.pop(one.moved_from or one.path, "")
            if not one.removed:
                said[one.path] = applied("" if one.created else before, one.spans)
    return said


@settings(max_examples=60, deadline=None)
@given(FILES, st.lists(st.tuples(FILES, st.sampled_from(["leave", "freeze", "set apart"])), max_size=6))
def test_the_view_is_what_the_files_say_over_any_history(
    first: dict[str, str], history: list[tuple[dict[str, str], str]]
) -> None:
    view = frozen(first)
    for files, step in history:
        view = changed(view, files)
        assert texts(view) == files
        if step == "freeze" and view.pages:
            view = compacted(view, group_of(view, view.pages[0].digest), BUDGET)
        for page in view.pages if step == "set apart" else ():
            view = set_apart(view, page.digest, BUDGET)
            assert page in view.pages
        assert texts(view) == files
        assert read_by_a_model(view) == files
        if not view.pages:
            return


@settings(max_examples=60, deadline=None)
@given(FILES, st.lists(FILES, min_size=1, max_size=4))
def test_what_stands_behind_a_page_only_grows(first: dict[str, str], history: list[dict[str, str]]) -> None:
    view = frozen(first)
    for files in history:
        after = changed(view, files)
        assert after.pages == view.pages
        for home, amendments in view.amendments.items():
            assert after.amendments[home][: len(amendments)] == amendments
        view = after


@settings(max_examples=60, deadline=None)
@given(FILES, st.lists(FILES, min_size=1, max_size=4))
def test_amendments_alone_turn_the_frozen_text_into_the_files(
    first: dict[str, str], history: list[dict[str, str]]
) -> None:
    view = frozen(first)
    for files in history:
        view = changed(view, files)
        assert read_by_a_model(view) == files


def test_a_rename_costs_a_model_no_text() -> None:
    view = changed(frozen({"a/one.md": "alpha\n" * 50, "c.txt": "x\n"}), {"a/two.md": "alpha\n" * 50, "c.txt": "x\n"})
    (change,) = [one for amendments in view.amendments.values() for one in amendments][:1]
    assert (change.path, change.moved_from, change.shown) == ("a/two.md", "a/one.md", ())


def test_freezing_one_page_anew_leaves_the_others_and_their_layers() -> None:
    files = {f"{folder}/file.md": "word " * 90 + "\n" for folder in "abc"}
    view = changed(frozen(files), {path: f"{text}more\n" for path, text in files.items()})
    assert len(view.pages) == 3
    after = compacted(view, group_of(view, view.pages[1].digest), 260)
    assert (after.pages[0], after.pages[2]) == (view.pages[0], view.pages[2])
    assert {layer.home for layer in after.layers} == {view.pages[0].digest, view.pages[2].digest}
    assert texts(after) == texts(view)


def test_what_is_new_behind_a_page_is_set_apart_and_the_page_stays() -> None:
    first = {"a/one.md": "alpha\n" * 10, "a/two.md": "beta\n" * 8}
    view = changed(frozen(first), {"a/new.md": "gamma\n" * 40, "a/one.md": "alpha\n" * 9 + "changed\n"})
    after = set_apart(view, view.pages[0].digest, BUDGET)
    assert after.pages[0] == view.pages[0]
    assert {entry.path for page in after.pages[1:] for entry in page.table} == {"a/new.md"}
    assert [layer.paths for layer in after.layers] == [["a/two.md", "a/one.md"]]
    assert texts(after) == texts(view)


def test_what_only_moved_stays_in_its_page_when_the_rest_is_set_apart() -> None:
    view = changed(frozen({"a/one.md": "alpha\n" * 30}), {"a/two.md": "alpha\n" * 30})
    view = changed(view, {"a/three.md": "alpha\n" * 30, "a/new.md": "gamma\n" * 9})
    after = set_apart(view, view.pages[0].digest, BUDGET)
    assert [(layer.gone, layer.moved) for layer in after.layers] == [((), (("a/one.md", "a/three.md"),))]
    assert burden_of(after, view.pages[0].digest, 200).new == 0
