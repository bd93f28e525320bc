"""Why a message is refused: the closed list of dead-letter reasons."""

from enum import StrEnum


class Reason(StrEnum):
    """Stands in the `dl_reason` header; `surveyor replay` filters by it."""

    MALFORMED_JSON = "malformed-json"
    """Not JSON, or not UTF-8."""
    UNKNOWN_TYPE = "unknown-type"
    """No `ce_type` header, or one that the topic does not carry."""
    SCHEMA = "schema"
    """A field is missing, has the wrong type or breaks a bound that has no reason of its own."""
    LENGTH_MISMATCH = "length-mismatch"
    """A series has another number of values than its machine has timestamps."""
    NOT_A_NUMBER = "not-a-number"
    """NaN or infinity."""
    NEGATIVE_VALUE = "negative-value"
    """A sample below zero; collectors publish null for no data."""
    TIMESTAMP_ORDER = "timestamp-order"
    """Timestamps are not strictly increasing."""
    CLOCK_LIMIT = "clock-limit"
    """A sample too far in the future, or older than raw samples are kept."""
    STALE_REVISION = "stale-revision"
    """A replayed observation that is not above the stored revision."""
    UNEXPECTED = "unexpected"
    """The consumer crashed three times at this message."""
