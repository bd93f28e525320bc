"""What WQL statements mean, one rule each."""

import pytest

from devstack.hyperv.cim import Instance
from devstack.hyperv.mof import parse_schema
from devstack.hyperv.store import InvalidClass, Namespace
from devstack.hyperv.wql_ast import InvalidQuery
from devstack.hyperv.wql_filter import run_query

_SCHEMA = """
class Animal { [key] string Name; uint32 Legs; boolean Tame; datetime Born; string Tags[]; real32 Weight; };
class Dog : Animal { string Breed; };
"""


@pytest.fixture
def zoo() -> Namespace:
    namespace = Namespace("root/zoo", parse_schema(_SCHEMA, build=0))

    def animal(kind: str, **values: object) -> Instance:
        return namespace.instance(kind, values)  # type: ignore[arg-type]

    namespace.replace(
        "keeper",
        [
            animal("Animal", Name="Ant", Legs=6, Tame=False),
            animal("Animal", Name="Bee[1]", Legs=6),
            animal("Dog", Name="rex", Legs=4, Tame=True, Breed='O\'Brien "Hound"', Weight=12.5),
            animal("Dog", Name=r"C:\dir\a_b%", Legs=None, Tame=False, Breed=None),
        ],
    )
    return namespace


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("Legs = 6", ["Ant", "Bee[1]"]),
        ("6 = Legs", ["Ant", "Bee[1]"]),
        ("5 > Legs", ["rex"]),
        ("Legs >= 4 AND NOT Legs = 6", ["rex"]),
        ("Legs = '6'", ["Ant", "Bee[1]"]),
        ("Legs <> 6", ["rex", r"C:\dir\a_b%"]),
        ("Legs != 6", ["rex", r"C:\dir\a_b%"]),
        ("Legs < 100", ["Ant", "Bee[1]", "rex"]),
        ("Legs IS NULL", [r"C:\dir\a_b%"]),
        ("Legs = NULL", [r"C:\dir\a_b%"]),
        ("Legs IS NOT NULL AND Tame IS NULL", ["Bee[1]"]),
        ("NAME = 'REX'", ["rex"]),
        ('name = "rex"', ["rex"]),
        (r"Name = 'C:\\dir\\a_b%'", [r"C:\dir\a_b%"]),
        (r"""Breed = 'O\'Brien "Hound"'""", ["rex"]),
        ("Tame = TRUE", ["rex"]),
        ("Tame = 'false'", ["Ant", r"C:\dir\a_b%"]),
        ("Tame = 0", ["Ant", r"C:\dir\a_b%"]),
        ("Weight > 12.4 AND Weight < 1.26e1", ["rex"]),
        ("Name LIKE 'r%'", ["rex"]),
        ("Name LIKE '_n_'", ["Ant"]),
        ("Name LIKE '[a-c]%'", ["Ant", "Bee[1]", r"C:\dir\a_b%"]),
        ("Name LIKE '[a=c]%'", ["Ant", "Bee[1]", r"C:\dir\a_b%"]),
        ("Name LIKE '[^a-c]%'", ["rex"]),
        ("Name LIKE '%[[]1]'", ["Bee[1]"]),
        ("Name LIKE '%a[_]b[%]'", [r"C:\dir\a_b%"]),
        ("NOT Name LIKE '%e%'", ["Ant", r"C:\dir\a_b%"]),
        ("Name NOT LIKE '%e%'", ["Ant", r"C:\dir\a_b%"]),
        ("Legs = 6 AND Tame = FALSE OR Name = 'rex'", ["Ant", "rex"]),
        ("Legs = 6 AND (Tame = FALSE OR Name = 'rex')", ["Ant"]),
        ("__CLASS = 'dog'", ["rex", r"C:\dir\a_b%"]),
        ("__this ISA 'Dog'", ["rex", r"C:\dir\a_b%"]),
    ],
)
def test_where_selects(zoo: Namespace, where: str, names: list[str]) -> None:
    query = (
        f"select * from ANIMAL where {where}" if "Breed" not in where else f"SELECT * FROM Dog WHERE {where}"
    )
    assert [found.get("Name") for found in run_query(zoo, query).instances] == names


def test_projection_is_in_the_class_spelling_and_order(zoo: Namespace) -> None:
    columns = run_query(zoo, "SELECT name, LEGS, __class FROM Animal").columns
    assert columns is not None
    assert [column.name for column in columns] == ["__CLASS", "Legs", "Name"]


def test_a_class_of_its_own_shows_only_its_instances(zoo: Namespace) -> None:
    assert len(run_query(zoo, "SELECT * FROM Dog").instances) == 2


def test_a_very_long_condition_is_answered(zoo: Namespace) -> None:
    condition = " OR ".join(f"Name = 'x{number}'" for number in range(5_000))
    assert run_query(zoo, f"SELECT * FROM Animal WHERE {condition}").instances == []


def test_dates_compare_as_moments() -> None:
    from datetime import UTC, datetime

    namespace = Namespace("root/zoo", parse_schema(_SCHEMA, build=0))
    born = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
    namespace.replace("keeper", [namespace.instance("Animal", {"Name": "Ant", "Born": born})])
    same_moment = "SELECT * FROM Animal WHERE Born = '20240501140000.000000+120'"
    assert len(run_query(namespace, same_moment).instances) == 1
    assert run_query(namespace, same_moment.replace("=", "<")).instances == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SELECT",
        "SELECT * FROM",
        "SELECT *, Name FROM Animal",
        "SELECT Name Legs FROM Animal",
        "SELECT * FROM Animal WHERE",
        "SELECT * FROM Animal WHERE Legs",
        "SELECT * FROM Animal WHERE Legs = ",
        "SELECT * FROM Animal WHERE Legs = 6 Name",
        "SELECT * FROM Animal WHERE (Legs = 6",
        "SELECT * FROM Animal WHERE Legs ~ 6",
        "SELECT * FROM Animal WHERE Legs LIKE 'x'",
        "SELECT * FROM Animal WHERE Name LIKE 6",
        "SELECT * FROM Animal WHERE Name LIKE '[a'",
        "SELECT * FROM Animal WHERE Legs = 'many'",
        "SELECT * FROM Animal WHERE Tame = 'perhaps'",
        "SELECT * FROM Animal WHERE Born = 'yesterday'",
        "SELECT * FROM Animal WHERE Tags = 'x'",
        "SELECT * FROM Animal WHERE Legs < NULL",
        "SELECT * FROM Animal WHERE Name = 'open",
        "SELECT Wings FROM Animal",
        "SELECT * FROM Animal WHERE Wings = 2",
        "SELECT * FROM Animal WHERE Breed = 'x'",
        "SELECT * FROM Animal WHERE Name ISA 'Dog'",
        "ASSOCIATORS OF {Animal.Name='Ant'}",
        "SELECT * FROM Animal WHERE " + "NOT " * 500 + "Legs = 6",
        "SELECT * FROM Animal WHERE " + "(" * 500 + "Legs = 6" + ")" * 500,
    ],
)
def test_a_statement_that_is_none_is_refused(zoo: Namespace, text: str) -> None:
    with pytest.raises(InvalidQuery):
        run_query(zoo, text)


def test_an_unknown_class_is_refused(zoo: Namespace) -> None:
    with pytest.raises(InvalidClass):
        run_query(zoo, "SELECT * FROM Cat")
