// What runs beside the programs in the sandbox: calls them, and copies of them with a small fault.
#pragma once

namespace scribe {

/// Defines record(), given the list _PROGRAMS of (source, name of the function, text of a list of
/// argument tuples, how many of them tell copies apart, sources of lesser programs). It returns a
/// JSON list with, for each program, [status, [output text per input], [[inputs on which a copy
/// differs] per copy]]; the lesser programs come first among the copies, then those with a small
/// fault. Output texts are Python literals, or "!" and the name of an exception. `status` is "" or
/// says what is wrong: "definition", "changes its argument", "not plain data".
inline constexpr const char* kRecorder = R"PY(
import ast, json, sys

_STEPS_MAX = 6000    # Rounds of loops and calls of one call of a function.
_COPIES_MAX = 12     # Faulty copies of a program.
_COMMON_MAX = 0.85   # Share of equal outputs from which on a program is constant.
_BITS_MAX = 400      # A larger number is no exercise.
sys.setrecursionlimit(400)


class _Endless(Exception):
    pass


_steps = 0


def _tick():
    global _steps
    _steps += 1
    if _steps > _STEPS_MAX:
        raise _Endless
    return True


class _Counted(ast.NodeTransformer):
    """Loops and functions count their rounds."""

    def _count(self, node):
        self.generic_visit(node)
        node.body.insert(0, ast.Expr(ast.Call(ast.Name('_tick', ast.Load()), [], [])))
        return node

    visit_While = visit_For = visit_FunctionDef = _count

    def visit_comprehension(self, node):
        self.generic_visit(node)
        node.ifs.insert(0, ast.Call(ast.Name('_tick', ast.Load()), [], []))
        return node


def _text(value):
    kind = type(value)
    if value is None or kind in (bool, str):
        return repr(value)
    if kind is int:
        if value.bit_length() > _BITS_MAX:
            raise OverflowError
        return repr(value)
    if kind is float:
        if value != value or value in (float('inf'), float('-inf')):
            raise TypeError('not a finite number')
        return repr(value)
    if kind is list:
        return '[' + ', '.join(map(_text, value)) + ']'
    if kind is tuple:
        return '(' + ', '.join(map(_text, value)) + (',)' if len(value) == 1 else ')')
    if kind is dict:
        return '{' + ', '.join(f'{_text(k)}: {_text(v)}' for k, v in value.items()) + '}'
    if kind is set:
        return '{' + ', '.join(sorted(map(_text, value))) + '}' if value else 'set()'
    raise TypeError(f'{kind.__name__} is not plain data')


def _function(tree, name):
    scope = {'_tick': _tick, '__name__': 'candidate'}
    exec(compile(tree, '<program>', 'exec'), scope)
    return scope[name]


def _parsed(source):
    return ast.fix_missing_locations(_Counted().visit(ast.parse(source)))


def _output(function, arguments):
    global _steps
    _steps = 0
    try:
        return _text(function(*arguments))
    except Exception as error:
        return '!' + type(error).__name__


_COMPARE = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
            ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In}
_OPERATORS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Mod: ast.FloorDiv,
              ast.FloorDiv: ast.Sub, ast.Div: ast.Sub}
_NAMES = {'min': 'max', 'max': 'min', 'any': 'all', 'all': 'any'}
_METHODS = {'lower': 'upper', 'upper': 'lower', 'startswith': 'endswith',
            'endswith': 'startswith', 'find': 'rfind', 'isdigit': 'isalpha',
            'isupper': 'islower', 'islower': 'isupper'}


def _faults(tree):
    """Functions that put a fault into the tree and take it out again, in two lists: conditions
    that are left out, and other faults."""
    conditions, found = [], []

    def swap(node, field, value, to=found):
        old = getattr(node, field)
        if isinstance(value, ast.expr):
            ast.copy_location(value, old)
        to.append((lambda: setattr(node, field, value), lambda: setattr(node, field, old)))

    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARE:
            swap(node, 'ops', [_COMPARE[type(node.ops[0])]()] + node.ops[1:])
        elif isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in _OPERATORS:
            swap(node, 'op', _OPERATORS[type(node.op)]())
        elif isinstance(node, ast.BoolOp):
            swap(node, 'op', ast.Or() if isinstance(node.op, ast.And) else ast.And())
        elif isinstance(node, ast.Constant) and type(node.value) is bool:
            swap(node, 'value', not node.value)
        elif isinstance(node, ast.Constant) and type(node.value) is int and node.value < 1000:
            swap(node, 'value', node.value + 1)
            if node.value > 0:
                swap(node, 'value', node.value - 1)
        elif isinstance(node, ast.Name) and node.id in _NAMES:
            swap(node, 'id', _NAMES[node.id])
        elif isinstance(node, ast.Attribute) and node.attr in _METHODS:
            swap(node, 'attr', _METHODS[node.attr])
        elif isinstance(node, ast.comprehension) and len(node.ifs) > 1:
            swap(node, 'ifs', node.ifs[:1], conditions)
        elif isinstance(node, ast.If):
            swap(node, 'test', ast.Constant(False), conditions)
            swap(node, 'test', ast.Constant(True), conditions)
    return conditions, found


def _differences(outputs, function, inputs):
    """Where a copy differs. One that does not end is not asked again: that takes too long."""
    found = []
    for i, arguments in enumerate(eval(inputs)):
        output = _output(function, arguments)
        if output != outputs[i]:
            found.append(i)
        if output == '!_Endless':
            break
    return found


def _record(source, name, inputs, count, lesser):
    try:
        tree = _parsed(source)
        function = _function(tree, name)
    except Exception as error:
        return [f'definition: {type(error).__name__}: {error}', [], [], 0]
    some = compile(f'{inputs}[:{count}]', '<inputs>', 'eval')
    inputs = compile(inputs, '<inputs>', 'eval')
    outputs = [_output(function, arguments) for arguments in eval(inputs)]
    before, after = eval(some), eval(some)
    for arguments in after:
        _output(function, arguments)
    if repr(before) != repr(after):
        return ['changes its argument', outputs, [], 0]
    if max(map(outputs[:count].count, outputs[:count]), default=0) > _COMMON_MAX * count:
        return ['', outputs, [], 0]
    copies = []
    for other in lesser:
        other = _function(_parsed(other), name)
        copies.append(_differences(outputs, other, some))
    conditions, faults = _faults(tree)
    step = max(1, -(-len(faults) // _COPIES_MAX))
    for put, take in conditions + faults[::step]:
        put()
        try:
            copies.append(_differences(outputs, _function(tree, name), some))
        except Exception:
            copies.append(list(range(count)))
        take()
    return ['', outputs, copies, len(lesser) + len(conditions)]


def record():
    return json.dumps([_record(*program) for program in _PROGRAMS])
)PY";

}  // namespace scribe
