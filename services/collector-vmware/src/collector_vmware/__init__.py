"""Follows vCenters and ESXi hosts and publishes what they say."""
