"""Click's scripts for shells, mended where `NAME=VALUE` is typed.

Bash cuts words at `=`; and both it and zsh put a blank behind what they have completed, which must not follow `NAME=`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, ClassVar

from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete, add_completion_class
from click.shell_completion import split_arg_string as split

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

#: The variable by which a script asks this program what to offer; click makes it from the program's name.
VARIABLE = "_PBXSYNC_COMPLETE"
_BASH = r"""%(complete_func)s() {
    local IFS=$'\n' response completion type value
    response=$(env COMP_LINE="$COMP_LINE" COMP_POINT="$COMP_POINT" COMP_WORDBREAKS="$COMP_WORDBREAKS" \
        %(complete_var)s=bash_complete "$1")
    COMPREPLY=()
    for completion in $response; do
        IFS=',' read -r type value <<< "$completion"
        if [[ $type == dir ]]; then
            compopt -o dirnames
        elif [[ $type == file ]]; then
            compopt -o default
        elif [[ $type == plain ]]; then
            COMPREPLY+=("$value")
        fi
    done
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace
    fi
    return 0
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""


class Bash(BashComplete):
    """Bash, which is told the whole line: in its words `object=CUSTOM` would be three."""

    source_template: ClassVar[str] = _BASH
    _cut = 0

    def source(self) -> str:
        """Return the script, without a look for bash: whoever asks has it."""
        return self.source_template % self.source_vars()

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one that is typed, and that one."""
        line = os.environ["COMP_LINE"][: int(os.environ["COMP_POINT"])]
        words = split(line)[1:]
        incomplete = words.pop() if words and not line[-1:].isspace() else ""
        # Bash puts what is offered in the place of what follows the last = alone.
        self._cut = incomplete.rfind("=") + 1 if "=" in os.environ.get("COMP_WORDBREAKS", "=") else 0
        return words, incomplete

    def format_completion(self, item: CompletionItem[str]) -> str:
        """Return an item as the script reads it."""
        # Of an option's value, click itself takes the part before the = away.
        begins = item.value[: self._cut].endswith("=")
        return f"{item.type},{item.value[self._cut :] if begins else item.value}"


class _WholeWord(ShellComplete):
    """A shell that puts what is offered in the place of the whole word: of `--color=al` click offers the value alone."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        """Return what is offered, with the option before it."""
        found = super().get_completions(args, incomplete)
        option, is_there, _ = incomplete.partition("=")
        if option.startswith("--") and is_there:
            for item in found:
                item.value = f"{option}={item.value}"
        return found


class Fish(_WholeWord, FishComplete):
    """Fish, as click has it."""


class Zsh(_WholeWord, ZshComplete):
    """Zsh, which adds no blank to what ends with `=`."""

    source_template: ClassVar[str] = (
        ZshComplete.source_template.replace("    local -a response\n", "    local -a response\n    local -a open\n")
        .replace(
            '        if [[ "$type" == "plain" ]]; then\n',
            '        if [[ "$type" == "plain" && "$key" == *= ]]; then\n'
            '            open+=("$key")\n'
            '        elif [[ "$type" == "plain" ]]; then\n',
        )
        .replace(
            '    if [ -n "$completions" ]; then\n',
            '    if [ -n "$open" ]; then\n        compadd -U -S "" -V unsorted -a open\n    fi\n\n'
            '    if [ -n "$completions" ]; then\n',
        )
    )


SHELLS: dict[str, type[ShellComplete]] = {"bash": Bash, "zsh": Zsh, "fish": Fish}


def register() -> None:
    """Let click use these for what the scripts ask."""
    for name, shell in SHELLS.items():
        add_completion_class(shell, name)
