"""Who works on what: a pure function of what the members of a group claim."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """What a member says when it joins.

    Attributes:
        able: The items that it could work on.
        holds: The items that it works on, or is about to begin or end; none of them may begin elsewhere.
        epoch: Of the latest plan that it knows; 0 for a new member.
    """

    able: frozenset[str]
    holds: frozenset[str] = frozenset()
    epoch: int = 0


Plan = dict[str, frozenset[str]]
"""The items of each member."""


def plan(claims: Mapping[str, Claim]) -> Plan:
    """Return what each member is to work on from now on.

    Whoever is to get an item that another member still holds does not get it yet: the holder is told to
    end, and joins again when it has ended. So no item is ever begun before its former holder is done.
    """
    return {
        member: frozenset(item for item in items if _may_begin(item, member, claims))
        for member, items in balanced(claims).items()
    }


def balanced(claims: Mapping[str, Claim]) -> Plan:
    """Return every item's member, so that numbers differ by at most one where all members are able to all.

    An item stays where it is unless numbers would differ by two or more.
    """
    shares: dict[str, set[str]] = {member: set() for member in claims}
    items = sorted(frozenset().union(*(claim.able for claim in claims.values())))
    for item in items:
        if (holder := _holder(item, claims)) is not None:
            shares[holder].add(item)
    for item in items:
        if not any(item in share for share in shares.values()):
            shares[min(_able(item, claims), key=lambda member: (len(shares[member]), member))].add(item)
    while (move := next(_moves(shares, claims), None)) is not None:
        giver, taker, item = move
        shares[giver].remove(item)
        shares[taker].add(item)
    return {member: frozenset(share) for member, share in shares.items()}


def _may_begin(item: str, member: str, claims: Mapping[str, Claim]) -> bool:
    return item in claims[member].holds or not any(item in claim.holds for claim in claims.values())


def _holder(item: str, claims: Mapping[str, Claim]) -> str | None:
    """Return who holds an item and may keep it.

    Two hold it only after one of them was taken for dead; then the one with the newer plan is right.
    """
    holders = [member for member in _able(item, claims) if item in claims[member].holds]
    return max(holders, key=lambda member: (claims[member].epoch, member), default=None)


def _able(item: str, claims: Mapping[str, Claim]) -> list[str]:
    return [member for member, claim in claims.items() if item in claim.able]


def _moves(shares: Mapping[str, set[str]], claims: Mapping[str, Claim]) -> Iterator[tuple[str, str, str]]:
    """Return moves that bring two members closer together, from the largest share to the smallest first."""
    by_size = sorted(shares, key=lambda member: (len(shares[member]), member))
    for giver in reversed(by_size):
        for taker in by_size:
            if len(shares[giver]) - len(shares[taker]) < 2:
                break
            for item in sorted(shares[giver] & claims[taker].able, reverse=True):
                yield giver, taker, item
