"""`python -m whosecopy` is the command line."""

from whosecopy.cli import main

if __name__ == "__main__":
    main()
