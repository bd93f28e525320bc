"""The topics that the values name are those of the catalogue."""

from typing import Any

import pytest
from deploy.k8s.tests.conftest import Chart

from surveyor_schemas.topics import TOPICS

SERVICES = ["collector-vmware", "collector-hyperv", "normalizer", "assessor", "query-api", "portal"]


def test_values_have_every_service(values: dict[str, Any]) -> None:
    assert sorted(values["services"]) == sorted(SERVICES)


@pytest.mark.parametrize("service", SERVICES)
def test_service_consumes_what_the_catalogue_says(values: dict[str, Any], service: str) -> None:
    consumed = [entry["topic"] for entry in values["services"][service]["consumes"]]
    assert sorted(consumed) == sorted(t.name for t in TOPICS.values() if service in t.consumers)


@pytest.mark.parametrize("service", SERVICES)
def test_service_produces_what_the_catalogue_says(values: dict[str, Any], service: str) -> None:
    produced = values["services"][service]["produces"]
    assert sorted(produced) == sorted(t.name for t in TOPICS.values() if service in t.producers)


@pytest.mark.parametrize("service", SERVICES)
def test_consumer_groups_bear_the_services_name_and_dead_letter_by_the_catalogue(
    values: dict[str, Any], service: str
) -> None:
    for entry in values["services"][service]["consumes"]:
        if "consumerGroup" in entry:
            assert entry["consumerGroup"] == service
            assert entry.get("deadLetter") == TOPICS[entry["topic"]].dead_letter_topic
        else:
            assert "deadLetter" not in entry, "a reader without a group refuses nothing"


def test_every_topic_with_dead_letters_has_a_group_that_refuses_them(values: dict[str, Any]) -> None:
    refusing = {
        entry["deadLetter"]
        for service in values["services"].values()
        for entry in service["consumes"]
        if "deadLetter" in entry
    }
    assert refusing == {t.dead_letter_topic for t in TOPICS.values() if t.dead_letter}


def test_normalizer_has_no_more_replicas_than_raw_topics_have_partitions(values: dict[str, Any]) -> None:
    assert values["services"]["normalizer"]["replicas"] <= TOPICS["performance-raw"].partitions


def test_pods_say_which_topics_they_consume(chart: Chart) -> None:
    pod = chart.render().component("Deployment", "normalizer")["spec"]["template"]
    assert (
        pod["metadata"]["annotations"]["surveyor/consumes"]
        == "discovery-raw,performance-raw,collector-status"
    )
