"""Gathering what helps to find a fault in a mesh, into one archive: whatever can be had, and what could not be."""
