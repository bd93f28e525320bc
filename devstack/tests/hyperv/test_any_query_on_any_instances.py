"""Random classes, instances and queries, compared with a brute-force filter that shares no code."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from devstack.hyperv.disturbances import Disturbances
from devstack.hyperv.enumeration import Limits
from devstack.hyperv.mof import parse_schema
from devstack.hyperv.store import CimStore, Namespace
from devstack.hyperv.wsman import WsmanService

_PROPERTIES = {"Text": "string", "Count": "uint32", "Signed": "sint64", "Flag": "boolean"}
_texts = st.text(alphabet="aAbB%_[]-^ \\'\"<&é", max_size=5)
_numbers = st.integers(min_value=0, max_value=5)
_by_type: dict[str, st.SearchStrategy[Any]] = {
    "string": _texts,
    "uint32": _numbers,
    "sint64": st.integers(min_value=-3, max_value=3),
    "boolean": st.booleans(),
}


@dataclass(frozen=True)
class Condition:
    """A condition as WQL text, and what it should mean."""

    text: str
    holds: Callable[[dict[str, Any]], bool]


def _quote(text: str, mark: str) -> str:
    return mark + text.replace("\\", "\\\\").replace(mark, "\\" + mark) + mark


def _literal(draw: st.DrawFn, value: Any) -> str:
    if isinstance(value, bool):
        return draw(st.sampled_from((str(value).upper(), str(value).lower())))
    if isinstance(value, int):
        return str(value)
    return _quote(value, draw(st.sampled_from("'\"")))


def _folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


_MEANINGS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left is not None and left == right,
    "<>": lambda left, right: left is None or left != right,
    "!=": lambda left, right: left is None or left != right,
    "<": lambda left, right: left is not None and left < right,
    "<=": lambda left, right: left is not None and left <= right,
    ">": lambda left, right: left is not None and left > right,
    ">=": lambda left, right: left is not None and left >= right,
}


@st.composite
def _comparisons(draw: st.DrawFn) -> Condition:
    name = draw(st.sampled_from(sorted(_PROPERTIES)))
    spelled = draw(st.sampled_from((name, name.upper(), name.lower())))
    operator = draw(st.sampled_from(sorted(_MEANINGS)))
    value = draw(_by_type[_PROPERTIES[name]])
    meaning = _MEANINGS[operator]
    return Condition(
        f"{spelled} {operator} {_literal(draw, value)}",
        lambda row: meaning(_folded(row[name]), _folded(value)),
    )


@st.composite
def _null_tests(draw: st.DrawFn) -> Condition:
    name, negated = draw(st.sampled_from(sorted(_PROPERTIES))), draw(st.booleans())
    return Condition(f"{name} IS {'NOT ' if negated else ''}NULL", lambda row: (row[name] is None) != negated)


def _like(pattern: str, text: str) -> bool:
    """LIKE by trying every way to read the pattern; sets are left to the rule tests."""
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(_like(pattern[1:], text[skipped:]) for skipped in range(len(text) + 1))
    return bool(text) and (pattern[0] == "_" or pattern[0] == text[0]) and _like(pattern[1:], text[1:])


@st.composite
def _likes(draw: st.DrawFn) -> Condition:
    pattern = draw(st.text(alphabet="aAbB%_-^ \\'é", max_size=5))
    return Condition(
        f"Text LIKE {_quote(pattern, draw(st.sampled_from(chr(39) + chr(34))))}",
        lambda row: row["Text"] is not None and _like(pattern.lower(), row["Text"].lower()),
    )


def _combine(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    pairs = st.tuples(inner, inner)
    return st.one_of(
        inner.map(lambda one: Condition(f"NOT ({one.text})", lambda row: not one.holds(row))),
        pairs.map(
            lambda two: Condition(
                f"({two[0].text}) AND ({two[1].text})", lambda row: two[0].holds(row) and two[1].holds(row)
            )
        ),
        pairs.map(
            lambda two: Condition(
                f"({two[0].text}) or ({two[1].text})", lambda row: two[0].holds(row) or two[1].holds(row)
            )
        ),
    )


_conditions = st.recursive(st.one_of(_comparisons(), _null_tests(), _likes()), _combine, max_leaves=6)
_rows = st.lists(
    st.fixed_dictionaries({name: st.none() | _by_type[kind] for name, kind in _PROPERTIES.items()}),
    max_size=12,
)


def _service(rows: list[dict[str, Any]]) -> WsmanService:
    fields = "".join(f"{kind} {name}; " for name, kind in _PROPERTIES.items())
    schema = f"class Base {{ [key] uint32 Number; string Tags[]; }}; class Thing : Base {{ {fields} }};"
    namespace = Namespace("root/test", parse_schema(schema, build=0))
    instances = [
        namespace.instance("Thing", {"Number": number, "Tags": ["x", "y"], **row})
        for number, row in enumerate(rows)
    ]
    namespace.replace("test", instances)
    return WsmanService(CimStore([namespace]), {}, Limits(), Disturbances(), "HOST")


def _wire_text(value: Any) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


@settings(max_examples=150, deadline=None)
@given(rows=_rows, condition=_conditions)
def test_a_query_finds_what_a_brute_force_filter_finds(
    in_process: Any, rows: list[dict[str, Any]], condition: Condition
) -> None:
    found = in_process(_service(rows)).values(
        f"SELECT Number FROM Thing WHERE {condition.text}", "Number", "root/test"
    )
    assert found == [str(number) for number, row in enumerate(rows) if condition.holds(row)]


@settings(max_examples=50, deadline=None)
@given(rows=_rows)
def test_values_survive_the_wire(in_process: Any, rows: list[dict[str, Any]]) -> None:
    client = in_process(_service(rows))
    expected = [{name: [_wire_text(value)] for name, value in row.items()} for row in rows]
    whole = client.select("SELECT * FROM Base", "root/test")
    assert [{name: row[name] for name in _PROPERTIES} for row in whole] == expected
    assert client.select(f"SELECT {', '.join(_PROPERTIES)} FROM Thing", "root/test") == [
        dict(sorted(row.items())) for row in expected
    ]
    assert all(row["Tags"] == ["x", "y"] for row in whole)


@settings(max_examples=40, deadline=None)
@given(
    count=st.integers(min_value=0, max_value=60),
    max_elements=st.integers(min_value=1, max_value=20),
    envelope=st.integers(min_value=2_200, max_value=6_000),
)
def test_pages_of_any_size_hold_everything_once(
    in_process: Any, count: int, max_elements: int, envelope: int
) -> None:
    rows: list[dict[str, Any]] = [dict.fromkeys(_PROPERTIES) for _ in range(count)]
    client = in_process(_service(rows))
    pages = client.select(
        "SELECT Number FROM Thing", "root/test", max_elements=max_elements, envelope=envelope
    )
    assert [row["Number"] for row in pages] == [[str(number)] for number in range(count)]


def test_the_brute_force_like_is_right_about_plain_patterns() -> None:
    for pattern, expression in (("a%b", "a.*b"), ("_", "."), ("%", ".*"), ("ab", "ab")):
        for text in ("", "a", "ab", "aab", "b"):
            assert _like(pattern, text) == (re.fullmatch(expression, text) is not None)
