"""Workloads rewritten in a text: the result or the difference to stdout, what was done to stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from istioctl.cli.screen.terminal import terminal

if TYPE_CHECKING:
    from istioctl.actions.sidecars.kube_inject import Report, Transform
    from istioctl.injection.report import Entry


def change_inputs(change: Transform, filenames: list[str], output: str, *, diff: bool, verb: str) -> None:
    """Change the inputs, write the result or the difference, and say what was done."""
    from istioctl.actions.files import write_file
    from istioctl.actions.sidecars.kube_inject import transform

    stdin = _bytes(terminal().stdin)
    if diff:
        report = _show_differences(change, filenames, verb)
    elif output:
        report = write_file(output, lambda sink: transform(filenames, stdin, change, sink))
    else:
        sink = _bytes(terminal().stdout)
        report = transform(filenames, stdin, change, sink)
        sink.flush()
    _summarize(report, verb)


def _bytes(stream: Any) -> BinaryIO:
    """The byte stream below a text stream."""
    buffer: BinaryIO = stream.buffer
    return buffer


def _show_differences(change: Transform, filenames: list[str], verb: str) -> Report:
    from istioctl.actions.sidecars.kube_inject import Report, Spool, differences

    streams = terminal()
    entries: list[Entry] = []
    foreign = 0
    with Spool() as spool:  # nothing is shown where anything fails
        for lines, result in differences(filenames, _bytes(streams.stdin), change, verb):
            spool.write("".join(f"{line}\n" for line in lines).encode())
            entries += result.entries
            foreign += result.foreign
        for kept in spool.lines():
            line = kept.decode().rstrip("\n")
            style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
            streams.write((streams.style(line, style, stdout=True) if style else line) + "\n")
    return Report(tuple(entries), foreign)


def _summarize(report: Report, verb: str) -> None:
    from istioctl.injection.report import summary

    streams = terminal()
    lines = []
    for entry in report.entries:
        for where, message, hint in entry.warnings:
            said = f"{message}. {hint}" if hint else message
            lines.append(f"{streams.style('Warning:', 'yellow')} {where}: {entry.title}: {said}")
        if not streams.quiet:
            lines.append(f"{verb if entry.injected else 'skipped'} {entry.title}: {entry.reason}")
    if not streams.quiet:
        lines.append(summary(report.entries, report.foreign, verb))
    if lines:
        streams.insist("\n".join(lines))
