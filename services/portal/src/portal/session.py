"""Who is signed in: an encrypted cookie, so that every replica can read it and none keeps a list."""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import asdict, dataclass

from cryptography.fernet import Fernet, InvalidToken

COOKIE = "surveyor_session"
_PURPOSE = b"portal session 1"


@dataclass(frozen=True, slots=True)
class Session:
    """One browser's session; before the sign-in it has no key, but a token for the form."""

    csrf_token: str
    api_key: str | None = None
    name: str = ""
    role: str = ""

    @classmethod
    def before_sign_in(cls) -> "Session":
        """Start a session of nobody."""
        return cls(csrf_token=secrets.token_urlsafe(32))

    @classmethod
    def signed_in(cls, api_key: str, name: str, role: str) -> "Session":
        """Start a session of somebody, with a token that no earlier page has seen."""
        return cls(csrf_token=secrets.token_urlsafe(32), api_key=api_key, name=name, role=role)

    @property
    def may_change(self) -> bool:
        """Whether to offer what needs the role operator; the API decides in the end."""
        return self.role in ("operator", "admin")

    def accepts(self, csrf_token: str) -> bool:
        """Return whether a form carries this session's token."""
        return hmac.compare_digest(self.csrf_token.encode(), csrf_token.encode())


class Sessions:
    """Seals sessions into cookie values and opens them again.

    Args:
        secret: The installation's secret.
        max_age_seconds: How old a sealed session may get.
    """

    def __init__(self, secret: str, max_age_seconds: float) -> None:
        key = hashlib.blake2b(secret.encode(), digest_size=32, person=_PURPOSE).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(key))
        self.max_age_seconds = int(max_age_seconds)

    def seal(self, session: Session) -> str:
        """Encrypt and sign a session."""
        return self._fernet.encrypt(json.dumps(asdict(session)).encode()).decode()

    def open(self, sealed: str | None) -> Session | None:
        """Return the session, None when it is not ours, was changed, or is too old."""
        if not sealed:
            return None
        try:
            plain = self._fernet.decrypt(sealed.encode(), ttl=self.max_age_seconds)
            return Session(**json.loads(plain))
        except (InvalidToken, ValueError, TypeError):
            return None
