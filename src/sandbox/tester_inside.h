// The Python half of the tester for tests that must run inside the candidate's interpreter.
#pragma once

namespace scribe::sandbox {

/// Defines _run_inside(suite, entry_point, place) -> (outcome, detail) for unittest suites, mocks
/// and whatever else needs the program's own objects.
///
/// A program that shares the interpreter with its tests can forge their result, so that a pass is
/// only a soft one. Two things stand against the usual tricks. The number that confirms a pass is
/// sent only after the last assertion, so that no early end gives one. And the supervisor repeats
/// each pass with "inside_failing" (every test raises at its end) and "inside_corrupted" (what must
/// be equal is compared with an object that equals nothing): a program that passes those is
/// forging.
inline constexpr const char* kTesterInside = R"PY(
import ast, os

# Runs in the candidate, after it: nothing in here is a secret or a wall.
_RUNNER = r'''
import traceback, unittest

def last_line(text):
    return text.strip().rsplit('\n', 1)[-1][:300]

def run_case(case):
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    for test, text in result.failures + result.errors:
        return result.testsRun, f'{test.id().rsplit(".", 1)[-1]}: {last_line(text)}'
    for test, reason in result.skipped:
        return result.testsRun, f'{test.id().rsplit(".", 1)[-1]} was skipped: {reason}'[:300]
    for test in result.unexpectedSuccesses:
        return result.testsRun, f'{test.id().rsplit(".", 1)[-1]} passed, which it must not'
    return result.testsRun, ''

def run(tests, scope, options):
    before = dict(scope)
    exec(compile(tests, '<tests>', 'exec'), scope)
    new = {k: v for k, v in scope.items() if before.get(k) is not v}
    cases = [v for v in new.values() if isinstance(v, type) and issubclass(v, unittest.TestCase)]
    count = 0
    for case in cases:
        tests_run, problem = run_case(case)
        count += tests_run
        if problem:
            return count, problem
    if 'check' in new:
        new['check'](scope[options[0]])
    return count + (not cases), ''
'''

_EQUAL = frozenset((
    'assertEqual', 'assertEquals', 'assertAlmostEqual', 'assertListEqual', 'assertTupleEqual',
    'assertDictEqual', 'assertSetEqual', 'assertSequenceEqual', 'assertMultiLineEqual',
    'assertCountEqual', 'assertIs'))


def _test_functions(tree):
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, functions) and (node.name == 'check' or node.name.startswith('test')):
            yield node


def _failing(tree):
    """Every test raises at its end, even if it returns before."""
    found = False
    for function in _test_functions(tree):
        found = True
        end = ast.parse("raise AssertionError('control')").body
        function.body = [ast.Try(body=function.body, handlers=[], orelse=[], finalbody=end)]
    if not found:
        tree.body += ast.parse("raise AssertionError('control')").body
    return True


def _is_literal(node):
    return not any(isinstance(n, (ast.Call, ast.Name, ast.Attribute)) for n in ast.walk(node))


def _corrupt_sides(left, right):
    """The same two expressions, one of them replaced; a literal is, rather than the answer."""
    other = ast.parse('object()', mode='eval').body
    return (other, right) if _is_literal(left) and not _is_literal(right) else (left, other)


def _corrupt(statement):
    """True if the statement is an equation, which nothing meets now."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        call = statement.value
        if (isinstance(call.func, ast.Attribute) and call.func.attr in _EQUAL
                and len(call.args) >= 2 and not any(isinstance(a, ast.Starred) for a in call.args)):
            call.args[:2] = _corrupt_sides(*call.args[:2])
            return True
    if (isinstance(statement, ast.Assert) and isinstance(statement.test, ast.Compare)
            and len(statement.test.ops) == 1 and isinstance(statement.test.ops[0], ast.Eq)):
        test = statement.test
        test.left, test.comparators[0] = _corrupt_sides(test.left, test.comparators[0])
        return True
    return False


def _corrupted(tree):
    """Equations that every run must reach: those that stand straight in a test."""
    found = False
    bodies = [function.body for function in _test_functions(tree)] or [tree.body]
    for body in bodies:
        for statement in body:
            if isinstance(statement, (ast.Return, ast.Raise)):
                break
            found = _corrupt(statement) or found
    return found


_CONTROLS = {'inside_failing': _failing, 'inside_corrupted': _corrupted}


def _placed_tests(suite, place):
    """The source to run inside, or None if this control has nothing to change."""
    if place not in _CONTROLS:
        return suite.tests
    tree = ast.parse(suite.tests)
    if not _CONTROLS[place](tree):
        return None
    return ast.unparse(ast.fix_missing_locations(tree))


def _run_inside(suite, entry_point, place):
    try:
        tests = _placed_tests(suite, place)
        if tests is None:
            return 'wrong', 'nothing to corrupt'
        _run.load(())
        reply = _run.ask('inside', (tests, _RUNNER), (entry_point,), {}, 'the tests')
        if not _matches(reply, 'ran', int, str):
            _bad_reply('an unexpected reply to the tests')
        _, count, problem = reply
        if problem or count < 1:
            return 'wrong', problem or 'no tests were run'
        nonce = os.urandom(16).hex()
        if _run.ask('confirm', None, (nonce,), {}, 'the tests') != ('confirmed', (nonce,)):
            _bad_reply('a pass that was not confirmed')
        return 'passed', ''
    except _Fault:
        return 'fault', ''
    except BaseException as error:
        return _outcome_of(error, suite, _run, True)
)PY";

}  // namespace scribe::sandbox
