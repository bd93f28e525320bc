"""A second evaluator, written from the documented rules alone, and what it is compared with.

`brute_force` may not import the assessor (an import contract sees to it): slow and simple, straight from
the raw tables. Rules: Microsoft Learn, "Azure VM assessments in Azure Migrate" (2025-02-06) and the
articles beside it; where they are silent, ADR 0011.
"""
