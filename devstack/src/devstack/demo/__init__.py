"""The demo: every part of Surveyor as a process of its own, on this machine, on real protocols."""
