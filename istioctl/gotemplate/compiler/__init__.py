"""Trees to Python source, and source to code objects that are kept."""
