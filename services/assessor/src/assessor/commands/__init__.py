"""The assessor's commands, a module each."""
