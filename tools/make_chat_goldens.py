#!/usr/bin/env python3.11
# Writes src/chat/testdata/templates.jsonl: what Jinja makes of some chat templates.
"""make_chat_goldens.py [FOLDER OUT]

Needs jinja2 (PyPI). Each line has template and text, or error if Jinja raises; the settings are
those of transformers. With FOLDER it writes OUT of the *.jinja files in there instead, with a
context in each line: SCRIBE_CHAT_GOLDENS=OUT build/dev/src/chat/chat_test compares."""

import datetime
import json
import os
import pathlib
import sys
import time

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

NOW = 1794128703  # 2026-11-08 09:05:03 UTC, which is the zone of the goldens
os.environ["TZ"] = "UTC"
time.tzset()
FOLDER = pathlib.Path(__file__).parent.parent / "src/chat/testdata"

MESSAGES = [
    {"role": "system", "content": "  You help.\n"},
    {"role": "user", "content": "Hi, <b>\u00fcber</b> 'x' \"y\""},
    {"role": "assistant", "content": "Hello!", "tool_calls": [
        {"function": {"name": "add", "arguments": {"a": 1, "b": [True, None, 2.5]}}}]},
    {"role": "user", "content": [{"type": "text", "text": "part one"},
                                 {"type": "text", "text": "part two"}]},
]
CONTEXT = {"messages": MESSAGES, "add_generation_prompt": True, "bos_token": "<s>",
           "eos_token": "</s>", "tools": [{"type": "function", "function": {
               "name": "add", "parameters": {"properties": {"a": {"type": "integer"}}}}}]}

TEMPLATES = [
    # What most chat templates do.
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n'}}"
    "{% if message.content is string %}{{ message.content | trim }}{% else %}"
    "{% for part in message.content %}{{ part.text }}{% if not loop.last %} {% endif %}{% endfor %}"
    "{% endif %}{{ '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
    """{{- bos_token }}
{%- if messages[0]['role'] == 'system' %}
    {%- set system = messages[0]['content'] | trim %}
    {%- set rest = messages[1:] %}
{%- else %}
    {%- set system = '' %}
    {%- set rest = messages %}
{%- endif %}
{%- for message in rest %}
    {%- if (message['role'] == 'user') == (loop.index0 % 2 == 0) %}
        {{- '[' ~ message.role | upper ~ ':' ~ loop.index ~ '/' ~ loop.length ~ ']' }}
    {%- else %}
        {{- raise_exception('roles must take turns') }}
    {%- endif %}
{%- endfor %}
{{- system }}
""",
    "{% set ns = namespace(found=false, count=0) %}{% for m in messages %}{% if m.role == 'user' %}"
    "{% set ns.found = true %}{% set ns.count = ns.count + 1 %}{% endif %}{% endfor %}"
    "{{ ns.found }} {{ ns.count }}",
    "{% macro show(m, mark='*', last=none) %}{{ mark }}{{ m.role }}{{ last }}{% endmacro %}"
    "{{ show(messages[0]) }}{{ show(messages[1], mark='-') }}{{ show(messages[1], '+', 1) | "
    "upper }}",
    "{{ tools | tojson }}\n{{ tools | tojson(indent=2) }}\n{{ messages[2].tool_calls[0] | tojson "
    "}}",
    # White space.
    "a\n  {% if true %}\n  b\n  {% endif %}\nc\n",
    "a\n  {%+ if true %}\n  b\n  {%- endif +%}\nc\n\n",
    "a {# gone #} b\n   {# gone too #}\nc {#- and blanks -#} d",
    "  {{ 1 }}  \n  {{- 2 -}}  \n 3\n",
    "{% if true -%}\n\n  x\n{%- endif %}",
    "x\n{% for i in range(3) %}\n  {{ i }}\n{% endfor %}\ny",
    # Values and operators.
    "{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 6 / 2 }} {{ 2 ** 10 }} {{ 1 + 2 * 3 }}",
    "{{ 'a' * 3 ~ 1 ~ 2 }} {{ 2 * 3 ~ 1 }} {{ [1] + [2, 'x'] }} {{ not true or 1 }} {{ none }} "
    "{{ true and 'b' }}",
    "{{ 1 == 1.0 }} {{ true == 1 }} {{ 'a' < 'b' }} {{ 2 in [1, 2] }} {{ 'b' not in 'abc' }} "
    "{{ 'role' in messages[0] }} {{ 3 >= 3 }} {{ 'x' != none }}",
    "{{ 'yes' if nothing is defined else 'no' }} {{ 'z' if false }}|{{ nothing }}|"
    "{{ messages[0].nothing }}|{{ nothing is none }}",
    "{{ [1, 'a\\'b', none, true, 1.5, {'k': \"it's\"}] }} {{ {'a': [1]} }} {{ 1.0 }} {{ 1e3 }}",
    "{{ (1, 2) | length }} {{ 'a\\tb\\\\' }} {{ \"q'q\" }} {{ 'one' 'two' }}",
    "{{ messages[-1].role }} {{ 'abcdef'[1:4] }} {{ 'abcdef'[::-1] }} {{ [1,2,3,4][1:] }} "
    "{{ [1,2,3][:-1] }} {{ '\u00e4\u00f6\u00fc'[1] }} {{ [1,2][9] }} {{ [0,1,2,3,4][::2] }}",
    "{% for k, v in {'b': 1, 'a': 2} | dictsort %}{{ k }}{{ v }}{% endfor %} {{ {'items': "
    "3}['items'] }} {{ {'x': 3}.x }} "
    "{% for k, v in {'b': 1, 'a': 2}.items() %}{{ k }}={{ v }};{% endfor %}",
    # Filters and tests.
    "{{ ' x ' | trim }}|{{ 'xxaxx' | trim('x') }}|{{ 'a b' | title }}|{{ 'aBC' | capitalize }}|"
    "{{ 'abc' | length }}|{{ [3,1,2] | sort }}|{{ [3,1,2] | sort(reverse=true) | first }}|"
    "{{ [1,2] | join(', ') }}|{{ 'abc' | reverse }}|{{ [1,2,1] | unique | list }}",
    "{{ nothing | default('d') }} {{ '' | default('d') }} {{ '' | default('d', true) }} "
    "{{ '42' | int + 1 }} {{ 'x' | int }} {{ '1.5' | float }} {{ 3.7 | int }} {{ 2.5 | round }}",
    "{{ messages | selectattr('role', 'equalto', 'user') | list | length }} "
    "{{ messages | map(attribute='role') | join(',') }} "
    "{{ messages | rejectattr('tool_calls') | map(attribute='role') | list }} "
    "{{ ['a', 'B'] | map('upper') | list }} {{ [1, 2, 3, 4] | select('even') | list }} "
    "{{ [0, 1, ''] | reject | list }}",
    "{{ 'a\nb\n\nc' | indent(2) }}|{{ 'a\nb' | indent(1, true) }}",
    "{{ 4 is divisibleby 2 }} {{ 3 is odd }} {{ messages is iterable }} {{ messages[0] is "
    "mapping }} "
    "{{ 'x' is string }} {{ 1 is number }} {{ true is boolean }} {{ none is none }} "
    "{{ 1 is not string }} {{ 'a' is in ['a'] }} {{ nothing is undefined }} {{ 1.5 is float }}",
    "{{ -3 | abs }} {{ [1, 5, 2] | max }} {{ ['b', 'a'] | min }} {{ 'x' | string ~ 1 | string }}",
    # Methods.
    "{{ ' a '.strip() }}|{{ 'xxa'.lstrip('x') }}|{{ 'a,b,c'.split(',') }}|{{ 'a  b '.split() }}|"
    "{{ 'a,b,c'.split(',', 1)[1] }}|{{ 'abc'.startswith('ab') }}|{{ 'abc'.endswith(('x', 'c')) }}|"
    "{{ 'abc'.upper() }}|{{ 'a-b'.replace('-', '+') }}|{{ ','.join(['x', 'y']) }}|"
    "{{ '\u00e4bc'.find('c') }}|{{ 'aXbX'.count('X') }}|{{ 'a\nb\n'.splitlines() }}",
    "{{ messages[0].get('role') }} {{ messages[0].get('x', 'none') }} {{ messages[0].get('x') }} "
    "{{ messages[0].keys() | list }} {{ messages[0].values() | list | length }}",
    # Loops.
    "{% for i in range(5) if i is even %}{{ i }}{{ loop.first }}{{ loop.revindex }} {% endfor %}",
    "{% for i in [] %}x{% else %}none{% endfor %}",
    "{% for i in range(10) %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 4 %}{% break %}"
    "{% endif %}{{ i }}{% endfor %}",
    "{% set x = 1 %}{% for i in range(3) %}{% set x = x + i %}{{ x }}{% endfor %}{{ x }}",
    "{% for a, b in [[1, 2], [3, 4]] %}{{ a + b }}{{ loop.previtem }}{{ loop.nextitem }} {% "
    "endfor %}",
    "{% for c in 'a\u00e9b' %}{{ c }}.{% endfor %}{% for k in {'x': 1} %}{{ k }}{% endfor %}",
    "{% if false %}a{% elif 0 %}b{% elif 'x' %}c{% else %}d{% endif %}",
    "{% set text %}in {{ 1 + 1 }}\n  lines{% endset %}[{{ text }}]",
    "{% set a, b = 1, 'two' %}{{ b }}{{ a }}{% set c = {'x': {'y': [7]}} %}{{ c.x.y[0] }}",
    # Strings: by characters, with Python's white space and cases.
    "{{ '\u00a0 \u3000x\u2028'.strip() }}|{{ '\u00e4\u00f6x\u00e4'.strip('\u00e4\u00f6') }}|"
    "{{ 'a\u00a0b c'.split() | join('_') }}|{{ '\u00a0y\u00a0' | trim }}|{{ 'z\u2009' | length }}",
    "{{ 'stra\u00dfe \u00e4\u0151 \u03c9\u0436'.upper() }}|{{ '\u00c4\u0150 \u03a9\u0416' | "
    "lower }}|"
    "{{ \"it's \u00e9t\u00e9-day\".title() }}|{{ \"it's \u00e9t\u00e9-day (x\" | title }}|"
    "{{ '\u00e9A' | capitalize }}",
    "{{ 'a,b,c'.rsplit(',', 1) }}|{{ ' a b  c '.rsplit(none, 1) }}|{{ ' a b  c '.split(none, 1) }}|"
    "{{ 'a=b=c'.partition('=') | list }}|{{ 'a=b=c'.rpartition('=') | list }}|"
    "{{ 'abc'.partition('x') | list }}|{{ 'a\r\nb\rc\u2028d'.splitlines() | length }}|"
    "{{ 'a\nb'.splitlines(true) | length }}",
    "{{ '12'.isdigit() }}{{ 'a1'.isdigit() }}{{ 'ab'.isalpha() }}{{ 'a1'.isalnum() }}"
    "{{ ' '.isspace() }}{{ ''.isspace() }}{{ 'AB1'.isupper() }}{{ 'ab'.islower() }}"
    "{{ '1'.islower() }}",
    "{{ 'abab'.rfind('b') }} {{ 'abab'.index('b') }} {{ 'abab'.rindex('a') }} {{ "
    "'abc'.count('') }} "
    "{{ '\u00e4b'.find('b') }} [{{ 'ab'.center(5) }}] [{{ 'abc'.center(6) }}] [{{ "
    "'ab'.ljust(4) }}] "
    "[{{ 'ab'.rjust(4, '.') }}] {{ '-7'.zfill(4) }} [{{ 'ab' | center(7) }}]",
    "{{ 'prefix-x'.removeprefix('prefix-') }} {{ 'x.py'.removesuffix('.py') }} "
    "{{ 'ab'.replace('', '-') }} {{ 'aaa'.replace('a', 'b', 2) }} {{ 'aaa' | replace('a', 'b', "
    "1) }}",
    r"{{ 'tab\x09 \u00e9 \U0001F600 \101 \a|\q' }}",
    "{{ '{} and {}'.format('a', 2) }}|{{ '{1}{0}{x}'.format(1, 2, x='y') }}|{{ '{{}}'.format() }}|"
    "{{ '{0[role]}'.format(messages[0]) }}|{{ '{!r}'.format('q') }}|{{ '[{:>5}]'.format('ab') }}|"
    "{{ '[{:*^7}]'.format('ab') }}|{{ '{:05d}'.format(-42) }}|{{ '{:+.2f}'.format(3.14159) }}|"
    "{{ '{:x} {:#X} {:b}'.format(255, 255, 5) }}|{{ '{:6.1f}|{}'.format(2.25, 1.0) }}|"
    "{{ '{:.2}'.format('abc') }}|{{ '{}'.format(true) }}",
    "{{ '%s is %d' % ('x', 3) }}|{{ '%05.1f' % 2.25 }}|{{ '%-4s|' % 'a' }}|{{ '%r' % 'a' }}|"
    "{{ '100%%' % () }}|{{ '%(a)s' % {'a': 1} }}|{{ '%s' % 5 }}|{{ '%s-%s' | format('a', 1) }}|"
    "{{ '%x %+d' % (255, 3) }}",
    # tojson has the arguments of json.dumps().
    "{{ {'b': '\u00e9<&', 'a': [1, 2.0]} | tojson(ensure_ascii=true) }}|"
    "{{ {'b': 1, 'a': {'d': 1, 'c': 2}} | tojson(sort_keys=true) }}|"
    "{{ {'a': [1, {}], 'b': []} | tojson(separators=(',', ':')) }}|{{ [1, {'a': []}] | "
    "tojson(indent=1) }}|"
    "{{ [1, 2] | tojson(indent=2, separators=(';', '=')) }}|{{ 'a\\u007f\u2028' | tojson }}|"
    "{{ {1: 2, none: 3} | tojson }}|{{ 1e16 | tojson }} {{ 1e-5 | tojson }}",
    # Keys that are no strings.
    "{% set d = {0: 'zero', 512: 'x', 1: 'one'} %}{{ d[512] }} {{ d[1.0] }} {{ d.get(0) }} "
    "{{ 512 in d }} {{ '512' in d }} {{ d }} {% for k, v in d | dictsort %}{{ k + 1 }}{{ v }} "
    "{% endfor %}{{ d.keys() | list }}",
    # What is undefined may stand in lists and dicts.
    "{% set d = {'a': nothing, 'b': 1} %}{{ d.a is defined }} {{ d.a }}| {{ 'a' in d }} {{ d }} "
    "{{ [nothing, 1] | length }} {{ [nothing, 1][0] is undefined }} {{ [nothing, 2] | join('-') }}",
    "{{ {'a': nothing} | tojson }}",
    "{{ nothing is iterable }} {{ nothing is sequence }} {{ 'x' in nothing }} {{ nothing == "
    "other }} "
    "{{ nothing | length }} {% for x in nothing %}x{% endfor %}{{ none.x is defined }} "
    "{{ messages[none] is defined }} {{ 'abc'[9] is defined }} {{ (3).x is defined }}",
    "{{ nothing | int }}",
    "{{ nothing[0] }}",
    # Generators are true, and are read once.
    "{% set g = [] | select %}{{ 'true' if g else 'false' }} {% set g = [1, 2, 3] | select %}"
    "{{ g | first }} {{ g | list }} {{ g | list }} {{ g is iterable }} {{ g is sequence }} "
    "{{ [1, 2] | map('string') | reverse | list }} {{ 2 in ([1, 2] | select) }}",
    "{{ [1] | map('string') | tojson }}",
    "{{ [1] | select | length }}",
    "{{ [1] | select | last }}",
    "{{ [3, 1, 2] | reverse | join }} {{ 'abc' | reverse }} {{ {'a': 1} | items | list | length }}",
    # HTML that is safe escapes what is added to it.
    "{{ 'a&'|safe + '<b>' }} {{ '<b>' + 'a&'|safe }} {{ '<' | e }} {{ '<' | escape | escape }} "
    "{{ 'x' | safe ~ '<' }} {{ ('<i>' | safe | trim) + '\"' }} {{ ('a' | safe) * 2 + '&' }} "
    "{{ '<' | safe | upper + \"'\" }} {{ '<i>'|safe is escaped }}",
    # More filters.
    "{{ [1, 2, 3] | sum }} "
    "{{ [{'n': 1}, {'n': 2.5}] | sum(attribute='n') }} {{ [1, 2, 3, 4, 5] | batch(2) | list }} "
    "{{ [1, 2, 3] | batch(2, 'x') | list }} {{ ['b', 'A', 'c'] | sort }} "
    "{{ ['b', 'A'] | sort(case_sensitive=true) }} {{ ['a', 'A', 'b'] | unique | list }} "
    "{{ ['a', 'A'] | unique(case_sensitive=true) | list }}",
    "{% for role, group in messages | groupby('role') %}{{ role }}{{ group | length }} {% endfor %}"
    "{{ messages | map(attribute='content.0.text', default='-') | list }} ",
    "{% for k, v in {'b': 1, 'a': 2} | dictsort(by='value') %}{{ k }}{% endfor %} "
    "{% for k, v in {'b': 1, 'a': 2} | dictsort(reverse=true) %}{{ k }}{% endfor %}",
    "{{ 3 | round }} {{ 3.5 | round }} {{ 2.345 | round(2) }} {{ 2.1 | round(0, 'ceil') }} "
    "{{ 2.9 | round(method='floor') }} {{ '+5' | int }} {{ 'ff' | int(0, 16) }} {{ 'x' | "
    "int(-1) }} "
    "{{ ' 7 ' | int }} {{ none | int }} {{ 'x' | float(1.5) }} {{ true | int }}",
    "{{ ['b', 'a', 'C'] | min }} {{ [{'n': 2}, {'n': 1}] | min(attribute='n') }} "
    "{{ [1, 3] | max }} {{ 'a' | attr('nothing') is defined }}",
    "{{ 'a\n\nb\n' | indent(2) }}|{{ 'a\n\nb' | indent(2, true, true) }}|{{ 'a\nb' | indent('> "
    "') }}",
    "{{ [1, 'a'] | sort }}",
    # More tests and operators.
    "{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 3 > 2 >= 2 == 2 }} {{ 'a' in 'abc' in ['abc'] }}",
    "{{ 1 is lt 2 }} {{ 2 is ge(2) }} {{ 2 is gt 3 }} {{ 'a' is sameas 'a' }} {{ 1 is sameas "
    "true }} "
    "{{ 'ab' is lower }} {{ 'AB' is upper }} {{ [1, 2] | select('gt', 1) | list }} "
    "{{ 4 is divisibleby messages.__len__ if false else 'y' }} {{ 4 is eq [4][0] }}",
    "{{ [1] * 3 }} {{ 2 * 'ab' }} {{ 'ab' * -1 }}| {{ true + 1 }} {{ -true }} {{ -(0.0) }} "
    "{{ 7.5 // 2 }} {{ 7.5 % 2 }} {{ 2 ** -1 }} {{ () | length }}",
    "{{ 'abcdef'[-3:] }} {{ 'abcdef'[4:1:-2] }} {{ '\u00e4\u00f6\u00fcx'[1:3] }} {{ 'abc'[-1] }} "
    "{{ [1,2,3][-2:] }} {{ [1,2,3][5:] }} {{ [1,2,3][none:none:-1] }} {{ messages[9:] }}",
    "{{ [1, 2, 1].count(1) }} {{ [1, 2].index(2) }} {{ {'a': 1}.copy() }}",
    "{{ [1].append(2) }}",
    "{{ {'a': 1}.pop('a') }}",
    # More statements.
    "{% filter upper | replace('A', 'b') %}xa{{ 'y' }}{% set v = 1 %}{% endfilter %}{{ v is "
    "defined }}",
    "{% set t | trim | upper %}\n  ab \n{% endset %}[{{ t }}]",
    "{% with a = 1, b = messages[0].role %}{{ a }}{{ b }}{% set c = 2 %}{% endwith %}{{ a is "
    "defined "
    "}}{{ c is defined }}",
    "a\n  {% raw %}\n{{ x }}{% if %}\n  {% endraw %}\nb{%- raw -%}  {# c #} {%- endraw -%}  d",
    "{% for i in range(4) %}{{ loop.cycle('a', 'b') }}{{ loop.depth }}{% endfor %}",
    "{% for i in [] | select %}x{% else %}none{% endfor %}{% for i in 'ab' | list %}{{ i }}{% "
    "endfor %}",
    "{% macro m(a, b=a ~ '!') %}{{ a }}{{ b }}{{ c is defined }}{% endmacro %}{{ m('x') }}{{ "
    "m(b=1) }}"
    "{% set c = 1 %}{{ m('y', 2) }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, b=2) }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}",
    "{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a + ns.b }} {{ dict(a=1) }} {{ dict({'a': "
    "1}, b=2) }} "
    "{{ dict([['k', 'v']]) }}",
    "{% for x in [1] %}{% set loop.index = 3 %}{% endfor %}",
    "{{ strftime_now('%Y-%m-%d %H:%M:%S') }} {{ strftime_now('%d %b %Y, %A, %B, %-d, %j %y %p "
    "%I') }} "
    "{{ strftime_now('%f%z%Z %%') }}",
    # Python's repr().
    "{{ ['\u00a0\u200b\u2028\u00e9\ue000', 'a\\b', '\x01'] }} {{ [1e22, 0.1, -0.0] }}",
    # Errors.
    "{{ '{}'.format() }}",
    "{{ '%d' % 'x' }}",
    "{{ '%s' % (1, 2) }}",
    "{{ 'abc'.index('x') }}",
    "{{ ','.join([1]) }}",
    "{{ unknown_function() }}",
    "{{ 1 | no_such_filter }}",
    "{{ 1 is no_such_test }}",
    "{{ raise_exception('no ' + messages[0].role) }}",
    "{{ nothing.more }}",
    "{{ 1 + 'a' }}",
    "{% for x in 3 %}{% endfor %}",
    "{{ 1 // 0 }}",
]


def environment():
    made = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"])

    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators,
                          sort_keys=sort_keys)

    made.filters["tojson"] = tojson
    made.globals["raise_exception"] = raise_exception
    made.globals["strftime_now"] = datetime.datetime.fromtimestamp(NOW).strftime
    return made


def rendered(template, context):
    try:
        return {"text": environment().from_string(template).render(**context)}
    except Exception as error:  # Whatever it is: the template gives no text.
        return {"error": f"{type(error).__name__}: {error}"}


SIMPLE = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": " What is 2+2? "},
          {"role": "assistant", "content": "4\n"}, {"role": "user", "content": "And <3>?"}]
CALLS = SIMPLE[:2] + [
    {"role": "assistant", "content": "", "tool_calls": [
        {"id": "call_123", "type": "function",
         "function": {"name": "add", "arguments": {"a": 2, "b": "x"}}}]},
    {"role": "tool", "name": "add", "tool_call_id": "call_123", "content": "4"},
    {"role": "assistant", "content": "It is 4."}, {"role": "user", "content": "Thanks"}]


def main():
    if len(sys.argv) == 3:
        with open(sys.argv[2], "w") as file:
            for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.jinja")):
                for messages, tools in ((SIMPLE, None), (SIMPLE[1:], None),
                                        (SIMPLE, CONTEXT["tools"]), (CALLS, CONTEXT["tools"])):
                    context = {"messages": messages, "add_generation_prompt": True,
                               "bos_token": "<s>", "eos_token": "</s>", "tools": tools}
                    template = path.read_text()
                    file.write(json.dumps({"name": path.name, "template": template,
                                           "context": context, **rendered(template, context)})
                               + "\n")
        return
    FOLDER.mkdir(exist_ok=True)
    with open(FOLDER / "templates.jsonl", "w") as file:
        for template in TEMPLATES:
            line = {"template": template, **rendered(template, CONTEXT)}
            file.write(json.dumps(line) + "\n")
    (FOLDER / "context.json").write_text(json.dumps(CONTEXT, indent=1) + "\n")


if __name__ == "__main__":
    main()
