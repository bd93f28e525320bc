"""The quick reader of performance answers says what the parser says, or leaves the answer to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector_vmware.adapters.plain_answer import PlainAnswers
from collector_vmware.adapters.query_perf_answer import QueryPerfAnswer
from collector_vmware.domain.samples import Samples

from .test_query_perf_answer import ENVELOPE, NAMES, TIMES, entity, fault, series

STAMPS = [f"2026-01-31T12:0{minute}:{second:02d}Z" for minute in range(2) for second in (0, 20, 40)]
RESPONSE = "<QueryPerfResponse xmlns='urn:vim25'>{}</QueryPerfResponse>"


def document(body: str) -> bytes:
    return ENVELOPE.format(body).encode()


def parsed(content: bytes) -> dict[str, Samples]:
    answer = QueryPerfAnswer(NAMES)
    answer.feed(content, final=True)
    return answer.result()


value = st.one_of(st.integers(-1, 10**12).map(str), st.just(""))
some_series = st.builds(
    series,
    st.sampled_from([*NAMES, 99]),
    st.sampled_from(["", "*", "4000", "scsi0:0", "Über"]),
    st.lists(value, max_size=4).map(",".join),
)
some_times = st.lists(st.sampled_from(STAMPS), max_size=4).map(
    lambda stamps: ",".join(f"20,{stamp}" for stamp in stamps)
)
some_entity = st.builds(
    lambda moref, parts, times: entity(moref, *parts, times=times),
    st.sampled_from(["vm-1", "vm-2", "vm-3"]),
    st.lists(some_series, max_size=5, unique_by=lambda text: text.partition("</id>")[0]),
    some_times,
)


@given(st.lists(some_entity, max_size=4))
def test_usual_answers_are_read_as_the_parser_reads_them(entities: list[str]) -> None:
    content = document(RESPONSE.format("".join(entities)))
    assert PlainAnswers(NAMES).read(content) == parsed(content)


USUAL = entity("vm-1", series(2, "", "10,20"))


@pytest.mark.parametrize(
    "content",
    [
        document(fault("<NotAuthenticatedFault xsi:type='NotAuthenticated'/>")),
        document(RESPONSE.format(entity("vm-1", series(178, "a &amp; b", "1,2")))),
        document(RESPONSE.format(USUAL + "<!-- by hand -->")),
        document(RESPONSE.format(USUAL.replace("<value>", "<value>\n<!-- -->"))),
        document(RESPONSE.format(entity("vm-1", series(2, "", "1,x")))),
        document(RESPONSE.format(entity("vm-1", series(2, "", "1,2"), series(2, "", "3,4")))),
        document(RESPONSE.format(entity("vm-1", series(2, "", "1,2") + " ", series(178, "", "3,4")))),
        document(RESPONSE.format(USUAL))[:-20],
        document(RESPONSE.format(USUAL)) + b"<more/>",
        document(RESPONSE.format(USUAL)).replace(b"vm-1", b"vm-\xff"),
        b"",
    ],
)
def test_whatever_is_unusual_is_left_to_the_parser(content: bytes) -> None:
    assert PlainAnswers(NAMES).read(content) is None


def test_what_was_learnt_of_one_answer_does_not_change_the_next() -> None:
    answers = PlainAnswers(NAMES)
    first = document(RESPONSE.format(entity("vm-1", series(143, "", "9,9"), series(143, "4000", "4,5"))))
    second = document(RESPONSE.format(entity("vm-2", series(143, "4000", "6,7"), times=TIMES)))
    assert [answers.read(first), answers.read(second)] == [parsed(first), parsed(second)]
