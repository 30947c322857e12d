// Python that runs inside a project's own interpreters and records calls.
#pragma once

namespace scribe::trace {

/// The file sitecustomize.py of the folder that PYTHONPATH begins with. It starts the tracer and
/// then gives way to the sitecustomize that would have been found without it.
inline constexpr const char* kSiteSource = R"PY(
import sys


def _start_tracer():
    import os
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [p for p in sys.path if os.path.abspath(p or '.') != here]
    ours = sys.modules.pop('sitecustomize', None)
    try:
        import sitecustomize
    except ImportError:
        sys.modules['sitecustomize'] = ours
    if sys.version_info < (3, 8):
        return
    scope = {'__name__': 'scribe_tracer'}
    with open(os.path.join(here, 'tracer.py'), encoding='utf-8') as source:
        exec(compile(source.read(), '<scribe tracer>', 'exec'), scope)
    with open(os.path.join(here, 'settings'), encoding='utf-8') as settings:
        scope['start'](eval(settings.read(), {'__builtins__': {}}))


try:
    _start_tracer()
except Exception as _error:  # A project must run as it would without us.
    sys.stderr.write('scribe: this process is not traced: %r\n' % (_error,))
)PY";

/// The tracer, behind kLiteralSource. Defines start(settings), a dict with
/// "files"      prefixes of the paths of files whose functions are recorded
/// "renamed"    (prefix, prefix): how paths that begin so are written
/// "folder"     where each process writes its own file
/// "samples", "calls", "bytes"    the most that is kept of a function, looked at, written
///
/// A line is a JSON array, of "f" (a function: number, file, name, line), "s" (a sample: number,
/// arguments, result), "n" (the same arguments gave another result: number), "m" (it changed an
/// argument: number), or, when the process ends, "c" (what happened in all of its functions, by
/// name).
///
/// Arguments are written before the call, the result after it. A call that ends by an exception
/// gives no sample: before 3.12 (sys.setprofile) it is told by the opcode that the frame stopped
/// at, from then on (sys.monitoring) by its own event.
inline constexpr const char* kTracerSource = R"PY(
import os
import signal
import sys
import threading
import time
import dis
import atexit
from _json import encode_basestring_ascii as _quoted

_GENERATORS = 0x20 | 0x80 | 0x100 | 0x200
_NESTED = 0x10
_STACK_MAX = 2000
_SAMPLE_CHARACTERS_MAX = 2000
_BARREN_CALLS_MAX = 300  # Of a function that has shown nothing literal by then.
_BUFFER_LINES = 400
_FLUSH_SECONDS = 0.4
_RETURNS = {dis.opmap[name] for name in ('RETURN_VALUE', 'RETURN_CONST') if name in dis.opmap}
_COUNTS = ('functions', 'generators', 'nested', 'methods', 'calls', 'not_literal_arguments',
           'not_literal_result', 'raised', 'mutated', 'conflicts')


class _Function:
    __slots__ = ('code', 'number', 'calls', 'samples', 'bytecode')

    def __init__(self, code, number):
        self.code, self.number, self.calls, self.samples = code, number, 0, {}
        self.bytecode = None


class _Journal:
    """The file of this process; a child of a fork opens another."""

    def __init__(self, folder, bytes_max):
        self.folder, self.left = folder, bytes_max
        self.fresh()

    def fresh(self):
        self.lines, self.file, self.flushed = [], None, time.monotonic()
        self.lock = threading.Lock()

    def add(self, *fields):
        text = ','.join(str(f) if type(f) is int else _quoted(f) for f in fields)
        self.lines.append('[' + text + ']\n')
        if len(self.lines) > _BUFFER_LINES or time.monotonic() > self.flushed + _FLUSH_SECONDS:
            self.flush()

    def flush(self):
        if not self.lock.acquire(False):
            return
        try:
            lines, self.lines = self.lines, []
            self.flushed = time.monotonic()
            data = ''.join(lines).encode('ascii')
            self.left -= len(data)
            if self.left < 0 or not data:
                return
            if self.file is None:
                name = '%d-%d' % (os.getpid(), time.monotonic_ns())
                self.file = os.open(os.path.join(self.folder, name),
                                    os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            os.write(self.file, data)
        except OSError:  # A full disk, or a project that closed our file.
            self.left = -1
        finally:
            self.lock.release()


_functions = {}  # id(code) -> _Function, or its code if nothing is recorded of it (any more)
_counts = dict.fromkeys(_COUNTS, 0)
_stacks = threading.local()
_settings = _journal = None
_numbers = iter(range(1, 1 << 60))


def _path_of(code, names):
    path = code.co_filename
    if path.startswith('<frozen '):
        path = names.get('__file__') or '<'
    if path.startswith('<'):
        return None
    path = os.path.join(_settings['here'], path)
    old, new = _settings['renamed']
    if not path.startswith(_settings['files']):
        return None
    return new + path[len(old):] if old and path.startswith(old) else path


def _is_of_tests(path):
    parts = path.split('/')
    name = parts[-1]
    return (not {'test', 'tests', 'testing'}.isdisjoint(parts[:-1]) or name.startswith('test_')
            or name.endswith(('_test.py', '_tests.py')) or name in ('conftest.py', 'tests.py'))


def _look(code, names):
    """The record of a function that is seen for the first time, or its code for none."""
    path = None if '<' in code.co_name else _path_of(code, names)
    if path is None or (_settings['skip_tests'] and _is_of_tests(path)):
        return code
    _counts['functions'] += 1
    if code.co_flags & _GENERATORS:
        _counts['generators'] += 1
        return code
    if code.co_flags & _NESTED or code.co_freevars:
        _counts['nested'] += 1
        return code
    if code.co_varnames[:1] in (('self',), ('cls',), ('mcs',)):
        _counts['methods'] += 1
        return code
    function = _Function(code, next(_numbers))
    _journal.add('f', function.number, path, code.co_name, code.co_firstlineno)
    return function


def _recorded(code, names):
    key = id(code)
    function = _functions.get(key)
    if function is None:
        function = _functions[key] = _look(code, names)
    return function if type(function) is _Function else None


def _arguments(code, values):
    names, positional, named = code.co_varnames, code.co_argcount, code.co_kwonlyargcount
    parts = [literal(values[name]) for name in names[:positional]]
    place = positional + named
    if code.co_flags & 4:
        parts += [literal(value) for value in values[names[place]]]
        place += 1
    parts += [name + '=' + literal(values[name]) for name in names[positional:positional + named]]
    if code.co_flags & 8:
        parts += [name + '=' + literal(value) for name, value in values[names[place]].items()
                  if name.isidentifier()]
    return ', '.join(parts)


def _changeable(code, values):
    """The arguments that a call can change, and how they are now."""
    names = code.co_varnames[:code.co_argcount + code.co_kwonlyargcount]
    return [(values[n], literal(values[n])) for n in names
            if type(values[n]) in (list, dict, set, tuple)]


def _begin(function, frame):
    function.calls += 1
    _counts['calls'] += 1
    barren = not function.samples and function.calls > _BARREN_CALLS_MAX
    if barren or function.calls > _settings['calls'] or (
            len(function.samples) >= _settings['samples']):
        _functions[id(function.code)] = function.code
        return
    try:
        values = frame.f_locals
        text = _arguments(function.code, values)
        before = _changeable(function.code, values)
    except Exception:
        _counts['not_literal_arguments'] += 1
        return
    try:
        stack = _stacks.calls
    except AttributeError:
        stack = _stacks.calls = []
    if len(stack) < _STACK_MAX:
        stack.append((frame, function, text, before))


def _pop(frame):
    """(function, arguments, how the changeable ones were) of the call that ends with this frame,
    if it was recorded."""
    stack = getattr(_stacks, 'calls', None)
    while stack:
        if stack[-1][0] is frame:
            return stack.pop()[1:]
        if any(entry[0] is frame for entry in stack):
            stack.pop()  # Left by a call whose end nobody told us of.
            continue
        return None
    return None


def _has_changed(before):
    try:
        return any(literal(value) != text for value, text in before)
    except Exception:
        return True


def _end(call, result):
    function, text, before = call
    if before and _has_changed(before):
        _counts['mutated'] += 1
        _journal.add('m', function.number)
    try:
        after = literal(result)
    except Exception:
        _counts['not_literal_result'] += 1
        return
    if len(text) + len(after) > _SAMPLE_CHARACTERS_MAX:
        return
    known = function.samples.get(text)
    if known is None:
        function.samples[text] = after
        _journal.add('s', function.number, text, after)
    elif known != after:
        _counts['conflicts'] += 1
        _journal.add('n', function.number)


def _profile(frame, event, argument):
    if event == 'call':
        function = _recorded(frame.f_code, frame.f_globals)
        if function is not None:
            _begin(function, frame)
    elif event == 'return':
        call = _pop(frame)
        if call is None:
            return
        if argument is None and not _returned(call[0], frame):
            _counts['raised'] += 1
            return
        _end(call, argument)


def _returned(function, frame):
    if function.bytecode is None:
        function.bytecode = function.code.co_code
    return function.bytecode[frame.f_lasti] in _RETURNS


def _start_monitoring():
    monitoring = sys.monitoring
    tool = next(n for n in (4, 3, 2) if monitoring.get_tool(n) is None)
    monitoring.use_tool_id(tool, 'scribe')
    events, disable, frame_above = monitoring.events, monitoring.DISABLE, sys._getframe

    def started(code, offset):
        frame = frame_above(1)
        function = _recorded(code, frame.f_globals)
        if function is None:
            return disable
        _begin(function, frame)

    def returned(code, offset, result):
        if type(_functions.get(id(code))) is not _Function:
            return disable
        frame = frame_above(1)
        call = _pop(frame)
        if call is not None:
            _end(call, result)

    def unwound(code, offset, error):
        if type(_functions.get(id(code))) is _Function and _pop(frame_above(1)) is not None:
            _counts['raised'] += 1

    monitoring.register_callback(tool, events.PY_START, started)
    monitoring.register_callback(tool, events.PY_RETURN, returned)
    monitoring.register_callback(tool, events.PY_UNWIND, unwound)
    monitoring.set_events(tool, events.PY_START | events.PY_RETURN | events.PY_UNWIND)


def _finish():
    _journal.add('c', *[part for name in _COUNTS for part in (name, _counts[name])])
    for name in _COUNTS:
        _counts[name] = 0
    _journal.flush()


def _forget():
    """In the child of a fork: what the parent has seen is the parent's to tell."""
    _journal.fresh()
    _functions.clear()
    for name in _COUNTS:
        _counts[name] = 0


def _terminated(number, frame):
    _finish()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def start(settings):
    global _settings, _journal
    _settings = settings
    _settings['here'] = os.getcwd()
    _journal = _Journal(settings['folder'], settings['bytes'])
    atexit.register(_finish)
    os.register_at_fork(after_in_child=_forget)
    exit_now = os._exit

    def _exit(status):
        _finish()
        exit_now(status)

    os._exit = _exit  # How children of multiprocessing end.
    if signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _terminated)
    if hasattr(sys, 'monitoring'):
        _start_monitoring()
    else:
        threading.setprofile(_profile)
        sys.setprofile(_profile)
)PY";

/// Runs in the jail beside the project: makes the scratch copy, starts the command, and hands on
/// what the processes write while they write it, so that little is lost when the jail is closed.
/// argv[1] is a file with a Python dict: "command", "copy" (a folder, or ""), "files", "renamed",
/// "samples", "calls", "bytes", "wall_seconds", "cpu_seconds", "skip_tests". It starts in the
/// writable folder that holds the files; another is "build" beside it.
///
/// Prints lines "number of the process's file TAB line of the tracer" and at the end "end TAB
/// JSON".
inline constexpr const char* kRunnerSource = R"PY(
import ast, json, os, shutil, signal, subprocess, sys, threading, time

_TAIL_BYTES = 8192
_NOT_COPIED = ('.git', '.hg', '__pycache__', '.tox')
_GRACE_SECONDS = 3
_PUMP_SECONDS = 0.1
_TICKS = os.sysconf('SC_CLK_TCK')


class Pump:
    """Whole lines from the files of a folder to standard output."""

    def __init__(self, folder):
        self.folder, self.files, self.written = folder, {}, 0

    def move(self):
        for name in sorted(os.listdir(self.folder)):
            if name not in self.files:
                self.files[name] = [open(os.path.join(self.folder, name), 'rb'), b'',
                                    len(self.files)]
            entry = self.files[name]
            data = entry[1] + entry[0].read()
            whole, _, entry[1] = data.rpartition(b'\n')
            if whole:
                lines = b''.join(b'%d\t%s\n' % (entry[2], line) for line in whole.split(b'\n'))
                os.write(1, lines)


def cpu_seconds_of_all():
    """Of every process of the jail, and of those that were waited for by them."""
    total = 0
    for name in os.listdir('/proc') if os.path.isdir('/proc/self') else ():
        if name.isdigit():
            try:
                with open('/proc/' + name + '/stat') as stat:
                    total += sum(map(int, stat.read().rpartition(')')[2].split()[11:15]))
            except (OSError, ValueError):
                pass
    return total / _TICKS


def keep_tail(pipe, tail):
    for block in iter(lambda: pipe.read1(65536), b''):
        tail[0] = (tail[0] + block)[-_TAIL_BYTES:]


def end_all(process):
    """First a wish, which the tracer hears; then all that is left in the jail."""
    own = os.getpid()
    for number in (signal.SIGTERM, signal.SIGKILL):
        for name in os.listdir('/proc') if os.path.isdir('/proc/self') else ():
            if name.isdigit() and int(name) not in (1, own):
                try:
                    os.kill(int(name), number)
                except OSError:
                    pass
        try:
            process.send_signal(number)
            process.wait(_GRACE_SECONDS)
        except (OSError, subprocess.TimeoutExpired):
            pass


def copy_folder(source, target):
    """Contents and the right to execute; shutil would set times too, which the jail forbids."""
    for folder, folders, names in os.walk(source):
        folders[:] = [f for f in folders if f not in _NOT_COPIED]
        here = os.path.join(target, os.path.relpath(folder, source))
        os.makedirs(here, exist_ok=True)
        for name in names + [f for f in folders if os.path.islink(os.path.join(folder, f))]:
            old, new = os.path.join(folder, name), os.path.join(here, name)
            if os.path.islink(old):
                os.symlink(os.readlink(old), new)
            elif os.path.isfile(old):
                shutil.copyfile(old, new)
                os.chmod(new, 0o600 | os.stat(old).st_mode & 0o100)


def main(settings):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGALRM):
        signal.signal(number, lambda *_: None)  # Tests that signal their process group reach us.
    here = os.getcwd()
    traces, site = os.path.join(here, 'traces'), os.path.join(here, 'site')
    os.makedirs(traces)
    os.makedirs(site)
    for name in ('sitecustomize.py', 'tracer.py'):
        os.rename(name, os.path.join(site, name))
    start = os.path.join(here, 'work')
    if settings['copy']:
        start = os.path.join(os.path.dirname(here), 'build', 'project')
        copy_folder(settings['copy'], start)
    else:
        os.makedirs(start)
    tracer = {key: settings[key] for key in ('samples', 'calls', 'bytes', 'skip_tests')}
    tracer.update(folder=traces, files=tuple(settings['files']), renamed=('', ''))
    if settings['copy']:
        tracer.update(renamed=(start, settings['copy']), files=(start + '/',) + tracer['files'])
    with open(os.path.join(site, 'settings'), 'w', encoding='utf-8') as out:
        out.write(repr(tracer))
    environment = dict(os.environ, PYTHONPATH=site, PYTHONDONTWRITEBYTECODE='1',
                       PYTHONHASHSEED='0', PYTHONUNBUFFERED='1', CI='true')
    command = [part.replace('{project}', start) for part in settings['command']]
    end, code, tail, pump = 'exit', 0, [b''], Pump(traces)
    try:
        process = subprocess.Popen(command, cwd=start, env=environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except OSError as error:
        print('end\t' + json.dumps({'end': 'not started', 'code': 127, 'tail': str(error)}))
        return
    reader = threading.Thread(target=keep_tail, args=(process.stdout, tail), daemon=True)
    reader.start()
    begun, looks = time.monotonic(), 0
    while process.poll() is None:
        time.sleep(_PUMP_SECONDS)
        pump.move()
        looks += 1
        if time.monotonic() > begun + settings['wall_seconds']:
            end = 'wall'
        elif looks % 5 == 0 and cpu_seconds_of_all() > settings['cpu_seconds']:
            end = 'cpu'
        if end != 'exit':
            break
    end_all(process)
    pump.move()
    code = process.poll()
    sys.stdout.write('end\t' + json.dumps({'end': end, 'code': code if end == 'exit' else 0,
                                           'tail': tail[0].decode('utf-8', 'replace')}) + '\n')
    sys.stdout.flush()
    os._exit(0)  # Whoever still holds the pipe keeps the reader waiting.


with open(sys.argv[1], encoding='utf-8') as _file:
    main(ast.literal_eval(_file.read()))
)PY";

}  // namespace scribe::trace
