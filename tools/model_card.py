#!/usr/bin/env python3
"""Writes the card and the loss curve of a model that `scribe reproduce` made.

    model_card.py RUN MODEL LICENCES HUMAN_EVAL

RUN is the folder of the reproduction, MODEL that of the exported Codex-S, which gets README.md and
loss.svg. LICENCES is what tools/permissive_problems.py said on stderr, HUMAN_EVAL what `scribe eval
--json` said of MODEL's samples. All figures are read from these, RUN/results.json and the logs
beside it.
"""
import json
import os
import sys

NAMES = {'gpt': 'GPT', 'codex': 'Codex', 'codex-s': 'Codex-S', 'codex-d': 'Codex-D'}
COLOURS = ['#0072b2', '#d55e00', '#009e73', '#b8588f']
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 300, 50, 110, 15, 40

CARD = '''# The model that comes with Scribe

Codex-S of one reproduction at scale `{scale}`: a GPT-2 decoder with {parameters:.2f} M \
parameters ({layers} layers, width {width}, {heads} heads, context {context}), stored as \
float16. It is there so that every command works at once after the build. It writes short Python \
functions of the kinds that it was fine-tuned on (string operations in a row, small exercises on \
numbers, strings and lists) and little else; for work, give a checkpoint of your own.

## Scores

Temperature {temperature}, top-p {top_p}; in brackets 95 % intervals by bootstrap over problems. \
Nothing was chosen by these scores.

HumanEval by this model itself, 100 samples a problem of at most 96 tokens, temperature 0.8: \
{human_eval}. The tables below are of the weights before they were rounded to float16.

{scores}

Held-out chains and exercises are drawn like those learned from, by other seeds and apart in \
structure and behaviour; traced problems are of other projects than those learned from, and their \
functions stand in no text that was read{left_out}. GPT and Codex are given prompts without the \
newline at their end, which they write themselves: one token has it and the indentation behind it. \
pass@1 of one sample of Codex-S, picked among those of a problem:

{ranking}

## How it was made

In the root of the source tree, on Debian 12 ({hours:.1f} hours of training and scoring on \
{machine}, `--device {device}`, compilers running beside it at times; before that, downloads and \
tracing):

```
tools/make_default_model.sh WORK HumanEval.jsonl.gz
```

The command makes a model like this one, not the same bytes: how many packages are traced \
within an hour depends on the machine (here half an hour, 454 packages), and Debian's packages \
change.

| stage | what | minutes |
| --- | --- | ---: |
{stages}

Seed {seed}. Adam (0.9, 0.95, 1e-8), weight decay 0.1, learning rate {rate:g} after {warmup} \
steps of warm-up, then cosine to a tenth; batches of {batch} windows of {context} tokens, \
{finetune_batch} examples when fine-tuning.

![Training loss in nats per token, by millions of tokens](loss.svg)

## Data

- Code: {code_documents} Python files, {code_megabytes:.1f} MB, of Debian 12 packages \
(`tools/debian_python.sh`), those under a permissive licence by their own headers or the \
package's copyright file; filtered as the paper has it, near-duplicates and what overlaps \
HumanEval left out, then drawn at random from {code_found:.0f} MB. Of that, in files: \
{licences}.
- Text for GPT, before it saw code: {prose_documents} files, {prose_megabytes:.1f} MB of the \
machine's documentation (`/usr/share/doc`), whose licences are those of its packages.
- Problems traced from tests, docstrings and guessed inputs of {projects}, under permissive \
licences; {traced} learned from.
- Exercises and chains, generated ({exercises} and {chains}), and {functions} documented \
functions of the corpus.

## Limits

HumanEval was kept out of all of it by name and by text. The model has seen \
{seen:.0f} million tokens: it invents names, forgets arguments, and is wrong more often than right \
outside what it was tuned on. What it writes must be run in a sandbox.

Apache License 2.0, as Scribe.
'''


def read_lines(path):
    with open(path) as lines:
        return [json.loads(line) for line in lines]


def percent(score):
    low, high = score.get('interval_95') or (None, None)
    text = f'{100 * score["value"]:.1f} %'
    return text if low is None else text + f' ({100 * low:.1f} to {100 * high:.1f})'


def score_table(results):
    titles = {found['key']: found['title'] for found in results['findings']['sets']}
    rows = ['| set | problems | samples | model | pass@1 | pass@10 | pass@100 |',
            '| --- | ---: | ---: | --- | ---: | ---: | ---: |']
    for key, title in titles.items():
        for model in results['findings']['models']:
            found = model['scores'][key]
            cells = [percent(found['scores'][k]) if k in found['scores'] else '-'
                     for k in ('pass@1', 'pass@10', 'pass@100')]
            rows.append(f'| {title} | {found["problems"]} | {found["samples"]} | '
                        f'{model["title"]} | '
                        + ' | '.join(cells) + ' |')
    return '\n'.join(rows)


def human_eval_text(scores):
    passed = sum(task['c'] > 0 for task in scores['tasks'])
    rates = ', '.join(f'pass@{score["k"]} {100 * score["pass_at_k"]:.2f} %'
                      for score in scores['scores'])
    return f'{rates}; {passed} of {scores["problems"]} problems are solved at least once'


def ranking_table(results):
    kinds = ['random', 'mean_logprob', 'back_translation', 'agreement', 'public_tests', 'oracle']
    rows = ['| set | ' + ' | '.join(kind.replace('_', ' ') for kind in kinds) + ' |',
            '| --- |' + ' ---: |' * len(kinds)]
    for found in results['findings']['sets']:
        last = found['ranking']['rows'][-1]
        rows.append(f'| {found["title"]}, best of {last["samples"]} | ' + ' | '.join(
            f'{100 * last[kind]:.1f} %' if kind in last else '-' for kind in kinds) + ' |')
    return '\n'.join(rows)


def stage_rows(run, results):
    told = {}
    for model in results['findings']['models']:
        told[('train ' if model['key'] != 'codex-s' else 'fine-tune ') + model['key']] = \
            model['training']
    told['fine-tune codex-d'] = results['findings']['docstring_training']
    seconds = {}
    for line in read_lines(os.path.join(run, 'stages.jsonl')):
        kind = line['stage'].split()[0]
        name = kind if kind in ('sample', 'judge', 'rank') else line['stage']
        seconds[name] = seconds.get(name, 0) + line['seconds']
    rows = []
    for name, spent in seconds.items():
        training = told.get(name)
        what = '' if training is None else (
            f'{training["steps"]} steps, {training["tokens"] / 1e6:.2f} M tokens, training loss '
            f'{training["final_train_loss"]:.3f}' + (
                f', validation {training["validation_loss"]:.3f}'
                if training.get('validation_loss') else ''))
        rows.append(f'| {name} | {what} | {spent / 60:.1f} |')
    return '\n'.join(rows)


def curve(run):
    series = []
    for key in NAMES:
        path = os.path.join(run, key, 'train_log.jsonl')
        if os.path.exists(path):
            lines = read_lines(path)
            series.append((NAMES[key], [(line['tokens'] / 1e6, line['loss_average'])
                                        for line in lines[::max(1, len(lines) // 300)]]))
    right = max(x for _, points in series for x, _ in points)
    high = max(y for _, points in series for _, y in points)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
             'font-family="sans-serif" font-size="12"><title>Training loss in nats per token, by '
             'millions of tokens</title>'
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>']
    to_x = lambda x: LEFT + (WIDTH - LEFT - RIGHT) * x / right
    to_y = lambda y: HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * y / high
    for y in range(0, int(high) + 1, 2):
        parts.append(f'<path d="M{LEFT} {to_y(y):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
                     f'<text x="{LEFT - 8}" y="{to_y(y) + 4:.1f}" text-anchor="end">{y}</text>')
    for x in range(0, int(right) + 1, max(1, round(right / 6))):
        parts.append(f'<text x="{to_x(x):.1f}" y="{HEIGHT - BOTTOM + 18}" '
                     f'text-anchor="middle">{x}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 5}" text-anchor="middle">'
                 'million tokens</text>')
    for index, (name, points) in enumerate(series):
        path = ' '.join(f'{to_x(x):.1f},{to_y(y):.1f}' for x, y in points)
        parts.append(f'<polyline fill="none" stroke="{COLOURS[index]}" stroke-width="1.8" '
                     f'points="{path}"/><text x="{WIDTH - RIGHT + 10}" y="{TOP + 15 + 18 * index}" '
                     f'fill="{COLOURS[index]}">{name}</text>')
    return ''.join(parts) + '</svg>\n'


def licences_of(code):
    most = sorted(code['licenses'].items(), key=lambda item: -item[1]['files'])
    whole = sum(count['files'] for _, count in most)
    return ', '.join(f'{name} {100 * count["files"] / whole:.1f} %' for name, count in most[:8]) \
        + f' and {len(most) - 8} others'


def main():
    run, model, licences, human_eval = sys.argv[1:5]
    with open(os.path.join(run, 'results.json')) as file:
        results = json.load(file)
    with open(os.path.join(run, 'corpus', 'stats.json')) as file:
        corpus = json.load(file)['summary']
    size = {key: [sum(corpus[key][split][name] for split in ('train', 'validation'))
                  for name in ('documents', 'text_bytes')] for key in ('code', 'prose')}
    with open(human_eval) as file:
        human_eval_scores = json.load(file)
    with open(licences) as file:
        projects = file.read().splitlines()
    plan = results['plan']
    # Examples stand in the order of their kinds: chains, exercises, traced problems, functions.
    chains = plan['chains_per_length'] * plan['chain_length_train_max']
    with open(plan['traced']) as file:
        splits = [json.loads(line)['split'] for line in file]
    traced = splits.count('train')
    held_out = splits.count('held-out')
    asked = len(read_lines(os.path.join(run, 'problems', 'traced.jsonl')))
    left_out = '' if plan['traced_set']['problems'] or asked == held_out else (
        f' (of {held_out} held out, {held_out - asked} that stand there are left out)')
    examples = len(read_lines(os.path.join(run, 'problems', 'finetune.jsonl')))
    card = CARD.format(
        **{key: plan[key] for key in ('scale', 'layers', 'width', 'heads', 'context', 'temperature',
                                      'top_p', 'seed', 'finetune_batch')},
        parameters=plan['parameters'] / 1e6, scores=score_table(results),
        human_eval=human_eval_text(human_eval_scores), left_out=left_out,
        ranking=ranking_table(results), hours=results['seconds'] / 3600,
        machine=results['machine'], device=plan['device'],
        seen=sum(model['training']['tokens'] for model in results['findings']['models']) / 1e6,
        stages=stage_rows(run, results), rate=plan['learning_rate'],
        warmup=plan['warmup_steps'], batch=plan['batch_sequences'],
        code_documents=size['code'][0], code_megabytes=size['code'][1] / 1e6,
        code_found=(size['code'][1] + corpus['code']['dropped']['over_bytes_max']['bytes']) / 1e6,
        prose_documents=size['prose'][0], prose_megabytes=size['prose'][1] / 1e6,
        licences=licences_of(corpus['code']),
        projects=f'{len(projects) - 1} Debian packages and CPython\'s own modules', traced=traced,
        exercises=plan['exercises'], chains=chains,
        functions=examples - chains - plan['exercises'] - traced)
    with open(os.path.join(model, 'README.md'), 'w') as file:
        file.write(card)
    with open(os.path.join(model, 'loss.svg'), 'w') as file:
        file.write(curve(run))


main()
