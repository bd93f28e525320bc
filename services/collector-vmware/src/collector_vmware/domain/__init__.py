"""Rules of the collector: values in, values out; no network, no clock."""
