"""What `pbxsync apply` takes."""

from typing import Final

import click

from pbxsync.cli.command import Command
from pbxsync.cli.options.shared import MARKER, PATH, PATHS, REQUESTS, TENANTS, Number, completed_by

#: What `apply` and `revert` share: the fields of ApplyOptions.
APPLY: Final = (
    click.Option(["--auto-approve"], is_flag=True, help="Apply without asking."),
    click.Option(["--allow-empty"], is_flag=True, help="Accept an ambiguous reply as an empty tenant."),
    click.Option(
        ["--max-changes"],
        type=click.IntRange(0),
        metavar="N",
        help="Refuse a plan with more changes (default: project file).",
    ),
    click.Option(["--journal"], type=PATH, metavar="FILE", help="Write the journal to FILE."),
    click.Option(["--append"], is_flag=True, help="Continue the journal FILE if it exists."),
    click.Option(["--no-journal"], is_flag=True, help="Keep no journal: this apply cannot be reverted."),
    click.Option(
        ["--lock-timeout"],
        type=Number(0),
        default=0.0,
        metavar="SECONDS",
        help="Wait for another apply to end.",
    ),
)

command = Command(
    "apply",
    [
        PATHS,
        TENANTS,
        click.Option(
            ["--files"],
            type=PATH,
            multiple=True,
            metavar="PATH",
            help="Tenant files that a saved plan is compared with (default: the project's); repeatable.",
        ),
        click.Option(["--without-files"], is_flag=True, help="Do not compare a saved plan with the tenant files."),
        click.Option(["--partial"], is_flag=True, help="Apply some of the shards of a plan."),
        click.Option(
            ["--verify"], is_flag=True, help="Plan again afterwards; exit with 1 unless nothing is left to do."
        ),
        click.Option(
            ["--resume"],
            type=PATH,
            metavar="JOURNAL",
            help="Go on with the apply of the same saved plans that wrote this journal.",
        ),
        click.Option(
            ["--format", "fmt"],
            default="text",
            metavar="text|json|markdown",
            help="Format of the result.",
            shell_complete=completed_by("formats"),
        ),
        MARKER,
        click.Option(["--interactive"], is_flag=True, help="Ask about each group of equal changes, the rarest first."),
        *APPLY,
        *REQUESTS,
    ],
    """Change the PBX to match the files below PATHS, or do exactly what saved plans say.

    PATHS are tenant files, folders of them and tables, or saved plans (default: the files of the project file, or
    tenants/). A saved plan must be what the files at hand ask for.

    --interactive takes y, n, a (this group and all that follow) or q (nothing more). Nothing is written before the last
    answer; what is declined is left out.""",
    "pbxsync apply tenants/ --tenant ACME",
    "pbxsync apply change.plan",
)
