"""Every error the product raises on purpose: one tree, two temperaments.

CloudPricingError
├── Transient                 try again, unchanged, later
│   ├── SourceUnavailable     a feed does not answer, or answers 429 or 5xx
│   │   └── SourceSkipped     its host is left alone for a while, so nobody asked
│   ├── BackupUnavailable     where the backups are does not answer
│   ├── DeliveryFailed        a service did not take an alert
│   ├── SessionsUnavailable   where conversations are kept does not answer
│   └── StoreBusy             another publisher holds the store
└── Permanent                 trying again cannot help
    ├── InvalidInput          what the user gave cannot be used
    │   └── UnknownName       no source, snapshot, batch or query has that name
    ├── PayloadInvalid        a feed's bytes are not what its parser expects
    ├── NoSnapshot            nothing has been published yet
    ├── SnapshotDamaged       a published folder is not what its manifest says
    ├── SnapshotOutdated      an earlier version published it, without what is asked of it
    ├── BackupDamaged         a backup is not what was stored
    ├── KnowledgeUnavailable  the vectors cannot be read; prices still can
    ├── QueryRefused          the SQL is not exactly one SELECT over the snapshot
    ├── QueryInterrupted      the SQL ran into the time limit
    ├── TurnedOff             who runs this has turned a part off
    └── MissingRequirement    an extra or a credential is not there

Retry logic asks the type, never the message. `exit_code` is what the command line ends with.
"""


class CloudPricingError(Exception):
    """`message` says what is wrong, `hint` what to do next; both are one line."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        self.message = " ".join(message.split())
        self.hint = " ".join(hint.split())
        super().__init__(f"{self.message} {self.hint}".strip())

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions cross process borders in Prefect workers and would lose the hint otherwise.
        return (type(self), (self.message, self.hint))


class Transient(CloudPricingError):
    """Worth trying again, unchanged."""

    exit_code = 75  # EX_TEMPFAIL


class SourceUnavailable(Transient):
    """A feed does not answer, or says it is busy; `retry_after` is the wait in seconds it asked for."""

    retry_after: float | None = None


class SourceSkipped(SourceUnavailable):
    """A host is down, or asks for a long wait: until then (`time.monotonic`) asking again cannot help."""

    until: float = 0.0


class BackupUnavailable(Transient):
    """Where the backups are does not answer."""


class DeliveryFailed(Transient):
    """A service did not take an alert; it stays in the outbox."""


class SessionsUnavailable(Transient):
    """Where conversations are kept does not answer."""


class StoreBusy(Transient):
    """Another process publishes to this store."""


class Permanent(CloudPricingError):
    """Trying again gives the same error."""


class InvalidInput(Permanent):
    """An argument, a file or a setting cannot be used as it is."""

    exit_code = 2


class UnknownName(InvalidInput):
    """No source, snapshot, batch or query has that name."""


class PayloadInvalid(Permanent):
    """A feed's bytes are not what its parser expects."""

    exit_code = 65  # EX_DATAERR


class NoSnapshot(Permanent):
    """Nothing has been published yet."""

    exit_code = 3


class SnapshotDamaged(Permanent):
    """A published folder is not what its manifest says."""

    exit_code = 4


class SnapshotOutdated(Permanent):
    """An earlier version published the snapshot, without what is asked of it."""

    exit_code = 4


class BackupDamaged(Permanent):
    """A backup is not what was stored, so nothing is restored from it."""

    exit_code = 9


class KnowledgeUnavailable(Permanent):
    """The vectors of a snapshot cannot be read; its prices still can."""

    exit_code = 5


class QueryRefused(InvalidInput):
    """The SQL is not exactly one SELECT over the snapshot."""


class QueryInterrupted(Permanent):
    """The SQL ran into the time limit."""

    exit_code = 6


class TurnedOff(Permanent):
    """Who runs this has turned the part off that is asked for."""

    exit_code = 69  # EX_UNAVAILABLE


class MissingRequirement(Permanent):
    """An optional package or a credential is not there."""

    exit_code = 7
