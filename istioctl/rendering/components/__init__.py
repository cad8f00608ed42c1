"""What each component is told, and the program's own manifests of it."""
