"""Making a bug report: finds out what there is, gathers the pieces at the same time, and notes what is missing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import partial
from pathlib import Path

from istioctl.actions.observe.bug_report.archive import Archive
from istioctl.actions.observe.bug_report.content import Choice, Piece, cluster_pieces, core_pieces, pod_pieces
from istioctl.actions.observe.bug_report.redaction import redact
from istioctl.actions.observe.bug_report.selection import Container, Selection, is_namespace_wanted, is_wanted
from istioctl.actions.observe.bug_report.tally import Tally
from istioctl.actions.progress import Progress, Silence
from istioctl.api.labels import annotations_of, labels_of
from istioctl.api.pods import containers
from istioctl.cluster.clients import takes_client
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.queries import list_objects
from istioctl.cluster.session import Session
from istioctl.errors import ClusterError, IstioctlError

Report = Callable[[str], None]

_LOUD = 2.0
_LARGE_AT_ONCE = 4
DEFAULT_CONCURRENCY = 32
_MMAP_THRESHOLD = -3  # of mallopt(3)
_LATE = "the time was over when it came"
_ERRORS = (b"error", b"fatal", b"panic")


@dataclass(frozen=True, slots=True)
class BugReportOptions:
    """What goes into it, and how.

    Attributes:
        timeout: seconds for everything; what is not there by then is noted as missing.
        critical, ignored: patterns of log lines that count most, and not at all, when logs are ranked.
        analyze: gives the text of `istioctl analyze`; None leaves it out.
        versions: gives the text about versions.
    """

    output: Path
    scratch: Path | None = None
    included: tuple[Selection, ...] = ()
    excluded: tuple[Selection, ...] = ()
    choice: Choice = field(default_factory=Choice)
    timeout: float = 1800.0
    concurrency: int = DEFAULT_CONCURRENCY
    cluster_dump: bool = True
    critical: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    analyze: Callable[[], bytes] | None = None
    versions: Callable[[], bytes] | None = None


@dataclass(frozen=True, slots=True)
class BugReport:
    """What came of it.

    Attributes:
        names: the files in the archive.
        missing: what could not be had, and why.
    """

    path: Path
    names: tuple[str, ...]
    missing: tuple[tuple[str, str], ...]
    size: int


@takes_client
def plan(
    session: Session, options: BugReportOptions, missing: list[tuple[str, str]]
) -> tuple[list[Piece], list[Container]]:
    """All pieces, and the containers there are; what can't even be listed is noted as missing.

    Raises:
        ClusterError: the cluster can't be reached, or shows no pods at all.
    """
    containers = _containers(session, options, missing)
    pieces: list[Piece] = []
    if options.versions:
        pieces.append(Piece("versions", options.versions, as_it_is=True))
    if options.cluster_dump:
        own: list[tuple[str, str]] = []
        try:
            own = _own_kinds(session)
        except IstioctlError as problem:
            missing.append(("cluster/crs", str(problem)))
        pieces += cluster_pieces(session, options.choice, own)
    wanted = partial(is_wanted, included=options.included, excluded=options.excluded)
    pieces += pod_pieces(session, containers, wanted, options.choice)
    if options.analyze:
        pieces.append(Piece("analyze/istioctl-analyze.txt", options.analyze, as_it_is=True))
    return pieces, containers


@takes_client
def make(session: Session, options: BugReportOptions, report: Report, progress: Progress | None = None) -> BugReport:
    """Gather everything into the archive.

    Args:
        report: takes a line at the beginning and, without `progress`, every two seconds.
        progress: takes how far each folder of the archive is.

    Raises:
        InputError: the archive can't be written.
        ClusterError: the cluster can't be reached.
    """
    deadline = time.monotonic() + options.timeout
    _give_large_blocks_back()
    missing: list[tuple[str, str]] = []
    pieces, containers = plan(session, options, missing)
    report(f"gathering {len(pieces)} pieces from {session.server}")
    with Archive(options.output, options.scratch) as archive:
        work = _Work(
            session, archive, options, deadline, len(pieces), None if progress else report, Tally(progress or Silence())
        )
        work.run(pieces)
        cores = [
            piece
            for each in containers
            if (listing := work.listings.get(f"proxies/{each.namespace}/{each.pod}/coredumps"))
            and each.name == "istio-proxy"
            for piece in core_pieces(session, each, listing)
        ]
        work.total += len(cores)
        work.run(cores)
        missing += work.missing
        archive.add("logs-by-errors.txt", work.ranking())
        lines = "".join(f"{name}: {why}\n" for name, why in sorted(missing))
        archive.add("missing.txt", (lines or "Nothing is missing.\n").encode())
    return BugReport(options.output, tuple(sorted(archive.names)), tuple(sorted(missing)), archive.size)


def _give_large_blocks_back() -> None:
    """Have glibc give large blocks of memory to the system as soon as they are free.

    It would keep for each thread what that thread has used, and dozens of them read a large page here, one at a time.
    """
    import ctypes

    with suppress(OSError, AttributeError, TypeError):  # another C library
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, 1 << 20)


class _Work:
    """Pieces under way: each goes into the archive as soon as it is there."""

    def __init__(
        self,
        session: Session,
        archive: Archive,
        options: BugReportOptions,
        deadline: float,
        total: int,
        report: Report | None,
        tally: Tally,
    ) -> None:
        self._session = session
        self.archive = archive
        self.options = options
        self.deadline = deadline
        self.total = total
        self.missing: list[tuple[str, str]] = []
        self.listings: dict[str, bytes] = {}
        self._report = report
        self._tally = tally
        self._done = 0
        self._said = time.monotonic()
        self._errors: list[tuple[bool, int, str]] = []
        self._lock = threading.Lock()
        self._searching = threading.Lock()
        self._room = threading.BoundedSemaphore(_LARGE_AT_ONCE)

    def run(self, pieces: Sequence[Piece]) -> None:
        """Fetch all pieces, several at the same time; the large ones last, for they wait for each other."""
        self._tally.expect([piece.name for piece in pieces])
        ordered = sorted(pieces, key=lambda piece: piece.is_large)
        in_parallel([partial(self._one, piece) for piece in ordered], limit=max(1, self.options.concurrency))

    def _one(self, piece: Piece) -> None:
        # a large answer keeps others waiting until it is in the archive; what is as it is may ask in several threads
        turn = nullcontext() if piece.as_it_is else self._session.turns.kept()
        with self._room if piece.is_large else nullcontext(), self._tally.gathering(piece.name), turn:
            self._gather(piece)

    def _gather(self, piece: Piece) -> None:
        why = ""
        if time.monotonic() > self.deadline:
            why = "the time was over before it was asked for"
        else:
            try:
                data = piece.fetch()
            except IstioctlError as problem:
                why = str(problem)
            else:
                why = self._keep(piece, data)
        with self._lock:
            self._done += 1
            if why:
                self.missing.append((piece.name, why))
            loud = self._report if time.monotonic() - self._said > _LOUD else None
            if loud:
                self._said = time.monotonic()
        if loud:
            loud(
                f"{self._done} of {self.total} pieces are there"
                + (f", {len(self.missing)} are missing" if self.missing else "")
            )

    def _keep(self, piece: Piece, data: bytes) -> str:
        """Take what was fetched into the report; why that is not done, where the time is over."""
        if not piece.as_it_is and not self.options.choice.full_secrets:
            with self._searching:  # no two can search at the same time, and each shall see how late it is
                if time.monotonic() > self.deadline:
                    return _LATE
                data = redact(data)
        if piece.name.endswith("/coredumps"):
            self.listings[piece.name] = data
        elif not self.archive.add(piece.name, data, self.deadline):
            return _LATE
        if piece.name.endswith(".log"):
            self._rank(piece.name, data)
        return ""

    def _rank(self, name: str, data: bytes) -> None:
        count, critical = 0, False
        for line in data.splitlines():
            if any(word in line.lower() for word in _ERRORS):
                text = line.decode("utf-8", "replace")
                if not _any_matches(self.options.ignored, text):
                    count += 1
                    critical = critical or _any_matches(self.options.critical, text)
        with self._lock:
            self._errors.append((critical, count, name))

    def ranking(self) -> bytes:
        """The logs, those with critical errors and with most errors first."""
        ranked = sorted(self._errors, key=lambda each: (not each[0], -each[1], each[2]))
        return "".join(
            f"{count:6} errors{' (critical)' if critical else ''}  {name}\n" for critical, count, name in ranked
        ).encode()


def _any_matches(patterns: Iterable[str], line: str) -> bool:
    return any(fnmatch(line, f"*{pattern}*") for pattern in patterns)


def _containers(session: Session, options: BugReportOptions, missing: list[tuple[str, str]]) -> list[Container]:
    """All containers of running pods; of namespaces that may be wanted alone where not all may be listed."""
    try:
        pods = list_objects(session, "v1", "Pod")
    except ClusterError as problem:
        names = sorted({name for each in options.included for name in each.namespaces if "*" not in name})
        if not names:
            raise
        missing.append(("pods of all namespaces", str(problem)))
        pods = []
        for namespace in names:
            try:
                pods += list_objects(session, "v1", "Pod", namespace=namespace)
            except ClusterError as inner:
                missing.append((f"pods of {namespace}", str(inner)))
    found = []
    for pod in pods:
        metadata = pod["metadata"]
        if not is_namespace_wanted(metadata["namespace"], (), options.excluded):
            continue
        found += [
            Container(
                metadata["namespace"], _workload(pod), metadata["name"], str(container.get("name")),
                labels_of(pod), annotations_of(pod),
            )
            for container in containers(pod.get("spec") or {}, init=True)
        ]  # fmt: skip
    return found


def _workload(pod: dict[str, object]) -> str:
    """The Deployment or DaemonSet of a pod; a ReplicaSet's name is its Deployment's and a hash."""
    metadata = pod["metadata"]
    owners = metadata.get("ownerReferences") or [] if isinstance(metadata, dict) else []
    for owner in owners:
        name = str(owner.get("name", ""))
        return name.rpartition("-")[0] if owner.get("kind") == "ReplicaSet" else name
    return ""


def _own_kinds(session: Session) -> list[tuple[str, str]]:
    """The apiVersion and kind of every custom resource of the cluster."""
    found = []
    for definition in list_objects(session, "apiextensions.k8s.io/v1", "CustomResourceDefinition"):
        spec = definition.get("spec") or {}
        versions = [each.get("name") for each in spec.get("versions") or [] if each.get("storage")]
        kind = (spec.get("names") or {}).get("kind")
        if versions and kind:
            found.append((f"{spec.get('group')}/{versions[0]}", str(kind)))
    return sorted(found)
