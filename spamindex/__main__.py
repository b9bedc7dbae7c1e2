"""``spamindex`` and ``python -m spamindex``."""

from spamindex.cli.signals import end_on_signals


def main() -> None:
    """Run the command; signals are met before what it needs is loaded, which takes a while."""
    end_on_signals()
    from spamindex.cli import main as cli

    cli.main()


if __name__ == "__main__":
    main()
