from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from normalizer.domain.performance.clock_limits import ClockLimits
from normalizer.domain.performance.samples import MachineSamples

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LIMITS = ClockLimits(future=timedelta(hours=1), past=timedelta(days=35))


def at(*moments: datetime) -> MachineSamples:
    return MachineSamples(UUID(int=1), 20, [int(moment.timestamp()) for moment in moments], [])


@pytest.mark.parametrize("moment", [NOW, NOW + timedelta(hours=1), NOW - timedelta(days=35)])
def test_samples_within_the_limits_are_believed(moment: datetime) -> None:
    assert LIMITS.faults([at(moment)], NOW) == {}


def test_a_sample_beyond_the_future_limit_is_not_believed() -> None:
    faults = LIMITS.faults([at(NOW, NOW + timedelta(hours=1, seconds=1))], NOW)
    assert faults == {0: "a sample is more than 1:00:00 in the future"}


def test_a_sample_beyond_the_past_limit_is_not_believed() -> None:
    faults = LIMITS.faults([at(NOW - timedelta(days=35, seconds=1), NOW)], NOW)
    assert faults == {0: "a sample is older than 35 days, 0:00:00"}
