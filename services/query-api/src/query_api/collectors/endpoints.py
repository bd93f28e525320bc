"""`/v1/collectors`, `/v1/sources`."""

from fastapi import APIRouter

from query_api.collectors.schemas import CollectorView, SourceView
from query_api.deps import Deps
from query_api.web.dependencies import DepsOf, Reader

router = APIRouter(tags=["collectors"])


@router.get("/collectors")
async def list_collectors(deps: DepsOf, _: Reader) -> list[CollectorView]:
    """Every collector that has ever sent a heartbeat, by id."""
    return _views(deps)


@router.get("/sources")
async def list_sources(deps: DepsOf, _: Reader) -> list[SourceView]:
    """Every source, by id. Sources are set up at their collectors: no credential crosses this API."""
    views = [
        SourceView(
            **source.model_dump(),
            collector_id=collector.collector_id,
            collector_is_stale=collector.is_stale or collector.is_stopped,
        )
        for collector in _views(deps)
        for source in collector.sources
    ]
    return sorted(views, key=lambda view: (view.source_id, view.collector_is_stale))


def _views(deps: Deps) -> list[CollectorView]:
    now, stale_after = deps.clock.now(), deps.settings.collector_stale_after_seconds
    return [CollectorView.of(heartbeat, now, stale_after) for heartbeat in deps.collectors.heartbeats()]
