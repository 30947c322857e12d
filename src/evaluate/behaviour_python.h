// The suites of sample_behaviour.h in Python: examples out of a prompt, inputs made from them.
#pragma once

namespace scribe {

/// Defines for the sandbox's tester, whose `scribe` it uses,
/// - Examples(prompt, entry_point): a check(candidate) that reports "PASSED TOTAL" of the examples
///   that the prompt gives;
/// - Agreement(prompt, entry_point, seed, count): one that reports "INPUTS RAISED DIGEST" of what
///   the candidate returns for inputs made from the prompt;
/// - Outputs(cases, call, seed, count): one that reports what `call(candidate)` returns for inputs
///   made from `inputs` of the JSON text `cases`: as JSON a list of [arguments, value, value to
///   compare], each a JSON text of its own, null where no JSON stands for the value.
/// None fails: a report says what was found. Everything is a function of its arguments.
inline constexpr const char* kBehaviourPython = R"PY(
import ast, copy, functools, hashlib, itertools, json, math, random, re

_EXAMPLES_MAX = 32
_ENDS_TRIED_MAX = 40      # Closing brackets tried for one call.
_TEXT_MAX = 400           # Characters looked at for a call, or for a value.
_REPR_MAX = 2000          # Larger inputs are not mutated further.
_ARROW = re.compile(r'\s*(?:==>|=>|->|==|=|:|➞|→|➔|\bshould\s+return\b|\bwill\s+return\b|'
                    r'\breturns?\b|\bis\b|\bgives\b)\s*')
_AFTER_VALUE = re.compile(r'\s*(?:$|[.;:,](?:\s+[^\d\s\'"\[({-]|\s*$)|\s[^\W\d]|\s*[(#]|\s\s)')


def _docstring(prompt, entry_point):
    """The text below the signature of the entry point, else the whole prompt."""
    start = prompt.rfind('def ' + entry_point)
    return prompt[start:] if start >= 0 else prompt


def _value(node):
    """(it is a plain value?, which)"""
    try:
        return True, ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False, None


def _call_arguments(node, name):
    """The arguments of a call `name(...)` of plain values, or None."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            and node.func.id == name and not node.keywords):
        return None
    values = [_value(argument) for argument in node.args]
    return [value for _, value in values] if all(good for good, _ in values) else None


def _parsed(text):
    try:
        return ast.parse(text.strip(), mode='eval').body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def _value_at_start(text):
    """(found?, the plain value with which `text` begins); what follows must be prose."""
    text = text[:_TEXT_MAX]
    for stop in range(len(text), 0, -1):
        if text[stop - 1].isspace() or not _AFTER_VALUE.match(text[stop:]):
            continue
        word = text[:stop]
        if word in ('true', 'false'):
            return True, word == 'true'
        node = _parsed(word)
        if node is None or isinstance(node, ast.Tuple) and word[0] != '(':
            continue
        good, value = _value(node)
        if good:
            return True, value
    return False, None


def _call_at_start(text, name):
    """(arguments, what follows) of the call with which `text` begins, or None."""
    ends = [i for i, c in enumerate(text[:_TEXT_MAX]) if c == ')'][:_ENDS_TRIED_MAX]
    for end in ends:
        arguments = _call_arguments(_parsed(text[:end + 1]), name)
        if arguments is not None:
            return arguments, text[end + 1:]
    return None


def _doctests(lines, name):
    """(arguments, found?, value) of `>>> name(...)` and the line below; what was read is blanked,
    so that nobody reads it again."""
    for i, line in enumerate(lines):
        if not line.strip().startswith('>>>'):
            continue
        call = _call_at_start(line.strip()[3:].strip(), name)
        if call is None or call[1].strip():
            continue
        lines[i] = ''
        below = lines[i + 1].strip() if i + 1 < len(lines) else ''
        good, value = _value(_parsed(below)) if below and not below.startswith('>>>') else (0, 0)
        yield call[0], bool(good), value


def _sentences(lines, name):
    """The same of `name(...) == value`, `name(...) => value`, `name(...) returns value` ..."""
    pattern = re.compile(r'(?<![\w.])' + re.escape(name) + r'\s*\(')
    for i, line in enumerate(lines):
        for found in pattern.finditer(line):
            call = _call_at_start(line[found.start():], name)
            if call is None:
                continue
            rest = call[1]
            if not rest.strip(' :') and i + 1 < len(lines):
                continue  # What the next line is cannot be told.
            arrow = _ARROW.match(rest)
            good, value = _value_at_start(rest[arrow.end():]) if arrow else (False, None)
            yield call[0], good, value


@functools.lru_cache(maxsize=4096)
def examples(prompt, entry_point):
    """[(arguments, has it a value?, value)], as the prompt shows them, without repetitions."""
    lines = _docstring(prompt, entry_point).split('\n')
    found, seen = [], set()
    for example in list(_doctests(lines, entry_point)) + list(_sentences(lines, entry_point)):
        text = repr(example)
        if text not in seen and len(found) < _EXAMPLES_MAX:
            seen.add(text)
            found.append(example)
    return found


def same(a, b):
    """Equal, where floats may differ by 1e-6 of their size, and a list and a tuple are equal."""
    if isinstance(a, float) or isinstance(b, float):
        numbers = all(isinstance(x, (int, float)) for x in (a, b))
        return numbers and (a == b or math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-6))
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return bool(a == b)


# Inputs.

def _mutated_text(text, random_):
    other = random_.choice(text) if text else random_.choice('ab01 ')
    at = random_.randrange(len(text) + 1)
    return random_.choice((text[:at] + other + text[at:], text[:at] + text[at + 1:],
                           text[:at] + other + text[at + 1:], text[::-1], text + text[:at],
                           text.swapcase(), ''))


def _mutated_number(value, random_, bounds):
    """Within what the examples show and a little above: a right program may never end outside."""
    low, high = bounds
    high += min((high - low) / 4 + 1, 100)
    near = random_.choice((value + 1, value - 1, random_.uniform(low, high)))
    near = min(max(near, low), high)
    return round(near, 2) if isinstance(value, float) else int(near)


def _numbers(value):
    """The numbers in a value."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return [value] if math.isfinite(value) and abs(value) < 2 ** 53 else []
    if isinstance(value, dict):
        value = list(value) + list(value.values())
    if isinstance(value, (list, tuple, set)):
        return [number for item in value for number in _numbers(item)]
    return []


def _mutated_items(items, random_, bounds):
    if not items:
        return items
    at = random_.randrange(len(items))
    return random_.choice((
        items[:at] + items[at + 1:], items[:at] + [items[at]] + items[at:], items[::-1],
        random_.sample(items, len(items)), [],
        *[items[:at] + [mutated(items[at], random_, bounds)] + items[at + 1:] for _ in '12']))


def mutated(value, random_, bounds):
    """A value like `value`, of the same type; `bounds` are those of its numbers."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return _mutated_number(value, random_, bounds) if _numbers(value) else value
    if isinstance(value, str):
        return _mutated_text(value, random_)
    if isinstance(value, list):
        return _mutated_items(value, random_, bounds)
    if isinstance(value, tuple) and value:  # Its length means something.
        at = random_.randrange(len(value))
        return value[:at] + (mutated(value[at], random_, bounds),) + value[at + 1:]
    if isinstance(value, dict) and value:
        items = _mutated_items([list(item) for item in value.items()], random_, bounds)
        return {key: mutated(x, random_, bounds) if random_.random() < 0.3 else x
                for key, x in items if isinstance(key, (int, float, str, tuple))}
    if isinstance(value, set) and value:
        return set(_mutated_items(sorted(value, key=repr), random_, bounds))
    return value


def _typed(node, random_, depth=0):
    """A value of an annotated type; LookupError for a type that is not known here."""
    name = node.id if isinstance(node, ast.Name) else getattr(node, 'attr', None)
    parts = []
    if isinstance(node, ast.Subscript):
        inner = node.value
        name = inner.id if isinstance(inner, ast.Name) else getattr(inner, 'attr', None)
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if isinstance(node, ast.BinOp):
        return _typed(node.left, random_, depth)
    part = lambda i: _typed(parts[i] if parts else ast.Name('int'), random_, depth + 1)
    size = random_.randrange(6 if depth == 0 else 4)
    makers = {
        'int': lambda: random_.randint(0, 20), 'bool': lambda: random_.random() < 0.5,
        'float': lambda: random_.randint(0, 80) / 4,
        'str': lambda: ''.join(random_.choice('aabbcABC 012.,!') for _ in range(size * 2)),
        'Any': lambda: random_.choice((random_.randint(0, 20), 'a', None, 1.5, [])),
        'list': lambda: [part(0) for _ in range(size)],
        'set': lambda: {part(0) for _ in range(size)},
        'Optional': lambda: part(0) if random_.random() < 0.8 else None,
        'Union': lambda: part(random_.randrange(len(parts) or 1)),
        'dict': lambda: {_typed(parts[0], random_, depth + 1) if parts else 'ab'[size % 2]:
                         _typed(parts[1], random_, depth + 1) if len(parts) > 1 else size
                         for _ in range(size)},
        'tuple': lambda: (tuple(part(i) for i in range(len(parts)))
                          if parts and not isinstance(parts[-1], ast.Constant)
                          else tuple(part(0) for _ in range(size)))}
    names = {'List': 'list', 'Sequence': 'list', 'Iterable': 'list', 'Set': 'set', 'Dict': 'dict',
             'Mapping': 'dict', 'Tuple': 'tuple'}
    return makers[names.get(name, name)]()


def _annotations(prompt, entry_point):
    """The annotations of the entry point's parameters without defaults, or None."""
    try:
        tree = ast.parse(prompt.rstrip() + '\n    pass\n')
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == entry_point:
            arguments = node.args.posonlyargs + node.args.args
            needed = arguments[:len(arguments) - len(node.args.defaults)]
            types = [a.annotation for a in needed]
            return None if None in types else types
    return None


def _add_changed(found, random_, count, add):
    """Calls add() with changed copies of argument lists, which may become part of `found`, until
    it has `count`."""
    numbers = [_numbers(list(values)) for values in itertools.zip_longest(*found)]
    bounds = [(min(seen_), max(seen_)) if seen_ else (0, 0) for seen_ in numbers]
    for _ in range(20 * count if found else 0):
        arguments = list(random_.choice(found))
        if len(found) >= count or not arguments or len(repr(arguments)) > _REPR_MAX:
            continue
        at = random_.randrange(len(arguments))
        try:
            arguments[at] = mutated(arguments[at], random_, bounds[at])
        except (TypeError, ValueError, OverflowError, IndexError):
            continue
        add(arguments)


@functools.lru_cache(maxsize=256)
def inputs(prompt, entry_point, seed, count):
    """At most `count` argument lists, without repetitions: those of the examples first."""
    random_ = random.Random(f'{seed} {entry_point} {prompt}')
    found, seen = [], set()

    def add(arguments):
        text = repr(arguments)
        if text not in seen and len(found) < count:
            seen.add(text)
            found.append(arguments)

    for arguments, _, _ in examples(prompt, entry_point):
        add(arguments)
    if not found:
        types = _annotations(prompt, entry_point)
        try:
            for _ in range(count if types else 0):
                add([_typed(node, random_) for node in types])
        except (LookupError, TypeError, AttributeError):
            return found
    _add_changed(found, random_, count, add)
    return found


class Examples:
    def __init__(self, prompt, entry_point):
        self.examples = [e for e in examples(prompt, entry_point) if e[1]]

    def __call__(self, candidate):
        passed = 0
        for arguments, _, value in self.examples:
            try:
                passed += same(candidate(*copy.deepcopy(arguments)), value)
            except Exception:
                pass
        scribe.report(f'{passed} {len(self.examples)}'.encode())


def _rounded(value):
    """With floats of six digits: the last bits depend on the order of a sum."""
    if isinstance(value, float) and math.isfinite(value):
        return float(f'{value:.6g}')
    if type(value) in (list, tuple, set, frozenset):
        return type(value)(map(_rounded, value))
    if type(value) is dict:
        return {key: _rounded(x) for key, x in value.items()}
    return value


def _outcome(candidate, arguments):
    try:
        value = candidate(*copy.deepcopy(arguments))
    except Exception as error:
        return 'raised ' + type(error).__name__, 1
    digest = scribe.digest(_rounded(value))
    if digest is None:  # Of objects, of which nothing is known: they do not agree with anything.
        return 'without a digest ' + type(value).__name__, 1
    return f'{type(value) in (str, bytes)} {digest}', 0


class Agreement:
    def __init__(self, prompt, entry_point, seed, count):
        self.inputs = inputs(prompt, entry_point, seed, count)

    def __call__(self, candidate):
        outcomes = [_outcome(candidate, arguments) for arguments in self.inputs]
        text = '\n'.join(outcome for outcome, _ in outcomes)
        raised = sum(count for _, count in outcomes)
        digest = hashlib.sha256(text.encode()).hexdigest()[:32]
        scribe.report(f'{len(outcomes)} {raised} {digest}'.encode())


def _json_text(value):
    """None where the text would read as something else."""
    try:
        text = json.dumps(value, allow_nan=False)
        return text if same(json.loads(text), value) else None
    except (TypeError, ValueError, OverflowError, RecursionError):
        return None


class Outputs:
    def __init__(self, cases, call, seed, count):
        given = json.loads(cases)['inputs']
        found, seen, self.call = list(given), {repr(arguments) for arguments in given}, call

        def add(arguments):
            if repr(arguments) not in seen:
                seen.add(repr(arguments))
                found.append(arguments)

        _add_changed(found, random.Random(f'{seed} {cases}'), len(given) + count, add)
        self.inputs = found[len(given):]

    def __call__(self, candidate):
        outputs = []
        for arguments in self.inputs:
            try:
                value = self.call(candidate)(*copy.deepcopy(arguments))
                texts = [_json_text(value), _json_text(_rounded(value))]
            except Exception:
                texts = [None, None]
            outputs.append([_json_text(arguments)] + texts)
        scribe.report(json.dumps(outputs).encode())
)PY";

}  // namespace scribe
