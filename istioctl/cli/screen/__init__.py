"""From a result to a terminal: streams, progress, tables, reports, exit statuses."""
