"""What can go wrong with a source, as every other module sees it.

SourceError
├── SourceUnreachable   no connection, or it broke
├── LoginRefused        user name or password is wrong
├── CertificateRefused  the source's certificate is not the one that the settings trust
├── SessionEnded        the source no longer knows our session
├── QueryRefused        one performance query was refused or failed; a smaller one may work
├── ObjectGone          what was asked for is no longer in the inventory
├── AnswerUnreadable    the source sent what nobody can make sense of
└── SpoolFull           the source is well; there is no room on our disk for what it says
"""


class SourceError(Exception):
    """A source did not do what was asked.

    Args:
        code: A short constant word for status and metrics.
        message: For people; never a credential, never a payload.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class SourceUnreachable(SourceError):
    """No connection to the source, or it broke."""

    def __init__(self, message: str) -> None:
        super().__init__("unreachable", message)


class LoginRefused(SourceError):
    """The source refused user name or password; asking often could lock the account."""

    def __init__(self, message: str) -> None:
        super().__init__("login-refused", message)


class CertificateRefused(SourceError):
    """The source's certificate is not one that the settings trust; no credential was sent."""

    def __init__(self, message: str) -> None:
        super().__init__("certificate-refused", message)


class SessionEnded(SourceError):
    """The source no longer knows our session: it timed out, or the source was started again."""

    def __init__(self) -> None:
        super().__init__("session-ended", "the source ended the session; logging in again")


class QueryRefused(SourceError):
    """One query was refused or failed.

    Args:
        code: See `SourceError`.
        message: See `SourceError`.
        missing_moref: The object of the query that the source no longer has, if it named one.
        forbidden_moref: The object of the query that the account may not read, if the source named one.
    """

    def __init__(
        self, code: str, message: str, missing_moref: str | None = None, forbidden_moref: str | None = None
    ) -> None:
        super().__init__(code, message)
        self.missing_moref = missing_moref
        self.forbidden_moref = forbidden_moref


class ObjectGone(SourceError):
    """What was asked for is no longer in the inventory."""

    def __init__(self) -> None:
        super().__init__("object-gone", "an object is no longer in the inventory")


class AnswerUnreadable(SourceError):
    """An answer cannot be understood, by the client library or by us."""

    def __init__(self, message: str) -> None:
        super().__init__("unreadable-answer", message)


class SpoolFull(SourceError):
    """Samples cannot be written to the spool's disk."""

    def __init__(self, words: str) -> None:
        super().__init__("spool-full", f"the spool cannot be written: {words}")
