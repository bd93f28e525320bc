"""Templates, and what they can use."""

import json
import secrets
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.templating import Jinja2Templates

from portal import formatting
from portal.charts import share_bars
from portal.dimensions import dimension, in_words

_FILTERS = (
    "named",
    "in_order",
    "or_unknown",
    "number",
    "short",
    "percent",
    "share",
    "money",
    "difference",
    "memory",
    "size_of_bytes",
    "utc",
    "utc_date",
    "ago",
    "duration",
    "yes_no",
    "label",
)


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("portal"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {name: getattr(formatting, name) for name in _FILTERS}
    environment.filters |= {
        "decimal": Decimal,
        "plain_value": plain_value,
        "dimension": dimension,
        "in_words": in_words,
    }
    environment.globals |= {
        "names": formatting.NAMES,
        "share_bars": share_bars,
        "query_with": query_with,
        "new_attempt": lambda: secrets.token_urlsafe(16),
    }
    return environment


def plain_value(value: Any) -> str:
    """Write a value of a change, which may be any JSON."""
    if value is None:
        return formatting.UNKNOWN
    if isinstance(value, bool):
        return formatting.yes_no(value)
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value) or "none"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return formatting.number(value, 0 if value == int(value) else 2)


def query_with(params: dict[str, str], **changes: str) -> str:
    """Write the query of a link: what was asked for, with something changed; empty values are left out."""
    kept = {name: value for name, value in (params | changes).items() if value}
    return f"?{urlencode(kept)}" if kept else "?"


templates = Jinja2Templates(env=_environment())
