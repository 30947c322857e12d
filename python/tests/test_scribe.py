"""Tests the Python package against the program, with a tiny model made here."""
import asyncio
import json
import math
import os
import subprocess
import sys
import tempfile
import unittest

import scribe

SQUARE = {'task_id': 'square', 'prompt': 'def square(x):\n', 'entry_point': 'square',
          'canonical_solution': '    return x * x\n',
          'test': 'def check(candidate):\n    assert candidate(3) == 9\n'}


def run(*arguments):
    subprocess.run([scribe.program_path(), *arguments], check=True, capture_output=True)


def write_lines(path, values):
    with open(path, 'w', encoding='utf-8') as file:
        file.writelines(json.dumps(value) + '\n' for value in values)


class ScribeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.model = cls.file('model')
        os.mkdir(cls.file('source'))
        for index in range(40):
            with open(cls.file(f'source/m{index}.py'), 'w', encoding='utf-8') as file:
                file.write('"""A module."""\n' + ''.join(
                    f'def function_{index}_{line}(x):\n    return x * {line} + {index}\n\n'
                    for line in range(12)))
        run('corpus', 'build', '--source', cls.file('source'), '--no-prose', '--out',
            cls.file('corpus'), '--validation-share', '0.2')
        run('tokenizer', 'train', cls.file('corpus/code'), '--vocab-size', '300', '--out',
            cls.file('tokenizer.json'))
        run('corpus', 'tokenize', '--corpus', cls.file('corpus/code'), '--tokenizer',
            cls.file('tokenizer.json'), '--out', cls.file('tokens'))
        run('train', '--data', cls.file('tokens'), '--tokenizer', cls.file('tokenizer.json'),
            '--out', cls.model, '--layers', '1', '--width', '32', '--heads', '2', '--context',
            '128', '--steps', '2')
        cls.problems = cls.file('problems.jsonl')
        write_lines(cls.problems, [SQUARE])

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    @classmethod
    def file(cls, name):
        return os.path.join(cls.directory.name, name)

    def test_samples_are_scored(self):
        samples = self.file('given.jsonl')
        write_lines(samples, [{'task_id': 'square', 'completion': body} for body in
                              ('    return x * x\n', '    return x\n', '    return x ** 2\n',
                               '  return (\n')])
        evaluation = scribe.evaluate(samples, self.problems, k=[1, 2], workers=1)
        self.assertEqual(list(evaluation.pass_at_k), ['pass@1', 'pass@2'])
        self.assertAlmostEqual(evaluation.pass_at_k['pass@1'], 1 / 2)
        self.assertAlmostEqual(evaluation.pass_at_k['pass@2'], 5 / 6)
        self.assertEqual(evaluation.passed, {'square': (2, 4)})
        self.assertEqual(evaluation.verdicts, {'pass': 2, 'wrong': 1, 'syntax': 1})
        self.assertTrue(os.path.exists(evaluation.results))

    def test_what_the_program_refuses_is_raised(self):
        with self.assertRaises(scribe.ProgramError) as raised:
            scribe.evaluate(self.file('missing.jsonl'), self.problems)
        self.assertIn('missing.jsonl', str(raised.exception))
        with self.assertRaises(scribe.ProgramError) as raised:
            scribe.sample(self.model, self.problems, self.file('x.jsonl'), no_such_option=1)
        self.assertEqual(raised.exception.exit_code, 2)
        with self.assertRaises(scribe.ProgramError):
            with scribe.serve(self.file('no-model')):
                self.fail('there is no such model')

    def test_a_server_gives_the_samples_of_the_command(self):
        out = self.file('drawn.jsonl')
        summary = scribe.sample(self.model, self.problems, out, n=3, max_tokens=8, seed=5,
                                no_stop=True)
        self.assertEqual(summary['samples'], 3)
        with open(out, encoding='utf-8') as file:
            drawn = [json.loads(line)['completion'] for line in file]
        with scribe.serve(self.model, rows=8) as client:
            common = {'n': 3, 'max_tokens': 8, 'seed': 5, 'task_id': 'square'}
            completion = client.complete(SQUARE['prompt'], logprobs=2, **common)
            self.assertEqual([choice.text for choice in completion.choices], drawn)
            self.assertEqual(completion.usage.total_tokens, completion.usage.prompt_tokens +
                             completion.usage.completion_tokens)
            logprobs = completion.choices[0].logprobs
            self.assertLessEqual(max(logprobs.token_logprobs), 0)
            self.assertTrue(all(math.isfinite(value) for value in logprobs.token_logprobs))
            texts = [''] * 3
            for piece in client.stream(SQUARE['prompt'], temperature=0.8, top_p=0.95, **common):
                for choice in piece.choices:
                    texts[choice.index] += choice.text
            self.assertEqual(texts, drawn)
            self.assertEqual(client.detokenize(client.tokenize('def f():\n')), 'def f():\n')
            self.assertEqual(client.models()[0]['id'], 'model')
            with self.assertRaises(scribe.ApiError) as raised:
                client.complete('a', max_tokens=100000)
            self.assertEqual(raised.exception.status, 400)
            with self.assertRaises(scribe.ApiError) as raised:
                client.execute([dict(SQUARE, completion='')])
            self.assertEqual(raised.exception.status, 404)

    def test_programs_are_judged_by_coroutines(self):
        async def judge(url):
            client = scribe.AsyncClient(url)
            right = dict(SQUARE, completion='    return x * x\n')
            wrong = dict(SQUARE, completion='    return x\n')
            return await asyncio.gather(*[client.execute([right, wrong], timeout=1.0)
                                          for _ in range(4)])

        with scribe.serve(execute_only=True, workers=1) as client:
            for verdicts in asyncio.run(judge(client.url)):
                self.assertEqual([verdict.verdict for verdict in verdicts], ['pass', 'wrong'])
                self.assertTrue(verdicts[0].passed)

    def test_a_key_is_sent(self):
        keys = self.file('keys')
        with open(keys, 'w', encoding='utf-8') as file:
            file.write('secret\n')
        with scribe.serve(self.model, api_keys=keys) as client:
            with self.assertRaises(scribe.ApiError) as raised:
                client.models()
            self.assertEqual(raised.exception.status, 401)
            self.assertEqual(len(scribe.Client(client.url + '/v1', key='secret').models()), 1)

    def test_the_command_is_the_program(self):
        words = [sys.executable, '-c', 'import scribe.program; scribe.program.main()', '--version']
        version = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        self.assertRegex(version, r'^\d+\.\d+\.\d+\n$')


if __name__ == '__main__':
    unittest.main()
