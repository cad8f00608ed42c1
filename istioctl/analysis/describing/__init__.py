"""What the configuration objects of a mesh mean for one service or pod: pure functions over a snapshot."""
