"""What was tried in vain is tried ever more rarely."""

from uuid import UUID

from collector_vmware.domain.put_aside import PutAside

ONE, OTHER = UUID(int=1), UUID(int=2)


def test_waits_double_up_to_the_longest() -> None:
    aside, tried = PutAside(longest_rounds=7), []
    for number in range(30):
        if aside.is_due(ONE):
            aside.refuse(ONE)
            tried.append(number)
    assert tried == [0, 1, 3, 7, 15, 23]


def test_a_success_ends_the_waiting_and_touches_no_other() -> None:
    aside = PutAside(longest_rounds=7)
    for _ in range(3):
        aside.refuse(ONE)
        aside.refuse(OTHER)
    aside.welcome(ONE)
    assert (aside.is_due(ONE), aside.is_due(OTHER), bool(aside)) == (True, False, True)
    aside.welcome(OTHER)
    assert not aside
