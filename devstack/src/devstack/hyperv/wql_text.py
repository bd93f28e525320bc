"""The two kinds of text with a meaning inside WQL: LIKE patterns and DMTF times."""

import re
from datetime import UTC, datetime, timedelta

from devstack.hyperv.wql_ast import InvalidQuery

_DMTF_TIME = re.compile(r"(\d{14})\.(\d{6})([+-])(\d{3})")


def like_pattern(pattern: str) -> re.Pattern[str]:
    """Translate a LIKE pattern: % any text, _ one character, [abc] [a-f] [a=f] a set, [^…] its complement.

    Raises:
        InvalidQuery: a bracket is not closed.
    """
    parts: list[str] = []
    position = 0
    while position < len(pattern):
        character = pattern[position]
        if character == "[":
            closing = pattern.find("]", position + 2)
            if closing < 0:
                raise InvalidQuery("a bracket is not closed")
            parts.append(_character_set(pattern[position + 1 : closing]))
            position = closing
        else:
            parts.append({"%": ".*", "_": "."}.get(character, re.escape(character)))
        position += 1
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)


def _character_set(body: str) -> str:
    negated = body.startswith("^") and len(body) > 1
    members = body[1:] if negated else body
    pieces: list[str] = []
    while members:
        if len(members) >= 3 and members[1] in "-=" and members[0] <= members[2]:
            pieces.append(f"{re.escape(members[0])}-{re.escape(members[2])}")
            members = members[3:]
        else:
            pieces.append(re.escape(members[0]))
            members = members[1:]
    return f"[{'^' if negated else ''}{''.join(pieces)}]"


def parse_dmtf_time(text: str) -> datetime:
    """Parse `yyyymmddHHMMSS.mmmmmmsUUU`, UUU being minutes from UTC.

    Raises:
        ValueError: the text has another form.
    """
    match = _DMTF_TIME.fullmatch(text)
    if match is None:
        raise ValueError(text)
    clock, microseconds, sign, minutes = match.groups()
    offset = timedelta(minutes=int(sign + minutes))
    naive = datetime.strptime(clock, "%Y%m%d%H%M%S").replace(tzinfo=UTC, microsecond=int(microseconds))
    return naive - offset
