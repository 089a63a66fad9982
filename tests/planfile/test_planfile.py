"""A saved plan comes back as it was, or not at all."""

from __future__ import annotations

import json
import os
import stat
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbxsync import planfile
from pbxsync.errors import PlanError, PlanFileError, UsageError
from pbxsync.model.plan import Plan, TenantPlan
from pbxsync.planfile import disk
from pbxsync.planfile.write import digest_of
from tests.render import samples
from tests.render.harmless import assert_harmless
from tests.render.strategies import hostile, plans

if TYPE_CHECKING:
    from collections.abc import Callable

BOUNDED = settings(max_examples=80, deadline=None)


def signed(document: dict[str, Any]) -> str:
    """The text of a document that somebody changed and gave a right digest."""
    rest = {key: value for key, value in document.items() if key != "digest"}
    return json.dumps({**rest, "digest": digest_of(rest)})


def refusal(content: str | bytes, name: str = "x.plan") -> str:
    with pytest.raises(PlanFileError) as caught:
        planfile.parse(content, name)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert_harmless(sentence)
    return sentence


# the document


def test_the_document_has_the_keys_of_the_contract_in_their_order() -> None:
    document = planfile.document(samples.FULL)
    contract = ["format_version", "pbxsync_version", "created_at", "url", "complete", "summary", "tenants"]
    assert [key for key in document if key in contract] == contract
    assert document["format_version"] == "1.1"
    assert list(document["summary"]) == ["tenants", "add", "update", "unchanged", "unmanaged", "failed"]
    tenant = document["tenants"][0]
    assert [key for key in tenant if key in {"tenant", "error", "unchanged", "changes", "unmanaged"}] == [
        "tenant",
        "error",
        "unchanged",
        "changes",
        "unmanaged",
    ]
    update, add = tenant["changes"]
    assert update["live"] == "sha256:ab"
    assert "live" not in add
    assert add["diff"][1] == {
        "field": "type",
        "label": None,
        "before": None,
        "after": "FORWARD",
        "before_id": None,
        "after_id": "1",
    }


def test_unmanaged_rows_are_in_it_only_when_asked_for_and_their_count_always() -> None:
    short, long = (planfile.document(samples.FULL, verbose=verbose)["tenants"][0] for verbose in (False, True))
    assert short["unmanaged"] == []
    assert long["unmanaged"][0] == {"id": "67", "name": "Old fax", "type": "FORWARD"}
    assert short["unmanaged_count"] == long["unmanaged_count"] == 2


def test_a_sensitive_row_has_a_fingerprint_and_no_values() -> None:
    row = planfile.document(samples.FULL)["tenants"][3]["changes"][0]["diff"][2]
    assert row == {
        "field": "param2",
        "label": "api_key",
        "before": None,
        "after": None,
        "sensitive": True,
        "fingerprint": "hmac-sha256:00",
    }


@BOUNDED
@given(plans(), st.booleans())
def test_the_text_is_harmless_and_parses_to_the_document(plan: Plan, verbose: bool) -> None:
    text = planfile.text(plan, verbose=verbose)
    assert_harmless(text)
    assert json.loads(text) == planfile.document(plan, verbose=verbose)


@BOUNDED
@given(plans())
def test_a_plan_comes_back_as_it_was(plan: Plan) -> None:
    text = planfile.text(plan, verbose=True)
    assert planfile.parse(text, "x.plan") == plan
    assert planfile.parse(text.encode(), "x.plan") == plan
    assert planfile.document(plan, verbose=True)["digest"] == planfile.digest(plan)


# what is refused


def test_a_newer_major_version_is_refused_by_name_whatever_else_it_holds() -> None:
    sentence = refusal('{"format_version": "2.0", "all": "else differs"}')
    assert "made by a newer pbxsync, format 2.0; this one reads 1.x" in sentence


def test_a_newer_minor_version_is_read_and_what_it_adds_is_ignored() -> None:
    document = planfile.document(samples.FULL) | {"format_version": "1.7", "mood": {"value": 1.5}}
    document["tenants"][0]["changes"][0]["reason"] = "new"
    back = planfile.parse(signed(document), "x.plan")
    assert planfile.document(back) == planfile.document(samples.FULL)


@pytest.mark.parametrize("version", ["0.9", "1", "1.0.0", "", "one", "1.x", "01.0", 1.0, None, "9" * 5000 + ".0"])
def test_a_version_that_is_none_is_refused(version: object) -> None:
    assert "format" in refusal(signed(planfile.document(samples.FULL) | {"format_version": version}))


def test_a_plan_that_was_changed_by_hand_is_refused() -> None:
    text = planfile.text(samples.FULL)
    assert "does not match its digest" in refusal(text.replace("0636287454", "0636287455"))


CONTENTS: list[tuple[str | bytes, str]] = [
    ("", "not JSON"),
    ("{", "not JSON"),
    ("[]", "not a JSON object"),
    ("{}", "no format_version"),
    ("null", "not a JSON object"),
    ("\ufeff{}", "not JSON"),
    (b"\xff\xfe{\x00", "not UTF-8"),
    (b"\x00" * 100, "not JSON"),
    ("[" * 200_000, "nested"),
    ('{"a":' * 200_000, "nested"),
    ('{"format_version": "1.0", "digest": "", "x": ' + "[" * 900 + "]" * 900 + "}", "digest"),
    ('{"format_version": "1.0", "format_version": "1.0"}', "twice"),
    ('{"::error::\\u202e": 1, "::error::\\u202e": 1}', "twice"),
    ('{"format_version": NaN}', "NaN"),
    ('{"format_version": -Infinity}', "Infinity"),
    ('{"format_version": 1e999}', "out of range"),
    ('{"format_version": ' + "9" * 100_000 + "}", "digits"),
    ('{"format_version": "1.0"}', "digest"),
    ('{"format_version": "1.0", "digest": 5}', "digest"),
]


@pytest.mark.parametrize(("content", "fact"), CONTENTS, ids=range(len(CONTENTS)))
def test_what_is_no_plan_is_refused_in_one_sentence(content: str | bytes, fact: str) -> None:
    assert fact in refusal(content)


def test_the_sentence_names_the_file_harmlessly() -> None:
    assert refusal("", "plans/\x1b[31m.plan").startswith("plans/\\u001b[31m.plan cannot be used as a saved plan")


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_plan_cut_short_anywhere_is_refused(data: st.DataObject) -> None:
    text = planfile.text(samples.FULL)
    refusal(text[: data.draw(st.integers(0, len(text) - 1))])


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_plan_with_a_byte_changed_is_refused_or_means_the_same(data: st.DataObject) -> None:
    content = bytearray(planfile.text(samples.DEMO_PLAN, verbose=True).encode())
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        plan = planfile.parse(bytes(content), "x.plan")
    except PlanFileError:
        return
    assert plan == samples.DEMO_PLAN


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | hostile,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(hostile, inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_well_signed_document_of_any_shape_is_a_plan_or_refused(data: st.DataObject) -> None:
    document = json.loads(planfile.text(samples.FULL, verbose=True))
    holder: Any = document
    while True:
        key = data.draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
        if not (isinstance(holder[key], dict | list) and holder[key] and data.draw(st.booleans())):
            break
        holder = holder[key]
    if data.draw(st.booleans()):
        del holder[key]
    else:
        holder[key] = data.draw(json_values)
    try:
        planfile.parse(signed(document), "x.plan")
    except PlanFileError as error:
        assert_harmless(str(error))


def change(index: int = 0, **values: object) -> Callable[[dict[str, Any]], None]:
    """Change keys of a change of the first tenant; `...` takes one away."""

    def spoil(document: dict[str, Any]) -> None:
        put(document["tenants"][0]["changes"][index], values)

    return spoil


def row(index: int, number: int, **values: object) -> Callable[[dict[str, Any]], None]:
    """Change keys of a diff row of a change of the first tenant."""

    def spoil(document: dict[str, Any]) -> None:
        put(document["tenants"][0]["changes"][index]["diff"][number], values)

    return spoil


def tenant(**values: object) -> Callable[[dict[str, Any]], None]:
    return lambda document: put(document["tenants"][0], values)


def top(**values: object) -> Callable[[dict[str, Any]], None]:
    return lambda document: put(document, values)


def put(target: dict[str, Any], values: dict[str, object]) -> None:
    for key, value in values.items():
        if value is ...:
            del target[key]
        else:
            target[key] = value


SPOILED: list[tuple[Callable[[dict[str, Any]], None], str]] = [
    (top(url=""), "url must not be empty"),
    (top(url=...), "url must be a string"),
    (top(created_at="yesterday"), "created_at must be a time"),
    (top(complete=False), "complete does not match"),
    (top(complete=1), "complete must be true or false"),
    (top(summary={}), "tenants must be a whole number"),
    (top(summary=[]), "summary must be an object"),
    (top(tenants={}), "tenants must be a list"),
    (top(tenants=[1]), "tenants[0] must be an object"),
    (tenant(tenant=""), "tenants[0].tenant must not be empty"),
    (tenant(unchanged=-1), "tenants[0].unchanged must be a whole number"),
    (tenant(unchanged=True), "tenants[0].unchanged must be a whole number"),
    (tenant(unchanged=9), "summary.unchanged does not match"),
    (tenant(error="failed"), "tenants[0].changes must be empty if there is an error"),
    (tenant(error=...), "tenants[0].error must be a string or null"),
    (tenant(warnings="x"), "tenants[0].warnings must be a list of strings"),
    (tenant(unmanaged=[{"id": "1", "name": "", "type": ""}]), "unmanaged does not match its count"),
    (change(action="delete"), 'changes[0].action must be "add" or "update"'),
    (change(id=None), "changes[0].id must be a number in quotes"),
    (change(id="0"), "changes[0].id must be a number in quotes"),
    (change(id="²"), "changes[0].id must be a number in quotes"),
    (change(id="67&object=x"), "changes[0].id must be a number in quotes"),
    (change(live=...), "changes[0].live must be there"),
    (change(live=None), "changes[0].live must be a string"),
    (change(diff=[]), "changes[0].diff must not be empty"),
    (change(name="Another"), "changes[0].name is not the name in its diff"),
    (row(0, 1, field="name", after="Boss private phone"), "changes[0].diff has a field twice"),
    (row(0, 0, field="param21"), "diff[0].field must be name, type or param1 to param20"),
    (row(0, 0, field="cu_id"), "diff[0].field must be name, type or param1 to param20"),
    (row(0, 0, after=None), "diff[0].after must be a string"),
    (row(0, 0, before=None), "changes[0].diff has no value before an update"),
    (row(0, 0, before=...), "diff[0].before must be a string or null"),
    (row(0, 1, sensitive=True), "diff[1].fingerprint must be a string"),
    (row(0, 1, sensitive=True, fingerprint="x"), "diff[1].after must be null if it is sensitive"),
    (row(1, 1, sensitive=True, fingerprint="x"), "diff[1].sensitive does not belong to a type"),
    (change(1, id="5"), "changes[1].id must be null for an add"),
    (change(1, live="x"), "changes[1].live belongs to updates only"),
    (row(1, 2, before="x"), "changes[1].diff has a value before an add"),
    (row(1, 1, before_id="1"), "changes[1].diff has a value before an add"),
    (row(1, 1, after_id=None), "diff[1].after_id must be a string"),
    (row(1, 1, after_id="FORWARD"), "diff[1].after_id must be a number in quotes"),
    (row(1, 1, after_id="1" * 5000), "diff[1].after_id must be a number in quotes"),
    (row(1, 1, field="param2"), "changes[1].diff needs name and type for an add"),
]


@pytest.mark.parametrize(("spoil", "fact"), SPOILED, ids=[fact for _, fact in SPOILED])
def test_a_plan_that_pbxsync_would_not_write_is_refused_by_place(
    spoil: Callable[[dict[str, Any]], None], fact: str
) -> None:
    document = planfile.document(samples.FULL)
    spoil(document)
    assert fact in refusal(signed(document))


def test_one_tenant_or_id_or_new_name_twice_is_refused() -> None:
    twice = planfile.document(samples.plan(samples.DEMO, samples.DEMO))
    assert 'contain tenant "DEMO" twice' in refusal(signed(twice))
    other = replace(samples.DEMO, tenant="OTHER")
    assert "contain id 286 twice" in refusal(signed(planfile.document(samples.plan(samples.DEMO, other))))
    adds = TenantPlan("A", (samples.add("A", "x"), samples.add("A", "x")))
    assert 'contain the add of "x" to tenant "A" twice' in refusal(signed(planfile.document(samples.plan(adds))))


# files


def test_a_saved_plan_is_loaded_as_it_was_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "plan.out"
    path.write_text("old")
    path.chmod(0o644)
    old_mask = os.umask(0)
    try:
        planfile.save(samples.FULL, path, verbose=True)
    finally:
        os.umask(old_mask)
    assert planfile.load(path) == samples.FULL
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["plan.out"]


def test_an_incomplete_plan_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"incomplete \(13 of 14 tenants failed\).*--tenant"):
        planfile.save(samples.BROKEN, tmp_path / "plan.out")
    assert not list(tmp_path.iterdir())


def test_a_planted_symlink_is_refused_and_its_target_untouched(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "plan.out"
    target.write_text("mine")
    link.symlink_to(target)
    with pytest.raises(PlanFileError, match="symbolic link"):
        planfile.save(samples.FULL, link)
    assert target.read_text() == "mine"
    link.unlink()
    link.symlink_to(tmp_path / "nowhere")
    with pytest.raises(PlanFileError, match="symbolic link"):
        planfile.save(samples.FULL, link)
    assert not (tmp_path / "nowhere").exists()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(PlanFileError, match=r"not saved as .*/no/plan: its folder does not exist"):
        planfile.save(samples.FULL, tmp_path / "no" / "plan")
    with pytest.raises(PlanFileError, match="it is a folder"):
        planfile.save(samples.FULL, tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(PlanFileError, match="not a regular file"):
        planfile.save(samples.FULL, tmp_path / "pipe")
    with pytest.raises(PlanFileError, match="the name is too long"):
        planfile.save(samples.FULL, tmp_path / ("x" * 300))


@pytest.mark.skipif(not os.access("/dev/full", os.W_OK), reason="needs /dev/full")
def test_a_full_disk_leaves_the_old_file_and_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "plan.out"
    path.write_text("old")

    def full(handle: int, _mode: str) -> IO[bytes]:
        os.close(handle)
        return Path("/dev/full").open("wb")

    monkeypatch.setattr("os.fdopen", full)
    with pytest.raises(PlanFileError, match="the disk is full"):
        planfile.save(samples.FULL, path)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["plan.out"]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(PlanFileError, match=r"/none cannot be read: there is no such file"):
        planfile.load(tmp_path / "none")
    with pytest.raises(PlanFileError, match="it is a folder"):
        planfile.load(tmp_path)


def test_a_plan_over_the_size_limit_is_neither_saved_nor_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "plan.out"
    planfile.save(samples.FULL, path)
    monkeypatch.setattr(disk, "LIMIT", 1000)
    with pytest.raises(PlanFileError, match="larger than"):
        planfile.load(path)
    with pytest.raises(PlanError, match="split it with --tenant or --shard"):
        planfile.save(samples.FULL, path)


def test_a_file_far_over_the_limit_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "big"
    with path.open("wb") as file:
        file.truncate(2**40)
    monkeypatch.setattr(disk, "LIMIT", 2**20)
    tracemalloc.start()
    try:
        with pytest.raises(PlanFileError, match="larger than 1 MiB"):
            planfile.load(path)
        assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    finally:
        tracemalloc.stop()


# several as one


def shards() -> list[tuple[str, Plan]]:
    return [
        ("b.plan", replace(samples.plan(samples.NEW, samples.ODD), created_at="2031-05-04T09:29:59Z")),
        ("a.plan", samples.plan(samples.DEMO)),
        ("c.plan", samples.plan(samples.IDLE)),
    ]


def test_joined_plans_are_the_plan_of_one_run_whatever_their_order() -> None:
    expected = replace(samples.FULL, created_at="2031-05-04T09:29:59Z")
    given = shards()
    assert (
        planfile.combine(given)
        == planfile.combine(given[::-1])
        == planfile.combine([given[1], given[2], given[0]])
        == expected
    )


def test_one_tenant_in_two_files_names_both() -> None:
    given = [*shards(), ("d.plan", samples.plan(samples.IDLE))]
    for order in (given, given[::-1]):
        with pytest.raises(PlanError, match=r'^c.plan and d.plan both contain tenant "IDLE"'):
            planfile.combine(order)


def test_plans_of_two_pbxs_are_not_joined() -> None:
    other = replace(samples.plan(samples.IDLE), url="https://other.example/proxyapi.php")
    with pytest.raises(PlanError, match=r"a.plan is a plan for .* and z.plan for .*other.example"):
        planfile.combine([("z.plan", other), ("a.plan", samples.FULL)])


def test_no_plan_at_all_is_a_misuse() -> None:
    with pytest.raises(UsageError, match="no plan"):
        planfile.combine([])
