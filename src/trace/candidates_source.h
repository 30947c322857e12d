// Python that turns functions of a project into problems that are still to be judged.
#pragma once

namespace scribe::trace {

/// Defines examples_of(docstring, name, node) -> [[arguments, result or None]], the calls with
/// literal arguments in a docstring's doctests, and guesses_of(node, docstring) -> [arguments],
/// inputs that a function might take, from annotations, defaults, documented types and names.
inline constexpr const char* kInputsSource = R"PY(
import ast, copy, doctest, itertools, random, re

_GUESSES_MAX = 72


class _Substitute(ast.NodeTransformer):
    def __init__(self, values):
        self.values = values

    def visit_Name(self, node):
        return copy.deepcopy(self.values[node.id]) if node.id in self.values else node


def _literal_node(node, values):
    """The node with names replaced, if it is a literal then; else raises ValueError."""
    node = _Substitute(values).visit(copy.deepcopy(node))
    value = ast.literal_eval(ast.unparse(node))
    return ast.parse(literal(value), mode='eval').body


def _calls_in(node, name):
    """Calls of the function in an expression; of `print(f(1))` it is known that it was called."""
    for part in ast.walk(node):
        called = part.func if isinstance(part, ast.Call) else None
        if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
            called = called.attr
        if getattr(called, 'id', called) == name:
            yield part


def _arguments_text(call, values):
    parts = [ast.unparse(_literal_node(a, values)) for a in call.args]
    return ', '.join(parts + [k.arg + '=' + ast.unparse(_literal_node(k.value, values))
                              for k in call.keywords])


def _wanted(example):
    try:
        return literal(ast.literal_eval(example.want.strip() or 'None'))
    except Exception:
        return None


def examples_of(docstring, name):
    found, values = [], {}
    try:
        examples = doctest.DocTestParser().get_examples(docstring or '')
    except ValueError:
        return found
    for example in examples:
        try:
            statement, = ast.parse(example.source).body
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                values.pop(statement.targets[0].id, None)
            for call in _calls_in(statement, name):
                is_all = isinstance(statement, ast.Expr) and call is statement.value
                text = _arguments_text(call, values)
                found.append([text, _wanted(example) if is_all else None])
            if isinstance(statement, ast.Assign):
                values[statement.targets[0].id] = _literal_node(statement.value, values)
        except Exception:
            continue  # Whatever is not plain Python over literals.
    return list({text: [text, want] for text, want in reversed(found)}.values())[::-1]


_INTEGERS = ['3', '7', '0', '1', '12', '-2', '25', '100', '2', '10', '36']
_FLOATS = ['1.5', '0.25', '-2.0', '3.0', '10.75', '0.0', '0.9']
_TEXTS = ["'hello world'", "'Abc-12_def'", "''", "'a, b; c'", "'  x = 1  '", "'foo/bar.txt'",
          "'12'", "'The Quick brown fox'", "'aab'", "'a\\nb\\n  c'"]
_BYTES = ["b'hello'", "b'\\x00\\x01\\xff'", "b''", "b'ab cd'"]
_BOOLS = ['True', 'False']
_INTEGER_LISTS = ['[3, 1, 2]', '[1, 2, 2, 5]', '[]', '[7]', '[4, -1, 0, 9, 4]', '[1, 2, 3, 4, 5]']
_FLOAT_LISTS = ['[1.5, 2.5, 4.0]', '[0.5]', '[2.0, -1.0, 3.5, 0.25]']
_TEXT_LISTS = ["['a', 'b', 'c']", "['foo', 'bar', 'foo']", "['x']", "[]", "['b1', 'a10', 'a2']"]
_NESTED = ['[[1, 2], [3, 4]]', '[[1, 2, 3], [4, 5, 6]]', '[(1, 2), (2, 3)]', "[('a', 1), ('b', 2)]"]
_DICTS = ["{'a': 1, 'b': 2}", "{'x': 'y'}", '{}', "{'k': [1, 2], 'n': {'m': 0}}", '{1: 2, 3: 4}']
_SETS = ['{1, 2, 3}', '{2, 5}', 'set()']
_TUPLES = ['(1, 2)', '(3, 4, 5)', '(0, 0)', '(2, 1)']
_POOLS = {
    'int': _INTEGERS, 'integer': _INTEGERS, 'float': _FLOATS, 'number': _INTEGERS + _FLOATS,
    'str': _TEXTS, 'string': _TEXTS, 'text': _TEXTS, 'anystr': _TEXTS, 'unicode': _TEXTS,
    'bytes': _BYTES, 'bytearray': _BYTES, 'bool': _BOOLS, 'boolean': _BOOLS,
    'list': _INTEGER_LISTS + _TEXT_LISTS, 'sequence': _INTEGER_LISTS + _TEXT_LISTS,
    'iterable': _INTEGER_LISTS + _TEXT_LISTS, 'collection': _INTEGER_LISTS + _TEXT_LISTS,
    'dict': _DICTS, 'mapping': _DICTS, 'dictionary': _DICTS, 'mutablemapping': _DICTS,
    'set': _SETS, 'frozenset': _SETS, 'tuple': _TUPLES, 'array': _FLOAT_LISTS + _INTEGER_LISTS,
    'array_like': _FLOAT_LISTS + _INTEGER_LISTS, 'matrix': _NESTED, 'object': _INTEGERS + _TEXTS,
    'any': _INTEGERS + _TEXTS + _INTEGER_LISTS, 'scalar': _FLOATS, 'complex': _FLOATS, 'none': [],
}
_BY_NAME = (
    (r'(n|k|m|i|j|p|q|num|idx|pos|.*(count|size|len|length|width|height|index|level|depth|number|'
     r'port|year|month|day|hour|minute|second|bits?|offset|start|stop|end|step|order|degree|prec|'
     r'precision|digits|base|num|int))', _INTEGERS),
    (r'(s|t|text|string|str|word|line|name|key|path|url|uri|filename|title|label|prefix|suffix|sep|'
     r'delimiter|pattern|source|code|msg|message|content|html|xml|value_str|char|c|token|expr|'
     r'header|host|domain|version|lang|tag|.*(name|text|string|str|path|url|line|word|title))',
     _TEXTS),
    (r'(data|raw|buf|buffer|payload|byte.*)', _BYTES + _TEXTS),
    (r'(l|lst|list|seq|sequence|items|values|nums|numbers|arr|array|iterable|it|xs|elements|'
     r'objects|.*(list|seq|items|values|nums|s))', _INTEGER_LISTS + _TEXT_LISTS),
    (r'(d|dct|dict|dictionary|mapping|map|params|options|config|attrs|kwargs|.*dict)', _DICTS),
    (r'(x|y|z|a|b|r|theta|angle|lat|lon|alpha|beta|scale|ratio|factor|value|val|v|.*ratio)',
     _FLOATS + _INTEGERS),
    (r'(mat|matrix|grid|rows|table|edges|pairs|points|graph|.*matrix)', _NESTED),
    (r'(is_.*|has_.*|use_.*|flag|strict|reverse|verbose|.*flag)', _BOOLS),
)
_DEFAULT = (_INTEGERS, _TEXTS, _INTEGER_LISTS)


def _words_of_annotation(node):
    return re.findall(r'[a-z_]+', ast.unparse(node).lower()) if node is not None else []


def _documented_words(docstring, name):
    """Types in ":type x: int", ":param int x:", "x : int, optional" and "x (int): ..."."""
    name = re.escape(name)
    for pattern in (r':type\s+%s\s*:\s*([^\n]*)', r':param\s+([\w ]+?)\s+%s\s*:',
                    r'^\s*%s\s*:\s*([^\n]{1,60})$', r'^\s*\*?%s\s*\(([^)\n]*)\)\s*:'):
        match = re.search(pattern % name, docstring, re.M)
        if match:
            return re.findall(r'[a-z_]+', match.group(1).lower())
    return []


def _pool_of_words(words):
    inner = set(words)
    if inner & {'list', 'sequence', 'iterable', 'collection', 'iterator', 'tuple'}:
        if inner & {'list', 'sequence', 'iterable', 'collection', 'iterator'}:
            for word, pool in (('str', _TEXT_LISTS), ('string', _TEXT_LISTS),
                               ('strings', _TEXT_LISTS), ('int', _INTEGER_LISTS),
                               ('ints', _INTEGER_LISTS), ('integers', _INTEGER_LISTS),
                               ('float', _FLOAT_LISTS), ('floats', _FLOAT_LISTS),
                               ('tuple', _NESTED), ('lists', _NESTED)):
                if word in inner:
                    return pool
    pools = [_POOLS[word] for word in words if word in _POOLS]
    return list(dict.fromkeys(itertools.chain.from_iterable(pools[:3])))


def _pool_of(argument, default, docstring):
    pool = _pool_of_words(_words_of_annotation(argument.annotation))
    pool = pool or _pool_of_words(_documented_words(docstring, argument.arg))
    try:
        known = ast.literal_eval(default) if default is not None else None
        text = [literal(known)] if default is not None else []
    except Exception:
        known, text = None, []
    if not pool and known is not None:
        pool = _POOLS.get(type(known).__name__, [])
    for pattern, named in () if pool else _BY_NAME:
        if re.fullmatch(pattern, argument.arg.lower().strip('_')):
            pool = named
            break
    return text + [v for v in pool if v not in text] if pool or text else None


def guesses_of(node, docstring):
    given = node.args.posonlyargs + node.args.args
    if not given or node.args.kwonlyargs and None in node.args.kw_defaults:
        return []
    defaults = [None] * (len(given) - len(node.args.defaults)) + node.args.defaults
    pools = [_pool_of(a, d, docstring or '') for a, d in zip(given, defaults)]
    draw = random.Random(ast.unparse(node.args) + node.name)
    found = {}
    for attempt in range(2 * _GUESSES_MAX):
        needed = [d is None for d in defaults].count(True)
        count = max(1, needed if attempt % 3 else draw.randint(needed, len(given)))
        whole = [p or _DEFAULT[attempt % len(_DEFAULT)] for p in pools[:count]]
        found[', '.join(draw.choice(p[:1 + attempt]) for p in whole)] = None
        if len(found) >= _GUESSES_MAX:
            break
    return list(found)
)PY";

/// The program of the builder, behind kLiteralSource, kInputsSource, kModulesSource and
/// kClosureSource. argv[1] is a file with a Python dict:
/// "traces"     whether there is a file tmp/traces, with the lines that kRunnerSource printed,
/// below
///              argv[2], the root of the writable folders
/// "files"      files and folders of which every function is looked at
/// "doctests", "guesses"    whether to take inputs from docstrings, and to guess some
/// "skip_tests", "items_max", "prompt_bytes_max", "body_lines_max", "guesses_max"
///
/// Prints one JSON object a line: candidates ("name", "module", "file", "line", "source" ("trace",
/// "doctest" or "guess"), "prompt", "solution", "first" (an expression of the first argument),
/// "documented", "helpers", "may_vary", "inputs": [[arguments, result or null]]), and at the end
/// {"counts": {...}}.
inline constexpr const char* kCandidatesSource = R"PY(
import collections, hashlib, json, os, warnings

_HARMLESS = frozenset((
    'lru_cache', 'cache', 'cacheit', 'memoize', 'memoized', 'public', 'deprecated', 'deprecate',
    'deprecate_positional_args', '_dispatch', '_dispatchable', 'not_implemented_for', 'njit', 'jit',
    'export', 'set_module', 'array_function_dispatch', 'staticmethod', 'no_type_check', 'final',
    'defun', 'xthreaded', 'threaded', 'keepdocs', 'implements', 'beartype', 'require'))
_DANGEROUS = ('os', 'shutil', 'subprocess', 'socket', 'pathlib', 'tempfile', 'ctypes', 'signal',
              'glob', 'urllib.request', 'http', 'threading', 'multiprocessing', 'importlib',
              'webbrowser')
# Calls whose value is another one tomorrow: with any arguments, and without.
_CLOCKS = frozenset(('now', 'utcnow', 'today', 'monotonic', 'perf_counter', 'process_time'))
_CLOCKS_ALONE = frozenset(('time', 'time_ns', 'localtime', 'gmtime', 'ctime', 'asctime'))
_DOCSTRING_CHARACTERS_MIN = 20


def traced_functions(path, counts):
    """{(file, line): {"samples": {arguments: result}, "conflict": bool}} of all processes."""
    found, numbers, whole = {}, {}, True
    with open(path, encoding='utf-8') as lines:
        for line in lines:
            process, _, text = line.partition('\t')
            if process == 'end':
                continue
            try:
                fields = json.loads(text)
            except ValueError:
                counts['torn lines'] += 1
                continue
            kind = fields[0]
            if kind == 'f':
                key = fields[2], fields[4]
                numbers[process, fields[1]] = found.setdefault(
                    key, {'samples': {}, 'conflict': False, 'changes': False})
            elif kind == 'c':
                for name, count in zip(fields[1::2], fields[2::2]):
                    counts['traced ' + name] += count
            elif (process, fields[1]) in numbers:
                function = numbers[process, fields[1]]
                if kind == 's':
                    known = function['samples'].setdefault(fields[2], fields[3])
                    function['conflict'] |= known != fields[3]
                elif kind == 'n':
                    function['conflict'] = True
                elif kind == 'm':
                    function['changes'] = True
    return found


def is_of_tests(path):
    parts = path.split('/')
    name = parts[-1]
    return (not {'test', 'tests', 'testing'}.isdisjoint(parts[:-1]) or name.startswith('test_')
            or name.endswith(('_test.py', '_tests.py')) or name in ('conftest.py', 'tests.py'))


def source_files(paths, skip_tests):
    for path in paths:
        if os.path.isfile(path):
            yield path
            continue
        for folder, folders, names in os.walk(path):
            folders.sort()
            for name in sorted(names):
                whole = os.path.join(folder, name)
                if name.endswith('.py') and not (skip_tests and is_of_tests(whole)):
                    yield whole


def functions_of(tree):
    """Every def at the level of the module or static in a class of it, also in if and try."""
    bodies = [(tree.body, False)]
    for body, in_class in bodies:
        for node in body:
            if isinstance(node, ast.FunctionDef):
                decorators = [ast.unparse(d) for d in node.decorator_list]
                if not in_class or 'staticmethod' in decorators:
                    yield node
            elif isinstance(node, ast.ClassDef) and not in_class:
                bodies.append((node.body, True))
            elif isinstance(node, (ast.If, ast.Try)):
                bodies.append((node.body + node.orelse, in_class))


def first_line(node):
    return min([node.lineno] + [d.lineno for d in node.decorator_list])


def check_shape(node):
    for decorator in node.decorator_list:
        name = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = getattr(name, 'attr', getattr(name, 'id', ''))
        if name not in _HARMLESS:
            raise Refused('decorated')
    if node.name.startswith('__'):
        raise Refused('special name')
    arguments = node.args.posonlyargs + node.args.args
    if arguments and arguments[0].arg in ('self', 'cls', 'mcs'):
        raise Refused('method')
    if not arguments and not node.args.vararg and not node.args.kwonlyargs:
        raise Refused('no parameters')
    for part in own_parts(node):
        if isinstance(part, (ast.Yield, ast.YieldFrom, ast.Await)):
            raise Refused('generator')
        if isinstance(part, (ast.Global, ast.Nonlocal)):
            raise Refused('assigns to a global')
    if not any(isinstance(p, ast.Return) and p.value is not None for p in own_parts(node)):
        raise Refused('returns nothing')


def own_parts(node):
    """The nodes of a function that are not of functions in it."""
    pending = list(node.body)
    while pending:
        part = pending.pop()
        yield part
        if not isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            pending.extend(ast.iter_child_nodes(part))


def split_function(lines, node, limits):
    """(signature with docstring, body) as whole lines without what the block is indented by."""
    docstring = ast.get_docstring(node, clean=False)
    rest = node.body[1:] if docstring is not None else node.body
    if not rest:
        raise Refused('no body')
    begin = first_line(rest[0]) if hasattr(rest[0], 'decorator_list') else rest[0].lineno
    if docstring is not None:
        head_end = node.body[0].end_lineno
    else:
        head_end = begin - 1
        while lines[head_end - 1].strip() == '' or lines[head_end - 1].lstrip().startswith('#'):
            head_end -= 1
    if begin <= head_end or node.body[0].lineno == node.lineno:
        raise Refused('layout')
    indent = ' ' * node.col_offset
    head, body = lines[node.lineno - 1:head_end], lines[head_end:node.end_lineno]
    if node.col_offset:
        if any(l.strip() and not l.startswith(indent) for l in head + body):
            raise Refused('layout')
        head, body = ([l[node.col_offset:] for l in part] for part in (head, body))
    while body and not body[0].strip():
        body.pop(0)
    if len([l for l in body if l.strip()]) > limits['body_lines_max']:
        raise Refused('too long')
    if any(l.strip() and not l[0].isspace() for l in body):
        raise Refused('layout')
    return '\n'.join(head) + '\n', '\n'.join(body) + '\n'


class _Anonymous(ast.NodeTransformer):
    """The tree without docstrings, and without the function's own name."""

    def __init__(self, name):
        self.name = name

    def visit_FunctionDef(self, node):
        self.generic_visit(node)
        if ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        if node.name == self.name:
            node.name = '_'
        node.decorator_list, node.returns = [], None
        return node

    def visit_arg(self, node):
        node.annotation = None
        return node

    def visit_Name(self, node):
        return ast.Name('_', node.ctx) if node.id == self.name else node


def body_key(text, name):
    tree = _Anonymous(name).visit(ast.parse(text))
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()[:32]


def may_vary(program):
    """May it be called with inputs that nobody chose?"""
    for part in ast.walk(ast.parse(program)):
        if isinstance(part, ast.Import) and any(_is_dangerous(a.name) for a in part.names):
            return False
        if isinstance(part, ast.ImportFrom) and _is_dangerous(part.module or ''):
            return False
        if isinstance(part, ast.Name) and part.id in ('open', 'exec', 'eval', 'compile', 'input'):
            return False
    return True


def _is_dangerous(dotted):
    return any(dotted == base or dotted.startswith(base + '.') for base in _DANGEROUS)


def first_argument(node):
    arguments = node.args.posonlyargs + node.args.args
    if arguments:
        return arguments[0].arg
    return node.args.vararg.arg + '[0]' if node.args.vararg else node.args.kwonlyargs[0].arg


def inputs_of(node, docstring, traced, job):
    """(where from, [[arguments, result or None]])."""
    inputs = [[a, r] for a, r in sorted(traced['samples'].items())] if traced else []
    source = 'trace' if inputs else ''
    known = {a for a, _ in inputs}
    if job['doctests'] and docstring and '>>>' in docstring:
        examples = [e for e in examples_of(docstring, node.name) if e[0] not in known]
        inputs += examples
        source = source or ('doctest' if examples else '')
    return source, inputs


def reads_clock(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, 'attr', getattr(node.func, 'id', None))
            if name in _CLOCKS or (name in _CLOCKS_ALONE and not node.args and not node.keywords):
                return True
    return False


def candidate_of(modules, module, node, traced, job):
    docstring = ast.get_docstring(node)
    source, inputs = inputs_of(node, docstring, traced, job)
    documented = len((docstring or '').strip()) >= _DOCSTRING_CHARACTERS_MIN
    if not source and not (job['guesses'] and documented):
        raise Refused('no inputs')
    check_shape(node)
    head, body = split_function(module.lines, node, job)
    closure = Closure(modules, module, node.name, job['items_max'],
                      job['prompt_bytes_max'] - len(head))
    plain = ast.parse(head + body).body[0]
    text = closure.build(head + body, plain).target_text
    prefix = closure.prefix()
    place = head.count('\n')
    lines = text.split('\n')
    prompt, solution = prefix + '\n'.join(lines[:place]) + '\n', '\n'.join(lines[place:])
    if len(prompt) > job['prompt_bytes_max']:
        raise Refused('needs too much')
    if reads_clock(prompt + solution):
        raise Refused('not deterministic')
    vary = may_vary(prompt + solution)
    if not source:
        if not vary:
            raise Refused('not safe to try')
        source, inputs = 'guess', [[a, None] for a in guesses_of(node, docstring)]
        if not inputs:
            raise Refused('no inputs')
    return {'name': node.name, 'module': module.dotted, 'file': module.path,
            'line': first_line(node), 'source': source, 'prompt': prompt, 'solution': solution,
            'first': first_argument(node), 'key': body_key(head + body, node.name),
            'documented': documented,
            'helpers': len(closure.nodes), 'may_vary': vary,
            'changes_arguments': bool(traced and traced['changes']), 'inputs': inputs}


def main(job):
    counts, refused = collections.Counter(), collections.Counter()
    modules, seen = Modules(), set()
    traced = traced_functions(job['traces'], counts) if job['traces'] else {}
    files = sorted({f for f, _ in traced}) if not (job['doctests'] or job['guesses']) else []
    files += [f for f in source_files(job['files'], job['skip_tests'])]
    for path in dict.fromkeys(files + sorted({f for f, _ in traced})):
        module = modules.of_file(path)
        if module is None:
            counts['files not readable'] += 1
            continue
        counts['files'] += 1
        for node in functions_of(module.tree):
            record = traced.get((path, first_line(node)))
            counts['functions'] += 1
            counts['traced with literal values'] += bool(record and record['samples'])
            try:
                if record and record['conflict']:
                    raise Refused('not deterministic')
                candidate = candidate_of(modules, module, node, record, job)
                if candidate['key'] in seen:
                    raise Refused('duplicate')
            except Refused as reason:
                refused[reason.args[0]] += 1
                continue
            except (RecursionError, SyntaxError, ValueError):
                refused['layout'] += 1
                continue
            seen.add(candidate['key'])
            counts['candidates'] += 1
            print(json.dumps(candidate))
    print(json.dumps({'counts': dict(counts), 'refused': dict(refused)}))


warnings.simplefilter('ignore')
with open(sys.argv[1], encoding='utf-8') as _file:
    main(ast.literal_eval(_file.read()))
)PY";

}  // namespace scribe::trace
