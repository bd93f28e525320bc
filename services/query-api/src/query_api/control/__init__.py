"""The control database: groups, assessments, API keys, audit, what is still to be published."""
