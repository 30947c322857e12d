#!/usr/bin/env python3
"""Puts `scribe serve` under mixed load from clients that vanish, and looks for what it keeps.

    soak_serving.py SCRIBE [--minutes 10] [--clients 12] [--seed 1]

Clients on the loopback interface draw completions (streamed or not, of one sample to twenty), have
programs judged (/v1/execute, /submit, /run_code), send what is malformed, and leave in the middle
of requests and replies. Every answer is compared with what it has to be: the bytes that the same
seed gave before there was any load, the verdict that each program deserves, one reply a request.

After a fifth of the time and at the end, with nothing in hand, the memory of the server and all its
processes, its descriptors and its processes are counted. Prints a JSON line; ends with 1 if
something grew, an answer was wrong, or a program that was taken was not judged once.
"""
import argparse
import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time

PROGRAMS = [  # completion of "def f(x):\n", verdict
    ('    return x + 1\n', 'pass'),
    ('    return x\n', 'wrong'),
    ('    return g(x)\n', 'exception'),
    ('    return x +\n', 'syntax'),
    ('    import os\n    os._exit(0)\n', 'exit'),
    ('    while True:\n        pass\n', 'cpu'),
    ('    return len(bytearray(1 << 40))\n', None),  # memory or exception, as the engine has it
]
TESTS = 'def check(candidate):\n    assert candidate(1) == 2\n'
MEMORY_GROWTH_MAX = 0.05  # of what there was after a fifth of the time
SEEDED = {'prompt': 'def add(a, b):\n', 'max_tokens': 24, 'n': 5, 'seed': 7, 'temperature': 0.8}


class Left(Exception):
    """The client went away on purpose."""


class Tally:
    def __init__(self):
        self.requests = self.left = self.malformed = self.refused = 0
        self.programs_answered = 0
        self.wrong = []

    def expect(self, condition, what):
        if not condition:
            self.wrong.append(what)


async def reply_of(reader):
    """Status and body of a reply, read to the end of its connection."""
    status = int((await reader.readline()).split()[1])
    chunked = False
    while (line := (await reader.readline()).strip()):
        chunked |= line.lower() == b'transfer-encoding: chunked'
    if not chunked:
        return status, await reader.read()
    body = b''
    while (size := int(await reader.readline(), 16)):
        body += (await reader.readexactly(size + 2))[:-2]
    return status, body


async def ask(port, path, body, leave=None):
    """`leave`: 'sending', 'waiting' or 'reading', the moment at which this client goes."""
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    reader, writer = await asyncio.open_connection('127.0.0.1', port, limit=1 << 24)
    try:
        head = (f'POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(text)}\r\n'
                'Connection: close\r\n\r\n').encode()
        writer.write(head + (text[:len(text) // 2] if leave == 'sending' else text))
        await writer.drain()
        if leave == 'waiting':
            await asyncio.sleep(random.random() * 0.3)
        if leave == 'reading':
            await reader.read(200)
        if leave:
            raise Left
        return await reply_of(reader)
    finally:
        writer.close()


def streamed_texts(body):
    texts = {}
    for line in body.decode().splitlines():
        if line.startswith('data: ') and line != 'data: [DONE]':
            for choice in json.loads(line[6:])['choices']:
                texts[choice['index']] = texts.get(choice['index'], '') + choice['text']
    return [texts[index] for index in sorted(texts)]


def program(completion):
    return {'prompt': 'def f(x):\n', 'entry_point': 'f', 'test': TESTS, 'completion': completion}


async def one_request(port, dice, tally, expected):
    leave = dice.choice(['sending', 'waiting', 'reading']) if dice.random() < 0.3 else None
    kind = dice.choice(['seeded', 'streamed', 'long', 'execute', 'execute', 'submit', 'run',
                        'malformed'])
    tally.requests += 1
    if kind in ('seeded', 'streamed'):
        status, body = await ask(port, '/v1/completions',
                                 {**SEEDED, 'stream': kind == 'streamed'}, leave)
        if status == 200:
            texts = (streamed_texts(body) if kind == 'streamed' else
                     [choice['text'] for choice in json.loads(body)['choices']])
            tally.expect(texts == expected, f'{kind}: other texts than without load')
    elif kind == 'long':
        status, body = await ask(port, '/v1/completions',
                                 {'prompt': 'import os\n' * dice.randrange(1, 30), 'n':
                                  dice.randrange(1, 20), 'max_tokens': dice.randrange(1, 64),
                                  'logprobs': 2}, leave)
    elif kind == 'execute':
        chosen = [dice.choice(PROGRAMS) for _ in range(dice.randrange(1, 20))]
        status, body = await ask(port, '/v1/execute', {
            'programs': [program(completion) for completion, _ in chosen], 'timeout': 0.5}, leave)
        if status == 200:
            results = json.loads(body)['results']
            tally.expect(len(results) == len(chosen), 'execute: not one result a program')
            tally.programs_answered += len(results)
            for (completion, verdict), result in zip(chosen, results):
                tally.expect(result['verdict'] == verdict if verdict else not result['passed'],
                             f'execute: {completion!r} is {result}')
    elif kind == 'submit':
        completion, verdict = dice.choice(PROGRAMS[:4])
        status, body = await ask(port, '/submit', {
            'id': 1, 'completion': completion,
            'config': {'dataset_type': 'HumanEvalDataset', 'provided_data': program('')}}, leave)
        if status == 200:
            tally.programs_answered += 1
            tally.expect(json.loads(body)['accepted'] == (verdict == 'pass'), 'submit: wrong')
    elif kind == 'run':
        number = dice.randrange(1000)
        status, body = await ask(port, '/run_code', {
            'code': 'print(int(input()) + 1)', 'language': 'python', 'stdin': str(number)}, leave)
        if status == 200:
            tally.programs_answered += 1
            printed = json.loads(body)['run_result']['stdout']
            tally.expect(printed == f'{number + 1}\n', 'run: wrong')
    else:
        text = dice.choice([b'{', b'[' * 5000, b'{"n": "x"}', b'\xff', b'{"prompt": 1e999}'])
        path = dice.choice(['/v1/completions', '/v1/execute', '/submit'])
        status, _ = await ask(port, path, text, leave)
        tally.malformed += 1
        tally.expect(status == 400, f'malformed: {status} for {text[:20]!r}')
        return
    tally.refused += status == 429
    tally.expect(status in (200, 429), f'{kind}: status {status}: {body[:200]!r}')


async def client(port, end, seed, tally, expected):
    dice = random.Random(seed)
    while time.monotonic() < end:
        try:
            await asyncio.wait_for(one_request(port, dice, tally, expected), 120)
        except Left:
            tally.left += 1
        except (asyncio.TimeoutError, OSError, asyncio.IncompleteReadError, ValueError,
                IndexError) as error:
            tally.expect(False, f'no answer: {type(error).__name__} {error}')


def family(pid):
    """The process and all below it."""
    with contextlib.suppress(OSError):
        found = [pid]
        for task in os.listdir(f'/proc/{pid}/task'):
            with open(f'/proc/{pid}/task/{task}/children') as file:
                for child in file.read().split():
                    found += family(int(child))
        return found
    return []


def census(pid):
    processes = family(pid)
    kilobytes = 0
    for process in processes:
        with contextlib.suppress(OSError), open(f'/proc/{process}/smaps_rollup') as file:
            kilobytes += sum(int(line.split()[1]) for line in file if line.startswith('Pss:'))
    return {'memory_mb': round(kilobytes / 1024, 1), 'processes': len(processes),
            'descriptors': len(os.listdir(f'/proc/{pid}/fd')),
            'threads': len(os.listdir(f'/proc/{pid}/task'))}


async def metrics(port):
    reader, writer = await asyncio.open_connection('127.0.0.1', port)
    writer.write(b'GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    _, body = await reply_of(reader)
    writer.close()
    values = {}
    for line in body.decode().splitlines():
        if line and not line.startswith('#'):
            name, value = line.rsplit(' ', 1)
            values[name.split('{')[0]] = int(value)
    return values


async def at_rest(port):
    """The metrics once nothing is in hand."""
    for _ in range(600):
        now = await metrics(port)
        if not any(now[name] for name in (
                'vllm:num_requests_running', 'vllm:num_requests_waiting', 'scribe_samples_live',
                'scribe_programs_waiting', 'scribe_programs_running')):
            await asyncio.sleep(1)
            return now
        await asyncio.sleep(0.1)
    raise SystemExit('requests are still in hand a minute after the last client left')


async def load(process, port, options):
    _, body = await ask(port, '/v1/completions', SEEDED)
    expected = [choice['text'] for choice in json.loads(body)['choices']]
    tally = Tally()
    seconds = options.minutes * 60
    counted = []
    for part, share in enumerate((0.2, 0.8)):
        end = time.monotonic() + seconds * share
        await asyncio.gather(*(client(port, end, f'{options.seed} {part} {number}', tally, expected)
                               for number in range(options.clients)))
        now = await at_rest(port)
        counted.append(census(process.pid))
        print(json.dumps({'part': part, **counted[-1]}), file=sys.stderr, flush=True)
    before, after = counted
    tally.expect(after['memory_mb'] <= before['memory_mb'] * (1 + MEMORY_GROWTH_MAX),
                 'memory grew')
    for name in ('processes', 'descriptors', 'threads'):
        tally.expect(after[name] <= before[name], f'{name} grew')
    tally.expect(now['scribe_programs_judged_total'] >= tally.programs_answered,
                 'fewer programs were judged than answered')
    return {'minutes': options.minutes, 'clients': options.clients, 'requests': tally.requests,
            'left': tally.left, 'malformed': tally.malformed, 'refused': tally.refused,
            'programs_answered': tally.programs_answered,
            'programs_judged': now['scribe_programs_judged_total'],
            'programs_cancelled': now['scribe_programs_cancelled_total'],
            'after_a_fifth': before, 'at_the_end': after, 'wrong': len(tally.wrong),
            'first_wrong': tally.wrong[:3]}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('scribe')
    parser.add_argument('--minutes', type=float, default=10)
    parser.add_argument('--clients', type=int, default=12)
    parser.add_argument('--seed', type=int, default=1)
    options = parser.parse_args()
    process = subprocess.Popen([options.scribe, 'serve', '--execute', '--port', '0'], text=True,
                               stdout=subprocess.PIPE)
    try:
        port = int(process.stdout.readline().split(' on ')[1].split(':')[2].split('/')[0])
        result = asyncio.run(load(process, port, options))
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(60)
    if code != 0:
        result['wrong'] += 1
        result['first_wrong'].append(f'SIGTERM ended the server with {code}')
    print(json.dumps(result))
    sys.exit(1 if result['wrong'] else 0)


if __name__ == '__main__':
    main()
