"""Hostile templates end with an error that names the limit, soon."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from istioctl.golang.budget import MAX_SIZE, check_size
from istioctl.gotemplate.errors import ExecutionError, ParseError
from istioctl.gotemplate.limits import Limits
from istioctl.gotemplate.template import render

SMALL = Limits(steps=5000, seconds=5.0, includes=30)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("{{ range 1000000000000 }}{{ end }}", "step limit"),
        (
            "{{ range .l }}{{ range $.l }}{{ range $.l }}{{ range $.l }}{{ end }}{{ end }}{{ end }}{{ end }}",
            "step limit",
        ),
        ('{{ $x := "aaaa" }}{{ range 60 }}{{ $x = print $x $x }}{{ end }}', "size limit"),
        ('{{ range 100 }}{{ printf "%1000000d" 1 }}{{ end }}', "output limit"),
        ('{{ define "r" }}{{ template "r" }}{{ end }}{{ template "r" }}', "step limit"),
    ],
)
def test_limits_are_named(text: str, limit: str) -> None:
    with pytest.raises(ExecutionError, match=limit) as caught:
        render({"main": text}, "main", {"l": list(range(20))}, limits=SMALL)
    assert caught.value.category == "limit"


def test_output_is_limited() -> None:
    with pytest.raises(ExecutionError, match="output limit exceeded: 3000 characters, at most 2000 are allowed"):
        render({"main": "{{ range 1000 }}abc{{ end }}"}, "main", None, limits=Limits(output=2000))


def test_time_is_limited() -> None:
    with pytest.raises(ExecutionError, match=r"time limit exceeded: more than 0\.01 seconds"):
        render({"main": "{{ range 100000000 }}{{ end }}"}, "main", None, limits=Limits(seconds=0.01))


def test_a_straight_line_of_calls_is_timed_too() -> None:
    with pytest.raises(ExecutionError, match="time limit"):
        render({"main": "{{ print 1 2 }}" * 5000}, "main", None, limits=Limits(seconds=0.0))


def test_templates_nest_as_deep_as_in_go_and_no_deeper() -> None:
    text = '{{ define "r" }}{{ template "r" }}{{ end }}{{ template "r" }}'
    before = sys.getrecursionlimit()
    with pytest.raises(ExecutionError, match=r"exceeded maximum template depth \(100000\)"):
        render({"main": text}, "main", None)
    assert sys.getrecursionlimit() == before


def test_data_that_hold_themselves_are_no_danger() -> None:
    loop: dict[str, object] = {}
    loop["self"] = loop
    with pytest.raises(ExecutionError, match="depth limit"):
        render({"main": "{{ . }}"}, "main", loop)


def test_huge_texts_are_refused() -> None:
    with pytest.raises(ParseError, match="size limit"):
        render({"main": "x" * 5_000_000}, "main", None)


def test_long_paths_are_no_danger() -> None:
    assert render({"main": "{{ " + ".a" * 5000 + " }}"}, "main", {}) == "<no value>"


def test_check_size_lets_the_largest_pass() -> None:
    check_size(MAX_SIZE)


GROW = "{{ range 40 }}{{ $x = %s }}{{ end }}"
BIG = '{{ $x := "a,b\\n" }}{{ range 20 }}{{ $x = print $x $x }}{{ end }}'
DAG = "{{ $x := list 1 }}{{ range 60 }}{{ $x = list $x $x }}{{ end }}"
HOSTILE = {
    "quotes": """{{ $x := "\\"" }}""" + GROW % "quote $x",
    "quoted patterns": """{{ $x := "." }}""" + GROW % "regexQuoteMeta $x",
    "base64": """{{ $x := "aaaaaa" }}""" + GROW % "b64enc (b64enc $x)",
    "JSON in JSON": """{{ $x := "<" }}""" + GROW % "toJson $x",
    "hexadecimal": """{{ $x := "a" }}""" + GROW % 'printf "%# x" $x',
    "indented lines": BIG + "{{ range 20 }}{{ $x = indent 1000 $x }}{{ end }}",
    "pieces that are kept": BIG + '{{ $k := list }}{{ range 50 }}{{ $k = append $k (splitList "," $x) }}{{ end }}',
    "texts that are kept": BIG + "{{ $k := list }}{{ range 500 }}{{ $k = append $k (substr . -1 $x) }}{{ end }}",
    "numbers that are kept": "{{ $k := list }}{{ range 50 }}{{ $k = append $k (until 200000) }}{{ end }}",
    "lists that are kept": "{{ $l := until 90000 }}{{ range 999 }}{{ $l = append $l (append $l 1) }}{{ end }}",
    "one argument many times": BIG + "{{ cat" + " $x" * 2000 + " }}",
    "one output many times": BIG + "{{ $x }}" * 2000,
    "a graph as JSON": DAG + "{{ toJson $x }}",
    "a graph as YAML": DAG + "{{ toYaml $x }}",
    "one text many times in YAML": BIG + "{{ $l := list $x $x $x $x }}{{ range 9 }}{{ $l = concat $l $l }}{{ end }}"
    "{{ toYaml $l }}",
    "a deep text": BIG + '{{ $d := $x }}{{ range 200 }}{{ $d = dict "a" $d }}{{ end }}{{ toYaml $d }}',
    "pretty JSON": "{{ $d := list 1 2 }}{{ range 300 }}{{ $d = list $d }}{{ end }}{{ $l := list $d $d $d $d }}"
    "{{ range 9 }}{{ $l = concat $l $l }}{{ end }}{{ toPrettyJson $l }}",
    "JSON with many values": """{{ $x := "[]," }}{{ range 21 }}{{ $x = print $x $x }}{{ end }}"""
    """{{ fromJson (print "[" $x "1]") }}""",
    "a TOML key of many parts": """{{ $x := "a." }}{{ range 17 }}{{ $x = print $x $x }}{{ end }}"""
    """{{ fromToml (print $x "a = 1") }}""",
    "a large pattern": BIG + """{{ regexMatch "([a-f])*a([a-f,]){900}y" $x }}""",
    "templates within templates": """{{ define "a" }}{{ tpl (printf "{{ include %q %q }}" "a" (print . 1)) . }}"""
    """{{ end }}{{ include "a" "b" }}""",
}
MOST_MEMORY = 256  # MiB of the whole process


@pytest.mark.parametrize("name", HOSTILE)
def test_all_that_a_run_makes_is_limited(name: str) -> None:
    start = time.process_time()
    with pytest.raises(ExecutionError, match=r"limit exceeded") as caught:
        render({"main": HOSTILE[name]}, "main", {}, dialect="helm")
    assert caught.value.category == "limit"
    assert time.process_time() - start < 10


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of memory as Linux tells it")
def test_hostile_templates_take_no_more_memory_than_promised() -> None:
    """All of them in one process, so that nothing is kept from one run for the next either."""
    program = (
        "from pathlib import Path\n"
        "from istioctl.errors import TemplateError\n"
        "from istioctl.gotemplate import render\n"
        f"for text in {list(HOSTILE.values())!r}:\n"
        "    try: render({'main': text}, 'main', {}, dialect='helm')\n"
        "    except TemplateError: pass\n"
        "status = Path('/proc/self/status').read_text()\n"  # getrusage counts what the test runner held, too
        "print(int(status.split('VmHWM:')[1].split()[0]) >> 10)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(done.stdout) < MOST_MEMORY


@pytest.mark.parametrize("seconds", [0.2])
@pytest.mark.parametrize(
    "text",
    [
        DAG + "{{ print $x }}",
        DAG + "{{ deepCopy $x }}",
        DAG.replace("$x", "$y") + DAG + "{{ deepEqual $x $y }}",
        "{{ $l := list }}{{ range until 2000 }}{{ $l = append $l (list .) }}{{ end }}"
        "{{ range 99 }}{{ $y := uniq $l }}{{ end }}",
        BIG + "{{ range 1000 }}{{ $y := title $x }}{{ end }}",
        BIG + """{{ regexReplaceAll "a" $x "$0" }}""",
        BIG + """{{ range 10000 }}{{ $y := contains "c" $x }}{{ end }}""",
        "{{ range 10000 }}{{ $y := randAlphaNum 1000000 }}{{ end }}",
        """{{ range 10000 }}{{ $y := htpasswd "a" "b" }}{{ end }}""",
    ],
)
def test_every_function_looks_at_the_clock(text: str, seconds: float) -> None:
    start = time.process_time()
    with pytest.raises(ExecutionError, match="time limit exceeded"):
        render({"main": text}, "main", {}, limits=Limits(seconds=seconds))
    assert time.process_time() - start < 5


def test_small_things_add_up() -> None:
    text = "{{ $k := list }}{{ range 1000 }}{{ $k = append $k (print .) }}{{ end }}"
    with pytest.raises(ExecutionError, match="memory limit exceeded: more than 1 MiB"):
        render({"main": text}, "main", {}, limits=Limits(memory=1 << 20))
    assert render({"main": text}, "main", {}, limits=Limits(memory=10 << 20)) == ""


def test_what_is_only_handed_on_is_counted_once() -> None:
    text = """{{ range 10000 }}{{ $y := get $ "a" | default "" }}{{ end }}"""
    assert render({"main": text}, "main", {"a": "x" * 100_000}) == ""
