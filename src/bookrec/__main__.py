"""``python -m bookrec`` is the ``bookrec`` command."""

from bookrec.cli.main import main

if __name__ == "__main__":
    main()
