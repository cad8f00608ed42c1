"""Flags of the commands that rewrite workloads in a text."""

from typing import Annotated

from istioctl.cli.line.declare import Option

InputsOption = Annotated[
    list[str],
    Option("-f", "--filename", metavar="FILE", help="A file, folder or URL, or - for stdin; may be repeated."),
]
ResultOption = Annotated[str, Option("-o", "--output", metavar="FILE", help="Write to a file instead of stdout.")]
DiffOption = Annotated[bool, Option("--diff", help="Print the difference instead of the result.")]
