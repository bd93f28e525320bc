"""One assessment's progress as a live stream."""

from collections.abc import AsyncIterator
from uuid import UUID

from fastapi.sse import ServerSentEvent

from query_api.assessments.service import AssessmentService
from query_api.assessments.states import FINAL_STATES
from query_api.streams.feed import Feed
from surveyor_schemas.assessments.assessment_progressed_v1 import AssessmentProgressed
from surveyor_schemas.assessments.run_event import RunEvent


async def live_events(
    assessment_id: UUID, last_event_id: str | None, assessments: AssessmentService, feed: Feed
) -> AsyncIterator[ServerSentEvent]:
    """Yield the assessment's view now and at each change, until its run has ended.

    The same event reaches this feed and the consumer that keeps the control database, in either order; it
    is applied here as well, which repeats safely, so that a view is never behind the event that brought it.
    """
    async with feed.reading(last_event_id) as reader:
        view = await assessments.view(assessment_id)
        yield ServerSentEvent(event="assessment", data=view, id=last_event_id or feed.place() or None)
        if view.state in FINAL_STATES:
            return
        async for item in reader:
            event = item.event
            if not isinstance(event, RunEvent) or event.assessment_id != assessment_id:
                continue
            await assessments.apply(event)
            view = await assessments.view(assessment_id)
            if isinstance(event, AssessmentProgressed) and view.progress is not None:
                yield ServerSentEvent(event="progress", data=view.progress, id=item.place)
            else:
                yield ServerSentEvent(event="assessment", data=view, id=item.place)
            if view.state in FINAL_STATES:
                return
