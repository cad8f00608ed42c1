"""`istioctl completion SHELL`: the script that makes a shell complete this program's commands.

Each script hands the words typed so far to `istioctl __complete`, see `istioctl.cli.line.candidates`.
"""

from __future__ import annotations

from typing import Annotated

from istioctl.cli.line.declare import Argument, GlobalOptions, Option
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import UsageError

# Bash ends words at = and :, too; so the line is split here, and candidates lose what stands before the last of these.
_BASH = """\
_istioctl() {
    local candidate typed line="${COMP_LINE:0:COMP_POINT}" words
    read -ra words <<< "$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    typed="${words[-1]}"
    COMPREPLY=()
    while IFS=$'\\t' read -r candidate _; do
        COMPREPLY+=("${candidate#"${typed%"${typed##*[=:]}"}"}")
    done < <(istioctl __complete "${words[@]:1}" 2>/dev/null)
    [[ ${#COMPREPLY[@]} -gt 0 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
}
complete -o default -F _istioctl istioctl
"""
_ZSH = """\
#compdef istioctl
_istioctl() {
    local -a candidates
    local name help
    while IFS=$'\\t' read -r name help; do
        candidates+=("${name//:/\\\\:}:$help")
    done < <(istioctl __complete "${(@)words[2,CURRENT]}" 2>/dev/null)
    if (( ${#candidates} )); then _describe istioctl candidates; else _files; fi
}
# Saved as _istioctl in a folder of $fpath, this is the function itself the first time it is called.
if [[ ${funcstack[1]} == _istioctl ]]; then _istioctl; else compdef _istioctl istioctl; fi
"""
_FISH = """\
function __istioctl_complete
    set -l words (commandline -opc) (commandline -ct)
    istioctl __complete $words[2..-1] 2>/dev/null
end
complete -c istioctl -a '(__istioctl_complete)'
"""
_POWERSHELL = """\
Register-ArgumentCompleter -Native -CommandName istioctl -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $typed = $commandAst.CommandElements | Where-Object { $_.Extent.StartOffset -lt $cursorPosition }
    $words = @($typed | Select-Object -Skip 1 | ForEach-Object { "$_" })
    # Before 7.3 an empty word is lost on its way to a program, unless it is quoted once more.
    if ($wordToComplete -eq '') { $words += if ($PSVersionTable.PSVersion -ge [version]'7.3') { '' } else { '""' } }
    istioctl __complete @words 2>$null | ForEach-Object {
        $name, $help = $_ -split "`t", 2
        if (-not $help) { $help = $name }
        [System.Management.Automation.CompletionResult]::new($name, $name, 'ParameterValue', $help)
    }
}
"""
SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH, "powershell": _POWERSHELL}


def _shells(_: GlobalOptions) -> list[str]:
    return list(SCRIPTS)


def completion(
    shell: Annotated[
        str,
        Argument(metavar="bash|zsh|fish|powershell", help="The shell to complete in.", autocompletion=_shells),
    ],
    without_help: Annotated[
        bool, Option("--no-descriptions", help="Complete names alone, without a line of help each.")
    ] = False,
) -> None:
    """Print the completion script of a shell.

    Load it in your shell's start-up file, such as `source <(istioctl completion bash)`.
    """
    if shell not in SCRIPTS:
        raise UsageError(f'there is no completion for "{shell}"', hint=f"Choose one of {', '.join(SCRIPTS)}.")
    script = SCRIPTS[shell]
    terminal().write(script.replace("istioctl __complete ", "istioctl __completeNoDesc ") if without_help else script)
