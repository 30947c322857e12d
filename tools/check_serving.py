#!/usr/bin/env python3
"""Drives `scribe serve` with the real clients of OpenAI and SandboxFusion, and as editors do.

    check_serving.py SCRIBE MODEL PROBLEMS

SCRIBE is the program, MODEL a checkpoint, PROBLEMS a problem file in HumanEval's form. Needs the
packages openai and sandbox-fusion from PyPI, outside the repository (`make clients` has them). Says
what was checked and ends with 1 at the first thing that is not as it should be.
"""
import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import openai
import sandbox_fusion

KEY = 'a-key-of-this-check'
STOPS = ['\nclass', '\ndef', '\n#', '\nif', '\nprint']


def expect(condition, what):
    print(('ok    ' if condition else 'WRONG ') + what, flush=True)
    if not condition:
        sys.exit(1)


def expect_error(kind, what, call):
    try:
        call()
    except kind as error:
        expect(bool(error.message), what)
    except openai.APIError as error:
        expect(False, f'{what}: {type(error).__name__}')
    else:
        expect(False, f'{what}: no error')


class Server:
    """`scribe serve` on a port of its own."""

    def __init__(self, program, *options):
        self.process = subprocess.Popen(
            [program, 'serve', *options, '--port', '0'], text=True, stdout=subprocess.PIPE)
        self.url = self.process.stdout.readline().split(' on ')[1].strip()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        expect(self.process.wait(60) == 0, 'SIGTERM ends the server with exit code 0')

    def post(self, path, body):
        request = urllib.request.Request(
            self.url.removesuffix('/v1') + path, json.dumps(body).encode(),
            {'Authorization': f'Bearer {KEY}', 'Content-Type': 'application/json'})
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.load(reply)


def first_problem(path):
    with (gzip.open if path.endswith('.gz') else open)(path, 'rt') as file:
        return json.loads(file.readline())


def library_samples(program, model, problem, folder):
    """What `scribe sample` draws for the problem."""
    problems, out = (os.path.join(folder, name) for name in ('problems.jsonl', 'samples.jsonl'))
    with open(problems, 'w') as file:
        file.write(json.dumps(problem) + '\n')
    subprocess.run([program, 'sample', '--model', model, '--problems', problems, '--n', '8',
                    '--temperature', '0.8', '--top-p', '0.95', '--seed', '7', '--max-tokens', '24',
                    '--truncate-prompts', '--quiet', '--out', out], check=True,
                   stdout=subprocess.DEVNULL)
    with open(out) as file:
        return [json.loads(line)['completion'] for line in file]


def check_completions(client, model, problem, expected):
    prompt = problem['prompt']
    common = dict(model=model, prompt=prompt, max_tokens=24, temperature=0.8, top_p=0.95, seed=7,
                  extra_body={'task_id': problem['task_id'], 'truncate_prompt': True})
    reply = client.completions.create(n=8, stop=STOPS, **common)
    expect([choice.text for choice in reply.choices] == expected,
           'the same seed gives the samples of `scribe sample`, with five stop strings')
    expect(reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens,
           'usage adds up')
    texts = [''] * 8
    events = 0
    for event in client.completions.create(n=8, stop=STOPS, stream=True, **common):
        events += 1
        for choice in event.choices:
            texts[choice.index] += choice.text
    expect(texts == expected and events > 8, f'a stream of {events} events has the same texts')
    best = client.completions.create(n=2, best_of=20, logprobs=1, **common)
    means = [sum(c.logprobs.token_logprobs) / len(c.logprobs.token_logprobs) for c in best.choices]
    expect(len(means) == 2 and means[0] >= means[1], 'best_of 20, ranked by mean log-probability')
    many = client.completions.create(n=200, **common)
    one = client.completions.create(n=1, **common)
    expect(many.choices[0].text == one.choices[0].text, 'n = 200; sample 0 is the same')


def check_echo(client, model):
    reply = client.completions.create(model=model, prompt='def add(a, b):\n', max_tokens=0,
                                      echo=True, logprobs=5)
    logprobs = reply.choices[0].logprobs
    expect(reply.choices[0].text == 'def add(a, b):\n' and ''.join(logprobs.tokens) ==
           'def add(a, b):\n', 'echo with max_tokens 0 gives the prompt back')
    expect(logprobs.token_logprobs[0] is None and all(x <= 0 for x in logprobs.token_logprobs[1:]),
           'with the log-probabilities of its tokens')
    expect(all(len(top) == 5 for top in logprobs.top_logprobs[1:]), 'and five of each place')


def check_errors(client, server, model):
    expect_error(openai.BadRequestError, 'max_tokens -1 is a bad request',
                 lambda: client.completions.create(model=model, prompt='a', max_tokens=-1))
    expect_error(openai.NotFoundError, 'an unknown model is not found',
                 lambda: client.completions.create(model='no-such-model', prompt='a'))
    wrong = openai.OpenAI(base_url=server.url, api_key='another', max_retries=0)
    expect_error(openai.AuthenticationError, 'a wrong key is refused', lambda: wrong.models.list())


def check_editors(server, fills):
    body = {'input_prefix': 'def add(a, b):\n', 'input_suffix': '\n', 'input_extra': [],
            'prompt': '    return', 'n_predict': 16, 'n_indent': 4, 't_max_prompt_ms': 500,
            't_max_predict_ms': 500, 'top_k': 40, 'top_p': 0.9, 'stream': False,
            'samplers': ['top_k', 'top_p', 'infill'], 'cache_prompt': True,
            'response_fields': ['content', 'timings/prompt_n', 'truncated', 'tokens_cached']}
    if fills:
        reply = server.post('/infill', body)
        expect(isinstance(reply['content'], str) and set(reply) == set(body['response_fields']),
               '/infill as llama.vim calls it')
        return
    try:
        server.post('/infill', body)
        expect(False, '/infill by a model that cannot')
    except urllib.error.HTTPError as error:
        expect(error.code == 501, '/infill by a model that cannot says so')


TEMPLATE = ("{% for m in messages %}{{ '# ' ~ m.role ~ ': ' ~ m.content ~ '\\n' }}{% endfor %}"
            "{% if add_generation_prompt %}{{ 'def ' }}{% endif %}")


def with_template(model, folder):
    """The same checkpoint with a chat template."""
    copy = os.path.join(folder, 'chat')
    shutil.copytree(model, copy)
    with open(os.path.join(copy, 'chat_template.jinja'), 'w') as file:
        file.write(TEMPLATE)
    return copy


def check_chats(client, model):
    messages = [{'role': 'system', 'content': 'Write Python.'},
                {'role': 'user', 'content': 'Add two numbers.'}]
    asked = dict(model=model, messages=messages, max_completion_tokens=16, n=3, seed=5,
                 temperature=0.8)
    whole = client.chat.completions.create(**asked, logprobs=True, top_logprobs=2)
    expect([choice.index for choice in whole.choices] == [0, 1, 2]
           and all(choice.message.role == 'assistant' for choice in whole.choices),
           'three answers of an assistant')
    first = whole.choices[0].logprobs.content
    expect(len(first) > 0 and len(first[0].top_logprobs) == 2, 'log-probabilities of an answer')
    texts = ['', '', '']
    usage = None
    for event in client.chat.completions.create(**asked, stream=True,
                                                stream_options={'include_usage': True}):
        usage = event.usage or usage
        for choice in event.choices:
            texts[choice.index] += choice.delta.content or ''
    expect(texts == [choice.message.content for choice in whole.choices],
           'the same answers as a stream')
    expect(usage.completion_tokens == whole.usage.completion_tokens, 'usage at the end of it')
    expect_error(openai.BadRequestError, 'a chat without messages is refused',
                 lambda: client.chat.completions.create(model=model, messages=[]))


def check_sandbox(endpoint, problem):
    program = sandbox_fusion.RunCodeRequest(code='print(int(input()) + 1)', language='python',
                                            stdin='41')
    run = sandbox_fusion.run_code(program, endpoint=endpoint, max_attempts=1)
    expect(run.status == 'Success' and run.run_result.stdout == '42\n',
           "SandboxFusion's client runs a program")

    def submit(completion):
        return sandbox_fusion.submit(
            sandbox_fusion.SubmitRequest(
                dataset='any', id=problem['task_id'], completion=completion,
                config=sandbox_fusion.TestConfig(dataset_type='HumanEvalDataset',
                                                 provided_data=problem)),
            endpoint=endpoint, max_attempts=1)

    right, wrong = submit(problem['canonical_solution']), submit('    pass\n')
    expect(right.accepted and right.id == problem['task_id'] and right.tests[0].passed,
           "SandboxFusion's client submits a right answer")
    expect(not wrong.accepted and not wrong.tests[0].passed, 'and a wrong one')


def main():
    program, model, problems = sys.argv[1:]
    problem = first_problem(problems)
    with tempfile.TemporaryDirectory() as folder:
        expected = library_samples(program, model, problem, folder)
        keys = os.path.join(folder, 'keys')
        with open(keys, 'w') as file:
            file.write(f'# keys\n{KEY}\n')
        server = Server(program, model, '--api-keys', keys)
        client = openai.OpenAI(base_url=server.url, api_key=KEY, max_retries=0, timeout=120)
        models = client.models.list().data
        expect(len(models) == 1, f'one model: {models[0].id}')
        start = time.monotonic()
        check_completions(client, models[0].id, problem, expected)
        check_echo(client, models[0].id)
        check_errors(client, server, models[0].id)
        check_editors(server, models[0].fills_in_middle)
        server.stop()
        server = Server(program, with_template(model, folder), '--api-keys', keys)
        client = openai.OpenAI(base_url=server.url, api_key=KEY, max_retries=0, timeout=120)
        check_chats(client, client.models.list().data[0].id)
        server.stop()
        server = Server(program, '--execute-only')
        check_sandbox(server.url.removesuffix('/v1'), problem)
        server.stop()
        print(f'done in {time.monotonic() - start:.1f} s')


main()
