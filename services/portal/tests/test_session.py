from portal.session import Session, Sessions

SECRET = "a secret of the tests, long enough to be taken"


def test_session_survives_the_cookie() -> None:
    session = Session.signed_in("key", "Ada", "reader")
    assert Sessions(SECRET, 60).open(Sessions(SECRET, 60).seal(session)) == session


def test_cookie_does_not_show_the_key() -> None:
    assert "secret-key" not in Sessions(SECRET, 60).seal(Session.signed_in("secret-key", "Ada", "reader"))


def test_changed_cookie_is_nobody() -> None:
    sealed = Sessions(SECRET, 60).seal(Session.signed_in("key", "Ada", "reader"))
    assert Sessions(SECRET, 60).open(sealed[:-6] + "AAAAAA") is None


def test_cookie_of_another_secret_is_nobody() -> None:
    sealed = Sessions(SECRET, 60).seal(Session.signed_in("key", "Ada", "reader"))
    assert Sessions(SECRET[::-1], 60).open(sealed) is None


def test_cookie_that_is_too_old_is_nobody() -> None:
    sealed = Sessions(SECRET, 60).seal(Session.signed_in("key", "Ada", "reader"))
    assert Sessions(SECRET, -1).open(sealed) is None


def test_missing_cookie_is_nobody() -> None:
    assert Sessions(SECRET, 60).open(None) is None


def test_each_session_has_a_token_of_its_own() -> None:
    first, second = Session.signed_in("key", "Ada", "reader"), Session.signed_in("key", "Ada", "reader")
    assert first.accepts(first.csrf_token)
    assert not first.accepts(second.csrf_token)
    assert not first.accepts("")


def test_reader_is_not_offered_changes() -> None:
    assert not Session.signed_in("key", "Ada", "reader").may_change
    assert Session.signed_in("key", "Ada", "operator").may_change
