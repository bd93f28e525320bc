"""ClickHouse's errors as its HTTP interface shows them."""

import re

_CODE = re.compile(r"Code: (\d+)\.")

# Source: ClickHouse source, HTTPHandler, exceptionCodeToHTTPStatus (2025): codes not named here are a 500.
_STATUS_BY_CODE = {
    **dict.fromkeys((6, 25, 26, 27, 32, 38, 41, 53, 62, 69, 72, 117, 131, 170, 456, 457), 400),
    **dict.fromkeys((46, 47, 50, 56, 57, 60, 63, 73, 80, 81, 82, 115, 511), 404),
    **dict.fromkeys((159,), 408),
    **dict.fromkeys((48,), 501),
    **dict.fromkeys((194,), 401),
    **dict.fromkeys((516,), 403),
}

AUTHENTICATION_FAILED = 516
BAD_ARGUMENTS = 36
NOT_IMPLEMENTED = 48
SESSION_IS_LOCKED = 373
SESSION_NOT_FOUND = 372
UNKNOWN_EXCEPTION = 1002


class ClickHouseError(Exception):
    """An error to answer with; its text begins with `Code: NN. DB::Exception:` as ClickHouse's own."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code

    @classmethod
    def of(cls, code: int, name: str, message: str) -> "ClickHouseError":
        return cls(code, f"Code: {code}. DB::Exception: {message} ({name})")

    @classmethod
    def from_engine(cls, error: Exception) -> "ClickHouseError":
        text = str(error)
        found = _CODE.search(text)
        return cls(int(found.group(1)) if found else UNKNOWN_EXCEPTION, text)

    @property
    def status(self) -> int:
        return _STATUS_BY_CODE.get(self.code, 500)
