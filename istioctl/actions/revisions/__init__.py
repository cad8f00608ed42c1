"""Control planes, their revisions and tags, and meshes of several clusters."""
