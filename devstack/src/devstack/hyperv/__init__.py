"""A simulated Hyper-V host: WS-Management over a store of CIM instances that answers WQL."""
