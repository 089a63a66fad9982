"""Shards: every tenant in exactly one, evenly, whatever the order, and mostly the same when tenants come and go."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxsync.errors import UsageError
from pbxsync.planning.shards import Shard, parse

CODES = st.lists(st.from_regex(r"[A-Z]{1,6}", fullmatch=True), unique=True, max_size=60)


@given(CODES, st.integers(1, 12), st.randoms())
def test_every_tenant_is_in_exactly_one_shard_whatever_the_order(codes: list[str], count: int, chance: object) -> None:
    shuffled = list(codes)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis's Random
    shards = [Shard(number, count).of(codes) for number in range(1, count + 1)]
    assert sorted(code for shard in shards for code in shard) == sorted(codes)
    assert shards == [Shard(number, count).of(shuffled) for number in range(1, count + 1)]
    assert max(map(len, shards)) <= -(-len(codes) // count)


def test_most_tenants_stay_when_one_comes() -> None:
    before = [f"T{number:04}" for number in range(800)]
    moved = sum(
        len(set(Shard(number, 8).of(before)) - set(Shard(number, 8).of([*before, "NEW"]))) for number in range(1, 9)
    )
    assert moved < 80


@pytest.mark.parametrize("text", ["0/8", "9/8", "1", "1/0", "a/b", "1/8/2", "", "-1/8", "1/99999"])
def test_what_is_no_shard_is_refused_with_what_one_looks_like(text: str) -> None:
    with pytest.raises(UsageError, match="use I/N, for example 1/8"):
        parse(text)
