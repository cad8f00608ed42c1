"""`istioctl proxy-config secret` and `rootca-compare`: the certificates of proxies; never their private keys."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from istioctl.cli.line.cluster_options import open_cluster
from istioctl.cli.line.declare import Context, Option
from istioctl.cli.line.expiry import ExpiresWithinOption, expiry_span
from istioctl.cli.line.options import output_option, pod_argument
from istioctl.cli.line.proxy_flags import AdminPortOption, ProxyFlags
from istioctl.cli.proxy_view import SHORT, FileOption, FormOption, ViewFlags, show
from istioctl.cli.screen.exit_status import ExitStatus
from istioctl.cli.screen.printers import Output, print_data
from istioctl.cli.screen.terminal import terminal

if TYPE_CHECKING:
    from istioctl.proxies.secrets import Certificate


def secret(
    ctx: Context,
    proxies: ProxyFlags,
    file: FileOption = "",
    output: Annotated[
        Output, output_option("short", "wide", default="short", note="wide also tells expiry and identity.")
    ] = SHORT,
    expires_within: ExpiresWithinOption = "",
    watching: Annotated[bool, Option("-w", "--watch", help="Show it again whenever it changes.")] = False,
    admin_port: AdminPortOption = 15000,
) -> int:
    """Show the certificates of proxies: their serial numbers, how long they count, and whose they are."""
    from istioctl.cli.line.proxy_flags import targets
    from istioctl.proxies import secrets
    from istioctl.proxies.views import SECRETS, of_dump

    span = expiry_span(expires_within)
    many = proxies.given and not targets(ctx, proxies).means_one
    described = many or span is not None or output.form == "wide"
    doomed: list[Certificate] = []

    def chosen(dump: Any) -> list[Certificate]:
        found = secrets.certificates(dump)
        if span is None:
            return found
        expiring = [each for each in found if each.expires_within(span, datetime.now(UTC))]
        doomed.extend(expiring)  # appending to a list is safe among threads
        return expiring

    def data(dump: Any, keep: Any) -> Any:
        if described:
            return keep([each.as_data(datetime.now(UTC)) for each in chosen(dump)])
        return keep(secrets.tree(dump))

    def table(dump: Any) -> Any:
        found = secrets.table(chosen(dump), datetime.now(UTC), more=described)
        return found if span is None else found._replace(empty=f"No certificate expires within {expires_within}.")

    look = of_dump(SECRETS, lambda dump: [table(dump)], data)
    form = SHORT if output.form == "wide" else output
    show(ctx, proxies, ViewFlags(file, form, watching, admin_port), look)
    return ExitStatus.NOT_WELL if doomed else ExitStatus.OK


def rootca_compare(
    ctx: Context,
    first: Annotated[str, pod_argument("A pod.")],
    second: Annotated[str, pod_argument("Another pod.")],
    output: FormOption = SHORT,
    admin_port: AdminPortOption = 15000,
) -> int:
    """Say whether two proxies trust a common root certificate, so that they can talk to each other by mTLS.

    The exit status is 1 where they share no root.
    """
    from istioctl.actions.observe.root_certificates import compare_roots

    namespace = ctx.options.namespace
    found = compare_roots(open_cluster(ctx), first, second, namespace, port=admin_port)
    if output == SHORT:
        names = f"Both [{found.first}] and [{found.second}] have"
        ending = "the identical ROOTCA, theoretically the connectivity between them is available"
        if not found.common:
            ending = "the non identical ROOTCA, theoretically the connectivity between them is unavailable"
        terminal().write(f"{names} {ending}\n")
    else:
        print_data(found.as_data(), output)
    return ExitStatus.OK if found.common else ExitStatus.NOT_WELL
