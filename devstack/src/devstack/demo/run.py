"""The demo from first to last: start everything, discover, collect, assess, show."""

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from devstack.demo.api import Api, Document
from devstack.demo.estate import vcenter_machine_count
from devstack.demo.history import History
from devstack.demo.outcome import print_result, write_result
from devstack.demo.places import DemoPlaces
from devstack.demo.samples import StoredSamples
from devstack.demo.services import DATABASE, DemoServices, Endpoint, Parts
from devstack.demo.settings import DemoSettings
from devstack.demo.waiting import DemoFailed, Stopwatch, wait_until
from devstack.endpoints import write_endpoints
from devstack.parts import Estate, LocalPart, local_part
from devstack.progress import console
from devstack.supervise import Stack
from surveyor_kit.kafka import EventPublisher
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.inventory.machine_v1 import Machine
from surveyor_schemas.performance.performance_sampled_v1 import PerformanceSampled

_EVENTS_AT_ONCE = 20
_SECONDS_PER_MACHINE = 1.0
_ASSESSMENT_SETTINGS: Document = {
    "azure_location": "westeurope",
    "sizing_criterion": "PerformanceBased",
    "time_range": "Month",
    "percentile": "Percentile95",
    "azure_hybrid_use_benefit": "No",
}


def run_demo(settings: DemoSettings, places: DemoPlaces) -> None:
    """Run the demo; with `once` it returns after the result, else it runs until it is interrupted.

    Raises:
        DemoFailed: a step did not come about.
        InstallationError: a part could not be downloaded or built.
        StartError: a part or a service did not start.
    """
    with places.alone():
        _run(settings, places)


def _run(settings: DemoSettings, places: DemoPlaces) -> None:
    if settings.vcenter_url is not None:
        _look_at_given_vcenter(settings)
    places.start_fresh()
    watch = Stopwatch()
    with watch.step("parts", "Preparing the local parts"):
        local = _local_parts(settings, places)
    with Stack([part.process for part in local.values()], places.logs):
        parts = _addresses(settings, local)
        services = DemoServices(places.data / "services", parts)
        with watch.step("migrate", "Creating topics and tables"):
            _migrate(services.environment)
        with Stack(services.processes(), places.logs / "services") as running:
            write_endpoints(places.endpoints, _all_endpoints(parts, services))
            try:
                Demo(settings, places, parts, services, watch).show()
                if not settings.once:
                    console.print("Running until Ctrl-C.")
                    running.watch()
            finally:
                places.endpoints.unlink(missing_ok=True)


class Demo:
    """The steps after the start; each waits for what the one before brought about."""

    def __init__(
        self,
        settings: DemoSettings,
        places: DemoPlaces,
        parts: Parts,
        services: DemoServices,
        watch: Stopwatch,
    ) -> None:
        self._settings = settings
        self._places = places
        self._parts = parts
        self._services = services
        self._watch = watch
        self._api = Api(services.api_url, services.api_key)
        self._samples = StoredSamples(parts.clickhouse)
        self._started_at = datetime.now(UTC)

    def show(self) -> None:
        """Discover, collect, assess; print the result and write it down."""
        expected = self._expected_machines()
        with self._watch.step("discover", f"Discovering {sum(expected.values())} machines"):
            wait_until(lambda: self._undiscovered(expected), self._patience(120))
        machines = self._api.machines()
        if self._settings.is_simulated:
            with self._watch.step("history", f"Loading {self._settings.demo_history_days} days of history"):
                self._load_history(machines)
        with self._watch.step("collect", "Collecting a first sample of every counter"):
            wait_until(lambda: self._unsampled(machines), self._patience(120))
        with self._watch.step("assess", "Assessing"):
            assessment = self._assess(machines)
        self._api.save_export(assessment["id"], self._places.export)
        assessed = self._api.assessed_machines(assessment["id"])
        print_result(assessment, assessed)
        self._write_result(expected, assessment)
        if not self._settings.once:
            console.print(f"Portal: {self._services.portal_url}", soft_wrap=True)
            key = f"Key:    {self._services.api_key}  (signs in to the portal and the API)"
            console.print(key, soft_wrap=True)
        console.print(f"Excel:  {self._places.export}", soft_wrap=True)

    def _patience(self, seconds: float) -> float:
        """How long a step may take: a large estate on a busy machine needs its time."""
        return seconds + _SECONDS_PER_MACHINE * (self._settings.demo_vms + self._settings.demo_hyperv_vms)

    def _expected_machines(self) -> dict[str, int]:
        expected = {"vmware": vcenter_machine_count(self._parts.vcenter)}
        if self._parts.hyperv is not None:
            expected["hyperv"] = self._settings.demo_hyperv_vms
        return expected

    def _undiscovered(self, expected: dict[str, int]) -> str | None:
        counts = self._api.machine_counts()
        return None if counts == expected else f"the API has {counts} of {expected}"

    def _unsampled(self, machines: list[Machine]) -> str | None:
        if self._settings.is_simulated:
            return self._samples.missing_since(self._started_at, machines)
        # A vCenter of the world may have machines and counters that give nothing.
        return None if self._samples.count() else "no sample is stored"

    def _load_history(self, machines: list[Machine]) -> None:
        start_at = self._started_at - timedelta(days=self._settings.demo_history_days)
        history = History(self._settings.demo_seed, start_at, self._started_at)
        events = list(history.events(machines))
        asyncio.run(self._publish(events))
        wait_until(lambda: self._samples.missing_batches(events), self._patience(180))

    async def _publish(self, events: list[PerformanceSampled]) -> None:
        broker = KafkaSettings(bootstrap_servers=self._parts.kafka["bootstrap_servers"])
        async with EventPublisher(broker, client_id="demo-history") as publisher:
            for index in range(0, len(events), _EVENTS_AT_ONCE):
                await publisher.publish_many(events[index : index + _EVENTS_AT_ONCE])

    def _assess(self, machines: list[Machine]) -> Document:
        wait_until(lambda: None if self._api.has_catalogue() else "no catalogue is published", 60)
        group = self._api.create_group("Demo", [str(machine.machine_id) for machine in machines])
        name = "Demo, West Europe, pay-as-you-go"
        assessment_id = self._api.create_assessment(group, name, _ASSESSMENT_SETTINGS)

        def unfinished() -> str | None:
            seen = self._api.assessment(assessment_id)
            if seen["state"] in ("Failed", "Cancelled"):
                raise DemoFailed(f"the assessment ended {seen['state']}: {seen['error']}")
            return None if seen["summary"] else f"the assessment is {seen['state']}: {seen['progress']}"

        wait_until(unfinished, self._patience(120))
        return self._api.assessment(assessment_id)

    def _write_result(self, expected: dict[str, int], assessment: Document) -> None:
        write_result(
            self._places.result,
            {
                "machines_expected": expected,
                "machines_discovered": self._api.machine_counts(),
                "samples_stored": self._samples.count(),
                "assessment_id": assessment["id"],
                "assessment_state": assessment["state"],
                "export_path": str(self._places.export),
                "api_url": self._services.api_url,
                "portal_url": self._services.portal_url,
                "seconds": self._watch.seconds,
            },
        )


def _local_parts(settings: DemoSettings, places: DemoPlaces) -> dict[str, LocalPart]:
    estate = Estate(settings.demo_vms, settings.demo_hyperv_vms, settings.demo_seed)
    names = ["kafka", "clickhouse"]
    if settings.vcenter_url is None:
        names += ["vcenter", "hyperv"]
    return {name: local_part(name, places.data, estate) for name in names}


def _addresses(settings: DemoSettings, local: dict[str, LocalPart]) -> Parts:
    simulated = {name: part.endpoint for name, part in local.items()}
    return Parts(
        kafka=simulated["kafka"],
        clickhouse=simulated["clickhouse"],
        vcenter=simulated.get("vcenter") or _given_vcenter(settings),
        hyperv=simulated.get("hyperv"),
    )


def _given_vcenter(settings: DemoSettings) -> Endpoint:
    if settings.vcenter_url is None or settings.vcenter_password is None:
        raise DemoFailed("no vCenter: neither a simulated one nor VCENTER_URL")
    endpoint = {
        "url": settings.vcenter_url,
        "username": settings.vcenter_username or "",
        "password": settings.vcenter_password.get_secret_value(),
    }
    if settings.vcenter_ca_file:
        endpoint["ca_file"] = str(settings.vcenter_ca_file)
    if settings.vcenter_insecure:
        endpoint["insecure"] = "yes"
    return endpoint


def _look_at_given_vcenter(settings: DemoSettings) -> None:
    """Log in once before anything starts: a wrong address or password should show at once."""
    try:
        count = vcenter_machine_count(_given_vcenter(settings))
    except Exception as error:  # pyVmomi raises what its sockets, TLS and server do
        reason = getattr(error, "msg", None) or error
        raise DemoFailed(f"VCENTER_URL {settings.vcenter_url}: {type(error).__name__}: {reason}") from error
    console.print(f"{settings.vcenter_url} has {count} machines", soft_wrap=True)


def _migrate(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "surveyor_cli", "migrate"]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True)
    if done.returncode:
        raise DemoFailed(f"`surveyor migrate` ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def _all_endpoints(parts: Parts, services: DemoServices) -> dict[str, Endpoint]:
    sources: dict[str, Endpoint] = {"vcenter": _with_host_and_port(parts.vcenter)}
    if parts.hyperv is not None:
        sources["wsman"] = {**_with_host_and_port(parts.hyperv), "authentication": "ntlm"}
    store = {**parts.clickhouse, "database": DATABASE}
    return sources | {"kafka": parts.kafka, "clickhouse": store} | services.endpoints()


def _with_host_and_port(endpoint: Endpoint) -> Endpoint:
    address = urlsplit(endpoint["url"])
    return {**endpoint, "host": address.hostname or "", "port": str(address.port or 443)}
