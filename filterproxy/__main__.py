"""`python -m filterproxy`: the command line."""

from filterproxy.cli import main

# Processes of a pool import this module again, under another name.
if __name__ == "__main__":
    main(prog_name="filterproxy")
