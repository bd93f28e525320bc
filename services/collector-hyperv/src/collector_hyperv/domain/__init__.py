"""What the collector knows of Hyper-V, as values: no connection, no clock, no broker."""
