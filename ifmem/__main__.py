"""The command `ifmem`, also `python -m ifmem`. Answers `--version` itself: no command-line package is imported for it."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    if sys.argv[1:] in (["--version"], ["-V"]):
        from ifmem import __version__

        print(f"ifmem {__version__}")
        return
    from ifmem.cli.app import run

    code = run(sys.argv[1:])
    gc.freeze()  # or the interpreter would go through everything that was imported once more, for a tenth of the time of `status`
    sys.exit(code)


if __name__ == "__main__":
    main()
