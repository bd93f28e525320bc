"""Items shared out among the members of a group: each is worked on by one of them."""

from surveyor_kit.kafka.shares.membership import Shares, Worker
from surveyor_kit.kafka.shares.plan import Claim, plan

__all__ = ["Claim", "Shares", "Worker", "plan"]
