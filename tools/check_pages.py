#!/usr/bin/env python3
"""Drives the pages of `scribe serve` in Chromium, as a reader does.

    check_pages.py SCRIBE MODEL [SCREENSHOTS]

SCRIBE is the program, MODEL a checkpoint; SCREENSHOTS a folder for pictures, light, dark and of a
phone's width. Needs the package playwright (`pip install playwright`), outside the repository, and
Chromium (Debian's `chromium`). Says what was checked and ends with 1 at the first thing that is not
as it should be.
"""
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


def start(program, model, *options):
    process = subprocess.Popen(
        [program, 'serve', model, '--port', '0', *options], text=True,
        stdout=subprocess.PIPE)
    return process, process.stdout.readline().split(' on ')[1].strip().removesuffix('/v1')


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
    fill(page, {'Samples': 64, 'Tokens': 200})
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
    for name, options in {
            'playground': {'color_scheme': 'light', 'viewport': {'width': 1180, 'height': 900}},
            'playground-dark': {'color_scheme': 'dark', 'viewport': {'width': 1180, 'height': 900}},
            'playground-phone': {'color_scheme': 'light',
                                 'viewport': {'width': 400, 'height': 900}}}.items():
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


def main():
    program, model = sys.argv[1:3]
    pictures = sys.argv[3] if len(sys.argv) > 3 else None
    problems = []
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get('CHROMIUM', '/usr/bin/chromium'), args=['--no-sandbox'])
        process, url = start(program, model, '--execute')
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
        process, url = start(program, model, '--api-keys', keys)
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
        browser.close()


main()
