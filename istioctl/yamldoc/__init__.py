"""Streams of YAML documents: reading with places, paths, merging, writing. The only user of a YAML library."""
