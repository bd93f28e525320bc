"""Local real parts of Surveyor: broker, store, simulated vCenter and Hyper-V host, and the demo."""
