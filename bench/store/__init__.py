"""What the store costs: bytes and processor time per sample, of this layout, of others, and over time."""
