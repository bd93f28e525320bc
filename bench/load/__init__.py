"""Load for an installation: an estate of any size and time, and a ledger to compare its tables with."""
