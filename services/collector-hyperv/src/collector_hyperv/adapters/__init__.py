"""The outside: hosts over WS-Management, the broker, the disk. Foreign errors are mapped here."""
