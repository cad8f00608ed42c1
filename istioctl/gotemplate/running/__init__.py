"""What generated code calls while a template runs."""
