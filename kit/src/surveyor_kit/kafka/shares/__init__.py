"""Items shared out among the members of a group: each is worked on by one of them."""

from surveyor_kit.kafka.shares.membership import SESSION_TIMEOUT_SECONDS, Shares, Worker
from surveyor_kit.kafka.shares.plan import Claim, plan

__all__ = ["SESSION_TIMEOUT_SECONDS", "Claim", "Shares", "Worker", "plan"]
