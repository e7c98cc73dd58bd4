"""`python -m pressloop`: the command line."""

from pressloop.flows.cli.main import main

if __name__ == "__main__":
    main()
