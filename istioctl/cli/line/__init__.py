"""From the words of a command line to a call: the command table, flags, the quick reader, Typer, completion."""
