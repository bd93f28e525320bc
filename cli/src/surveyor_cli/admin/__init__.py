"""Jobs on broker and store themselves, for whoever runs an installation."""
