"""Templates to text, and text to documents."""
