"""From a vCenter to the broker: Surveyor's VMware collector beside Telegraf's vSphere input."""
