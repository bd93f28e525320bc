"""How the collectors and their sources are."""
