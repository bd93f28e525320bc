"""From a source's words about a machine to the canonical machine, and to what changed."""
