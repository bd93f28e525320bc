"""The portal's own metrics."""

from surveyor_kit.metrics import histogram

PAGE_SECONDS = histogram(
    "surveyor_portal_request_seconds",
    "Time until an answer of the portal was complete.",
    ["method", "route", "status"],
)
