"""A journal is read back to the letter, and what is not one to the letter is refused with its line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pbxsync.errors import JournalError
from pbxsync.journal.read import After, JournalContent, JournalField, Write, read_journal
from pbxsync.model.plan import Action
from pbxsync.model.report import Status

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://pbx.example/pbx/proxyapi.php"
RUN: dict[str, Any] = {"kind": "run", "journal": "1.7", "url": URL}
PARAM: dict[str, Any] = {"field": "param1", "old": "1", "new": "2"}
BEFORE: dict[str, Any] = {
    "kind": "before",
    "n": 1,
    "action": "update",
    "tenant": "DEMO",
    "id": "67",
    "name": "Boss",
    "live": "sha256:plain:0:0",
    "diff": [PARAM],
}
ADD: dict[str, Any] = BEFORE | {"n": 2, "action": "add", "id": None, "live": None, "name": "Night"}
AFTER: dict[str, Any] = {"kind": "after", "n": 1, "status": "done", "id": "67", "live": "sha256:1", "untouched": False}
BOSS = Write(Action.UPDATE, "DEMO", "67", "Boss", "sha256:plain:0:0", (JournalField("param1", "1", "2"),))
NO_LINE = "not a line of a journal: name the .jsonl file of an apply"


def journal(folder: Path, *lines: dict[str, Any] | str) -> Path:
    path = folder / "run.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) + "\n" for line in lines]
    path.write_text("".join(texts), encoding="utf-8")
    return path


def refusal(folder: Path, *lines: dict[str, Any] | str) -> str:
    path = journal(folder, *lines)
    with pytest.raises(JournalError) as refused:
        read_journal(path)
    return str(refused.value).replace(str(path), "FILE")


def test_a_write_is_read_with_what_became_of_it(tmp_path: Path) -> None:
    done = After(Status.DONE, "67", "sha256:1", untouched=False)
    night = Write(Action.ADD, "DEMO", "68", "Night", None, BOSS.diff, After(Status.UNKNOWN, "68", None, untouched=True))
    rest = {"n": 2, "status": "unknown", "id": "68", "live": None, "untouched": True}
    found = read_journal(journal(tmp_path, RUN, BEFORE, ADD, AFTER | rest, AFTER))
    assert found == JournalContent(URL, (Write(*_fields(BOSS), done), night))
    assert not found.writes[0].diff[0].sensitive


def _fields(write: Write) -> tuple[Action, str, str | None, str, str | None, tuple[JournalField, ...]]:
    return write.action, write.tenant, write.id, write.name, write.live, write.diff


def test_a_write_of_which_nobody_knows_what_became_is_open(tmp_path: Path) -> None:
    assert read_journal(journal(tmp_path, RUN, BEFORE)).writes == (BOSS,)
    assert read_journal(journal(tmp_path, RUN, BEFORE, json.dumps(AFTER))).writes == (BOSS,), "without a line break"
    assert read_journal(journal(tmp_path, RUN, "{")) == JournalContent(URL, ())


def test_the_id_of_an_update_is_the_one_that_was_written_to(tmp_path: Path) -> None:
    for other in ("68", None):
        (write,) = read_journal(journal(tmp_path, RUN, BEFORE, AFTER | {"id": other})).writes
        assert (write.id, write.after and write.after.id) == ("67", other)


def test_untouched_is_what_says_so_plainly(tmp_path: Path) -> None:
    for value in (1, "true", None):
        (write,) = read_journal(journal(tmp_path, RUN, BEFORE, AFTER | {"untouched": value})).writes
        assert write.after
        assert write.after.untouched is False


def test_several_runs_number_their_writes_from_one_each(tmp_path: Path) -> None:
    found = read_journal(journal(tmp_path, RUN, BEFORE, RUN, BEFORE | {"tenant": "FINE"}, AFTER))
    assert [(write.tenant, write.after is None) for write in found.writes] == [("DEMO", True), ("FINE", False)]


def test_each_kind_of_field_is_read(tmp_path: Path) -> None:
    rows = [
        {"field": "name", "old": "", "new": "Bøss"},
        {"field": "type", "old": "FORWARD", "new": "AI AGENT", "old_id": "1", "new_id": "8"},
        {"field": "param1", "sensitive": True, "fingerprint": "hmac-sha256:00"},
    ]
    (write,) = read_journal(journal(tmp_path, RUN, BEFORE | {"diff": rows})).writes
    assert write.diff == (
        JournalField("name", "", "Bøss"),
        JournalField("type", "1", "8", "FORWARD"),
        JournalField("param1", None, None, fingerprint="hmac-sha256:00"),
    )
    assert write.diff[2].sensitive
    unknown = {"field": "type", "old": None, "old_id": None, "new": "X", "new_id": "8"}
    (write,) = read_journal(journal(tmp_path, RUN, BEFORE | {"diff": [unknown]})).writes
    assert write.diff == (JournalField("type", None, "8", None),)
    (write,) = read_journal(journal(tmp_path, RUN, ADD | {"diff": [PARAM | {"old": None}]})).writes
    assert write.diff == (JournalField("param1", None, "2"),)


SENSITIVE: dict[str, Any] = {"field": "param1", "sensitive": True, "fingerprint": "x"}
NO_DIFFS: list[Any] = [{}, [], [1], [PARAM, PARAM], [PARAM, None]]


@pytest.mark.parametrize(
    "line",
    [
        *(BEFORE | {key: value} for key in BEFORE if key != "id" for value in (None, 7.5)),
        *(BEFORE | {"id": value} for value in (None, "", "0", "067", "67\n", "6" * 19, 67, "x")),
        BEFORE | {"n": True},
        BEFORE | {"tenant": ""},
        BEFORE | {"action": "ADD"},
        BEFORE | {"live": None},
        ADD | {"id": "67"},
        ADD | {"live": "sha256:1"},
        *(BEFORE | {"diff": diff} for diff in NO_DIFFS),
        *(
            BEFORE | {"diff": [PARAM | change]}
            for change in ({"field": "id"}, {"old": None}, {"new": None}, {"old": 1})
        ),
        *(BEFORE | {"diff": [SENSITIVE | change]} for change in ({"sensitive": 1}, {"fingerprint": None})),
        BEFORE | {"diff": [SENSITIVE | {"field": "type"}]},
        BEFORE | {"diff": [{"field": "type", "old": "a", "new": "b"}]},
        BEFORE | {"kind": "after"},
        AFTER | {"n": 1, "kind": "other"},
        AFTER,
        {"kind": "run", "journal": "1.0"},
        {"kind": "run", "url": URL},
        "[]\n",
        "{\n",
        "\n",
        "[" * 100_000 + "\n",
    ],
)
def test_what_is_no_line_is_refused_with_its_number(tmp_path: Path, line: dict[str, Any] | str) -> None:
    assert refusal(tmp_path, RUN, line, "") == f"FILE:2: {NO_LINE}"


def test_a_refusal_names_the_whole_path(tmp_path: Path) -> None:
    folder = tmp_path / ("a" * 200)
    folder.mkdir()
    assert refusal(folder).startswith("FILE contains no run")


def test_lines_in_another_order_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, BEFORE) == f"FILE:1: {NO_LINE}"
    assert refusal(tmp_path, RUN, BEFORE, BEFORE) == f"FILE:3: {NO_LINE}"
    assert refusal(tmp_path, RUN, BEFORE, AFTER, AFTER) == f"FILE:4: {NO_LINE}"
    assert refusal(tmp_path, RUN, BEFORE, AFTER | {"status": "fine"}) == f"FILE:3: {NO_LINE}"
    assert refusal(tmp_path, RUN, BEFORE, AFTER | {"kind": None}) == f"FILE:3: {NO_LINE}"
    assert refusal(tmp_path, RUN, BEFORE, AFTER | {"id": "0"}) == f"FILE:3: {NO_LINE}"


def test_what_is_a_journal_but_not_one_to_use_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path) == refusal(tmp_path, "{}") == "FILE contains no run: name the .jsonl file of an apply"
    assert refusal(tmp_path, RUN | {"journal": "2.0"}) == (
        'FILE was written by another pbxsync (journal format "2.0"): use that one'
    )
    assert refusal(tmp_path, RUN, RUN | {"url": "https://other.example"}) == (
        "FILE contains runs against several PBXs: nothing was written"
    )
    for end in ("", "\n"):
        assert refusal(tmp_path, RUN, "x" * (4 * 1024 * 1024) + end) == (
            "FILE:2: longer than any line of a journal: name the .jsonl file of an apply"
        )
    with pytest.raises(JournalError, match=r"^the journal .*/none\.jsonl cannot be read: ") as refused:
        read_journal(tmp_path / "none.jsonl")
    assert str(refused.value).endswith(": there is no such file or folder")


def test_a_later_version_of_the_same_format_is_read(tmp_path: Path) -> None:
    for version in ("1.0", "1.7", "1.7.2"):
        assert read_journal(journal(tmp_path, RUN | {"journal": version})).url == URL


def test_a_line_may_be_very_long(tmp_path: Path) -> None:
    text = json.dumps(BEFORE | {"name": "N"})
    long = text.replace('"N"', f'"{"N" * (4 * 1024 * 1024 - len(text))}"') + "\n"
    assert len(long) == 4 * 1024 * 1024
    assert len(read_journal(journal(tmp_path, RUN, long)).writes) == 1
