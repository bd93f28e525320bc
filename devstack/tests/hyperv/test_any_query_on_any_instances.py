"""Random classes, instances and queries, compared with a brute-force filter that shares no code."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from devstack.hyperv.disturbances import Disturbances
from devstack.hyperv.enumeration import Limits
from devstack.hyperv.mof import parse_schema
from devstack.hyperv.store import CimStore, Namespace
from devstack.hyperv.wsman import WsmanService

_TYPES = ("string", "uint32", "sint64", "boolean", "real64", "datetime")
_LABELS = ("Text", "Count", "Flag", "Size", "When", "Kind", "Owner", "Level")
_MOMENTS = [datetime(2026, 1, day, 12, second, tzinfo=UTC) for day in (1, 31) for second in (0, 59)]
_by_type: dict[str, st.SearchStrategy[Any]] = {
    "string": st.text(alphabet="aAbB%_[]-^ \\'\"<&é", max_size=5),
    "uint32": st.integers(min_value=0, max_value=5),
    "sint64": st.integers(min_value=-3, max_value=3),
    "boolean": st.booleans(),
    "real64": st.sampled_from((-1.5, 0.0, 0.25, 3.0)),
    "datetime": st.sampled_from(_MOMENTS),
}
Row = dict[str, Any]


@dataclass(frozen=True)
class ClassDraft:
    """A class of a random hierarchy; `properties` are its own."""

    name: str
    parent: "ClassDraft | None"
    properties: dict[str, str]

    @property
    def all_properties(self) -> dict[str, str]:
        return {**(self.parent.all_properties if self.parent else {}), **self.properties}

    def is_a(self, other: "ClassDraft") -> bool:
        return self is other or (self.parent is not None and self.parent.is_a(other))

    def mof(self) -> str:
        fields = "".join(f"{kind} {name}; " for name, kind in self.properties.items())
        if self.parent is None:
            return f"class {self.name} {{ [key] uint32 Number; string Tags[]; {fields} }};"
        return f"class {self.name} : {self.parent.name} {{ {fields} }};"


@dataclass(frozen=True)
class Estate:
    """Random classes, one of them to be queried, and random instances of any of them."""

    classes: list[ClassDraft]
    queried: ClassDraft
    instances: list[tuple[ClassDraft, Row]]

    def expected(self) -> list[tuple[int, Row]]:
        """The rows that a query without a condition finds: those of the class and of its subclasses."""
        return [(number, row) for number, (of, row) in enumerate(self.instances) if of.is_a(self.queried)]

    def service(self) -> WsmanService:
        namespace = Namespace("root/test", parse_schema(" ".join(one.mof() for one in self.classes), build=0))
        instances = [
            namespace.instance(of.name, {"Number": number, "Tags": ["x", "y"], **row})
            for number, (of, row) in enumerate(self.instances)
        ]
        namespace.replace("test", instances)
        return WsmanService(CimStore([namespace]), {}, Limits(), Disturbances(), "HOST")


@st.composite
def _hierarchies(draw: st.DrawFn) -> list[ClassDraft]:
    labels = draw(st.permutations(_LABELS))
    classes: list[ClassDraft] = []
    for number in range(draw(st.integers(min_value=1, max_value=4))):
        own = labels[2 * number : 2 * number + draw(st.integers(min_value=1, max_value=2))]
        properties = {name: draw(st.sampled_from(_TYPES)) for name in own}
        parent = draw(st.sampled_from(classes)) if classes else None
        classes.append(ClassDraft(f"Class{number}", parent, properties))
    return classes


@st.composite
def _estates(draw: st.DrawFn) -> Estate:
    classes = draw(_hierarchies())

    def row_of(one: ClassDraft) -> st.SearchStrategy[tuple[ClassDraft, Row]]:
        fields = {name: st.none() | _by_type[kind] for name, kind in one.all_properties.items()}
        return st.tuples(st.just(one), st.fixed_dictionaries(fields))

    instances = draw(st.lists(st.one_of([row_of(one) for one in classes]), max_size=12))
    return Estate(classes, draw(st.sampled_from(classes)), instances)


@dataclass(frozen=True)
class Condition:
    """A condition as WQL text, and what it should mean."""

    text: str
    holds: Callable[[Row], bool]


def _quote(text: str, mark: str) -> str:
    return mark + text.replace("\\", "\\\\").replace(mark, "\\" + mark) + mark


def _literal(draw: st.DrawFn, value: Any) -> str:
    mark = draw(st.sampled_from("'\""))
    match value:
        case bool():
            return draw(st.sampled_from((str(value).upper(), str(value).lower())))
        case int() | float():
            return str(value)
        case datetime():
            return _quote(value.strftime("%Y%m%d%H%M%S.%f+000"), mark)
        case _:
            return _quote(value, mark)


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
_MIRRORED = {"=": "=", "<>": "<>", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@st.composite
def _comparisons(draw: st.DrawFn, properties: dict[str, str]) -> Condition:
    name = draw(st.sampled_from(sorted(properties)))
    spelled = draw(st.sampled_from((name, name.upper(), name.lower())))
    operator = draw(st.sampled_from(sorted(_MEANINGS)))
    value = draw(_by_type[properties[name]])
    meaning, literal = _MEANINGS[operator], _literal(draw, value)
    text = draw(
        st.sampled_from((f"{spelled} {operator} {literal}", f"{literal} {_MIRRORED[operator]} {spelled}"))
    )
    return Condition(text, lambda row: meaning(_folded(row[name]), _folded(value)))


@st.composite
def _null_tests(draw: st.DrawFn, properties: dict[str, str]) -> Condition:
    name, negated = draw(st.sampled_from(sorted(properties))), draw(st.booleans())
    return Condition(f"{name} IS {'NOT ' if negated else ''}NULL", lambda row: (row[name] is None) != negated)


def _like(pattern: str, text: str) -> bool:
    """LIKE by trying every way to read the pattern; sets are left to the rule tests."""
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(_like(pattern[1:], text[skipped:]) for skipped in range(len(text) + 1))
    return bool(text) and (pattern[0] == "_" or pattern[0] == text[0]) and _like(pattern[1:], text[1:])


@st.composite
def _likes(draw: st.DrawFn, names: list[str]) -> Condition:
    name, negated = draw(st.sampled_from(names)), draw(st.booleans())
    pattern = draw(st.text(alphabet="aAbB%_-^ \\'é", max_size=5))

    def holds(row: Row) -> bool:
        found = row[name] is not None and _like(pattern.lower(), row[name].lower())
        return found != negated

    mark = draw(st.sampled_from("'\""))
    return Condition(f"{name} {'NOT ' if negated else ''}LIKE {_quote(pattern, mark)}", holds)


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


def _conditions(properties: dict[str, str]) -> st.SearchStrategy[Condition]:
    texts = sorted(name for name, kind in properties.items() if kind == "string")
    kinds = [_comparisons(properties), _null_tests(properties), *([_likes(texts)] if texts else [])]
    return st.recursive(st.one_of(kinds), _combine, max_leaves=6)


def _wire_text(value: Any) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case _:
            return str(value)


@settings(max_examples=150, deadline=None)
@given(drawn=st.data(), estate=_estates())
def test_a_query_finds_what_a_brute_force_filter_finds(
    in_process: Any, drawn: st.DataObject, estate: Estate
) -> None:
    condition = drawn.draw(_conditions(estate.queried.all_properties))
    found = in_process(estate.service()).values(
        f"SELECT Number FROM {estate.queried.name} WHERE {condition.text}", "Number", "root/test"
    )
    expected = [str(number) for number, row in estate.expected() if condition.holds(row)]
    # Instances of one class stay in order; the order of classes is the server's own.
    assert sorted(found) == sorted(expected)


@settings(max_examples=50, deadline=None)
@given(drawn=st.data(), estate=_estates())
def test_values_survive_the_wire(in_process: Any, drawn: st.DataObject, estate: Estate) -> None:
    client = in_process(estate.service())
    names = sorted(estate.queried.all_properties)
    columns = drawn.draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    expected = dict(estate.expected())
    whole = client.select(f"SELECT * FROM {estate.queried.name}", "root/test")
    assert {int(row["Number"][0]): {name: row[name] for name in names} for row in whole} == {
        number: {name: [_wire_text(row[name])] for name in names} for number, row in expected.items()
    }
    assert all(row["Tags"] == ["x", "y"] for row in whole)
    part = client.select(f"SELECT Number, {', '.join(columns)} FROM {estate.queried.name}", "root/test")
    assert {int(row.pop("Number")[0]): row for row in part} == {
        number: {name: [_wire_text(row[name])] for name in columns} for number, row in expected.items()
    }


@settings(max_examples=40, deadline=None)
@given(
    count=st.integers(min_value=0, max_value=60),
    max_elements=st.integers(min_value=1, max_value=20),
    envelope=st.integers(min_value=2_200, max_value=6_000),
)
def test_pages_of_any_size_hold_everything_once(
    in_process: Any, count: int, max_elements: int, envelope: int
) -> None:
    thing = ClassDraft("Thing", None, {"Text": "string"})
    client = in_process(Estate([thing], thing, [(thing, {"Text": None})] * count).service())
    pages = client.select(
        "SELECT Number FROM Thing", "root/test", max_elements=max_elements, envelope=envelope
    )
    assert [row["Number"] for row in pages] == [[str(number)] for number in range(count)]


def test_the_brute_force_like_is_right_about_plain_patterns() -> None:
    for pattern, expression in (("a%b", "a.*b"), ("_", "."), ("%", ".*"), ("ab", "ab")):
        for text in ("", "a", "ab", "aab", "b"):
            assert _like(pattern, text) == (re.fullmatch(expression, text) is not None)
