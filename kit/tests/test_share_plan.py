from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from surveyor_kit.kafka.shares import Claim, plan
from surveyor_kit.kafka.shares.plan import balanced

ITEMS = frozenset("abcdefg")
MEMBERS = ("m1", "m2", "m3", "m4")


def a_claim(able: str, holds: str = "", epoch: int = 1) -> Claim:
    return Claim(frozenset(able), frozenset(holds), epoch)


def settled(claims: Mapping[str, Claim]) -> dict[str, Claim]:
    """Return the claims after members did as they were told, and joined again, until nothing changed."""
    now = dict(claims)
    for epoch in range(2, 10):
        told = plan(now)
        # A member first ends what is not its own; it begins what is new in the same round.
        after = {member: Claim(now[member].able, items, epoch) for member, items in told.items()}
        if all(after[member].holds == now[member].holds for member in now):
            return after
        now = after
    raise AssertionError("the plans do not settle")


able_sets = st.frozensets(st.sampled_from(sorted(ITEMS)))
groups = st.dictionaries(st.sampled_from(MEMBERS), able_sets, min_size=1).map(
    lambda able: {member: Claim(items) for member, items in able.items()}
)


@st.composite
def groups_at_work(draw: st.DrawFn) -> dict[str, Claim]:
    """Members of which some hold items, each by one of them, after other members came and went."""
    claims = settled(draw(groups))
    gone = draw(st.sampled_from(sorted(claims)))
    newcomer = {"m9": Claim(draw(able_sets))}
    return {member: claim for member, claim in claims.items() if member != gone} | newcomer


@given(groups)
def test_every_item_goes_to_exactly_one_member_that_is_able_to(claims: dict[str, Claim]) -> None:
    shares = {member: claim.holds for member, claim in settled(claims).items()}
    every = [item for items in shares.values() for item in items]
    assert sorted(every) == sorted(frozenset().union(*(claim.able for claim in claims.values())))
    assert all(items <= claims[member].able for member, items in shares.items())


@given(st.integers(1, 4), st.frozensets(st.integers(0, 20)))
def test_numbers_differ_by_at_most_one_where_all_are_able_to_all(members: int, items: frozenset[int]) -> None:
    able = frozenset(map(str, items))
    loads = [len(share) for share in balanced({str(m): Claim(able) for m in range(members)}).values()]
    assert max(loads) - min(loads) <= 1


@given(groups_at_work())
def test_nothing_begins_while_another_member_holds_it(claims: dict[str, Claim]) -> None:
    for member, items in plan(claims).items():
        for item in items - claims[member].holds:
            assert not any(item in claim.holds for claim in claims.values())


@given(groups_at_work())
def test_a_settled_group_is_left_alone(claims: dict[str, Claim]) -> None:
    calm = settled(claims)
    assert plan(calm) == {member: claim.holds for member, claim in calm.items()}


def test_two_items_on_two_members_are_one_each() -> None:
    told = plan({"m1": a_claim("ab"), "m2": a_claim("ab")})
    assert sorted(map(len, told.values())) == [1, 1]


def test_third_member_gets_one_of_five_and_nothing_else_moves() -> None:
    claims = {"m1": a_claim("abcde", "abc"), "m2": a_claim("abcde", "de"), "m3": a_claim("abcde")}
    assert balanced(claims) == {"m1": {"a", "b"}, "m2": {"d", "e"}, "m3": {"c"}}
    assert plan(claims) == {"m1": {"a", "b"}, "m2": {"d", "e"}, "m3": frozenset()}, "c ends first"


def test_items_of_a_member_that_is_gone_go_to_the_smaller_shares() -> None:
    claims = {"m1": a_claim("abcde", "ab"), "m3": a_claim("abcde", "c")}
    assert plan(claims) == {"m1": {"a", "b", "e"}, "m3": {"c", "d"}}


def test_of_two_that_hold_an_item_the_one_with_the_newer_plan_keeps_it() -> None:
    returned, newer = a_claim("ab", "ab", epoch=3), a_claim("ab", "ab", epoch=5)
    assert plan({"m1": returned, "m2": newer}) == {"m1": {"b"}, "m2": {"a"}}
    assert plan({"m1": a_claim("a", "a", epoch=3), "m2": a_claim("a", "a", epoch=5)})["m2"] == {"a"}


def test_item_that_its_holder_no_longer_knows_moves() -> None:
    claims = {"m1": a_claim("a", "ab"), "m2": a_claim("b")}
    assert plan(claims) == {"m1": {"a"}, "m2": frozenset()}
    assert plan({**claims, "m1": a_claim("a", "a")}) == {"m1": {"a"}, "m2": {"b"}}
