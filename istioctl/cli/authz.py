"""`istioctl experimental authz check`: which authorization policies proxies enforce."""

from __future__ import annotations

from istioctl.cli.line.declare import Context
from istioctl.cli.line.proxy_flags import ProxyFlags
from istioctl.cli.proxy_view import ViewFlags, show


def check(ctx: Context, proxies: ProxyFlags, view: ViewFlags) -> None:
    """Show the AuthorizationPolicies that proxies enforce, from all over the mesh, as they have reached them."""
    from istioctl.proxies.authorization import HEADER, applied_policies
    from istioctl.proxies.tables import Table
    from istioctl.proxies.views import LISTENERS, of_dump

    look = of_dump(
        LISTENERS,
        lambda dump: [Table(HEADER, [policy.row for policy in applied_policies(dump)])],
        lambda dump, keep: keep([policy.as_data() for policy in applied_policies(dump)]),
    )
    show(ctx, proxies, view, look)
