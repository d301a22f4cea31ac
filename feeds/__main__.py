"""`python -m feeds` is `broadsheet`."""

from feeds.cli import main

if __name__ == "__main__":
    main(prog_name="broadsheet")
