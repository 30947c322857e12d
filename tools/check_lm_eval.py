#!/usr/bin/env python3
"""Scores a served model with lm-eval, on data of our own: log-likelihoods and generated texts.

    check_lm_eval.py SCRIBE MODEL

Needs the package lm-eval (`pip install 'lm-eval[api]'`) in this Python, outside the repository; no
other download. The texts that lm-eval judges right must be those that `scribe complete` writes, and
the choice that it finds likelier the one that `scribe score` does. Ends with 1 if not.
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

TASK = '''task: {name}
dataset_path: json
dataset_kwargs: {{data_files: {{test: {data}}}}}
test_split: test
output_type: {kind}
target_delimiter: ""
{rest}'''
# No token spans the end of a prompt: lm-eval encodes both texts together, `scribe score` apart.
CHOICES = [('def add(a, b):', '\n    return a + b\n', '\n banana banana\n'),
           ('import os\nimport', ' sys\n', ' ((((\n'),
           ('for i in range(', '10):\n', ']]]]\n'),
           ('class A:\n    def', ' __init__(self):\n', ' 1 2 3 4 5\n')]
PROMPTS = ['def add(a, b):\n', 'def is_even(n):\n', 'import ', 'class A:\n']


def write_lines(path, lines):
    path.write_text(''.join(json.dumps(line) + '\n' for line in lines))


def likelier(scribe, model, folder):
    """Of each pair, whether its first text has the higher log-probability by `scribe score`."""
    problems, texts, out = (folder / f'{name}.jsonl' for name in ('problems', 'texts', 'scored'))
    write_lines(problems, [{'task_id': str(pair), 'prompt': prompt, 'entry_point': 'any'}
                           for pair, (prompt, *_) in enumerate(CHOICES)])
    write_lines(texts, [{'task_id': str(pair), 'completion': text}
                        for pair, (_, *both) in enumerate(CHOICES) for text in both])
    subprocess.run([scribe, 'score', '--model', model, '--problems', problems, '--samples', texts,
                    '--out', out, '--quiet'], check=True, stdout=subprocess.DEVNULL)
    sums = [json.loads(line)['sum_logprob'] for line in out.read_text().splitlines()]
    return [sums[2 * pair] > sums[2 * pair + 1] for pair in range(len(CHOICES))]


def completed(scribe, model, prompt, folder):
    path = folder / 'prompt.py'
    path.write_text(prompt)
    reply = subprocess.run([scribe, 'complete', path, '--model', model, '--temperature', '0',
                            '--max-tokens', '16', '--no-stop'], check=True, text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return reply.stdout


def main():
    scribe, model = sys.argv[1:]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        right = likelier(scribe, model, folder)
        write_lines(folder / 'choices.jsonl', [
            {'prompt': prompt, 'choices': [good, bad], 'label': 0 if first else 1}
            for (prompt, good, bad), first in zip(CHOICES, right)])
        write_lines(folder / 'prompts.jsonl', [
            {'prompt': prompt, 'text': completed(scribe, model, prompt, folder)}
            for prompt in PROMPTS])
        (folder / 'choices.yaml').write_text(TASK.format(
            name='choices', data=folder / 'choices.jsonl', kind='multiple_choice',
            rest='doc_to_text: "{{prompt}}"\ndoc_to_choice: "{{choices}}"\n'
                 'doc_to_target: "{{label}}"\nmetric_list: [{metric: acc}]\n'))
        (folder / 'texts.yaml').write_text(TASK.format(
            name='texts', data=folder / 'prompts.jsonl', kind='generate_until',
            rest='doc_to_text: "{{prompt}}"\ndoc_to_target: "{{text}}"\n'
                 'generation_kwargs: {until: [], max_gen_toks: 16, temperature: 0}\n'
                 'metric_list: [{metric: exact_match}]\n'))
        server = subprocess.Popen([scribe, 'serve', model, '--port', '0'], text=True,
                                  stdout=subprocess.PIPE)
        try:
            url = server.stdout.readline().split(' on ')[1].strip()
            arguments = (f'model={pathlib.Path(model).name},base_url={url}/completions,'
                         'tokenizer_backend=remote,max_length=256')
            subprocess.run([sys.executable, '-m', 'lm_eval', '--model', 'local-completions',
                            '--model_args', arguments, '--tasks', 'choices,texts',
                            '--include_path', folder, '--output_path', folder / 'out'], check=True,
                           env={**os.environ, 'HF_HUB_OFFLINE': '1', 'HF_DATASETS_OFFLINE': '1',
                                'HF_HOME': str(folder / 'hf')}, cwd=folder,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(60)
        report = json.loads(next((folder / 'out').rglob('results_*.json')).read_text())['results']
    accuracy, matches = report['choices']['acc,none'], report['texts']['exact_match,none']
    print(f'lm-eval: of {len(CHOICES)} choices {accuracy:.0%}, of {len(PROMPTS)} texts '
          f'{matches:.0%} as `scribe score` and `scribe complete` have them')
    sys.exit(0 if accuracy == matches == 1 else 1)


if __name__ == '__main__':
    main()
