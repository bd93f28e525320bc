"""What was sent, in a file: the plan makes every value again, so only totals are kept beside it."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from devstack.ledger import LoadPlan, Totals


@dataclass(frozen=True)
class SentLoad:
    """A load and its totals."""

    plan: LoadPlan
    events: int
    samples: dict[str, int]
    """By canonical metric."""

    @classmethod
    def of(cls, plan: LoadPlan, totals: Totals) -> "SentLoad":
        """Return the record of a load that was sent."""
        return cls(plan, totals.events, dict(totals.samples))

    @classmethod
    def from_json(cls, text: str) -> "SentLoad":
        """Read what `to_json` wrote."""
        document: dict[str, Any] = json.loads(text)
        fields = document["plan"] | {"start_at": datetime.fromisoformat(document["plan"]["start_at"])}
        return cls(LoadPlan(**fields), document["events"], document["samples"])

    def to_json(self) -> str:
        """Write the record."""
        plan = asdict(self.plan) | {"start_at": self.plan.start_at.isoformat()}
        return json.dumps({"plan": plan, "events": self.events, "samples": self.samples}, indent=2) + "\n"
