"""From Hyper-V hosts to the broker: one process for 300 hosts, and its client beside pypsrp's."""
