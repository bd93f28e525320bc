"""The failures that a part tells apart; everything else is a bug and ends the process.

KitError
├── RetryableError    the outside did not answer; the same call may work later
├── InvalidMessage    this message can never be handled; dead-letter it and go on
├── StoreError        the store refused a statement; a bug in ours
├── EventTooLarge     the caller did not split what it publishes
└── MissingTopics     `surveyor migrate` has not been run
"""

from surveyor_schemas.reasons import Reason


class KitError(Exception):
    """Base of the kit's own errors."""


class RetryableError(KitError):
    """The other side did not answer, or said to come back later. Repeating the call is safe."""


class InvalidMessage(KitError):
    """A message that breaks its contract: never retried, always dead-lettered.

    Args:
        reason: Its dead-letter reason.
        detail: What is wrong, by field name; never a value out of the message.
    """

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class StoreError(KitError):
    """The store refused a statement and would refuse it again.

    Args:
        detail: What the store said.
        code: ClickHouse's error code, None when it gave none.
    """

    def __init__(self, detail: str, code: int | None = None) -> None:
        super().__init__(detail)
        self.code = code


class EventTooLarge(KitError):
    """An event above the broker's message limit; its producer has to split it."""


class MissingTopics(KitError):
    """Topics that the broker does not have."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(f"the broker has no topic {', '.join(names)}: run `surveyor migrate`")
        self.names = names


class SchemaOutdated(KitError):
    """The store's tables are not of the version that this release was built for."""


class DeadLetterLimitExceeded(KitError):
    """A consumer refused too many of the latest events and has to stop."""
