// How EvalPlus compares, in Python for the sandbox's tester: no numpy, and the same verdicts.
#pragma once

namespace scribe {

/// Defines Check(dataset, number, entry_point, atol, base, plus): a check(candidate) over two JSON
/// texts with lists of argument lists. The tester's `scribe` gives it the rest.
inline constexpr const char* kEvalplusOracle = R"PY(
import itertools, json, math

_RELATIVE = 1e-07       # numpy's, for what is approximately equal.
_FLOAT_TOLERANCE = 1e-6  # For floats where the task names no tolerance.
_WHOLE_BYTES_MAX = 4096  # A larger value without floats is kept as its digest.


# Argument lists as they were before JSON, which knows neither tuples nor sets nor complex numbers.

def _deep_tuple(value):
    return tuple(map(_deep_tuple, value)) if isinstance(value, list) else value


def _sets(arguments):
    return [[set(x) if isinstance(x, list) and x else {} for x in arguments[0]]]


def _tuple_or_same(value):
    return tuple(value) if isinstance(value, list) else value


_FORMS = (
    ((2, 116, 132, 143, 222, 261, 273, 394, 399, 421, 424, 429, 470, 560, 579, 596, 616, 630, 726,
      740, 744, 809), lambda a: [tuple(x) for x in a]),
    ((63, 64, 70, 94, 120, 237, 272, 299, 400, 409, 417, 438, 473, 614, 780),
     lambda a: [[tuple(y) for y in x] for x in a]),
    ((75, 413, 444, 753), lambda a: [[tuple(x) for x in a[0]], a[1]]),
    ((106, 750), lambda a: [a[0], tuple(a[1])]),
    ((115,), _sets),
    ((124,), lambda a: [float(a[0]), complex(a[1])]),
    ((250, 405, 446, 617, 720, 763, 808), lambda a: [tuple(a[0]), a[1]]),
    ((252,), lambda a: [complex(a[0])]),
    ((259, 401, 445), lambda a: [tuple(tuple(y) for y in x) for x in a]),
    ((278,), lambda a: [tuple(_tuple_or_same(x) for x in a[0])]),
    ((307,), lambda a: [tuple(a[0]), a[1], a[2]]),
    ((580, 615, 791), _deep_tuple),
    ((722,), lambda a: [{k: tuple(v) for k, v in a[0].items()}] + a[1:]),
)
_FORM_OF = {number: form for numbers, form in _FORMS for number in numbers}


# Approximate equality as numpy.allclose(out, expected, rtol, atol) has it.

def _array(value):
    """(shape, flat list) of what numpy would make a numeric array of, else None."""
    if isinstance(value, (list, tuple)):
        parts = [_array(item) for item in value]
        if None in parts or len({shape for shape, _ in parts}) > 1:
            return None
        inner = parts[0][0] if parts else ()
        return (len(value),) + inner, [x for _, flat in parts for x in flat]
    if isinstance(value, int) and not -2**63 <= value < 2**64:
        return None
    return ((), [value]) if isinstance(value, (int, float, complex)) else None


def _index(shape, position):
    """Where a position of the common shape stands in a flat list of `shape`."""
    index = 0
    for size, place in zip(shape, position[len(position) - len(shape):]):
        index = index * size + (place if size > 1 else 0)
    return index


def _pairs(left, right):
    """Corresponding elements, one side repeated where it has one and the other more; or None."""
    if left[0] == right[0]:
        return zip(left[1], right[1])
    rank = max(len(left[0]), len(right[0]))
    a, b = ((1,) * (rank - len(x[0])) + x[0] for x in (left, right))
    if any(m != n and 1 not in (m, n) for m, n in zip(a, b)):
        return None
    common = [n if m == 1 else m for m, n in zip(a, b)]
    return ((left[1][_index(a, p)], right[1][_index(b, p)])
            for p in itertools.product(*map(range, common)))


def _is_close(out, expected, atol):
    if type(out) is not type(expected):
        return False
    if isinstance(expected, (list, tuple)) and len(out) != len(expected):
        return False
    left, right = _array(out), _array(expected)
    pairs = None if left is None or right is None else _pairs(left, right)
    if pairs is None:
        return False
    for x, y in pairs:
        if x == y:
            continue
        size = abs(y)
        if not math.isfinite(size) or not abs(x - y) <= atol + _RELATIVE * size:
            return False
    return True


def _is_floats(value):
    if isinstance(value, (list, tuple)):
        return bool(value) and all(isinstance(x, float) for x in value)
    return isinstance(value, float)


# Tasks with more than one right answer. Each: (arguments, out, expected, atol) -> is it right?

def _root(arguments, out, expected, atol):
    value = sum(c * math.pow(out, i) for i, c in enumerate(arguments[0]))
    return abs(value) <= atol


def _zero_too(arguments, out, expected, atol):
    return out == expected or out == 0


def _surface_by_height(arguments, out, expected, atol):
    base, height = arguments
    slant = math.sqrt((base / 2) ** 2 + height ** 2)
    return out == expected or abs(out - round(base ** 2 + 2 * base * slant)) <= atol


def _distance_with_zeros(arguments, out, expected, atol):
    one, other = map(str, arguments)
    width = max(len(one), len(other))
    digits = zip(one.zfill(width), other.zfill(width))
    return out == expected or out == sum(abs(int(x) - int(y)) for x, y in digits)


def _same_set(arguments, out, expected, atol):
    return set(out) == set(expected)


def _same_presence(arguments, out, expected, atol):
    return out == expected if isinstance(out, bool) else expected == (out is not None)


_RIGHT = {('humaneval', 'find_zero'): _root,
          ('mbpp', 'are_equivalent'): lambda arguments, out, expected, atol: True,
          ('mbpp', 'sum_div'): _zero_too,
          ('mbpp', 'surface_Area'): _surface_by_height,
          ('mbpp', 'digit_distance_nums'): _distance_with_zeros}
for _name in ('similar_elements', 'find_char_long', 'common_in_nested_lists', 'extract_singly',
              'larg_nnum', 'intersection_array', 'find_dissimilar', 'Diff'):
    _RIGHT['mbpp', _name] = _same_set
for _name in ('check_str', 'text_match_three', 'text_starta_endb'):
    _RIGHT['mbpp', _name] = _same_presence


def _has_floats(value):
    if isinstance(value, dict):
        return any(map(_has_floats, itertools.chain(value, value.values())))
    if isinstance(value, (list, tuple, set, frozenset)):
        return any(map(_has_floats, value))
    return isinstance(value, (float, complex))


class Check:
    def __init__(self, dataset, number, entry_point, atol, base, plus):
        self.name, self.atol = entry_point, atol
        self.right = _RIGHT.get((dataset, entry_point))
        self.form = _FORM_OF.get(number) if dataset == 'mbpp' else None
        self.parts = ('base', base), ('plus', plus)
        self.recorded = None

    def inputs(self, text):
        inputs = json.loads(text)
        return inputs if self.form is None else [self.form(arguments) for arguments in inputs]

    # What the canonical solution returns, as rows of a length and an encoded value.

    def record(self, candidate):
        rows = []
        for _, text in self.parts:
            for out in candidate.each(self.inputs(text), digest=True):
                row = scribe.encode(self.kept(out))
                if row is None:
                    scribe.fail(f'returned {scribe.short_text(out)}, which cannot be kept')
                rows.append(len(row).to_bytes(4, 'little') + row)
        scribe.report(b''.join(rows))

    def kept(self, out):
        """(is it whole?, value)"""
        if type(out) is scribe.Digest:
            return False, str(out)
        if self.right is _same_presence:
            return True, out is not None
        if self.right is None and not _has_floats(out):
            row = scribe.encode(out)
            if row is not None and len(row) > _WHOLE_BYTES_MAX:
                return False, scribe.digest(out)
        return True, out

    def expect(self, recorded):
        self.recorded = recorded

    def expected_values(self):
        start = 0
        while start < len(self.recorded):
            end = start + 4 + int.from_bytes(self.recorded[start:start + 4], 'little')
            yield scribe.decode(self.recorded[start + 4:end])
            start = end

    def __call__(self, candidate):
        expected = self.expected_values()
        for part, text in self.parts:
            scribe.part(part)
            self.judge(candidate, self.inputs(text), expected)

    def judge(self, candidate, inputs, expected_values):
        # Once a float was expected, the tolerance stays for the rest of the part.
        atol = self.atol
        results = candidate.each(inputs, digest=True)
        for arguments, (is_whole, expected) in zip(inputs, expected_values):
            out = next(results)
            try:
                is_right, atol = self.is_right(arguments, out, is_whole, expected, atol)
            except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
                is_right = False  # As comparing fails in EvalPlus: set(3), abs('a').
            if not is_right:
                self.fail(arguments, out, is_whole, expected)

    def is_right(self, arguments, out, is_whole, expected, atol):
        if not is_whole:
            digest = out if type(out) is scribe.Digest else scribe.digest(out)
            return digest == expected, atol
        if self.right is _root:
            return _root(arguments, out, expected, atol), atol
        exact = (out == expected if self.right is None
                 else self.right(arguments, out, expected, atol))
        if atol == 0 and _is_floats(expected):
            atol = _FLOAT_TOLERANCE
        return bool(exact) or (atol != 0 and _is_close(out, expected, atol)), atol

    def fail(self, arguments, out, is_whole, expected):
        call = f'{self.name}({scribe.arguments_text(tuple(arguments), {})})'
        right = scribe.short_text(expected) if is_whole else 'another value'
        if self.right is not None:
            right = 'another value'
        scribe.fail(f'{call} returned {scribe.short_text(out)}, expected {right}')
)PY";

}  // namespace scribe
