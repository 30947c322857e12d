// Python shared by what runs in projects and in the tester: values as literals, and equality.
#pragma once

namespace scribe::trace {

/// Runs in CPython 3.8 and later. Defines
/// literal(value)    the text of an expression that makes the value again; raises NotLiteral for
///                   what is not None, bool, int, float, complex, str, bytes, list, tuple, dict,
///                   set or frozenset of exactly that type, or is larger than the limits. Sets
///                   are written in the order of their items' texts.
/// MODULES           what the module named must be imported for; none here
inline constexpr const char* kLiteralSource = R"PY(
_TEXT_MAX, _ITEMS_MAX, _VALUES_MAX, _DEPTH_MAX, _INTEGER_BITS_MAX = 400, 64, 400, 12, 4096


class NotLiteral(Exception):
    pass


def _number_text(value):
    if value != value:
        return "float('nan')"
    if value in (float('inf'), float('-inf')):
        return "float('%s')" % value
    return repr(value)


def _literal(value, left, depth):
    kind = type(value)
    if value is None or kind is bool:
        return repr(value)
    if kind is int:
        if value.bit_length() > _INTEGER_BITS_MAX:
            raise NotLiteral
        return repr(value)
    if kind is float:
        return _number_text(value)
    if kind is complex:
        if value != value or 'inf' in repr(value):
            raise NotLiteral
        return repr(value)
    if kind is str or kind is bytes:
        if len(value) > _TEXT_MAX:
            raise NotLiteral
        return repr(value)
    if kind not in (list, tuple, dict, set, frozenset):
        raise NotLiteral
    left[0] -= len(value) + 1
    if len(value) > _ITEMS_MAX or left[0] < 0 or depth >= _DEPTH_MAX:
        raise NotLiteral
    if kind is dict:
        pairs = [_literal(k, left, depth + 1) + ': ' + _literal(v, left, depth + 1)
                 for k, v in value.items()]
        return '{' + ', '.join(pairs) + '}'
    items = [_literal(item, left, depth + 1) for item in value]
    if kind is list:
        return '[' + ', '.join(items) + ']'
    if kind is tuple:
        return '(' + ', '.join(items) + (',)' if len(items) == 1 else ')')
    items.sort()
    if kind is frozenset:
        return 'frozenset({' + ', '.join(items) + '})' if items else 'frozenset()'
    return '{' + ', '.join(items) + '}' if items else 'set()'


def literal(value):
    return _literal(value, [_VALUES_MAX], 0)
)PY";

/// Runs wherever tests run. Defines same(found, expected): equal, of exactly the same types all the
/// way down, floats as close as another order of operations would make them.
inline constexpr const char* kSameSource = R"PY(import math


def same(found, expected):
    if type(found) is not type(expected):
        return False
    if isinstance(expected, float):
        both_nan = found != found and expected != expected
        return both_nan or math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(expected, complex):
        return same(found.real, expected.real) and same(found.imag, expected.imag)
    if isinstance(expected, (list, tuple)):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[k], expected[k]) for k in found)
    return found == expected
)PY";

}  // namespace scribe::trace
