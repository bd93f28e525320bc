"""How the collectors are (topic `collector-status`)."""
