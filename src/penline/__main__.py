"""``python -m penline``."""

from penline.cli import main

if __name__ == "__main__":
    main()
