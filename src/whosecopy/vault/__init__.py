"""Where documents, keys and records live: all input and output below the command line."""
