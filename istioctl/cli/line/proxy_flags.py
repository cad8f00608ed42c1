"""The words and flags by which commands are told which proxies are meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

from istioctl.cli.line.declare import Context, Option
from istioctl.cli.line.options import global_options, pod_argument
from istioctl.cli.line.parameters import flag_group
from istioctl.errors import UsageError

if TYPE_CHECKING:
    from istioctl.actions.observe.targets import Targets

PodsArgument = Annotated[
    list[str],
    pod_argument("A pod, or a workload such as deploy/web; namespace/NAME is all proxies there. Several may be given."),
]
SelectorOption = Annotated[str, Option("-l", "--selector", metavar="LABELS", help="The proxies whose pods match.")]
AllOption = Annotated[bool, Option("--all", help="All proxies of the namespace.")]
AllNamespacesOption = Annotated[bool, Option("-A", "--all-namespaces", help="The proxies of all namespaces.")]
AdminPortOption = Annotated[
    int, Option("--proxy-admin-port", min=1, max=65535, metavar="PORT", help="The port of the proxy's admin API.")
]


@flag_group
class ProxyFlags(NamedTuple):
    """The words and flags that say which proxies are meant."""

    pods: PodsArgument = []  # noqa: RUF012 - it is copied
    selector: SelectorOption = ""
    all_proxies: AllOption = False
    all_namespaces: AllNamespacesOption = False

    @property
    def given(self) -> bool:
        """Whether any proxy is meant."""
        return bool(self.pods or self.selector or self.all_proxies or self.all_namespaces)


def targets(ctx: Context, flags: ProxyFlags) -> Targets:
    """The proxies that the flags mean.

    Raises:
        UsageError: they mean none, or name them in two ways.
    """
    from istioctl.actions.observe.targets import Targets

    if not flags.given:
        raise UsageError("no proxy is named", hint="Name a pod, or pass --selector, --all or --all-namespaces.")
    if flags.pods and (flags.selector or flags.all_proxies or flags.all_namespaces):
        raise UsageError("pods and --selector, --all or --all-namespaces exclude each other")
    return Targets(
        references=tuple(flags.pods),
        selector=flags.selector,
        everything=flags.all_proxies,
        all_namespaces=flags.all_namespaces,
        namespace=global_options(ctx).namespace,
    )
