"""Values that cannot work end an installation before it starts, with what would help."""

from typing import Any

import pytest
from deploy.k8s.tests.conftest import Chart


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kafka__bootstrapServers": ""}, "kafka.bootstrapServers must name your brokers"),
        ({"kafka__bootstrapServers": "kafka"}, "/kafka/bootstrapServers"),
        ({"kafka__brokers": "kafka:9092"}, "additional properties 'brokers' not allowed"),
        ({"kafka__securityProtocol": "SASL_SSL"}, "needs kafka.sasl.username and kafka.sasl.password"),
        ({"clickhouse__url": ""}, "clickhouse.url must name your store"),
        ({"clickhouse__url": "http://user:secret@store:8123"}, "/clickhouse/url"),
        ({"services__normalizer__replcas": 2}, "additional properties 'replcas' not allowed"),
        ({"services__collector_vmware__enabled": True}, "needs services.collector-vmware.sources"),
        ({"services__collector_hyperv__replicas": -1}, "/services/collector-hyperv/replicas"),
        ({"services__query_api__replicas": 2}, "needs services.query-api.databaseUrl"),
        ({"services__portal__sessionSecret": {"existingSecret": ""}}, "services.portal.sessionSecret"),
        ({"services__query_api__bootstrapKey": {"existingSecret": ""}}, "services.query-api.bootstrapKey"),
        ({"services__query_api__enabled": False}, "services.portal.apiUrl must name a query API"),
        ({"services__portal__sessionSecret__value": "x" * 40}, "choose existingSecret or value"),
        (
            {"services__portal__resources__limits__memory": "10Gib"},
            "/services/portal/resources/limits/memory",
        ),
        ({"services__portal__podDisruptionBudget__minAvailable": 1}, "'minAvailable' not allowed"),
        ({"services__normalizer__config": {"http_port": 1}}, "/services/normalizer/config/http_port"),
        ({"ingress__enabled": True}, "ingress.enabled needs ingress.portal.host or ingress.api.host"),
    ],
)
def test_wrong_value_is_refused_by_name(chart: Chart, changes: dict[str, Any], message: str) -> None:
    assert message in chart.refusal(**changes)


def test_all_faults_are_told_at_once(chart: Chart) -> None:
    answer = chart.refusal(kafka__bootstrapServers="", clickhouse__url="", ingress__enabled=True)
    assert answer.count("\n  - ") == 3


def test_one_claim_does_not_serve_several_replicas(chart: Chart) -> None:
    answer = chart.refusal("full", services__collector_hyperv__replicas=2)
    assert "services.collector-hyperv.persistence.existingClaim serves one replica" in answer


def test_short_key_is_refused_without_showing_it(chart: Chart) -> None:
    key = {"existingSecret": "", "value": "too-short"}
    answer = chart.refusal(services__query_api__bootstrapKey=key)
    assert "query-api-bootstrap-key needs at least 32 characters" in answer
    assert "too-short" not in answer
