"""`istioctl completion SHELL`: the script that makes a shell complete this program's commands.

Each script hands the words typed so far to `istioctl __complete`, see `istioctl.cli.line.candidates`.
"""

from __future__ import annotations

from typing import Annotated

from istioctl.cli.line.declare import Argument, GlobalOptions, Option
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import UsageError

# Bash ends words behind = and :, too, and before @, unless COMP_WORDBREAKS is without them; so the line is split here,
# and candidates lose what stands before such an end.
_BASH = """\
_istioctl() {
    local candidate ends last typed line="${COMP_LINE:0:COMP_POINT}" words
    read -ra words <<< "$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    typed="${words[-1]}" last="${words[-1]}"
    ends="${COMP_WORDBREAKS//[^=:]/}"
    [[ $ends ]] && last="${typed##*["$ends"]}"
    [[ $COMP_WORDBREAKS == *@* && $last == *@* ]] && last="@${last##*@}"
    COMPREPLY=()
    while IFS=$'\\t' read -r candidate _; do
        printf -v candidate %q "${candidate#"${typed%"$last"}"}"
        COMPREPLY+=("$candidate")
    done < <(istioctl __complete "${words[@]:1}" 2>/dev/null)
    [[ ${#COMPREPLY[@]} -gt 0 && ${COMPREPLY[0]} == *[=.] ]] && compopt -o nospace 2>/dev/null
}
complete -o default -F _istioctl istioctl
"""
_ZSH = """\
#compdef istioctl
_istioctl() {
    local -a candidates unfinished typed=("${(@Q)words[2,CURRENT]}")
    local name help
    typed[-1]=${typed[-1]#[\\"\\']}
    while IFS=$'\\t' read -r name help; do
        [[ $name == *[=.] ]] && unfinished+=("${name//:/\\\\:}:$help") && continue
        name=${name//\\\\/\\\\\\\\}
        candidates+=("${name//:/\\\\:}:$help")
    done < <(istioctl __complete "${(@)typed}" 2>/dev/null)
    if (( ${#candidates} + ${#unfinished} )); then
        _describe istioctl candidates -- unfinished -S ''
    else
        compset -P '-*='
        _files
    fi
}
# Saved as _istioctl in a folder of $fpath, this is the function itself the first time it is called.
if [[ ${funcstack[1]} == _istioctl ]]; then _istioctl; else compdef _istioctl istioctl; fi
"""
_FISH = """\
# Where there are no candidates, fish offers files.
function __istioctl_has_candidates
    set -l words (commandline -opc) (commandline -ct | string replace -r '^["\\']' '' | string unescape)
    set -g __istioctl_candidates (istioctl __complete $words[2..-1] 2>/dev/null)
    set -q __istioctl_candidates[1]
end
complete -c istioctl -n __istioctl_has_candidates -f -a '$__istioctl_candidates'
"""
_POWERSHELL = """\
Register-ArgumentCompleter -Native -CommandName istioctl -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $typed = $commandAst.CommandElements | Where-Object { $_.Extent.StartOffset -lt $cursorPosition }
    $words = @($typed | Select-Object -Skip 1 | ForEach-Object {
        if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { "$_" }
    })
    # Before 7.3 an empty word is lost on its way to a program, unless it is quoted once more.
    if ($wordToComplete -eq '') { $words += if ($PSVersionTable.PSVersion -ge [version]'7.3') { '' } else { '""' } }
    istioctl __complete @words 2>$null | ForEach-Object {
        $name, $help = $_ -split "`t", 2
        if (-not $help) { $help = $name }
        $text = if ($name -match '^[\\w./:=-]+$') { $name } else { "'" + $name.Replace("'", "''") + "'" }
        [System.Management.Automation.CompletionResult]::new($text, $name, 'ParameterValue', $help)
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
