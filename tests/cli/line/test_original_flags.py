"""Every command of the original 1.30.3 is here, under each of its names and with each of its flags."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from istioctl.cli.line.commands import ROOT, Command
from istioctl.cli.line.find import find_command, function_of
from istioctl.cli.line.slots import global_slots, slots

#: A command a line: its other names, then its flags, of which `/` parts the spellings; what is indented goes on. `XDS`
#: stands for the flags by which istiod is asked directly.
_ORIGINAL = """\
admin (istiod): -l/--selector
admin log (l): --ctrlz_port --level --log-reset -o/--output --reset -r/--revision --stack-trace-level
    --stack-trace-reset
analyze: -A/--all-namespaces --analyzer --color --failure-threshold --ignore-unknown -L/--list-analyzers
    --meshConfigFile -o/--output --output-threshold -R/--recursive --remote-contexts -r/--revision -S/--suppress
    --timeout -k/--use-kube -v/--verbose
bug-report: --context --critical-errs --dir --dry-run --duration --end-time --exclude -f/--filename
    --full-secrets --ignore-errs --include --istio-namespace -c/--kubeconfig --output-dir --proxy-admin-port
    --rq-concurrency --skip-analyze --skip-cluster-dump --skip-coredumps --skip-netstat --skip-proxy-debug
    --start-time --tail --timeout
completion: --no-descriptions
create-remote-secret: --auth-plugin-config --auth-plugin-name --auth-type --create-service-account
    -d/--manifests --name --secret-name --server --service-account --tls-server-name --type
dashboard (dash, d): --address --browser -p/--port
dashboard controlz: --ctrlz_port -r/--revision -l/--selector
dashboard envoy: -l/--selector --ui-port
dashboard grafana: --ui-port
dashboard istiod-debug: -r/--revision -l/--selector
dashboard jaeger: --ui-port
dashboard kiali: --ui-port
dashboard prometheus: --ui-port
dashboard proxy: -l/--selector --ui-port
dashboard skywalking: --ui-port
dashboard zipkin: --ui-port
experimental (x, exp):
experimental authz:
experimental authz check: -f/--file --proxy-admin-port
experimental check-inject: -l/--labels
experimental config:
experimental config list:
experimental describe (des):
experimental describe pod (po): --ignoreUnmeshed --proxy-admin-port
experimental describe service (svc): --ignoreUnmeshed --proxy-admin-port
experimental envoy-stats (es): -o/--output --proxy-admin-port -l/--selector -t/--type
experimental injector:
experimental injector list:
experimental internal-debug: --all -L/--list -r/--revision --timeout XDS
experimental metrics (m): -d/--duration
experimental precheck: -f/--from-version -o/--output --output-threshold -r/--revision --skip-controlplane
experimental proxy-status (ps): --file -o/--output --proxy-admin-port -r/--revision --timeout -v/--verbosity XDS
experimental version: -o/--output --remote -r/--revision -s/--short --timeout XDS
experimental workload:
experimental workload entry:
experimental workload entry configure: --autoregister --capture-dns --clusterID --externalIP -f/--file
    --ingressIP --ingressService --internalIP --name -n/--namespace -o/--output -r/--revision --tokenDuration
experimental workload group:
experimental workload group create: -a/--annotations -l/--labels --locality --name -n/--namespace --network
    -p/--ports -s/--serviceAccount -w/--weight
install (apply): --dry-run -f/--filename --force -d/--manifests --readiness-timeout -r/--revision -s/--set
    -y/--skip-confirmation --verify
kube-inject: -f/--filename --injectConfigFile --meshConfigFile --meshConfigMapName --operatorFileName
    -o/--output -r/--revision --timeout --valuesFile --webhookConfig XDS
manifest: --dry-run
manifest generate: --cluster-specific --dry-run -f/--filename --force -d/--manifests -r/--revision -s/--set
manifest install (apply): --dry-run -f/--filename --force -d/--manifests --readiness-timeout -r/--revision
    -s/--set -y/--skip-confirmation --verify
manifest translate: -f/--filename -d/--manifests -o/--output -r/--revision -s/--set
options:
proxy-config (pc): -o/--output --proxy-admin-port
proxy-config all (a): --address --direction -f/--file --fqdn --name -o/--output --port --subset --type --verbose
    --with-headers
proxy-config bootstrap (b): -f/--file -o/--output
proxy-config cluster (clusters, c): --direction -f/--file --fqdn -o/--output --port --subset
proxy-config ecds (ec): -f/--file -o/--output
proxy-config endpoint (endpoints, ep): --address --cluster -f/--file -o/--output --port --status
proxy-config listener (listeners, l): --address -f/--file -o/--output --port --type --verbose
proxy-config log (o): --level -r/--reset -l/--selector
proxy-config rootca-compare (rc):
proxy-config route (routes, r): -f/--file --name -o/--output --verbose
proxy-config secret (secrets, s): -f/--file -o/--output
proxy-status (ps): --file -o/--output --proxy-admin-port -r/--revision --timeout -v/--verbosity XDS
remote-clusters: -r/--revision
tag:
tag generate: --auto-inject-namespaces -d/--manifests --overwrite -r/--revision -y/--skip-confirmation
    --webhook-name
tag list (show): -o/--output
tag remove (delete): -y/--skip-confirmation
tag set: --auto-inject-namespaces -d/--manifests --overwrite -r/--revision -y/--skip-confirmation --webhook-name
uninstall: --dry-run -f/--filename --force -d/--manifests --purge -r/--revision -s/--set -y/--skip-confirmation
    -v/--verbose
upgrade: --dry-run -f/--filename --force -d/--manifests --readiness-timeout -r/--revision -s/--set
    -y/--skip-confirmation --verify
validate (v): -f/--filename
version: -o/--output --remote -r/--revision -s/--short
waypoint: --name
waypoint apply: --enroll-namespace --for --overwrite -r/--revision -w/--wait --waypoint-timeout
waypoint delete: --all -r/--revision
waypoint generate: --for -r/--revision
waypoint list: -A/--all-namespaces
waypoint status: -A/--all-namespaces -w/--wait --waypoint-timeout
ztunnel-config (zc):
ztunnel-config all: -f/--file --node -o/--output --proxy-admin-port --with-headers
ztunnel-config certificate (certificates, certs, cert): -f/--file --node -o/--output --proxy-admin-port
ztunnel-config connections (cons): --direction -f/--file --node -o/--output --proxy-admin-port --raw
    --workload-namespace
ztunnel-config log (o): -f/--file --level --node -o/--output --proxy-admin-port -r/--reset
ztunnel-config policy (policies, p, pol): -f/--file --node -o/--output --policy-namespace --proxy-admin-port
ztunnel-config service (services, s, svc): -f/--file --node -o/--output --proxy-admin-port --service-namespace
ztunnel-config workload (w, workloads): --address -f/--file --node -o/--output --proxy-admin-port
    --workload-namespace --workload-node
"""
#: Left out is `bug-report version`, which is not a command of its own here.
_XDS = "--authority --cert-dir --insecure --plaintext --xds-address --xds-label --xds-port"


class Original(NamedTuple):
    """A command of the original."""

    words: list[str]
    names: list[str]
    flags: list[str]


def _originals() -> Iterator[Original]:
    for line in _ORIGINAL.replace("\n    ", " ").replace("XDS", _XDS).splitlines():
        head, _, flags = line.partition(":")
        words, _, names = head.partition(" (")
        spellings = [spelling for flag in flags.split() for spelling in flag.split("/")]
        yield Original(words.split(), names.rstrip(")").replace(",", "").split(), spellings)


def _parameters() -> list[object]:
    return [pytest.param(each, id=" ".join(each.words)) for each in _originals()]


def _flags_of(command: Command) -> set[str]:
    shared = {flag for slot in global_slots() for flag in slot.flags}
    if not command.target:
        return shared | {name for flag in command.flags for name in flag.names}
    return shared | {flag for slot in slots(function_of(command)) for flag in slot.flags}


@pytest.mark.parametrize("original", _parameters())
def test_names_and_flags(original: Original) -> None:
    _, command, rest = find_command(original.words)
    assert not rest, f"there is no {rest[0]}"
    _, parent, _ = find_command(original.words[:-1])
    parent = parent if original.words[1:] else ROOT
    assert [name for name in original.names if parent.find(name) is None] == []
    assert sorted(set(original.flags) - _flags_of(command)) == []


@pytest.mark.parametrize("original", _parameters())
def test_members_take_the_flags_of_their_group(original: Original) -> None:
    for length in range(1, len(original.words)):
        _, group, _ = find_command(original.words[:length])
        _, command, _ = find_command(original.words)
        if command.target:
            assert {name for flag in group.flags for name in flag.names} <= _flags_of(command)


def test_flags_of_a_group_may_stand_before_the_member() -> None:
    words = ["dashboard", "--port", "99", "--browser=false", "kiali", "--address", "::1"]
    path, _, rest = find_command(words)
    assert path == ["dashboard", "kiali"]
    assert rest == ["--port", "99", "--browser=false", "--address", "::1"]
