"""What all collectors do alike: share sources out, follow them, publish what they say, tell how they are."""
