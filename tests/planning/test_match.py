"""Which entry is which live destination: by id, else by exact name, else by renamed_from; a doubt is never a pick."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbxsync.errors import MatchError
from pbxsync.model.entry import Entry, Place
from pbxsync.planning.match import match

NAMES = st.sampled_from(["a", "b", "c", "A", " a", "a ", "é", "e\u0301", ""])
LIVE = st.lists(NAMES, max_size=6).map(lambda names: [(str(number), name) for number, name in enumerate(names, 1)])


def entry(name: str | None, identity: str | None = None, renamed_from: str | None = None, line: int = 1) -> Entry:
    return Entry("T", Place("t.yaml", line, 3), identity, name, None, (), renamed_from, clear_unlisted=False)


@st.composite
def entries(draw: st.DrawFn) -> list[Entry]:
    found = []
    for line in range(1, draw(st.integers(1, 6))):
        identity = draw(st.none() | st.integers(1, 7).map(str))
        name = draw(NAMES) if identity is None else draw(st.none() | NAMES)
        found.append(entry(name, identity, draw(st.none() | NAMES), line))
    return found


def candidates(each: Entry, live: list[tuple[str, str]]) -> list[str]:
    """What an entry means, as the words of the contract have it; more than one or a missing id is a doubt."""
    if each.id is not None:
        return [each.id] if each.id in dict(live) else ["?", "?"]
    named = [identity for identity, name in live if name == (each.name or "")]
    if named or each.renamed_from is None:
        return named
    return [identity for identity, name in live if name == each.renamed_from]


@settings(max_examples=400, deadline=None)
@given(entries(), LIVE)
def test_every_match_is_the_one_that_is_meant_and_every_doubt_is_an_error(
    wanted: list[Entry], live: list[tuple[str, str]]
) -> None:
    meant = [candidates(each, live) for each in wanted]
    used = Counter(identity for each in meant for identity in each[:1] if len(each) == 1)
    doubtful = any(len(each) > 1 for each in meant) or any(count > 1 for count in used.values())
    if doubtful:
        with pytest.raises(MatchError) as refused:
            match(wanted, live)
        assert all(line.startswith("t.yaml:") for line in str(refused.value).splitlines())
        return
    found = match(wanted, live)
    assert [identity for _, identity in found.pairs] == [each[0] if each else None for each in meant]
    assert found.unmanaged == tuple(identity for identity, _ in live if identity not in used)


def test_two_live_ones_of_one_name_are_named_with_their_ids_and_the_line() -> None:
    with pytest.raises(MatchError) as refused:
        match([entry("a", line=7)], [("1", "a"), ("2", "a")])
    assert str(refused.value) == (
        't.yaml:7:3: 2 live destinations of T have the name "a" (ids 1, 2): pin one of them with id'
    )


def test_two_entries_that_match_one_live_object_are_named_with_both_lines_and_its_id() -> None:
    with pytest.raises(MatchError) as refused:
        match([entry("a", line=3), entry(None, "1", line=9)], [("1", "a")])
    assert str(refused.value) == (
        "t.yaml:9:3: matches the live destination 1 of T, and so does t.yaml:3:3: only one of them can have it"
    )


def test_an_id_that_is_not_live_is_an_error_and_never_an_add() -> None:
    with pytest.raises(MatchError) as refused:
        match([entry("a", "5")], [("1", "a")])
    assert str(refused.value) == (
        "t.yaml:1:3: destination 5 is not live in T. The PBX chooses ids: to add a destination, leave the id out"
    )


def test_two_live_ones_of_the_old_name_are_a_doubt_too() -> None:
    with pytest.raises(MatchError) as refused:
        match([entry("new", renamed_from="old")], [("1", "old"), ("2", "old")])
    assert str(refused.value) == (
        't.yaml:1:3: 2 live destinations of T have the name in renamed_from, "old" (ids 1, 2): pin one of them with id'
    )


def test_every_entry_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(MatchError) as refused:
        match([entry(None, "5", line=1), entry("a", line=2), entry(None, "6", line=3)], [("1", "a")])
    assert [line.split(":")[1] for line in str(refused.value).splitlines()] == ["1", "3"]


def test_renamed_from_matches_once_and_is_a_no_op_after() -> None:
    renamed = entry("new", renamed_from="old")
    assert match([renamed], [("1", "old")]).pairs == ((renamed, "1"),)
    after = match([renamed], [("1", "new")])
    assert (after.pairs, after.warnings) == (((renamed, "1"),), ())


def test_renamed_from_that_is_live_beside_the_new_name_is_left_and_warned_of() -> None:
    found = match([entry("new", renamed_from="old")], [("1", "new"), ("2", "old"), ("3", "old")])
    assert found.pairs[0][1] == "1"
    assert found.warnings == (
        't.yaml:1:3: "new" is already live, so renamed_from "old" (id 2, 3) does not apply and is left untouched',
    )


@pytest.mark.parametrize(("name", "old"), [("", "old"), ("new", "")])
def test_a_name_that_is_empty_is_shown_as_such(name: str, old: str) -> None:
    (warning,) = match([entry(name, renamed_from=old)], [("1", name), ("2", old)]).warnings
    assert f'"{name}" is already live, so renamed_from "{old}" (id ' in warning
    assert 'the name "" differs' in match([entry("")], [("1", " ")]).warnings[0]


def test_an_entry_with_an_id_says_what_it_is_and_leaves_no_name_behind() -> None:
    assert match([entry("new", "1", renamed_from="old")], [("1", "new"), ("2", "old")]).warnings == ()
    assert match([entry("A", "1")], [("1", "a")]).warnings == ()


def test_a_new_name_that_another_live_one_has_and_keeps_is_warned_of() -> None:
    live = [("1", "Boss"), ("2", "Night"), ("3", "Night")]
    (warning,) = match([entry("Night", "1")], live).warnings
    assert warning == (
        't.yaml:1:3: another live destination (id 2, 3) is already named "Night": two will have this name, and only their'
        " ids tell them apart"
    )
    assert not match([entry("Night", "2")], live).warnings, "it has that name already"
    swap = [entry("Night", "1"), entry("Boss", "2", line=2), entry("Desk", "3", line=3)]
    assert not match(swap, live).warnings, "each gives its name up"


@pytest.mark.parametrize("live", ["A", " a", "a ", "a\u200a"])
def test_names_that_differ_only_in_case_or_outer_blanks_are_warned_of(live: str) -> None:
    found = match([entry("a")], [("1", live)])
    assert found.pairs[0][1] is None
    assert "differs from that of the live destination 1" in found.warnings[0]


def test_all_that_is_odd_about_names_is_warned_of_though_each_entry_has_its_match() -> None:
    wanted = [entry("Boss"), entry("new", renamed_from="old", line=2)]
    near, left = match(wanted, [("1", "Boss"), ("2", "boss"), ("3", "new"), ("4", "old")]).warnings
    assert "differs from that of the live destination 2" in near
    assert '"new" is already live, so renamed_from "old"' in left


def test_each_entry_is_warned_of_a_few_names_that_are_alike() -> None:
    wanted = [entry(None, "9", line=1), entry("a", line=2), entry("b", line=3)]
    found = match(wanted, [("9", "c"), ("1", "A"), ("2", " a"), ("3", "a "), ("4", " A"), ("5", "B")])
    assert [warning.split(":")[1] for warning in found.warnings] == ["2", "2", "2", "3"]


def test_a_fleet_of_names_that_are_alike_takes_no_time() -> None:
    live = [(str(number), "x" * 5 + " " * number) for number in range(1, 3000)]
    wanted = [entry(f"X{' ' * number}", line=number) for number in range(1, 3000)]
    assert len(match(wanted, live).pairs) == 2999
