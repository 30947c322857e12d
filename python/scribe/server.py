"""A server of one's own, for the time of a `with` block."""
from __future__ import annotations

import contextlib
import os
import re
import subprocess
import tempfile
from typing import Any, Iterator, Optional

from scribe.client import Client
from scribe.commands import Path
from scribe.program import ProgramError, option_words, program_path

_DRAIN_SECONDS = 60


@contextlib.contextmanager
def serve(model: Optional[Path] = None, *, execute: bool = False, execute_only: bool = False,
          port: int = 0, timeout: float = 600.0, **options: Any) -> Iterator[Client]:
    """Starts `scribe serve` on this machine and gives a client of it; ends it after the block.

    model None is the one that comes with Scribe, or none at all with execute_only. port 0 is any
    that is free. Other options of the command are keyword arguments: weights='int8', rows=32.
    Raises ProgramError if it does not start."""
    words = [program_path(), 'serve', *([] if model is None else [os.fspath(model)]),
             *option_words({'execute': execute, 'execute_only': execute_only, 'port': port,
                            **options})]
    with tempfile.TemporaryFile('w+') as messages:  # A pipe that nobody reads would fill up.
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=messages, text=True)
        assert process.stdout is not None
        try:
            found = re.search(r' on (http://\S+)', process.stdout.readline())
            if found is None:
                exit_code = process.wait()
                messages.seek(0)
                lines = messages.read().strip().splitlines()
                raise ProgramError(exit_code, lines[-1] if lines else 'it did not start')
            yield Client(found[1], timeout=timeout)
        finally:
            process.terminate()
            try:
                process.wait(_DRAIN_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()
