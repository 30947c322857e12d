// The Python half of the tester: what a test suite sees of the candidate.
#pragma once

namespace scribe::sandbox {

/// Defines run(key, tests, entry_point) -> (outcome, detail), with outcome one of "passed",
/// "wrong", "exception", "exited", "out_of_memory", "syntax", "broken_tests". It uses
/// _exchange(kind, name, positional, keywords), which the tester provides: one request to the
/// candidate and its reply as plain data; it raises _Fault when there is none, and has then
/// recorded why.
inline constexpr const char* kTesterPrelude = R"PY(
import builtins, dis, math, random, sys, types
import bisect, collections, copy, datetime, decimal, fractions, functools, hashlib, heapq
import itertools, json, operator, re, statistics, string, time, typing

_SUITES_MAX = 1024
_suites = {}
_MODULES = frozenset((
    'bisect', 'collections', 'copy', 'datetime', 'decimal', 'fractions', 'functools', 'hashlib',
    'heapq', 'itertools', 'json', 'math', 'operator', 'random', 're', 'statistics', 'string',
    'time', 'typing'))


class _Suite:
    """The compiled tests, and the global names that they use but do not define."""

    def __init__(self, tests):
        self.lines = tests.split('\n')
        self.code = compile(tests, '<tests>', 'exec', dont_inherit=True)
        loaded, stored, codes = set(), set(), [self.code]
        for code in codes:
            for step in dis.get_instructions(code):
                if step.opname in ('LOAD_NAME', 'LOAD_GLOBAL'):
                    loaded.add(step.argval)
                elif step.opname in ('STORE_NAME', 'STORE_GLOBAL'):
                    stored.add(step.argval)
            codes += (c for c in code.co_consts if isinstance(c, types.CodeType))
        own = stored | {'check'}
        self.names = tuple(sorted(n for n in loaded - own if not hasattr(builtins, n)))


class _Run:
    """One candidate under test."""

    def __init__(self):
        self.raised = []  # Exceptions that came from the candidate, with their stage.

    def raise_for(self, reply):
        _, stage, ancestor, name, message = reply
        kind = getattr(builtins, ancestor, None)
        if not (isinstance(kind, type) and issubclass(kind, BaseException)):
            kind = Exception
        try:
            error = kind(message)
        except Exception:  # UnicodeDecodeError and the like want other arguments.
            error = Exception(message)
        self.raised.append((error, stage, f'{name}: {message}' if message else str(name)))
        raise error

    def load(self, names):
        reply = _exchange('load', None, names, {})
        if _matches(reply, 'raised', str, str, str, str):
            self.raise_for(reply)
        if not _matches(reply, 'loaded', list) or len(reply[1]) != len(names):
            _bad_reply('an unexpected reply to the program')
        return reply[1]

    def call(self, name, positional, keywords):
        reply = _exchange('call', name, positional, keywords)
        if _matches(reply, 'raised', str, str, str, str):
            self.raise_for(reply)
        if _matches(reply, 'opaque', str):
            _opaque_reply(f'{name}() returned {reply[1]}, which is not plain data'[:300])
        if type(reply) is not tuple or len(reply) != 3 or reply[0] != 'returned':
            _bad_reply('an unexpected reply to a call')
        if reply[2] is not None:
            _write_back((positional, keywords), reply[2])
        return reply[1]

    def proxy(self, name):
        def candidate(*positional, **keywords):
            return self.call(name, positional, keywords)
        candidate.__name__ = candidate.__qualname__ = name
        return candidate

    def namespace(self, names, entry_point):
        scope = {'__name__': 'tests', '__builtins__': builtins}
        descriptions = self.load(names + (entry_point,))
        for name, description in zip(names + (entry_point,), descriptions):
            if type(description) is not tuple or len(description) != 2:
                _bad_reply('an unexpected description of a name')
            kind, value = description
            if kind == 'function' or (name == entry_point and kind != 'absent'):
                scope[name] = self.proxy(name)  # The entry point is never anything else.
            elif kind == 'value':
                scope[name] = value
            elif kind == 'module' and value in _MODULES:
                scope[name] = sys.modules[value]
            elif kind == 'typing' and type(value) is str and value in typing.__all__:
                scope[name] = getattr(typing, value)
        return scope

    def outcome_of(self, error, suite, in_check):
        for raised, stage, text in self.raised:
            if raised is error:
                if isinstance(error, SystemExit):
                    return 'exited', text
                if isinstance(error, MemoryError):
                    return 'out_of_memory', text
                return ('syntax' if stage == 'compile' else 'exception'), text
        line = _line_of(error, suite.lines)
        if isinstance(error, AssertionError):
            return 'wrong', line
        text = f'{type(error).__name__}: {error}'[:200]
        if in_check:
            return 'wrong', f'{line} ({text})'
        return 'broken_tests', f'the tests failed before check(): {text}'


def _matches(reply, kind, *types_):
    return (type(reply) is tuple and len(reply) == 1 + len(types_) and reply[0] == kind
            and all(type(x) is t for x, t in zip(reply[1:], types_)))


def _line_of(error, lines):
    number = 0
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == '<tests>':
            number = trace.tb_lineno
        trace = trace.tb_next
    return lines[number - 1].strip()[:300] if 0 < number <= len(lines) else ''


_IN_PLACE = (list, dict, set, bytearray)


def _write_back(old, new):
    """Makes the containers of `old` equal to those of `new` without replacing them."""
    if isinstance(old, tuple) and type(new) is tuple and len(old) == len(new):
        for before, after in zip(old, new):
            _write_back(before, after)
    elif isinstance(old, list) and type(new) is list:
        merged = [_merged(*pair) for pair in zip(old, new)] + new[len(old):]
        old[:] = merged
    elif isinstance(old, dict) and type(new) is dict:
        merged = {k: _merged(old[k], v) if k in old else v for k, v in new.items()}
        old.clear()
        old.update(merged)
    elif isinstance(old, set) and type(new) is set:
        old.clear()
        old.update(new)
    elif isinstance(old, bytearray) and type(new) is bytearray:
        old[:] = new
    elif isinstance(old, _IN_PLACE) or isinstance(old, tuple):
        _bad_reply('arguments of another type than those of the call')


def _merged(old, new):
    if isinstance(old, _IN_PLACE) and type(new) in _IN_PLACE and isinstance(old, type(new)):
        _write_back(old, new)
        return old
    return new


def _suite_of(key, tests):
    suite = _suites.get(key)
    if suite is None:
        if len(_suites) >= _SUITES_MAX:
            _suites.clear()
        suite = _suites[key] = _Suite(tests.decode('utf-8'))
    return suite


def run(key, tests, entry_point):
    random.seed(0)
    candidate = _Run()
    in_check = False
    try:
        suite = _suite_of(key, tests)
    except Exception as error:
        return 'broken_tests', f'the tests do not compile: {error}'[:400]
    try:
        scope = candidate.namespace(suite.names, entry_point)
        exec(suite.code, scope)
        if not callable(scope.get('check')):
            return 'broken_tests', 'the tests define no function check(candidate)'
        if entry_point not in scope:
            return 'exception', f"NameError: name '{entry_point}' is not defined"
        in_check = True
        scope['check'](scope[entry_point])
        return 'passed', ''
    except _Fault:
        return 'fault', ''
    except BaseException as error:
        return candidate.outcome_of(error, suite, in_check)
)PY";

}  // namespace scribe::sandbox
