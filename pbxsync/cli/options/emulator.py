"""What `pbxsync emulator` takes."""

import click

from pbxsync.cli.command import Command
from pbxsync.cli.options.shared import PATH, Number

command = Command(
    "emulator",
    [
        click.Option(["--port"], type=click.IntRange(0, 65535), default=0, help="The port (default: a free one)."),
        click.Option(
            ["--db"],
            type=PATH,
            metavar="FILE",
            help="The database, kept when the emulator stops (default: a temporary file).",
        ),
        click.Option(["--read-key"], metavar="K", help="The read-only key (default: generated)."),
        click.Option(["--write-key"], metavar="K", help="The read/write key (default: generated)."),
        click.Option(
            ["--tenant", "tenants"],
            multiple=True,
            metavar="CODE",
            help="A tenant that exists; repeatable (default: every code does).",
        ),
        click.Option(
            ["--dialect"], default="default", metavar="SPEC", help="The shape of replies; `list` shows the options."
        ),
        click.Option(
            ["--fault", "faults"],
            multiple=True,
            metavar="SPEC",
            help="A fault to simulate; repeatable. `list` shows all kinds.",
        ),
        click.Option(["--fault-file"], type=PATH, metavar="FILE", help="A file of faults, one per line."),
        click.Option(
            ["--latency", "latency_ms"],
            type=Number(0, 60_000),
            default=0.0,
            metavar="MS",
            help="The delay of every reply, in milliseconds.",
        ),
        click.Option(
            ["--max-in-flight"],
            type=click.IntRange(1),
            metavar="N",
            help="Answer 429 to requests beyond N at a time.",
        ),
        click.Option(
            ["--log", "log_file"], type=PATH, metavar="FILE", help="Append every request to a file as JSON lines."
        ),
        click.Option(["--demo/--no-demo"], default=True, help="Fill a new database with the demo world."),
    ],
    """Serve an emulated PBX on loopback until ^C. Prints its URL and keys, which are valid only for this emulator.""",
    "pbxsync emulator --port 8080 --db pbx.db --read-key READ --write-key WRITE",
)
