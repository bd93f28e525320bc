"""Local real parts and the demo. Production never imports it."""
