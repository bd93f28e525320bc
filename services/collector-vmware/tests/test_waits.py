"""How long a source that fails is left alone."""

from collector_vmware.source_runner import LOGIN, ORDINARY


def test_waits_grow_to_a_minute_and_a_refused_login_always_waits_one() -> None:
    assert [ORDINARY.after(failures) for failures in (1, 2, 3, 99)] == [1, 2, 4, 60]
    assert [LOGIN.after(failures) for failures in (1, 2, 99)] == [60, 60, 60]
