#!/usr/bin/env python3
"""Drives the pages of Scribe in Chromium, as a reader does: playground, report, runs.

    check_pages.py SCRIBE MODEL [SCREENSHOTS]

SCRIBE is the program, MODEL a checkpoint; SCREENSHOTS a folder for pictures, light, dark and of a
phone's width. Needs the package playwright (`pip install playwright`), outside the repository, and
Chromium (Debian's `chromium`). Says what was checked and ends with 1 at the first thing that is not
as it should be.
"""
import json
import os
import signal
import subprocess
import sys
import tempfile

from playwright.sync_api import expect, sync_playwright

KEY = 'a-key-of-this-check'
PROMPT = 'def add_one(number):\n    """Returns the number plus one."""\n'


def check(condition, what):
    print(('ok    ' if condition else 'WRONG ') + what, flush=True)
    if not condition:
        sys.exit(1)


def start(program, command, argument, *options):
    process = subprocess.Popen(
        [program, command, argument, '--port', '0', *options], text=True,
        stdout=subprocess.PIPE)
    address = process.stdout.readline().split(' on ')[1].strip()
    return process, address.removesuffix('/v1').rstrip('/')


def opened(browser, url, problems, **options):
    page = browser.new_page(**options)
    page.on('console', lambda message: problems.append(message.text)
            if message.type in ('error', 'warning') else None)
    page.on('pageerror', lambda error: problems.append(str(error)))
    page.goto(url)
    return page


def fill(page, numbers):
    for name, value in numbers.items():
        page.get_by_label(name, exact=True).fill(str(value))


def check_completing(page):
    page.get_by_label('Prompt', exact=True).fill(PROMPT)
    check(page.locator('.editor pre .k').first.text_content() == 'def', 'keywords have a colour')
    fill(page, {'Samples': 4, 'Tokens': 24, 'Seed': 7, 'Temperature': 0.8})
    page.get_by_label('Prompt', exact=True).press('Control+Enter')
    expect(page.get_by_role('status')).to_contain_text('4 samples', timeout=60000)
    texts = page.locator('.sample pre').all_text_contents()
    check(len(texts) == 4, 'four samples stand side by side')
    check('mean log-prob' in page.locator('.sample .foot').first.text_content(),
          'each has its mean log-probability')
    token = page.locator('.sample .token').first
    check('%' in token.get_attribute('title'), 'a token tells its probability')
    page.get_by_role('button', name='Complete').click()
    expect(page.get_by_role('button', name='Complete')).to_be_enabled(timeout=60000)
    check(page.locator('.sample pre').all_text_contents() == texts,
          'the same seed, the same samples')


def check_tests(page):
    page.get_by_text('Tests to run on each sample').click()
    tests = page.get_by_label('Python that calls')
    tests.fill('assert add_one(1) == 2')
    page.get_by_role('button', name='Run tests').click()
    expect(page.get_by_role('status')).to_contain_text('of 4 samples pass', timeout=60000)
    check(all(page.locator('.verdict').all_text_contents()), 'each sample has a verdict')
    # Whatever the model draws, a comment changes nothing: a program that is right must pass.
    page.get_by_label('Prompt', exact=True).fill('def add_one(number):\n    return number + 1\n#')
    fill(page, {'Samples': 1, 'Tokens': 4})
    page.get_by_label('Stop before').fill('\\n')
    page.get_by_role('button', name='Complete').click()
    expect(page.get_by_role('button', name='Complete')).to_be_enabled(timeout=60000)
    page.get_by_role('button', name='Run tests').click()
    expect(page.get_by_role('status')).to_contain_text('1 of 1 samples pass', timeout=60000)
    check(True, 'a right program passes')


def check_using(page):
    page.get_by_label('Prompt', exact=True).fill(PROMPT)
    fill(page, {'Samples': 4, 'Tokens': 24})
    page.get_by_role('button', name='Complete').click()
    expect(page.get_by_role('button', name='Complete')).to_be_enabled(timeout=60000)
    page.get_by_role('button', name='Use').nth(1).click()
    value = page.get_by_label('Prompt', exact=True).input_value()
    check(value.startswith(PROMPT), 'a sample goes behind the prompt')


def check_stopping(page):
    page.get_by_label('Stop before').fill('')
    fill(page, {'Samples': 1000, 'Tokens': 300})
    page.get_by_role('button', name='Complete').click()
    expect(page.locator('.sample').first).to_be_visible(timeout=60000)
    page.keyboard.press('Escape')
    expect(page.get_by_role('status')).to_contain_text('stopped', timeout=10000)
    check(page.get_by_role('button', name='Complete').is_enabled(), 'Escape stops')
    page.get_by_label('Tokens', exact=True).fill('100000')
    page.get_by_role('button', name='Complete').click()
    expect(page.locator('#status.bad')).to_be_visible(timeout=10000)
    check('max' in page.get_by_role('status').text_content()
          or 'context' in page.get_by_role('status').text_content(),
          'what is wrong is said in words')


def check_curl(page, url):
    page.get_by_role('button', name='Copy as curl').click()
    expect(page.get_by_role('status')).not_to_be_empty()
    text = page.evaluate('navigator.clipboard.readText()')
    check(text.startswith(f'curl -s {url}/v1/completions'), 'copies a curl command')
    reply = subprocess.run(['sh', '-c', text.replace('"max_tokens":100000', '"max_tokens":4')],
                           capture_output=True, text=True, timeout=60)
    check('"choices"' in reply.stdout, 'the curl command works')


def take_pictures(browser, url, folder, problems):
    for name, options in VIEWS.items():
        name = 'playground' + name
        page = opened(browser, url, problems, **options)
        fill(page, {'Samples': 4, 'Tokens': 64, 'Seed': 3, 'Temperature': 0.6})
        page.get_by_role('button', name='Complete').click()
        expect(page.get_by_role('status')).to_contain_text('samples', timeout=60000)
        page.get_by_role('button', name='Run tests').click()
        expect(page.get_by_role('status')).to_contain_text('pass', timeout=60000)
        width = page.evaluate('document.documentElement.scrollWidth - innerWidth')
        check(width <= 0, f'{name}: nothing is wider than the window')
        page.screenshot(path=os.path.join(folder, name + '.png'), full_page=True)
        page.close()


VIEWS = {'': {'color_scheme': 'light', 'viewport': {'width': 1180, 'height': 900}},
         '-dark': {'color_scheme': 'dark', 'viewport': {'width': 1180, 'height': 900}},
         '-phone': {'color_scheme': 'light', 'viewport': {'width': 400, 'height': 900}}}


def make_runs(program, folder):
    """Two results files of one problem set, judged, and a training run of 40 steps."""
    problems = os.path.join(folder, 'problems.jsonl')
    subprocess.run([program, 'problems', 'chains', '--split', 'evaluation', '--lengths', '1-2',
                    '--count', '8', '--out', problems], check=True, stdout=subprocess.DEVNULL)
    with open(problems) as lines:
        tasks = [json.loads(line) for line in lines]
    for name, modulus in (('first', 2), ('second', 3)):
        path = os.path.join(folder, name + '.jsonl')
        with open(path, 'w') as file:
            for at, task in enumerate(tasks):
                for sample in range(6):
                    right = (at + sample) % modulus == 0
                    file.write(json.dumps({
                        'task_id': task['task_id'], 'mean_logprob': -0.1 * sample,
                        'completion': task['canonical_solution'] if right else '    return 0\n'})
                        + '\n')
        subprocess.run([program, 'eval', path, '--problems', problems, '--out',
                        os.path.join(folder, name + '_results.jsonl')],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    run = os.path.join(folder, 'deep', 'run')
    os.makedirs(run)
    with open(os.path.join(run, 'run.toml'), 'w') as file:
        file.write('# A run.\nsteps = 50\n')
    with open(os.path.join(run, 'train_log.jsonl'), 'w') as file:
        for step in range(1, 41):
            file.write(json.dumps({'step': step, 'tokens': step * 1000, 'loss': 5 / step,
                                   'loss_average': 5 / step + 1, 'learning_rate': 0.001,
                                   'gradient_norm': 1}) + '\n')
    with open(os.path.join(run, 'samples_log.jsonl'), 'w') as file:
        for step in (0, 20, 40):
            file.write(json.dumps({'step': step, 'prompt': 'def f(x):\n',
                                   'completion': f'    return {step}\n'}) + '\n')
    return problems


def check_explorer(page, problems):
    expect(page.locator('#rows tr').first).to_be_visible(timeout=20000)
    check(page.locator('#rows tr').count() >= 8, 'each problem has a row')
    page.get_by_label('Order').select_option('difference')
    page.locator('#rows button').first.click()
    marks = page.locator('.marks').first
    marks.press('End')
    check(page.locator('.side').count() == 2, 'two runs stand beside each other')
    check(page.locator('.pick[aria-selected=true]').first.text_content() == '6',
          'keys go from sample to sample')
    check('def ' in page.locator('.side pre').first.text_content(), 'the program is shown')
    page.locator('#kind').select_option('pass')
    check(page.locator('.side .badge.bad').count() == 0, 'one verdict can be chosen')
    page.locator('#kind').select_option('')
    page.locator('#find').fill('no such problem')
    check(page.locator('#rows tr').count() == 0, 'problems are found by name')
    page.locator('#find').fill('')
    check(not problems, f'no complaint of the report {problems}')


def check_report(browser, program, folder, task_file, pictures):
    report = os.path.join(folder, 'report.html')
    subprocess.run([program, 'report', os.path.join(folder, 'first_results.jsonl'),
                    os.path.join(folder, 'second_results.jsonl'), '--problems', task_file,
                    '--out', report], check=True, stdout=subprocess.DEVNULL)
    problems = []
    page = opened(browser, 'file://' + report, problems, **VIEWS[''])
    check_explorer(page, problems)
    for name, options in VIEWS.items():
        page = opened(browser, 'file://' + report, problems, **options)
        page.locator('#rows button').first.click()
        check(page.evaluate('document.documentElement.scrollWidth - innerWidth') <= 0,
              f'report{name}: nothing is wider than the window')
        if pictures:
            page.screenshot(path=os.path.join(pictures, f'report{name}.png'), full_page=True)


def check_view(browser, program, folder, task_file, pictures):
    problems = []
    process, url = start(program, 'view', folder, '--problems', task_file)
    try:
        page = opened(browser, url, problems, **VIEWS[''])
        expect(page.locator('#runs tr')).to_have_count(1, timeout=20000)
        check('40 of 50' in page.locator('#runs').text_content(), 'a run tells how far it is')
        expect(page.locator('#chart polyline')).to_have_count(1)
        page.locator('#chart').hover(position={'x': 300, 'y': 100})
        check('deep/run at' in page.locator('#reading').text_content(), 'the curve can be read')
        check('return 40' in page.locator('#watched-samples').text_content(),
              'the last samples of fixed prompts are shown')
        page.get_by_role('slider').press('ArrowLeft')
        check('return 20' in page.locator('#watched-samples').text_content(), 'and earlier ones')
        with open(os.path.join(folder, 'deep', 'run', 'train_log.jsonl'), 'a') as log:
            log.write('{"step":41,"tokens":41000,"loss":0.1,"loss_average":0.2}\n')
        expect(page.locator('#runs')).to_contain_text('41 of 50', timeout=15000)
        check(True, 'the page follows the log')
        if pictures:
            page.screenshot(path=os.path.join(pictures, 'view.png'), full_page=True)
        page.get_by_label('compare first_results.jsonl').check()
        page.get_by_label('compare second_results.jsonl').check()
        page.get_by_role('button', name='Show those ticked').click()
        check_explorer(page, problems)
        page.locator('#rows button').first.click()
        page.get_by_role('button', name='Run again').first.click()
        expect(page.locator('.side .head').first).to_contain_text('now: ', timeout=20000)
        head = page.locator('.side .head').first.text_content()
        check(head.startswith(head.split('now: ')[1].split(',')[0]), 'the same verdict again')
        check(not problems, f'no complaint of the viewer {problems}')
    finally:
        process.send_signal(signal.SIGTERM)
        check(process.wait(60) == 0, 'the viewer ends')


def main():
    program, model = sys.argv[1:3]
    pictures = sys.argv[3] if len(sys.argv) > 3 else None
    problems = []
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get('CHROMIUM', '/usr/bin/chromium'), args=['--no-sandbox'])
        process, url = start(program, 'serve', model, '--execute')
        try:
            page = opened(browser, url, problems)
            page.context.grant_permissions(['clipboard-read', 'clipboard-write'])
            expect(page.locator('#model')).to_contain_text('tokens')
            check(not problems, 'the page opens without a complaint')
            check_completing(page)
            check_tests(page)
            check_using(page)
            check(not problems, f'no complaint so far {problems}')
            check_stopping(page)
            check_curl(page, url)
            problems.clear()  # A refused request is logged by the browser.
            if pictures:
                take_pictures(browser, url, pictures, problems)
            check(not problems, f'no complaint in pictures {problems}')
        finally:
            process.send_signal(signal.SIGTERM)
            check(process.wait(60) == 0, 'the server ends')
        keys = os.path.join(folder, 'keys')
        with open(keys, 'w') as file:
            file.write(KEY + '\n')
        process, url = start(program, 'serve', model, '--api-keys', keys)
        try:
            page = opened(browser, url, [])
            expect(page.locator('#model')).to_contain_text('not connected')
            page.get_by_label('API key').fill(KEY)
            page.get_by_label('API key').press('Tab')
            expect(page.locator('#model')).to_contain_text('tokens')
            check(page.get_by_role('button', name='Run tests').count() == 0,
                  'a key lets one in; what the server does not do is not offered')
        finally:
            process.send_signal(signal.SIGTERM)
            check(process.wait(60) == 0, 'the server with a key ends')
        runs = os.path.join(folder, 'runs')
        os.mkdir(runs)
        task_file = make_runs(program, runs)
        check_view(browser, program, runs, task_file, pictures)
        check_report(browser, program, runs, task_file, pictures)
        browser.close()


main()
