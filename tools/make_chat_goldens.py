#!/usr/bin/env python3.11
# Writes src/chat/testdata/templates.jsonl: what Jinja makes of some chat templates.
"""make_chat_goldens.py [FOLDER OUT]

Needs jinja2 (PyPI). Each line has template and text, or error if Jinja raises; the settings are
those of transformers. With FOLDER it writes OUT of the *.jinja files in there instead, with a
context in each line: SCRIBE_CHAT_GOLDENS=OUT build/dev/src/chat/chat_test compares."""

import json
import pathlib
import sys

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

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
    # Errors.
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
    made.globals["strftime_now"] = lambda form: "26 Jul 2024"
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
