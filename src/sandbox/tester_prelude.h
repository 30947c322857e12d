// The Python half of the tester, second part: suites, and how their runs end.
#pragma once

namespace scribe::sandbox {

/// Defines run(key, tests, entry_point, place) -> (outcome, detail), with outcome one of "passed",
/// "wrong", "exception", "exited", "out_of_memory", "syntax", "broken_tests". `place` is "apart",
/// or for tests inside the candidate's interpreter "inside", "inside_failing" or
/// "inside_corrupted" (tester_inside.h). Needs kTesterCandidate, and of the tester:
/// _digest(value)    value_digest.h: a str or None
/// _encode(value), _decode(bytes)    codec.h, plain data only: bytes, a value, or None
/// _report(bytes)    hands them to the supervisor
/// _part(name)       names the part of the tests that runs now
inline constexpr const char* kTesterPrelude = R"PY(
import ast, math, opcode, random, sys, types
import bisect, collections, copy, datetime, decimal, fractions, functools, hashlib, heapq
import itertools, json, re, statistics, string, time, typing

_SUITES_MAX = 1024
_LOAD_NAME, _LOAD_GLOBAL, _EXTENDED_ARG = (
    opcode.opmap[name] for name in ('LOAD_NAME', 'LOAD_GLOBAL', 'EXTENDED_ARG'))
_STORES = (opcode.opmap['STORE_NAME'], opcode.opmap['STORE_GLOBAL'])
_suites = {}
_libraries = {}
_run = None
_MODULES = frozenset((
    'bisect', 'collections', 'copy', 'datetime', 'decimal', 'fractions', 'functools', 'hashlib',
    'heapq', 'itertools', 'json', 'math', 'operator', 'random', 're', 'statistics', 'string',
    'time', 'typing'))


class _Mismatch(AssertionError):
    """Raised by scribe.fail(): its text is the whole detail."""


class _Api:
    """`scribe` in the tests."""

    Digest, Handle, short_text = Digest, Handle, staticmethod(short_text)
    arguments_text = staticmethod(arguments_text)
    digest, encode, decode = staticmethod(_digest), staticmethod(_encode), staticmethod(_decode)
    report, part = staticmethod(_report), staticmethod(_part)

    @staticmethod
    def fail(text):
        raise _Mismatch(text)

    @staticmethod
    def library(source):
        """The names that `source` defines; run once in the life of the tester."""
        if source not in _libraries:
            scope = {'__name__': 'library', '__builtins__': builtins, 'scribe': _Api()}
            exec(compile(source, '<library>', 'exec', dont_inherit=True), scope)
            _libraries[source] = types.SimpleNamespace(**scope)
        return _libraries[source]


class _Suite:
    """The compiled tests, and the global names that they use but do not define."""

    def __init__(self, tests):
        self.tests = tests
        self.code = compile(tests, '<tests>', 'exec', dont_inherit=True)
        # dis.get_instructions() would do, in ten times the time that compiling takes.
        loaded, stored, codes = set(), set(), [self.code]
        for code in codes:
            names, bytecode, high = code.co_names, code.co_code, 0
            for step, low in zip(bytecode[::2], bytecode[1::2]):
                argument, high = high | low, 0
                if step == _LOAD_GLOBAL:
                    loaded.add(names[argument >> 1])
                elif step == _LOAD_NAME:
                    loaded.add(names[argument])
                elif step in _STORES:
                    stored.add(names[argument])
                elif step == _EXTENDED_ARG:
                    high = argument << 8
            codes += (c for c in code.co_consts if isinstance(c, types.CodeType))
        own = stored | {'check', 'scribe'}
        self.names = tuple(sorted(n for n in loaded - own if not hasattr(builtins, n)))

    @functools.cached_property
    def lines(self):
        return self.tests.split('\n')

    @functools.cached_property
    def equations(self):
        """For every line with one `assert call(...) == value`: the code of the value. The value
        calls nothing but builtins, so that it can be looked at again, and that the call on the
        other side is the last one that was made."""
        found = {}
        tree = ast.parse(self.tests)
        callers = set(self.names)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name == 'check' and node.args.args:
                callers.add(node.args.args[0].arg)
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Assert) and isinstance(node.test, ast.Compare)
                    and len(node.test.ops) == 1 and isinstance(node.test.ops[0], ast.Eq)):
                continue
            sides = (node.test.left, node.test.comparators[0])
            for call, value in (sides, sides[::-1]):
                if (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
                        and call.func.id in callers
                        and all(_is_builtin_call(n) for n in ast.walk(value))):
                    code = compile(ast.Expression(value), '<tests>', 'eval')
                    found[node.lineno] = None if node.lineno in found else code
                    break
        return found


def _is_builtin_call(node):
    if isinstance(node, (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)):
        return False
    return not isinstance(node, ast.Call) or (
        isinstance(node.func, ast.Name) and hasattr(builtins, node.func.id)
        and node.func.id not in ('next', 'input', 'exec', 'eval'))


def _frame_in_tests(error):
    """(frame, line number) of the innermost line of the tests in a traceback."""
    found = None, 0
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == '<tests>':
            found = trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next
    return found


def _call_text(last):
    name, positional, keywords, result, before = last
    arguments = arguments_text(positional, keywords) if before is None else before
    return f'{name}({arguments}) returned {short_text(result)}'


def _wrong_detail(error, suite, last):
    """The first failing call as "f(1) returned 2, expected 3" where the assertion is of that form,
    else the assertion's line and the last call."""
    if isinstance(error, _Mismatch):
        return str(error)
    frame, number = _frame_in_tests(error)
    line = suite.lines[number - 1].strip()[:300] if 0 < number <= len(suite.lines) else ''
    call = ''
    try:
        call = '' if last is None else _call_text(last)
        code = suite.equations.get(number) if call else None
        if code is not None:
            expected = eval(code, frame.f_globals, frame.f_locals)
            return f'{call}, expected {short_text(expected)}'
    except (Exception, _Fault):  # What cannot be looked at again is left out.
        pass
    return f'{line} ({call})' if call else line


def _outcome_of(error, suite, run, in_check):
    if isinstance(error, RuntimeError) and isinstance(error.__cause__, StopIteration):
        error = error.__cause__
    for raised, stage, text in run.raised:
        if raised is error:
            if isinstance(error, SystemExit):
                return 'exited', text
            if isinstance(error, MemoryError):
                return 'out_of_memory', text
            return ('syntax' if stage == 'compile' else 'exception'), text
    if isinstance(error, AssertionError):
        return 'wrong', _wrong_detail(error, suite, run.last)
    text = f'{type(error).__name__}: {error}'[:200]
    if in_check:
        _, number = _frame_in_tests(error)
        line = suite.lines[number - 1].strip()[:300] if 0 < number <= len(suite.lines) else ''
        return 'wrong', f'{line} ({text})'
    return 'broken_tests', f'the tests failed before check(): {text}'


def _suite_of(key, tests):
    suite = _suites.get(key)
    if suite is None:
        if len(_suites) >= _SUITES_MAX:
            _suites.clear()
        suite = _suites[key] = _Suite(tests.decode('utf-8'))
    return suite


def _run_apart(suite, entry_point):
    in_check = False
    try:
        scope = _run.namespace(suite.names, entry_point)
        candidate = scope.get(entry_point)
        scope.pop('check', None)  # A program of that name is no test.
        exec(suite.code, scope)
        if not callable(scope.get('check')):
            return 'broken_tests', 'the tests define no function check(candidate)'
        if candidate is None:
            return 'exception', f"NameError: name '{entry_point}' is not defined"
        in_check = True
        scope['check'](candidate)
        return 'passed', ''
    except _Fault:
        return 'fault', ''
    except BaseException as error:
        return _outcome_of(error, suite, _run, in_check)


def run(key, tests, entry_point, place):
    global _run
    random.seed(0)
    _run = _Run()
    try:
        suite = _suite_of(key, tests)
    except Exception as error:
        return 'broken_tests', f'the tests do not compile: {error}'[:400]
    if place == 'apart':
        return _run_apart(suite, entry_point)
    return _run_inside(suite, entry_point, place)
)PY";

}  // namespace scribe::sandbox
