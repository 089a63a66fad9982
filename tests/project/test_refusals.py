from __future__ import annotations

from pathlib import Path

import pytest

from pbxsync.errors import ProjectError
from pbxsync.project import find
from tests.tenants.loading import cases


@pytest.mark.parametrize(("text", "problems"), cases(Path(__file__).parent / "refusals.txt"))
def test_what_no_project_file_may_say_is_refused_at_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, problems: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pbxsync.yaml").write_text(text)
    with pytest.raises(ProjectError) as refused:
        find([], None, {}, tmp_path)
    assert [str(problem) for problem in refused.value.problems] == [f"pbxsync.yaml:{problem}" for problem in problems]
    assert "hunter2" not in str(refused.value)
