"""What Go's standard library does: number and time texts, URLs, JSON, quoting, and Go's types and values."""
