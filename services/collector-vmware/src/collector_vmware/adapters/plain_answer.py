"""Read the usual answer to `QueryPerf` at once, in a fifth of the time that an XML parser's callbacks take.

A source writes these answers by machine: always the same elements in the same order, with nothing between
them, and for a machine the same series as in the answer before. So a machine's part is cut at the ends of
its series, and what stands around the values is compared with what was understood before. Whatever is not
of exactly this form, such as a fault, an escaped character or a comment, is left to the parser.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress

from collector_vmware.adapters.query_perf_answer import device_sum, times_of, values_of
from collector_vmware.domain.samples import Samples, SeriesKey, ordered

_TEXT = "[^<&]*"
_END_OF_SERIES = "</value></value>"
_END_OF_ENTITY = "</returnval>"
_entity = re.compile(
    rf"<returnval[^>]*><entity[^>]*>({_TEXT})</entity><sampleInfoCSV>({_TEXT})</sampleInfoCSV>"
)
_series = re.compile(
    rf"<value[^>]*><id><counterId>(\d+)</counterId><instance>({_TEXT})</instance></id><value>"
)
_beginning = re.compile(
    r"\s*(?:<\?xml[^>]*\?>)?\s*<(\w+:)?Envelope[^>]*>\s*<(\w+:)?Body[^>]*>\s*<QueryPerfResponse[^>]*>"
)
_end = re.compile(r"</QueryPerfResponse>\s*</(?:\w+:)?Body>\s*</(?:\w+:)?Envelope>\s*")
_MOST_LAYOUTS = 10_000
"""Machines of one make share theirs."""


class _Unusual(Exception):
    """The answer is not of the usual form."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """What the series of a machine are, in their order."""

    wanted: Sequence[bool]
    """By series; False for what was not asked for, and for sums over devices."""
    keys: tuple[SeriesKey, ...]
    """Of those wanted."""


@dataclass(frozen=True, slots=True)
class _Times:
    """The times of a machine's samples; most machines of an answer share them."""

    text: str
    timestamps: list[int]
    in_order: bool

    @classmethod
    def of(cls, text: str) -> "_Times":
        timestamps = times_of(text)
        return cls(text, timestamps, timestamps == sorted(set(timestamps)))


class PlainAnswers:
    """Reads answers of one source.

    Args:
        counter_names: Of the counter ids that are asked for.
    """

    def __init__(self, counter_names: Mapping[int, str]) -> None:
        self._names = counter_names
        self._layouts: dict[tuple[str, ...], _Layout] = {}

    def read(self, content: bytes) -> dict[str, Samples] | None:
        """Return samples by inventory id, None where the answer is not of the usual form."""
        try:
            return self._read(content.decode())
        except (ValueError, _Unusual):
            return None

    def _read(self, text: str) -> dict[str, Samples]:
        place = _matched(_beginning, text, 0).end()
        found: dict[str, Samples] = {}
        times = _Times.of("")
        while (end := text.find(_END_OF_ENTITY, place)) >= 0:
            entity = _matched(_entity, text, place)
            if entity[2] != times.text:
                times = _Times.of(entity[2])
            samples = self._samples(times, text[entity.end() : end])
            if samples is not None:
                found[entity[1]] = samples
            place = end + len(_END_OF_ENTITY)
        if not _end.fullmatch(text, place):
            raise _Unusual
        return found

    def _samples(self, times: _Times, block: str) -> Samples | None:
        *parts, rest = block.split(_END_OF_SERIES)
        if rest:
            raise _Unusual
        if not parts:
            return None
        heads, _, texts = zip(*[part.rpartition(">") for part in parts], strict=True)
        layout = self._layouts.get(heads) or self._learnt(heads)
        if not layout.keys or not times.timestamps:
            return None
        return _samples(times, layout.keys, list(compress(texts, layout.wanted)))

    def _learnt(self, heads: tuple[str, ...]) -> _Layout:
        """Understand what stands before the values of a machine's series."""
        found = [_matched(_series, f"{head}>", 0, whole=True) for head in heads]
        named = [(self._names.get(int(each[1])), each[2]) for each in found]
        wanted = [name is not None and not device_sum(name, instance) for name, instance in named]
        keys = tuple(
            (name, instance) for (name, instance), want in zip(named, wanted, strict=True) if want and name
        )
        if len(set(keys)) < len(keys):
            raise _Unusual
        if len(self._layouts) >= _MOST_LAYOUTS:
            self._layouts.clear()
        layout = self._layouts[heads] = _Layout(wanted, keys)
        return layout


def _matched(pattern: re.Pattern[str], text: str, place: int, *, whole: bool = False) -> re.Match[str]:
    found = pattern.fullmatch(text, place) if whole else pattern.match(text, place)
    if found is None:
        raise _Unusual
    return found


def _samples(times: _Times, keys: tuple[SeriesKey, ...], texts: Sequence[str]) -> Samples:
    """Read the values of one machine, in one go where every series has just as many as there are times."""
    count = len(times.timestamps)
    joined = ",".join(texts)
    if times.in_order and "-" not in joined and {text.count(",") for text in texts} == {count - 1}:
        values = joined.split(",")
        if "" not in values:
            rows = [tuple(map(int, values[place::count])) for place in range(count)]
            return Samples(times.timestamps, keys, rows)
    return ordered(times.timestamps, {key: values_of(text) for key, text in zip(keys, texts, strict=True)})
