from __future__ import annotations

from pathlib import Path

import pytest

from pbxsync.errors import ProjectError
from pbxsync.project import find
from pbxsync.project.type_settings import TypeSettings

URL = "https://portal.pbxcloud.eu/pbx/proxyapi.php"


def test_without_a_project_file_everything_has_its_default(tmp_path: Path) -> None:
    project = find([], None, {}, tmp_path)
    assert (project.file, project.root, project.tenants) == (None, tmp_path, (tmp_path / "tenants",))
    assert (project.timeout, project.retries, project.clear_unlisted) == (30.0, 4, False)
    assert (project.max_changes, project.max_changes_per_tenant) == (None, None)
    assert project.types == {"FORWARD": TypeSettings(("number", "callerid", "timeout"))}
    with pytest.raises(ProjectError, match=r"^environment: no url: add url: to pbxsync.yaml, or set PBXSYNC_URL$"):
        _ = project.url


def test_everything_that_a_project_file_says(tmp_path: Path) -> None:
    (tmp_path / "pbxsync.yaml").write_text(f"""
url: {URL}
tenants: [tenants/, ../more/acme.yaml, /absolute]
read_key: ${{R}}
write_key: ${{W}}
keys:
  ACME: {{read: "${{AR}}", write: "${{file:secrets/acme}}"}}
timeout: 2.5
retries: 1
max_changes: {{total: 50, per_tenant: 10}}
unlisted_params: clear
types:
  AI AGENT:
    params: [prompt, api_key]
    sensitive: [api_key, 20]
  "7": {{sensitive: [1]}}
  FORWARD: {{sensitive: [callerid]}}
""")
    project = find([], None, {}, tmp_path)
    assert project.file == tmp_path / "pbxsync.yaml"
    assert project.root == tmp_path
    assert project.url == URL
    assert project.tenants == (tmp_path / "tenants", tmp_path / "../more/acme.yaml", Path("/absolute"))
    assert (project.timeout, project.retries, project.clear_unlisted) == (2.5, 1, True)
    assert (project.max_changes, project.max_changes_per_tenant) == (50, 10)
    assert project.types == {
        "FORWARD": TypeSettings(("number", "callerid", "timeout"), frozenset({2})),
        "AI AGENT": TypeSettings(("prompt", "api_key"), frozenset({2, 20})),
        "7": TypeSettings((), frozenset({1})),
    }


@pytest.mark.parametrize(
    ("start", "found"),
    [("", "pbxsync.yaml"), ("a/b", "a/pbxsync.yaml"), ("a/b/c.yaml", "a/pbxsync.yaml"), ("a/missing/x", "a/pbxsync.yaml"),
     ("d", "pbxsync.yaml"), ("a/pbxsync.yaml", "a/pbxsync.yaml")],
)  # fmt: skip
def test_the_project_is_the_nearest_above_the_first_path(tmp_path: Path, start: str, found: str) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "d/pbxsync.yaml").mkdir(parents=True)
    (tmp_path / "a/b/c.yaml").touch()
    for place in ("pbxsync.yaml", "a/pbxsync.yaml"):
        (tmp_path / place).write_text("retries: 2")
    assert find([Path(start), Path("a/b")], None, {}, tmp_path).file == tmp_path / found


def test_a_folder_that_the_path_leaves_again_is_not_above_it(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "a/pbxsync.yaml").write_text("retries: 2")
    assert find([Path("a/../b")], None, {}, tmp_path).file is None
    assert find([Path("../b")], None, {}, tmp_path / "a").file is None


def test_config_wins_over_what_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "pbxsync.yaml").write_text("broken")
    (tmp_path / "other").mkdir()
    (tmp_path / "other/my.yml").write_text("retries: 7")
    project = find([tmp_path], Path("other/my.yml"), {}, tmp_path)
    assert (project.retries, project.root, project.tenants) == (7, tmp_path / "other", (tmp_path / "other/tenants",))


def test_a_config_that_is_not_there_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ProjectError, match=r"^my.yml: the project file cannot be read: No such file or directory$"):
        find([], Path("my.yml"), {}, tmp_path)
    with pytest.raises(ProjectError, match=r"^\.: the project file is not a regular file$"):
        find([], tmp_path, {}, tmp_path)
