from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pbxsync.model.plan import Add, Change, TextDiff, Update
from pbxsync.planning.order import in_order, name_claimed, name_released


def rename(identity: int, before: str, after: str) -> Change:
    return Update("DEMO", str(identity), after, "x:1", (TextDiff("name", before, after),), "live")


def add(name: str) -> Change:
    return Add("DEMO", name, "x:1", (TextDiff("name", None, name),))


def test_a_name_is_given_up_before_it_is_taken() -> None:
    chain = [add("Z"), rename(1, "A", "B"), rename(2, "B", "C"), rename(3, "C", "D")]
    assert [change.name for change in in_order(chain)] == ["D", "C", "B", "Z"]


def test_without_names_in_common_the_order_of_the_files_stays() -> None:
    plain = [rename(1, "A", "B"), rename(2, "C", "D"), rename(3, "E", "F")]
    assert in_order(plain) == tuple(plain)


def test_a_ring_of_names_ends() -> None:
    ring = [rename(1, "A", "B"), rename(2, "B", "C"), rename(3, "C", "A")]
    assert {change.id for change in in_order(ring)} == {"1", "2", "3"}


@given(st.lists(st.tuples(st.sampled_from("ABCDE"), st.sampled_from("ABCDEVWXYZ")), max_size=8), st.integers(0, 2))
def test_nothing_is_lost_and_no_name_is_taken_too_early(pairs: list[tuple[str, str]], adds: int) -> None:
    chosen = {after: before for before, after in pairs if before != after}
    changes = [rename(number, before, after) for number, (after, before) in enumerate(chosen.items(), 1)]
    changes += [add(f"new {number}") for number in range(adds)]
    ordered = in_order(reversed(changes))
    assert len(ordered) == len(changes)
    assert set(ordered) == set(changes)
    assert [change.action for change in ordered] == sorted((change.action for change in ordered), reverse=True)
    for at, change in enumerate(ordered):
        late = {name_released(each) for each in ordered[at:]} - {None}
        if name_claimed(change) in late:
            assert _ring(change, ordered), "only in a ring may a name be taken that is not free yet"


def _ring(change: Change, changes: tuple[Change, ...]) -> bool:
    """Whether one comes back to a change by following who gives up the name that is taken."""
    seen: set[str | None] = set()
    open_names = {name_claimed(change)}
    while open_names:
        name = open_names.pop()
        for each in changes:
            if name_released(each) == name and each.id not in seen:
                if each.id == change.id:
                    return True
                seen.add(each.id)
                open_names.add(name_claimed(each))
    return False
