"""What the tests share: where recorded behaviour lies, how to run the command line, a control plane."""
