"""`/v1/collectors`, `/v1/sources`."""

from fastapi import APIRouter

from query_api.collectors.schemas import CollectorView, SourceView, latest_of_each_source
from query_api.deps import Deps
from query_api.web.dependencies import DepsOf, Reader

router = APIRouter(tags=["collectors"])


@router.get("/collectors")
async def list_collectors(deps: DepsOf, _: Reader) -> list[CollectorView]:
    """Every collector that has ever sent a heartbeat, by id."""
    return _views(deps)


@router.get("/sources")
async def list_sources(deps: DepsOf, _: Reader) -> list[SourceView]:
    """Every source once, by id, as its collector sees it. No credential crosses this API.

    Where replicas of a collector share the sources, that is the one that follows it now, else the one that
    followed it last.
    """
    return latest_of_each_source(_views(deps))


def _views(deps: Deps) -> list[CollectorView]:
    now, stale_after = deps.clock.now(), deps.settings.collector_stale_after_seconds
    return [CollectorView.of(heartbeat, now, stale_after) for heartbeat in deps.collectors.heartbeats()]
