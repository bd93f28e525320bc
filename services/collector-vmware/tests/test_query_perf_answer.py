"""Answers of `QueryPerf`, as a vCenter and as a simulator write them."""

import pytest

from collector_vmware.adapters.query_perf_answer import QueryPerfAnswer
from collector_vmware.domain.samples import Samples
from collector_vmware.errors import QueryRefused, SessionEnded

NAMES = {2: "cpu.usage.average", 178: "virtualDisk.read.average", 143: "net.received.average"}
ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope'
    ' xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>{}</soapenv:Body></soapenv:Envelope>'
)
TIMES = "20,2026-01-31T12:00:20Z,20,2026-01-31T12:00:40Z"
FIRST, SECOND = 1769860820, 1769860840


def series(counter_id: int, instance: str, values: str) -> str:
    return (
        f'<value xsi:type="PerfMetricSeriesCSV"><id><counterId>{counter_id}</counterId>'
        f"<instance>{instance}</instance></id><value>{values}</value></value>"
    )


def entity(moref: str, *parts: str, times: str = TIMES) -> str:
    return (
        f'<returnval xsi:type="PerfEntityMetricCSV"><entity type="VirtualMachine">{moref}</entity>'
        f"<sampleInfoCSV>{times}</sampleInfoCSV>{''.join(parts)}</returnval>"
    )


def fault(detail: str) -> str:
    return (
        "<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>secret words</faultstring>"
        f"<detail>{detail}</detail></soapenv:Fault>"
    )


def read(body: str, chunk: int = 7) -> dict[str, Samples]:
    data = ENVELOPE.format(body).encode()
    answer = QueryPerfAnswer(NAMES)
    for start in range(0, len(data), chunk):
        answer.feed(data[start : start + chunk])
    answer.feed(b"", final=True)
    return answer.result()


def test_values_belong_to_their_machine_counter_and_instance() -> None:
    found = read(
        "<QueryPerfResponse>"
        + entity("vm-1", series(2, "", "10,20"), series(178, "scsi0:0", "0,5"))
        + entity("vm-2", series(2, "", "7,8"))
        + "</QueryPerfResponse>"
    )
    assert found == {
        "vm-1": Samples.of_series(
            [FIRST, SECOND],
            {("cpu.usage.average", ""): [10, 20], ("virtualDisk.read.average", "scsi0:0"): [0, 5]},
        ),
        "vm-2": Samples.of_series([FIRST, SECOND], {("cpu.usage.average", ""): [7, 8]}),
    }


def test_minus_one_and_nothing_are_no_data() -> None:
    found = read(entity("vm-1", series(2, "", "-1,20"), series(178, "scsi0:0", ",5")))
    assert found["vm-1"].series == {
        ("cpu.usage.average", ""): [None, 20],
        ("virtualDisk.read.average", "scsi0:0"): [None, 5],
    }


def test_the_sum_over_devices_is_no_device() -> None:
    found = read(entity("vm-1", series(143, "", "9,9"), series(143, "4000", "4,5"), series(143, "*", "1,1")))
    assert list(found["vm-1"].series) == [("net.received.average", "4000")]


def test_newest_first_with_fractions_of_seconds_is_put_in_order() -> None:
    times = "20,2026-01-31T12:00:40.123Z,20,2026-01-31T12:00:20.9Z"
    found = read(entity("vm-1", series(2, "", "20,10"), times=times))
    assert found["vm-1"] == Samples.of_series([FIRST, SECOND], {("cpu.usage.average", ""): [10, 20]})


def test_a_machine_without_series_is_left_out() -> None:
    assert read(entity("vm-1")) == {}


def test_an_ended_session_is_told_apart() -> None:
    with pytest.raises(SessionEnded):
        read(fault('<NotAuthenticatedFault xmlns="urn:vim25" xsi:type="NotAuthenticated"/>'))


def test_a_machine_that_is_gone_is_named() -> None:
    named = '<obj type="VirtualMachine">vm-7</obj>'
    detail = f'<Fault xmlns="urn:vim25" xsi:type="ManagedObjectNotFound">{named}</Fault>'
    with pytest.raises(QueryRefused) as refused:
        read(fault(detail))
    assert refused.value.missing_moref == "vm-7"


def test_a_fault_is_named_by_its_type_without_its_text() -> None:
    with pytest.raises(QueryRefused, match="RestrictedByAdministrator") as refused:
        read(fault("<RestrictedByAdministratorFault/>"))
    assert "secret words" not in str(refused.value)


def test_an_answer_that_is_cut_off_is_no_answer() -> None:
    answer = QueryPerfAnswer(NAMES)
    answer.feed(ENVELOPE.format(entity("vm-1", series(2, "", "1,2"))).encode()[:-30])
    with pytest.raises(QueryRefused, match="cut off"):
        answer.feed(b"", final=True)


def test_an_answer_with_something_else_than_numbers_is_refused() -> None:
    with pytest.raises(QueryRefused, match="bad-answer"):
        read(entity("vm-1", series(2, "", "1,many")))
