// The Python half of the tester, first part: the candidate as tests see it.
#pragma once

namespace scribe::sandbox {

/// Defines _Run (one candidate: calls, handles, what it raised) and short_text(), which names
/// values in a line of bounded length. It uses what the tester provides: _exchange(kind, target,
/// positional, keywords)      one request and its reply as plain data _begin_frames(kind, target,
/// positional, keywords)  True, or why the request cannot cross _take_frames() (values, end or
/// None), see call_stream.h _bad_reply(text), _opaque_reply(text)              record a fault All
/// of these raise _Fault when the candidate cannot be asked any more, and have then recorded why.
inline constexpr const char* kTesterCandidate = R"PY(
import builtins, operator

_TEXT_MAX = 160
_ITEMS_MAX = 40
_BITS_MAX = 2000  # More would take longer to write than it is worth.


def short_text(value, room=_TEXT_MAX, depth=4):
    """repr() that never writes much more than `room` characters, and asks no candidate."""
    if type(value) is Handle:
        return f'<object of type {value._scribe_type}>'
    if type(value) is Digest:
        return '<a value too large to show>'
    if type(value) is int and value.bit_length() > _BITS_MAX:
        return f'<an integer of {value.bit_length()} bits>'
    if type(value) in (str, bytes, bytearray):
        return repr(value) if len(value) <= room else repr(value[:room]) + '...'
    if type(value) not in (list, tuple, set, frozenset, dict):
        return repr(value)[:room]
    if depth == 0:
        return '...'
    parts = []
    for count, item in enumerate(value):
        if count >= _ITEMS_MAX or room <= 0:
            parts.append('...')
            break
        text = short_text(item, room, depth - 1)
        if type(value) is dict:
            text += ': ' + short_text(value[item], room, depth - 1)
        room -= len(text)
        parts.append(text)
    inner = ', '.join(parts)
    if type(value) is list:
        return f'[{inner}]'
    if type(value) is tuple:
        return f'({inner},)' if len(value) == 1 else f'({inner})'
    if type(value) is frozenset:
        return f'frozenset({{{inner}}})'
    return f'{{{inner}}}' if value or type(value) is dict else 'set()'


class Digest(str):
    """What stands for a returned value that is too large to cross; value_digest.h makes it."""
    __slots__ = ()


class Handle:
    """An object of the candidate's own. It answers what only the candidate can know, and is never
    told a value to compare with: it equals no plain value, whatever its own __eq__ says, and takes
    part in no arithmetic with one."""

    __slots__ = ('_scribe_number', '_scribe_type')

    def __init__(self, number, type_name):
        object.__setattr__(self, '_scribe_number', number)
        object.__setattr__(self, '_scribe_type', type_name)

    def __call__(self, *positional, **keywords):
        return _run.call('invoke', self, positional, keywords, self._scribe_type)

    def __getattr__(self, name):
        if name.startswith('_scribe_'):  # Of a handle that was made without a number.
            raise AttributeError(name)
        return _run.attribute(self, name)

    def __copy__(self):
        return _run.apply('copy', 'copy', self)

    def __deepcopy__(self, memo):
        return _run.apply('copy', 'deepcopy', self)

    def __reduce_ex__(self, protocol):
        raise TypeError('an object of the candidate cannot be pickled')

    def __setattr__(self, name, value):
        _run.apply('builtins', 'setattr', self, name, value)

    def __delattr__(self, name):
        _run.apply('builtins', 'delattr', self, name)

    def __eq__(self, other):
        if type(other) is not Handle:
            return False
        if other._scribe_number == self._scribe_number:
            return True
        return _run.apply('operator', 'eq', self, other) is True

    def __hash__(self):
        # Never asks: sets of handles are made while a reply is read.
        return hash(self._scribe_number)

    def __iter__(self):
        return _run.apply('builtins', 'iter', self)

    def __next__(self):
        return _run.apply('builtins', 'next', self)

    def each(self, calls, digest=False):
        """As of a function. Not the candidate's own `each`, which could leave results out."""
        return (self(*call) for call in calls)

    def __instancecheck__(self, instance):
        if type(instance) is not Handle:
            return False
        return _run.apply('builtins', 'isinstance', instance, self) is True


def _asking(module, name):
    def method(self, *arguments):
        return _run.apply(module, name, self, *arguments)
    return method


def _between_handles(name):
    def method(self, other):
        if type(other) is not Handle:
            return NotImplemented
        return _run.apply('operator', name, self, other)
    return method


# Not __contains__: `value in handle` would tell the value; without it Python iterates and compares.
for _name in ('len', 'str', 'repr', 'bool'):
    setattr(Handle, f'__{_name}__', _asking('builtins', _name))
for _name in ('getitem', 'setitem', 'delitem'):
    setattr(Handle, f'__{_name}__', _asking('operator', _name))
for _name in ('lt', 'le', 'gt', 'ge', 'add', 'sub', 'mul', 'truediv', 'floordiv', 'mod', 'matmul',
              'and_', 'or_', 'xor'):
    setattr(Handle, f'__{_name.rstrip("_")}__', _between_handles(_name))
for _name in ('neg', 'abs', 'invert'):
    setattr(Handle, f'__{_name}__', _asking('operator', _name))


class _Global:
    """A function of the program that the tests name."""

    __slots__ = ('__name__', '__qualname__')

    def __init__(self, name):
        self.__name__ = self.__qualname__ = name

    def __call__(self, *positional, **keywords):
        return _run.call('call', self.__name__, positional, keywords, self.__name__)

    def each(self, calls, digest=False):
        """What it returns for each argument list of `calls`, as an iterator, exactly as if it were
        called one by one, in far fewer messages. Arguments that it changes do not come back. The
        candidate sees all argument lists before its first answer counts: they must not tell right
        answers. With `digest`, values too large to cross come as Digest."""
        return _run.each(self.__name__, [tuple(call) for call in calls], digest)


class _Run:
    """One candidate under test."""

    def __init__(self):
        self.raised = []  # Exceptions that came from the candidate, with their stage.
        self.last = None  # (name, positional, keywords, result, text before a change) of a call.

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

    def ask(self, kind, target, positional, keywords, name):
        reply = _exchange(kind, target, positional, keywords)
        if _matches(reply, 'raised', str, str, str, str):
            self.raise_for(reply)
        if _matches(reply, 'opaque', str):
            self.refuse(name, reply[1])
        return reply

    def refuse(self, name, problem):
        _opaque_reply(f'{name}() returned {problem}, which is not plain data'[:300])

    def ask_in_full(self, kind, target, positional, keywords, name):
        try:
            return self.ask(kind, target, positional, keywords, name)
        except StopIteration as error:
            # An iterator of the tests, such as map(candidate, inputs), would take it for its end.
            raise RuntimeError('the candidate raised StopIteration') from error

    def call(self, kind, target, positional, keywords, name):
        reply = self.ask_in_full(kind, target, positional, keywords, name)
        return self.returned(reply, positional, keywords, name)

    def returned(self, reply, positional, keywords, name):
        if type(reply) is not tuple or len(reply) != 3 or reply[0] != 'returned':
            _bad_reply('an unexpected reply to a call')
        before = None
        if reply[2] is not None:
            before = arguments_text(positional, keywords)
            _write_back((positional, keywords), reply[2])
        self.last = (name, positional, keywords, reply[1], before)
        return reply[1]

    def apply(self, module, function, *arguments):
        ask = self.ask if function == 'next' else self.ask_in_full
        reply = ask('apply', (module, function), arguments, {}, function)
        return self.returned(reply, arguments, {}, function)

    def attribute(self, handle, name):
        reply = self.ask_in_full('get', (handle, name), (), {}, name)
        if not _matches(reply, 'method'):
            return self.returned(reply, (), {}, name)

        def method(*positional, **keywords):
            return self.call('method', (handle, name), positional, keywords, name)
        method.__name__ = method.__qualname__ = name
        return method

    def each(self, name, calls, digest):
        start, resumed = 0, False
        while start < len(calls):
            count = self.begin_frames(name, calls[start:], {'digest': digest, 'resumed': resumed})
            stop, end = start + count, None
            while end is None:
                values, end = _take_frames()
                if len(values) > stop - start:
                    _bad_reply('more results than calls')
                for value in values:
                    self.last = (name, calls[start], {}, value, None)
                    start += 1
                    yield value
            resumed = end == ('full',)
            if _matches(end, 'raised', str, str, str, str):
                self.last = None
                self.raise_for(end)
            if _matches(end, 'opaque', str):
                self.refuse(name, end[1])
            if not (end == ('done',) and start == stop) and not (resumed and count > stop - start):
                _bad_reply('an unexpected end of the results')

    def begin_frames(self, name, calls, options):
        """Asks for as many of the calls as fit into a message; says how many."""
        count = len(calls)
        while True:
            sent = _begin_frames('each', name, tuple(calls[:count]), options)
            if sent is True:
                return count
            if count == 1:
                _broken_tests(f'the tests pass {sent} to the candidate')
            count = (count + 1) // 2

    def namespace(self, names, entry_point):
        scope = {'__name__': 'tests', '__builtins__': builtins, 'scribe': _Api()}
        descriptions = self.load(names + (entry_point,))
        for name, description in zip(names + (entry_point,), descriptions):
            if type(description) is not tuple or len(description) != 2:
                _bad_reply('an unexpected description of a name')
            kind, value = description
            if name in _MODULES and name != entry_point and kind in ('object', 'value'):
                scope[name] = sys.modules[name]  # Whatever the program put in its place.
            elif kind == 'object' and type(value) is Handle:
                scope[name] = value
            elif kind == 'function' or (name == entry_point and kind != 'absent'):
                scope[name] = _Global(name)  # The entry point is never plain data.
            elif kind == 'value':
                scope[name] = value
            elif kind == 'module' and value in _MODULES:
                scope[name] = sys.modules[value]
            elif kind == 'typing' and type(value) is str and value in typing.__all__:
                scope[name] = getattr(typing, value)
        return scope


def arguments_text(positional, keywords):
    room = _TEXT_MAX
    parts = []
    for key, value in [(None, x) for x in positional] + list(keywords.items()):
        if room <= 0:
            parts.append('...')
            break
        parts.append(('' if key is None else f'{key}=') + short_text(value, room))
        room -= len(parts[-1])
    return ', '.join(parts)


def _matches(reply, kind, *types_):
    return (type(reply) is tuple and len(reply) == 1 + len(types_) and reply[0] == kind
            and all(type(x) is t for x, t in zip(reply[1:], types_)))


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
)PY";

}  // namespace scribe::sandbox
