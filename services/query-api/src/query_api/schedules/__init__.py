"""Recalculation by the clock: a cron expression per assessment."""
