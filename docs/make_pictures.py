"""Writes docs/pictures/ from what the program itself shows on a terminal: `python docs/make_pictures.py`.

Each picture is Rich's SVG export of a terminal of 80 columns; the seconds in it are those of a clock that stands still.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import rich.console
from rich.text import Text

from istioctl.actions.progress import Stage
from istioctl.analysis.describing.description import describe
from istioctl.analysis.loading import object_of
from istioctl.analysis.resources import Snapshot
from istioctl.api.mesh import MESH_DEFAULTS
from istioctl.api.selectors import picks
from istioctl.cli.main import run
from istioctl.cli.screen.describe_report import LINE_STYLES, describe_outline
from istioctl.cli.screen.live_progress import LiveProgress, LiveView
from istioctl.cli.screen.outline import tree_text
from istioctl.cli.screen.terminal import Terminal
from istioctl.yamldoc.reader import load_all

DOCS = Path(__file__).resolve().parent
PICTURES = DOCS / "pictures"
EXAMPLES = DOCS / "examples"
COLUMNS = 80


class Tty(io.StringIO):
    """A terminal as far as programs can tell."""

    def isatty(self) -> bool:
        """It is."""
        return True


class Clock:
    """Tells the seconds that a picture wants."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """The seconds."""
        return self.now


class Shown:
    """A terminal, and what is written to it.

    Attributes:
        out, err: results, and all else.
        terminal: the streams for the program.
    """

    def __init__(self) -> None:
        self.out, self.err = Tty(), Tty()
        size = {"COLUMNS": str(COLUMNS), "LINES": "24"}
        self.terminal = Terminal(io.StringIO(), self.out, self.err, {"TERM": "xterm", **size})


def live(tell: Callable[[LiveProgress, Clock], None]) -> str:
    """The lines that progress has left, and the live table below them."""
    clock, lines, table = Clock(), Shown(), Tty()
    view = LiveView(Shown().terminal, clock)
    tell(LiveProgress(lines.terminal, view), clock)
    console = rich.console.Console(file=table, width=COLUMNS, force_terminal=True, color_system="standard")
    console.print(view.table())
    view.close()
    return lines.err.getvalue() + table.getvalue()


def printed(*argv: str) -> str:
    """What a command line writes to a terminal."""
    shown = Shown()
    run(list(argv), shown.terminal)
    return shown.out.getvalue()


def install(progress: LiveProgress, clock: Clock) -> None:
    """An installation whose istiod is not ready yet."""
    for component, before in (
        ("Istio core", {}), ("Istiod", {"Istio core": ""}), ("Ingress gateways", {"Istiod": ""}),
        ("Egress gateways", {"Istiod": ""}),
    ):  # fmt: skip
        progress.working(component, Stage.NEXT, before)
    progress.working("Istio core", Stage.APPLYING)
    progress.installed("Istio core")
    progress.working("Istiod", Stage.APPLYING)
    clock.now = 12
    progress.working("Istiod", Stage.STARTING, {"Deployment/istio-system/istiod": "0 of 1 replicas are available"})


def uninstall(progress: LiveProgress, clock: Clock) -> None:
    """A removal of which the last objects still go."""
    for component in ("Egress gateways", "Ingress gateways", "Istiod"):
        progress.working(component, Stage.REMOVING)
    clock.now = 4
    progress.working("Egress gateways", Stage.GONE)
    clock.now = 9
    why = "it is held by example.com/drain"
    progress.working("Ingress gateways", Stage.REMOVING, {"Deployment/istio-system/istio-ingressgateway": why})
    progress.working("Istiod", Stage.REMOVING, {"Deployment/istio-system/istiod": "it is still there"})


def bug_report(progress: LiveProgress, clock: Clock) -> None:
    """A bug report that waits for proxies."""
    for folder in ("versions", "cluster", "istio", "proxies"):
        progress.working(folder, Stage.GATHERING, count=(0, 1))
    clock.now = 3
    progress.working("versions", Stage.READY, count=(1, 1))
    progress.working("cluster", Stage.READY, count=(38, 38))
    clock.now = 17
    progress.working("istio", Stage.GATHERING, {"istio-system/istiod-1/discovery.log": ""}, (22, 23))
    awaited = {f"shop/web-{number}/config_dump": "" for number in range(1, 13)}
    progress.working("proxies", Stage.GATHERING, awaited, (310, 480))


def description() -> str:
    """What `describe service` says of the objects of an example."""
    snapshot = Snapshot(dict(MESH_DEFAULTS), {}, is_live=True)
    for data in load_all((EXAMPLES / "shop.yaml").read_text(encoding="utf-8"), "shop.yaml"):
        snapshot.add(object_of(data["kind"], data))
    service = next(iter(snapshot.all("Service")))
    pods = [pod for pod in snapshot.all("Pod") if picks(service.spec["selector"], pod.labels)]
    root = describe_outline(describe(pods, [service], snapshot, check_mesh=True), "shop", is_pod=False)
    shown = Shown()
    shown.terminal.write(tree_text(root, COLUMNS, LINE_STYLES))
    return shown.out.getvalue()


def differences() -> str:
    """What `manifest diff` says of two settings of the ingress gateway."""

    def text(port: int, kind: str) -> str:
        ports = f"[{{name: http, port: 80, targetPort: {port}}}]"
        spec = f"spec:\n  type: {kind}\n  selector: {{istio: ingressgateway}}\n  ports: {ports}\n"
        return f"apiVersion: v1\nkind: Service\nmetadata: {{name: ingress, namespace: istio-system}}\n{spec}"

    with TemporaryDirectory() as folder:
        first, second = Path(folder, "a.yaml"), Path(folder, "b.yaml")
        first.write_text(text(80, "LoadBalancer"))
        second.write_text(text(8080, "NodePort"))
        return printed("manifest", "diff", str(first), str(second))


def pictures() -> dict[str, str]:
    """The SVG of each picture, by its file's name."""
    trace = ["proxy-config", "trace", "-f", str(EXAMPLES / "shop-envoy.json"), "GET", "http://web.shop/next"]
    shown: dict[str, tuple[str, str]] = {
        "install": ("istioctl install --set profile=demo", live(install)),
        "uninstall": ("istioctl uninstall --purge", live(uninstall)),
        "bug-report": ("istioctl bug-report", live(bug_report)),
        "describe": ("istioctl describe service web.shop", description()),
        "trace": ("istioctl proxy-config trace", printed(*trace, "--address", "10.0.0.9")),
        "diff": ("istioctl diff", differences()),
        "table": ("istioctl proxy-config route", printed("proxy-config", "route", "-f", str(EXAMPLES / "envoy.json"))),
    }
    return {f"{name}.svg": picture(name, title, text) for name, (title, text) in shown.items()}


def picture(name: str, title: str, text: str) -> str:
    """A terminal that shows a text with its colours.

    Args:
        name: keeps apart what pictures on one page define.
    """
    console = rich.console.Console(file=io.StringIO(), record=True, width=COLUMNS, force_terminal=True)
    console.print(Text.from_ansi(text), soft_wrap=True)
    made: Any = console.export_svg(title=title, unique_id=f"istioctl-{name}")
    fonts = re.compile(r"\s*@font-face \{[^}]*\}")  # they would come from elsewhere
    made = re.sub(r"[ \t]+$", "", fonts.sub("", made), flags=re.MULTILINE)
    return f"{made}\n<!-- Rich {version('rich')} -->\n"


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    for file, svg in pictures().items():
        (PICTURES / file).write_text(svg, encoding="utf-8")
