"""Code models from Python: evaluate samples, draw them, serve a model, run programs.

The work is done by the program `scribe`, which this package carries. Nothing else is needed.

    import scribe

    scribe.sample('codex-s', 'HumanEval.jsonl.gz', 'samples.jsonl', n=20)
    print(scribe.evaluate('samples.jsonl', 'HumanEval.jsonl.gz').pass_at_k)

    with scribe.serve('codex-s', execute=True) as client:
        for choice in client.complete('def add(a, b):\n', n=4).choices:
            print(choice.text)
"""
from scribe.client import (ApiError, AsyncClient, Choice, Client, Completion, Logprobs, Usage,
                           Verdict)
from scribe.commands import Evaluation, Score, evaluate, sample
from scribe.program import ProgramError, program_path
from scribe.server import serve

__all__ = ['ApiError', 'AsyncClient', 'Choice', 'Client', 'Completion', 'Evaluation', 'Logprobs',
           'ProgramError', 'Score', 'Usage', 'Verdict', 'evaluate', 'program_path', 'sample',
           'serve']
