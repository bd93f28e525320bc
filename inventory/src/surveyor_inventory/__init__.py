"""What a guest OS name means, and import formats. Pure."""
