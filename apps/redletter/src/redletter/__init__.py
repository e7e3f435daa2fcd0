"""The command line of Redletter and its embedded mode: the whole system on one machine with one command."""
