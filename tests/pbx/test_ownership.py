"""Whose rows are whose: by their `cu_te_id` where it is told, else by where else their ids are listed."""

from __future__ import annotations

import pytest

from pbxsync.errors import Unrecognised
from pbxsync.pbx.ownership import Ownership
from pbxsync.pbx.shapes import Row, ShapeError


def row(number: int, tenant_id: str | None = None) -> Row:
    return Row(str(number), f"D{number}", "1", None, None, tenant_id)


def rows(*told: tuple[int, str | None]) -> list[Row]:
    return [row(*each) for each in told]


def ids(of: tuple[Row, ...]) -> list[str]:
    return [each.id for each in of]


@pytest.mark.parametrize("nobody", ["", "0"])
def test_a_row_of_no_tenant_is_shared(nobody: str) -> None:
    own, shared, doubtful = Ownership().listed("A", rows((1, "42"), (2, nobody), (3, None)))
    assert (ids(own), ids(shared), doubtful) == (["1", "3"], ["2"], ())


def test_most_rows_of_a_list_tell_whose_it_is() -> None:
    own, shared, _ = Ownership().listed("A", rows((1, "42"), (2, "42"), (3, "43")))
    assert (ids(own), ids(shared)) == (["1", "2"], ["3"])


@pytest.mark.parametrize("told", [("42", "43"), ("42", "42", "43", "43"), ("42", "42", "43", "44")])
def test_without_a_majority_nobody_can_tell(told: tuple[str, ...]) -> None:
    with pytest.raises(ShapeError, match="their cu_te_id differs: 42, 43"):
        Ownership().listed("A", [row(number, tenant_id) for number, tenant_id in enumerate(told, 1)])


def test_what_every_list_has_beside_others_is_shared_also_where_it_is_the_most() -> None:
    ownership = Ownership()
    lists = {
        "A": rows((1, "42"), (8, "99"), (9, "99")),
        "B": rows((2, "43"), (8, "99")),
        "C": rows((8, "99"), (9, "99")),
    }
    for tenant, listed in lists.items():
        if tenant != "B":
            ownership.listed(tenant, listed)
    with pytest.raises(ShapeError):
        ownership.listed("B", lists["B"])
    assert set(ownership.settle()) == {"A", "B", "C"}
    again = {tenant: ownership.listed(tenant, listed) for tenant, listed in lists.items()}
    assert {tenant: ids(own) for tenant, (own, _, _) in again.items()} == {"A": ["1"], "B": ["2"], "C": []}
    assert (ownership.settle(), ownership.conflicts()) == ((), {})


def test_lists_that_all_have_one_tenant_id_alone_conflict() -> None:
    ownership = Ownership()
    for tenant in ("A", "B"):
        ownership.listed(tenant, rows((1 if tenant == "A" else 2, "42")))
    assert ownership.settle() == ()
    assert set(ownership.conflicts()) == {"A", "B"}
    assert "(cu_te_id 42) for A and also for B" in ownership.conflicts()["A"]


def test_rows_of_another_tenant_of_the_run_conflict_though_they_are_few() -> None:
    ownership = Ownership()
    ownership.listed("A", rows((1, "42"), (2, "42")))
    ownership.listed("B", rows((3, "43"), (4, "43"), (1, "42")))
    ownership.listed("C", rows((5, "44")))
    assert set(ownership.conflicts()) == {"A", "B"}


@pytest.mark.parametrize("number", [1, 511, 512, 513, 10**18 - 1])
def test_an_id_that_two_lists_hold_is_noticed_wherever_it_is(number: int) -> None:
    ownership = Ownership()
    assert ownership.listed("A", rows((number, None)))[2] == ()
    assert ids(ownership.listed("B", rows((number, None), (number - 1 or 7, None)))[2]) == [str(number)]
    assert set(ownership.conflicts()) == {"A", "B"}
    assert f"destination {number} for A and also for B" in ownership.conflicts()["A"]


def test_a_tenant_that_is_listed_again_does_not_conflict_with_itself() -> None:
    ownership = Ownership()
    for _ in range(2):
        assert ownership.listed("A", rows((1, None), (2, None)))[2] == ()
    ownership.fetched("A", row(1, "42"))
    assert ownership.conflicts() == {}


def test_an_id_that_is_found_to_be_shared_is_so_for_all_and_the_first_list_is_read_again() -> None:
    ownership = Ownership()
    ownership.listed("A", rows((1, None), (9, None)))
    ownership.listed("B", rows((2, None), (9, None)))
    ownership.share(row(9, "0"))
    assert set(ownership.settle()) == {"A", "B"}
    assert ids(ownership.listed("A", rows((1, None), (9, None)))[1]) == ["9"]
    ownership.listed("B", rows((2, None), (9, None)))
    assert (ownership.settle(), ownership.conflicts()) == ((), {})


def test_rows_that_were_only_fetched_conflict_too() -> None:
    ownership = Ownership()
    for tenant, number in (("A", 1), ("B", 2)):
        ownership.fetched(tenant, row(number, "42"))
    assert set(ownership.conflicts()) == {"A", "B"}


def test_fetched_rows_tell_whose_they_are_if_the_list_does_not() -> None:
    ownership = Ownership()
    ownership.listed("A", rows((1, None), (2, None), (3, None)))
    assert not ownership.rests_on_one("A")
    ownership.fetched("A", row(1, "42"))
    ownership.fetched("A", row(1, "42"))
    assert ownership.rests_on_one("A"), "the same row again is no second witness"
    assert ownership.agrees("A")
    ownership.fetched("A", row(3, "43"))
    assert not ownership.rests_on_one("A")
    assert not ownership.agrees("A")
    with pytest.raises(Unrecognised, match="MANAGEDB CUSTOM get of A gives rows of several tenants"):
        ownership.is_shared("A", row(1, "42"))
    ownership.fetched("A", row(2, "42"))
    assert [ownership.is_shared("A", row(*each)) for each in ((1, "42"), (3, "43"), (4, "0"), (5, None))] == [
        False,
        True,
        True,
        False,
    ]


def test_many_tenants_of_one_conflict_are_named_as_a_few_and_a_number() -> None:
    ownership = Ownership()
    for number in range(10):
        ownership.listed(f"T{number}", rows((number + 1, "42")))
    assert "for T0 and also for T1, T2, T3, T4, T5 and 4 more" in ownership.conflicts()["T0"]


def test_a_conflict_says_what_both_have_and_that_nothing_is_written() -> None:
    ownership = Ownership()
    ownership.fetched("A", row(7))
    ownership.fetched("B", row(7))
    assert ownership.conflicts()["B"] == (
        "the PBX lists destination 7 for B and also for A: either they are one tenant, or a list is another tenant's."
        " Nothing is written to any of them"
    )


def test_a_shared_row_that_two_tenants_fetched_is_no_conflict() -> None:
    ownership = Ownership()
    for tenant in ("A", "B"):
        ownership.fetched(tenant, row(9, "0"))
    assert ownership.conflicts() == {}


def test_each_list_with_an_id_of_an_earlier_list_conflicts() -> None:
    ownership = Ownership()
    ownership.listed("A", rows((1, None), (2, None)))
    ownership.listed("B", rows((1, None)))
    ownership.listed("C", rows((2, None)))
    assert set(ownership.conflicts()) == {"A", "B", "C"}


def test_a_conflict_ends_if_the_id_is_gone_from_one_of_the_lists() -> None:
    ownership = Ownership()
    ownership.listed("A", rows((9, None)))
    ownership.listed("B", rows((9, None)))
    ownership.listed("B", rows((2, None)))
    assert ownership.conflicts() == {}


def test_a_tenant_known_by_most_rows_conflicts_with_a_list_that_has_one_of_its_rows() -> None:
    ownership = Ownership()
    ownership.listed("A", rows((1, "42"), (2, "42"), (3, "43")))
    ownership.listed("B", rows((4, "44"), (5, "44"), (6, "42")))
    assert set(ownership.conflicts()) == {"A", "B"}


def test_rows_that_do_not_tell_the_own_tenant_conflict_with_nobody() -> None:
    ownership = Ownership()
    for tenant, told in {"A": ((1, "42"), (2, "43")), "B": ((3, "42"), (4, "44"))}.items():
        for number, tenant_id in told:
            ownership.fetched(tenant, row(number, tenant_id))
    assert ownership.conflicts() == {}


def test_two_lists_are_enough_to_tell_which_rows_are_shared() -> None:
    ownership = Ownership()
    for tenant, listed in {"A": rows((1, "42"), (9, "99")), "B": rows((2, "43"), (9, "99"))}.items():
        with pytest.raises(ShapeError):
            ownership.listed(tenant, listed)
    assert set(ownership.settle()) == {"A", "B"}
    assert ids(ownership.listed("A", rows((1, "42"), (9, "99")))[1]) == ["9"]


def test_a_tenant_id_that_was_found_to_be_shared_remains_so() -> None:
    ownership = Ownership()
    ownership.share(row(8, "98"))
    ownership.listed("A", rows((1, "42"), (2, "42"), (9, "99")))
    ownership.listed("B", rows((3, "43"), (4, "43"), (9, "99")))
    ownership.settle()
    assert [ownership.is_shared("C", row(7, tenant_id)) for tenant_id in ("98", "99", "42")] == [True, True, False]


def test_other_rows_of_a_list_become_no_own_ones_before_it_is_read_again() -> None:
    ownership = Ownership()
    ownership.listed("A", rows((1, "42"), (2, "42"), (3, "43")))
    ownership.share(row(1, "42"))
    assert ownership.is_shared("A", row(3, "43"))
    assert ownership.settle() == ("A",)
