"""The caller of a request."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a key may do; each role may do all that the ones before it may."""

    READER = "reader"
    """Read everything but keys and audit."""
    OPERATOR = "operator"
    """Change groups, ask for assessments."""
    ADMIN = "admin"
    """Make and revoke keys, read the audit."""

    def includes(self, other: "Role") -> bool:
        """Return whether this role may do what `other` may."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(other)


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose key a request carries."""

    key_id: UUID
    name: str
    role: Role
