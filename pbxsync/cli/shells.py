"""Click's completion scripts, fixed for `NAME=VALUE`.

Bash splits words at `=`. Bash and zsh add a blank after a completed word, which must not follow `NAME=`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, ClassVar

from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete, add_completion_class
from click.shell_completion import split_arg_string as split

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

#: A script sets this variable to ask for completions; click derives it from the name of the program.
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
    """Bash. The script passes the whole line, because bash splits `object=CUSTOM` into three words."""

    source_template: ClassVar[str] = _BASH
    _cut = 0

    def source(self) -> str:
        """Return the script. Click would first run bash to find out its version."""
        return self.source_template % self.source_vars()

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the complete words, and the incomplete one."""
        line = os.environ["COMP_LINE"][: int(os.environ["COMP_POINT"])]
        words = split(line)[1:]
        incomplete = words.pop() if words and not line[-1:].isspace() else ""
        # Bash replaces only what follows the last =.
        self._cut = incomplete.rfind("=") + 1 if "=" in os.environ.get("COMP_WORDBREAKS", "=") else 0
        return words, incomplete

    def format_completion(self, item: CompletionItem[str]) -> str:
        """Return an item in the format that the script reads."""
        # Click has already removed `--option=` from the value of an option.
        begins = item.value[: self._cut].endswith("=")
        return f"{item.type},{item.value[self._cut :] if begins else item.value}"


class _WholeWord(ShellComplete):
    """A shell that replaces the whole word. For `--color=al`, click offers only the value."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        """Return the completions, with the option in front."""
        items = super().get_completions(args, incomplete)
        option, is_there, _ = incomplete.partition("=")
        if option.startswith("--") and is_there:
            for item in items:
                item.value = f"{option}={item.value}"
        return items


class Fish(_WholeWord, FishComplete):
    """Fish."""


class Zsh(_WholeWord, ZshComplete):
    """Zsh. Adds no blank after `=`."""

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
    """Let click use these classes."""
    for name, shell in SHELLS.items():
        add_completion_class(shell, name)
