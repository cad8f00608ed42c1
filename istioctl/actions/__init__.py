"""One use case a command, in the folder of its subject: immutable options in, a result out. Never prints."""
