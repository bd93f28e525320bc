"""Results as an Excel file."""
