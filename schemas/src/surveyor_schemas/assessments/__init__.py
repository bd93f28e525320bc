"""Assessments: what query-api asks for and what the assessor answers."""
