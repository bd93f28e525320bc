"""What every event has in common: a frozen, strict model, typed ids and UTC time."""

from datetime import UTC, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer


def _as_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("needs a time zone, for example 2026-01-31T12:00:00Z")
    return value.astimezone(UTC)


def format_utc(value: datetime) -> str:
    """Write a time as RFC 3339 with `Z`, to the microsecond."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


UtcDatetime = Annotated[
    datetime,
    AfterValidator(_as_utc),
    PlainSerializer(format_utc, return_type=str, when_used="json"),
]
"""An aware time in UTC; RFC 3339 with `Z` in JSON."""

MachineId = UUID
"""UUIDv5 of a source and the machine's identity in it (see `identity`)."""
GroupId = UUID
AssessmentId = UUID
RunId = UUID
SourceId = Annotated[str, Field(min_length=1, max_length=200)]
"""The name of a source in the collector's settings, unique in the installation."""
CollectorId = Annotated[str, Field(min_length=1, max_length=200)]

NonNegativeInt = Annotated[int, Field(ge=0)]
NonNegativeFloat = Annotated[float, Field(ge=0)]


class Record(BaseModel):
    """A part of an event. Unknown fields are ignored, so that versions can grow by fields."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="ignore",
        allow_inf_nan=False,
        json_schema_serialization_defaults_required=True,
    )


class Event(Record):
    """A message on a topic. `event_type` is its `ce_type`; the version is part of it."""

    event_type: ClassVar[str]

    def key(self) -> str:
        """The message key: events with one key stay in order."""
        raise TypeError(f"{type(self).__name__} names no key")

    def event_id(self) -> UUID:
        """The `ce_id`: the same for the same fact, so that readers can drop repeats."""
        raise TypeError(f"{type(self).__name__} names no id")

    def subject_source(self) -> str:
        """The `ce_source`: who observed or decided this."""
        raise TypeError(f"{type(self).__name__} names no source")

    def occurred_at(self) -> datetime:
        """The `ce_time`."""
        raise TypeError(f"{type(self).__name__} names no time")
