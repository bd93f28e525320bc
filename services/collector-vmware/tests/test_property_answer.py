"""What the property collector answers, as plain values."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest

from collector_vmware.adapters.property_answer import ObjectAnswer, PropertyAnswer
from collector_vmware.errors import ObjectGone, SessionEnded, SourceError, SourceUnreachable

ENVELOPE = (
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">'
    "<soapenv:Body>{}</soapenv:Body></soapenv:Envelope>"
)
UPDATES = (
    '<WaitForUpdatesExResponse xmlns="urn:vim25"><returnval><version>7</version>'
    "<filterSet>{}</filterSet>{}</returnval></WaitForUpdatesExResponse>"
)
DISK = """<VirtualDevice xsi:type="VirtualDisk"><key>2000</key>
  <deviceInfo xsi:type="Description"><label>Hard disk 1</label><summary>big</summary></deviceInfo>
  <backing xsi:type="VirtualDiskFlatVer2BackingInfo"><fileName>[ds] a &amp; b.vmdk</fileName>
    <diskMode>persistent</diskMode><thinProvisioned>true</thinProvisioned><uuid>6000-1</uuid>
    <parent><fileName>[ds] base.vmdk</fileName></parent></backing>
  <controllerKey>1000</controllerKey><unitNumber>0</unitNumber><capacityInKB>4194304</capacityInKB>
</VirtualDevice>"""


def answered(body: str) -> tuple[PropertyAnswer, list[ObjectAnswer]]:
    answer = PropertyAnswer(BytesIO(ENVELOPE.format(body).encode()))
    return answer, list(answer.objects())


def updates(*objects: str, truncated: bool = False) -> tuple[PropertyAnswer, list[ObjectAnswer]]:
    return answered(UPDATES.format("".join(objects), "<truncated>true</truncated>" if truncated else ""))


def an_object(*changes: str, kind: str = "enter") -> str:
    return (
        f'<objectSet><kind>{kind}</kind><obj type="VirtualMachine">vm-1</obj>{"".join(changes)}</objectSet>'
    )


def a_change(path: str, value: str, operation: str = "assign") -> str:
    return f"<changeSet><name>{path}</name><op>{operation}</op>{value}</changeSet>"


def properties(*changes: str) -> dict[str, Any]:
    (said,) = updates(an_object(*changes))[1]
    return dict(said.update.properties)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('<val xsi:type="xsd:string">a &lt;name&gt;</val>', "a <name>"),
        ('<val xsi:type="xsd:string"></val>', ""),
        ('<val xsi:type="xsd:int">-3</val>', -3),
        ('<val xsi:type="xsd:short">3</val>', 3),
        ('<val xsi:type="xsd:long">9999999999</val>', 9_999_999_999),
        ('<val xsi:type="xsd:boolean">true</val>', True),
        ('<val xsi:type="xsd:boolean">0</val>', False),
        ('<val xsi:type="VirtualMachinePowerState">poweredOn</val>', "poweredOn"),
        ('<val xsi:type="ManagedObjectReference" type="HostSystem">host-9</val>', "host-9"),
        (
            '<val xsi:type="xsd:dateTime">2026-01-31T13:00:00.123456789+01:00</val>',
            datetime(2026, 1, 31, 12, 0, 0, 123456, UTC),
        ),
        ("", None),
    ],
)
def test_scalars_are_what_their_type_says(value: str, expected: Any) -> None:
    assert properties(a_change("some.path", value)) == {"some.path": expected}


def test_devices_that_nothing_is_read_from_are_left_out() -> None:
    devices = (
        '<val xsi:type="ArrayOfVirtualDevice">'
        '<VirtualDevice xsi:type="VirtualKeyboard"><key>600</key></VirtualDevice>'
        '<VirtualDevice xsi:type="ParaVirtualSCSIController"><key>1000</key><busNumber>0</busNumber>'
        f"<device>2000</device></VirtualDevice>{DISK}</val>"
    )
    assert properties(a_change("config.hardware.device", devices)) == {
        "config.hardware.device": [
            {"_type": "ParaVirtualSCSIController", "key": 1000, "busNumber": 0},
            {
                "_type": "VirtualDisk",
                "key": 2000,
                "deviceInfo": {"_type": "Description", "label": "Hard disk 1"},
                "backing": {
                    "_type": "VirtualDiskFlatVer2BackingInfo",
                    "fileName": "[ds] a & b.vmdk",
                    "diskMode": "persistent",
                    "thinProvisioned": True,
                    "uuid": "6000-1",
                },
                "controllerKey": 1000,
                "unitNumber": 0,
                "capacityInKB": 4_194_304,
            },
        ]
    }


def test_snapshots_keep_their_tree_and_addresses_their_list() -> None:
    tree = (
        '<val xsi:type="VirtualMachineSnapshotInfo"><rootSnapshotList>'
        '<snapshot type="VirtualMachineSnapshot">snapshot-1</snapshot><name>first</name>'
        "<createTime>2026-01-31T12:00:00Z</createTime><childSnapshotList>"
        '<snapshot type="VirtualMachineSnapshot">snapshot-2</snapshot><name>second</name>'
        "</childSnapshotList></rootSnapshotList></val>"
    )
    nets = (
        '<val xsi:type="ArrayOfGuestNicInfo"><GuestNicInfo><ipAddress>10.0.0.1</ipAddress>'
        "<ipAddress>fe80::1</ipAddress><deviceConfigId>4000</deviceConfigId></GuestNicInfo></val>"
    )
    found = properties(a_change("snapshot", tree), a_change("guest.net", nets))
    (root,) = found["snapshot"]["rootSnapshotList"]
    assert (root["snapshot"], root["name"]) == ("snapshot-1", "first")
    assert root["createTime"] == datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert [child["snapshot"] for child in root["childSnapshotList"]] == ["snapshot-2"]
    assert found["guest.net"] == [{"_type": "", "ipAddress": ["10.0.0.1", "fe80::1"], "deviceConfigId": 4000}]


def test_a_missing_right_is_told_from_a_property_that_is_not_there() -> None:
    def missing(path: str, fault: str) -> str:
        return (
            f'<missingSet><path>{path}</path><fault><fault xsi:type="{fault}"/>'
            "<localizedMessage/></fault></missingSet>"
        )

    ((said),) = updates(an_object(missing("name", "NoPermission"), missing("config.x", "InvalidProperty")))[1]
    assert said.refused_paths == {"name"}


def test_changes_say_what_was_done_and_updates_whether_there_are_more() -> None:
    answer, (modified, left) = updates(
        an_object(a_change("config.hardware.device[2000]", "", "remove"), kind="modify"),
        an_object(kind="leave"),
        truncated=True,
    )
    assert (modified.update.change, left.update.change) == ("modify", "leave")
    assert modified.operations == {("config.hardware.device[2000]", "remove")}
    assert (answer.returned, answer.version, answer.truncated) == (True, "7", True)


def test_a_wait_without_news_has_no_result() -> None:
    answer, objects = answered('<WaitForUpdatesExResponse xmlns="urn:vim25"/>')
    assert (answer.returned, objects) == (False, [])


def test_a_retrieval_names_its_next_page() -> None:
    answer, (said,) = answered(
        '<RetrievePropertiesExResponse xmlns="urn:vim25"><returnval><token>next</token><objects>'
        '<obj type="VirtualMachine">vm-1</obj><propSet><name>name</name><val xsi:type="xsd:string">a</val>'
        "</propSet></objects></returnval></RetrievePropertiesExResponse>"
    )
    assert (answer.token, said.update.change, said.update.properties) == ("next", "enter", {"name": "a"})


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("NotAuthenticated", SessionEnded),
        ("ManagedObjectNotFound", ObjectGone),
        ("NotSupported", SourceError),
    ],
)
def test_faults_become_errors_without_their_texts(fault: str, error: type[SourceError]) -> None:
    body = (
        "<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>canary</faultstring><detail>"
        f'<{fault}Fault xmlns="urn:vim25" xsi:type="{fault}"/></detail></soapenv:Fault>'
    )
    with pytest.raises(error) as raised:
        answered(body)
    assert "canary" not in str(raised.value)


def test_an_answer_that_is_cut_off_is_no_answer() -> None:
    whole = ENVELOPE.format(UPDATES.format(an_object(), "")).encode()
    with pytest.raises(SourceUnreachable, match="cut off"):
        list(PropertyAnswer(BytesIO(whole[:-40])).objects())
