"""API keys: made of 256 random bits, kept as a hash.

A slow hash protects secrets that can be guessed. These cannot: a fast one loses nothing, and is asked at
every request.
"""

import hashlib
import secrets

PREFIX = "svk_"


def new_key() -> str:
    """Make a key; the prefix lets secret scanners recognise it."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_key(key: str) -> str:
    """Return what is stored of a key, and looked up by."""
    return hashlib.sha256(key.encode()).hexdigest()
