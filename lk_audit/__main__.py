"""`python -m lk_audit` is the same as `lk-audit`."""

from lk_audit.cli import main

if __name__ == "__main__":
    main()
