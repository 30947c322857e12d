// Python of the tester that tries a reference solution on given and on changed inputs.
#pragma once

namespace scribe::trace {

/// Behind kLiteralSource and kSameSource: defines exercise(candidate, inputs, seed, wanted, tries,
/// skipped), with `inputs` a list of [text of arguments, text of the expected result or None].
/// Calls the candidate with each, then up to `tries` times with one of them that was changed by
/// type, until `wanted` new ones gave a literal. The number of the call in hand is the suite's
/// part; the calls numbered in `skipped` are left out. Reports JSON: {"held": [[arguments,
/// result]], "failed": n, "raised": n, "new": [[arguments, result]]}.
inline constexpr const char* kExerciseSource = R"PY(
import json, random

_INTEGER_MAX = 1000  # Beyond what was given; larger ones only cost time.
_TEXT_OF_CALL_MAX = 600


def _arguments(*positional, **named):
    return positional, named


def _values(text):
    return eval('_arguments(%s)' % text, {'_arguments': _arguments})


def _changed_integer(value, draw):
    new = draw.choice([value + 1, value - 1, value * 2, -value, 0, 1, value + draw.randint(2, 9),
                       abs(value) // 2, draw.randint(0, 50)])
    return new if abs(new) <= max(_INTEGER_MAX, abs(value)) else value // 2


def _changed_text(value, draw):
    if not value:
        return value + (b'a' if isinstance(value, bytes) else 'a')
    i = draw.randrange(len(value))
    j = draw.randrange(i, len(value))
    return draw.choice([value[:i] + value[i + 1:], value + value[i:j + 1], value[::-1],
                        value.upper(), value.lower(), value[i:], value[:i], value.swapcase(),
                        value[:i] + value[i:j + 1] + value[i:], value + value[:1]])


def _changed_items(value, draw):
    items = list(value)
    if not items:
        return value
    kind, i = draw.randrange(5), draw.randrange(len(items))
    if kind == 0:
        del items[i]
    elif kind == 1:
        items.insert(i, draw.choice(items))
    elif kind == 2:
        items.reverse()
    else:
        items[i] = _changed(items[i], draw)
    return type(value)(items)


def _changed(value, draw):
    kind = type(value)
    if kind is bool:
        return not value
    if kind is int:
        return _changed_integer(value, draw)
    if kind is float:
        return draw.choice([value + 1, value * 2, -value, 0.0, value / 2,
                            round(value + draw.random(), 3)])
    if kind in (str, bytes):
        return _changed_text(value, draw)
    if kind in (list, tuple):
        return _changed_items(value, draw)
    if kind is dict and value:
        key = draw.choice(list(value))
        return {**value, key: _changed(value[key], draw)}
    if kind in (set, frozenset) and value:
        return kind(_changed_items(sorted(value, key=repr), draw))
    return value


def _changed_call(text, draw):
    positional, named = _values(text)
    positional, named = list(positional), dict(named)
    for _ in range(draw.choice((1, 1, 2, 3))):
        place = draw.randrange(len(positional) + len(named))
        if place < len(positional):
            positional[place] = _changed(positional[place], draw)
        else:
            key = list(named)[place - len(positional)]
            named[key] = _changed(named[key], draw)
    return ', '.join([literal(v) for v in positional]
                     + ['%s=%s' % (k, literal(v)) for k, v in named.items()])


def _call(candidate, text):
    positional, named = _values(text)
    return candidate(*positional, **named)


def _given(candidate, inputs, skipped, found):
    for number, (text, expected) in enumerate(inputs):
        if number in skipped:
            continue
        scribe.part(str(number))
        try:
            result = _call(candidate, text)
            after = literal(result)
        except Exception:
            found['raised'] += 1
            continue
        if expected is not None and not same(result, eval(expected)):
            found['failed'] += 1
        elif len(text) + len(after) <= 2 * _TEXT_OF_CALL_MAX:
            found['held'].append([text, expected or after])


def exercise(candidate, inputs, seed, wanted, tries, skipped):
    found = {'held': [], 'failed': 0, 'raised': 0, 'new': []}
    _given(candidate, inputs, skipped, found)
    draw, known = random.Random(seed), {text for text, _ in inputs}
    bases = [text for text, _ in found['held'] if text]
    for number in range(len(inputs), len(inputs) + tries):
        if not bases or len(found['new']) >= wanted:
            break
        try:
            text = _changed_call(draw.choice(bases), draw)
        except Exception:
            continue
        if text in known or number in skipped or len(text) > _TEXT_OF_CALL_MAX:
            continue
        known.add(text)
        scribe.part(str(number))
        try:
            after = literal(_call(candidate, text))
        except Exception:
            continue
        if len(after) <= _TEXT_OF_CALL_MAX:
            found['new'].append([text, after])
    scribe.report(json.dumps(found).encode())
)PY";

}  // namespace scribe::trace
