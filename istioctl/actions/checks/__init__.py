"""Looking for problems: in files, in a cluster, before an upgrade."""
