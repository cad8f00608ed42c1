"""What kubectl reads of a text, each command that takes workloads and objects reads, and refuses what kubectl does."""

from __future__ import annotations

import pytest

from tests.support.run import run_cli

_SERVICE = (
    '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "b"}, '
    '"spec": {"ports": [{"port": 80, "name": "http"}]}}'
)
COMMANDS = (
    ("validate", "-f", "-"),
    ("analyze", "--use-kube=false", "-"),
    ("kube-inject", "--offline", "-f", "-"),
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize(
    "rest",
    [" }", "]", f",{_SERVICE}", '\n"x"', "\nkind: Service", ' {"a":', f"\n...\n{_SERVICE}", f"\n---\n{_SERVICE} }}"],
)
def test_what_follows_a_json_object_is_refused(command: tuple[str, ...], rest: str) -> None:
    done = run_cli(*command, stdin=_SERVICE + rest)
    assert done.status == 65
    assert any(f":{line}:" in done.stderr + done.stdout for line in (1 + rest.count("\n"), 2 + rest.count("\n")))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize("rest", ["", f"\n{_SERVICE}", _SERVICE, f"\n---\n{_SERVICE}", "\n# end\n", "\n...\n"])
def test_what_may_follow_is_read(command: tuple[str, ...], rest: str) -> None:
    done = run_cli(*command, stdin=_SERVICE + rest)
    assert (done.status, "Error" in done.stderr) == (0, False)


@pytest.mark.parametrize("command", COMMANDS[:2], ids=lambda command: command[0])
def test_what_kubectl_leaves_out_is_told(command: tuple[str, ...]) -> None:
    done = run_cli(*command, stdin="apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n...\n\nkind: Pod\n")
    assert done.status == 0
    assert "6: This follows a document's end" in done.stderr + done.stdout
