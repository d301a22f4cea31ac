"""What the operator asked for: settings, their file, and the log format."""
