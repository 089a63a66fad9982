"""`pbxsync render`: the tenant files with profiles filled in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from pbxsync.cli.checks import check_tenant_paths
from pbxsync.cli.load import load_desired, load_project
from pbxsync.disk import atomic
from pbxsync.disk.read import Unreadable, display, read_bytes
from pbxsync.errors import UsageError
from pbxsync.tenants.flat_file import flat_files
from pbxsync.text.sanitize import sanitize
from pbxsync.text.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pbxsync.cli.context import Context
    from pbxsync.project import Project
    from pbxsync.tenants.desired import Desired

_HEAD: Final = "# Written by `pbxsync render`: change the files that it comes from.\n"


def run(context: Context, *, paths: tuple[Path, ...], tenants: tuple[str, ...], out: Path | None) -> int:
    """Write what the tenant files say as files without profiles."""
    check_tenant_paths(paths)
    project = load_project(context, paths)
    if out is not None:
        _check_out(out, paths or project.tenants)
    desired = load_desired(context, project, paths, tenants)
    if out is None:
        texts = (text for tenant in desired.tenants for text in flat_files(tenant, desired.entries(tenant), project))
        context.console.result("---\n".join(texts).removesuffix("\n"))
        return 0
    try:
        out.mkdir(parents=True, exist_ok=True)
        written = [_write(path, text, context) for path, text in _files(desired, project, out)]
    except OSError as error:
        raise UsageError(f"--out {display(str(out))}: {atomic.reason(error)}") from None
    context.console.note(f"{plural(len(written), 'file')} below {display(str(out))}, {sum(written):,} of them changed")
    return 0


def _files(desired: Desired, project: Project, out: Path) -> Iterator[tuple[Path, str]]:
    """Yield path and text of each file; a tenant has a second one if only some of its files clear unlisted params."""
    for tenant in desired.tenants:
        for number, text in enumerate(flat_files(tenant, desired.entries(tenant), project)):
            yield out / f"{tenant}{'' if not number else '.clear'}.yaml", text


def _check_out(out: Path, paths: Sequence[Path]) -> None:
    """Raise UsageError for a folder whose files would be read as tenant files beside those that they come from."""
    real = os.path.realpath(out)
    for path in paths:
        if path.is_dir() and os.path.join(real, "").startswith(os.path.join(os.path.realpath(path), "")):  # noqa: PTH118
            raise UsageError(
                f"--out {display(str(out))} is below {display(str(path))}: its files would define every destination twice,"
                " so name a folder outside"
            )


def _write(path: Path, text: str, context: Context) -> bool:
    """Write a file unless it is there as it is; return whether it was written. Raises UsageError and OSError."""
    if context.redactor.finds(text):
        raise UsageError(
            f"{sanitize(path.name)}: a value contains one of the project's keys: remove it from the tenant file"
        )
    content = (_HEAD + text).encode()
    if os.path.lexists(path):
        try:
            present = read_bytes(str(path))
        except Unreadable as error:
            raise UsageError(f"{display(str(path))} {error}: name another folder with --out") from None
        if present == content:
            return False
        if not present.startswith(_HEAD.encode()):
            raise UsageError(f"{display(str(path))} was not written by render: name another folder with --out")
    atomic.write(path, content)
    return True
