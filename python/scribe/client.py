"""Talks to `scribe serve` over HTTP, with the standard library alone."""
from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any, Iterable, Iterator, Optional, Sequence, Union


class ApiError(RuntimeError):
    """The server refused or failed; `status` is HTTP's, `param` the field that is wrong."""

    def __init__(self, status: int, message: str, param: Optional[str] = None,
                 code: Optional[str] = None, retry_after: Optional[float] = None):
        super().__init__(message)
        self.status, self.param, self.code = status, param, code
        self.retry_after = retry_after  #: seconds, if the server is busy (429, 503)


@dataclass(frozen=True)
class Logprobs:
    """Of each token: its text, log-probability, the likeliest instead, and where it begins, in
    characters of prompt and completion. The first token of a prompt has None."""
    tokens: list[str]
    token_logprobs: list[Optional[float]]
    top_logprobs: Optional[list[Optional[dict[str, float]]]]
    text_offset: list[int]


@dataclass(frozen=True)
class Choice:
    text: str
    index: int
    finish_reason: Optional[str]  #: 'stop' or 'length'; None while it is streamed
    logprobs: Optional[Logprobs]


@dataclass(frozen=True)
class Usage:
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


@dataclass(frozen=True)
class Completion:
    id: str
    model: str
    choices: list[Choice]
    usage: Optional[Usage]


@dataclass(frozen=True)
class Verdict:
    """What became of a program: docs/sandbox.md of Scribe lists the verdicts."""
    verdict: str
    passed: bool
    detail: str
    cpu_seconds: float
    wall_seconds: float
    memory_bytes: int


Prompt = Union[str, Sequence[str], Sequence[int], Sequence[Sequence[int]]]


def _completion(reply: dict[str, Any]) -> Completion:
    choices = [Choice(choice['text'], choice['index'], choice['finish_reason'],
                      Logprobs(**choice['logprobs']) if choice['logprobs'] else None)
               for choice in reply['choices']]
    usage = reply.get('usage')
    return Completion(reply['id'], reply['model'], choices, usage and Usage(
        usage['prompt_tokens'], usage['completion_tokens'], usage['total_tokens']))


def _api_error(status: int, body: bytes, headers: Any) -> ApiError:
    try:
        error = json.loads(body)['error']
    except (ValueError, KeyError, TypeError):
        error = {'message': body.decode('utf-8', 'replace') or f'HTTP {status}'}
    retry_after = headers.get('Retry-After')
    return ApiError(status, error['message'], error.get('param'), error.get('code'),
                    float(retry_after) if retry_after else None)


class Client:
    """One server, which needs no connection kept; may be used by several threads."""

    def __init__(self, url: str = 'http://127.0.0.1:8012', key: Optional[str] = None,
                 timeout: float = 600.0):
        """url is the server's, with or without /v1; timeout is in seconds for each request."""
        self.url = url.rstrip('/').removesuffix('/v1')
        self._headers = {'Content-Type': 'application/json'}
        if key:
            self._headers['Authorization'] = f'Bearer {key}'
        self._timeout = timeout

    def complete(self, prompt: Prompt, *, max_tokens: int = 128, n: int = 1,
                 temperature: float = 0.8, top_p: float = 0.95, stop: Sequence[str] = (),
                 logprobs: Optional[int] = None, seed: Optional[int] = None,
                 **fields: Any) -> Completion:
        """n samples for each prompt; other fields as docs/serving.md has them: best_of, echo,
        suffix, logit_bias, task_id ... Raises ApiError, and OSError if there is no server."""
        return _completion(self._post('/v1/completions', {
            'prompt': prompt, 'max_tokens': max_tokens, 'n': n, 'temperature': temperature,
            'top_p': top_p, 'stop': list(stop), 'logprobs': logprobs, 'seed': seed, **fields}))

    def stream(self, prompt: Prompt, **fields: Any) -> Iterator[Completion]:
        """As complete(), in pieces as they are drawn. Whoever leaves the loop ends the request."""
        request = self._request('/v1/completions', {'prompt': prompt, **fields, 'stream': True})
        with self._open(request) as reply:
            for line in reply:
                data = line.decode('utf-8').strip()
                if not data.startswith('data: ') or data == 'data: [DONE]':
                    continue
                event = json.loads(data[len('data: '):])
                if 'error' in event:
                    raise ApiError(500, event['error']['message'])
                yield _completion(event)

    def execute(self, programs: Iterable[dict[str, Any]], *, timeout: float = 3.0,
                memory_mb: int = 512) -> list[Verdict]:
        """Verdicts of programs with their tests, in their order; each in the fields of a problem
        file, with its `completion`. timeout is in seconds of processor time for a program. Needs a
        server with --execute. Raises ApiError."""
        reply = self._post('/v1/execute', {'programs': list(programs), 'timeout': timeout,
                                           'memory_mb': memory_mb})
        return [Verdict(**result) for result in reply['results']]

    def tokenize(self, text: str) -> list[int]:
        tokens: list[int] = self._post('/tokenize', {'content': text})['tokens']
        return tokens

    def detokenize(self, tokens: Sequence[int]) -> str:
        text: str = self._post('/detokenize', {'tokens': list(tokens)})['content']
        return text

    def models(self) -> list[dict[str, Any]]:
        models: list[dict[str, Any]] = self._get('/v1/models')['data']
        return models

    def _request(self, path: str, body: Optional[dict[str, Any]]) -> urllib.request.Request:
        data = None if body is None else json.dumps(body).encode()
        return urllib.request.Request(self.url + path, data, self._headers)

    def _open(self, request: urllib.request.Request) -> Any:
        try:
            return urllib.request.urlopen(request, timeout=self._timeout)
        except urllib.error.HTTPError as failure:
            with failure:
                raise _api_error(failure.code, failure.read(), failure.headers) from None

    def _get(self, path: str) -> Any:
        with self._open(self._request(path, None)) as reply:
            return json.load(reply)

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        with self._open(self._request(path, body)) as reply:
            return json.load(reply)


class AsyncClient:
    """Client for coroutines: each request waits on a thread of the event loop's pool."""

    def __init__(self, url: str = 'http://127.0.0.1:8012', key: Optional[str] = None,
                 timeout: float = 600.0):
        self._client = Client(url, key, timeout)

    async def complete(self, prompt: Prompt, **fields: Any) -> Completion:
        """As Client.complete."""
        return await asyncio.to_thread(self._client.complete, prompt, **fields)

    async def execute(self, programs: Iterable[dict[str, Any]], **fields: Any) -> list[Verdict]:
        """As Client.execute."""
        return await asyncio.to_thread(self._client.execute, list(programs), **fields)

    async def tokenize(self, text: str) -> list[int]:
        return await asyncio.to_thread(self._client.tokenize, text)
