"""Assessments of groups: asked for here, computed by the assessor, read here."""
