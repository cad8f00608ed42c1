"""One use case a command, under the command's file name: immutable options in, a result out. Never prints."""
