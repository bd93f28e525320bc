"""Parse WQL SELECT statements.

Grammar: Microsoft Learn, WmiSdk, "WQL (SQL for WMI)" and "LIKE Operator" (2021): keywords and names without
regard to case, strings in either kind of quote with backslash escapes, a constant on either side.
Association (`ASSOCIATORS OF`) and event queries are not SELECTs over instances and are refused.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from devstack.hyperv.wql_ast import And, Comparison, Expression, InvalidQuery, IsA, Literal, Not, Or, Select

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    | (?P<number>[+-]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?)
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<symbol><=|>=|<>|!=|[=<>(),*])
    )""",
    re.VERBOSE | re.DOTALL,
)
_KEYWORDS = frozenset(
    ("select", "from", "where", "and", "or", "not", "is", "null", "like", "isa", "true", "false")
)
_MIRRORED = {"=": "=", "<>": "<>", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
# WMI refuses a query that is nested too deeply (WBEM_E_QUOTA_VIOLATION); this also bounds the recursion here.
_MAX_DEPTH = 100


class Token(NamedTuple):
    """`kind` is string, number, word, keyword, symbol or end; keywords are in lower case."""

    kind: str
    text: str


def tokenize(text: str) -> Iterator[Token]:
    """Cut the text into tokens, the last one of kind `end`.

    Raises:
        InvalidQuery: a character begins no token.
    """
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise InvalidQuery(f"unexpected character at {position}")
        position = match.end()
        kind, found = match.lastgroup, match[match.lastgroup]
        if kind == "word" and found.lower() in _KEYWORDS:
            kind, found = "keyword", found.lower()
        yield Token(kind, found)
    yield Token("end", "")


def parse(text: str) -> Select:
    """Parse one SELECT statement.

    Raises:
        InvalidQuery: the text is not one.
    """
    return _Parser(text).select()


class _Parser:
    """Recursive descent, loosest operator first: OR, AND, NOT, comparison."""

    def __init__(self, text: str) -> None:
        self._tokens = list(tokenize(text))
        self._position = 0
        self._depth = 0

    def select(self) -> Select:
        self._expect("select")
        columns = self._columns()
        self._expect("from")
        class_name = self._name()
        where = self._disjunction() if self._accept("where") else None
        if self._next.kind != "end":
            raise InvalidQuery(f"unexpected {self._next.text!r}")
        return Select(class_name, columns, where)

    @property
    def _next(self) -> Token:
        return self._tokens[self._position]

    def _advance(self) -> Token:
        token = self._next
        if token.kind == "end":
            raise InvalidQuery("the query ends too early")
        self._position += 1
        return token

    def _accept(self, text: str) -> bool:
        if self._next.kind in ("keyword", "symbol") and self._next.text == text:
            self._position += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise InvalidQuery(f"expected {text.upper()}, found {self._next.text!r}")

    def _name(self) -> str:
        token = self._advance()
        if token.kind != "word":
            raise InvalidQuery(f"expected a name, found {token.text!r}")
        return token.text

    def _columns(self) -> tuple[str, ...] | None:
        if self._accept("*"):
            return None
        names = [self._name()]
        while self._accept(","):
            names.append(self._name())
        return tuple(names)

    def _disjunction(self) -> Expression:
        operands = [self._conjunction()]
        while self._accept("or"):
            operands.append(self._conjunction())
        return Or(tuple(operands)) if len(operands) > 1 else operands[0]

    def _conjunction(self) -> Expression:
        operands = [self._negation()]
        while self._accept("and"):
            operands.append(self._negation())
        return And(tuple(operands)) if len(operands) > 1 else operands[0]

    def _negation(self) -> Expression:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise InvalidQuery("nested too deeply")
        try:
            if self._accept("not"):
                return Not(self._negation())
            if self._accept("("):
                inner = self._disjunction()
                self._expect(")")
                return inner
            return self._comparison()
        finally:
            self._depth -= 1

    def _comparison(self) -> Expression:
        if self._next.kind != "word":
            literal, operator, name = self._literal(), self._operator(), self._name()
            return Comparison(name, _MIRRORED[operator], literal)
        name = self._name()
        if self._accept("is"):
            negated = self._accept("not")
            self._expect("null")
            return Comparison(name, "<>" if negated else "=", None)
        if self._accept("isa"):
            return self._is_a(name)
        negated = self._accept("not")
        if self._accept("like"):
            like = Comparison(name, "like", self._string())
            return Not(like) if negated else like
        if negated:
            raise InvalidQuery("expected LIKE after NOT")
        return Comparison(name, self._operator(), self._literal())

    def _is_a(self, name: str) -> Expression:
        if name.lower() != "__this":
            raise InvalidQuery("ISA asks about __this")
        return IsA(self._string())

    def _operator(self) -> str:
        token = self._advance()
        operator = "<>" if token.text == "!=" else token.text
        if token.kind != "symbol" or operator not in _MIRRORED:
            raise InvalidQuery(f"expected an operator, found {token.text!r}")
        return operator

    def _string(self) -> str:
        literal = self._literal()
        if not isinstance(literal, str):
            raise InvalidQuery("expected a string")
        return literal

    def _literal(self) -> Literal:
        token = self._advance()
        if token.kind == "string":
            return re.sub(r"\\(.)", r"\1", token.text[1:-1], flags=re.DOTALL)
        if token.kind == "number":
            return int(token.text) if token.text.lstrip("+-").isdigit() else float(token.text)
        if token.kind == "keyword" and token.text in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[token.text]
        raise InvalidQuery(f"expected a constant, found {token.text!r}")
