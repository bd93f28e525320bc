"""Machines, performance, changes, groups, assessments and exports over HTTP."""
