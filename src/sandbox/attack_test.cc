// Attacks on every rung of the sandbox, each followed by an honest program that must pass.
#include <gtest/gtest.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/testing/harness.h"

namespace scribe::sandbox {
namespace {

struct Attack {
  const char* name;
  const char* kinds;  ///< the verdicts that are right, joined by '|'
  const char* source;
  /// Where time does not run out by design, so long that no busy machine reaches it.
  double wall_seconds = 60;
};

constexpr const char* kTests = R"(
def check(candidate):
    assert candidate(1, 2) == 3
    assert candidate(5, 7) == 12
    assert candidate(-4, 4) == 0
)";
constexpr const char* kHonest = "def f(a, b):\n    return a + b\n";

// Fake a pass.
constexpr Attack kForgeries[] = {
    {"wrong answer", "wrong", "def f(a, b): return a - b"},
    {"right twice then wrong", "wrong",
     "n = 0\ndef f(a, b):\n global n\n n += 1\n return a + b if n < 3 else 9"},
    {"os._exit at import", "exit", "import os\nos._exit(0)\ndef f(a, b): return a + b"},
    {"os._exit in a call", "exit", "import os\ndef f(a, b): os._exit(0)"},
    {"sys.exit at import", "exit", "import sys\nsys.exit(0)"},
    {"sys.exit in a call", "exit", "import sys\ndef f(a, b): sys.exit(0)"},
    {"raise SystemExit", "exit", "def f(a, b): raise SystemExit"},
    {"exit in a thread after the call", "exit|wrong",
     "import os, threading\ndef f(a, b):\n threading.Timer(0.01, os._exit, (0,)).start()\n return "
     "99"},
    {"equal to everything", "wrong",
     "class E:\n def __eq__(s, o): return True\ndef f(a, b): return E()"},
    {"int equal to everything", "wrong",
     "class E(int):\n def __eq__(s, o): return True\n __hash__ = int.__hash__\ndef f(a, b): return "
     "E(9)"},
    {"truthy nonsense", "wrong", "def f(a, b): return object()"},
    {"returns an exception", "wrong", "def f(a, b): return AssertionError()"},
    {"not a number", "wrong", "def f(a, b): return float('nan')"},
    {"patches builtins", "wrong",
     "import builtins\nbuiltins.AssertionError = ValueError\nbuiltins.abs = lambda x: 3\ndef f(a, "
     "b): return 9"},
    {"walks frames for the tests", "wrong",
     "import sys\ndef f(a, b):\n fr = sys._getframe()\n while fr:\n  for v in "
     "list(fr.f_locals.values()):\n"
     "   if callable(v) and getattr(v, '__name__', '') == 'check': v.__code__ = (lambda c: "
     "None).__code__\n"
     "  fr = fr.f_back\n return 9"},
    {"reads constants of the caller", "wrong|exception",
     "import sys\ndef f(a, b):\n for c in sys._getframe(1).f_code.co_consts:\n  if isinstance(c, "
     "int): return c\n return 9"},
    {"looks for expected values in memory", "wrong",
     "import gc\ndef f(a, b):\n for o in gc.get_objects():\n  if getattr(o, '__name__', '') == "
     "'check': return 3\n return 9"},
    {"traces the caller", "wrong",
     "import sys\nsys.settrace(lambda *a: None)\ndef f(a, b): return 9"},
    {"prints a success", "wrong", "print('passed\\n1 passed in 0.01s')\ndef f(a, b): return 9"},
    {"atexit and SystemExit", "exit",
     "import atexit, sys\natexit.register(print, 'passed')\nsys.exit(0)"},
    {"raises AssertionError", "exception", "def f(a, b): raise AssertionError"},
    {"another entry point", "exception", "def g(a, b): return a + b"},
    {"entry point is a stand-in", "wrong|exception", "from typing import Any as f"},
    {"unterminated text", "syntax", "def f(a, b):\n '''never ends"},
    {"null byte by escape", "exception|syntax",
     "compile('x\\0', 'n', 'exec')\ndef f(a, b): return 9"},
    {"deep list", "wrong", "def f(a, b):\n x = []\n for _ in range(5000): x = [x]\n return x"},
    {"cyclic list", "wrong", "def f(a, b):\n x = []\n x.append(x)\n return x"},
    {"a million elements", "wrong", "def f(a, b): return [0] * 10**6"},
    {"a huge integer", "wrong", "def f(a, b): return 1 << (1 << 24)"},
    {"lone surrogates", "wrong", "def f(a, b): return '\\ud800\\udfff'"},
    {"exception with a hostile text", "exception",
     "class E(ValueError):\n def __str__(s): raise E()\ndef f(a, b): raise E()"},
    {"exception with a long text", "exception", "def f(a, b): raise ValueError('x' * 10**7)"},
};

/// Finds the call area by asking the kernel which addresses can be read, without any help of ours.
constexpr const char* kFindArea = R"(#AREA#
import ctypes, os, struct
libc = ctypes.CDLL(None)
def area():
    r, w = os.pipe()
    base = ctypes.cast(libc.getpid, ctypes.c_void_p).value & ~4095
    for page in range(base, base - (1 << 30), -4096):
        if libc.write(w, ctypes.c_void_p(page + 20), ctypes.c_size_t(6)) == 6:
            if os.read(r, 6) == b'#AREA#': return page
def put(at, data): ctypes.memmove(at, data, len(data))
def get(at): return struct.unpack('<I', ctypes.string_at(at, 4))[0]
A = area()
REPLY = A + 20 + (2 << 20)
def answer(data, length=None, jump=0):
    put(REPLY, data)
    put(A + 12, struct.pack('<I', len(data) if length is None else length))
    put(A + 4, struct.pack('<I', get(A) + jump))
    libc.syscall(202, ctypes.c_void_p(A + 4), 1, 64, 0, 0, 0)
    while True: libc.usleep(10000)
)";

// Speak the protocol wrongly. Each runs after kFindArea.
constexpr Attack kLiars[] = {
    {"finds the area and is honest", "pass", "assert A\ndef f(a, b): return a + b"},
    {"length of 2^32 - 1", "protocol", "def f(a, b): answer(b'N', 2**32 - 1)"},
    {"random bytes", "protocol", "def f(a, b): answer(bytes(range(256)) * 40)"},
    {"nesting bomb", "protocol", "def f(a, b): answer(b'l\\1\\0\\0\\0' * 100000)"},
    {"four billion elements", "protocol", "def f(a, b): answer(b'l\\xff\\xff\\xff\\xff')"},
    {"unhashable key", "protocol", "def f(a, b): answer(b'd\\1\\0\\0\\0l\\0\\0\\0\\0N')"},
    {"bytes after the end", "protocol", "def f(a, b): answer(b'NN')"},
    {"not a tuple", "protocol", "def f(a, b): answer(b'T')"},
    {"another kind of reply", "protocol",
     "def f(a, b): answer(b't\\1\\0\\0\\0s\\6\\0\\0\\0passed')"},
    {"answers a later request", "protocol", "def f(a, b): answer(b'N', None, 5)"},
    {"answers before it is asked", "wrong|protocol|exception",
     "import threading\ndef flood():\n while True: put(A + 4, struct.pack('<I', get(A) + 1))\n"
     "threading.Thread(target=flood, daemon=True).start()\ndef f(a, b): return 9",
     8},
    {"changes the reply while it is read", "wrong|protocol|exception|wall|cpu",
     "import threading\ndef flood():\n while True: put(REPLY, b'\\xff' * 64); put(A + 12, b'\\xff' "
     "* 4)\n"
     "threading.Thread(target=flood, daemon=True).start()\ndef f(a, b): return 9",
     4},
    {"colliding keys", "protocol|wrong",
     "import struct as s\nkeys = b''.join(b'I' + s.pack('<I', 12) + (i * (2**61 - 1)).to_bytes(12, "
     "'little') for i in range(1, 40000))\n"
     "def f(a, b): answer(b'S' + s.pack('<I', 39999) + keys)",
     4},
    {"writes back another type", "protocol|wrong",
     "def f(a, b): answer(b't\\3\\0\\0\\0s\\x08\\0\\0\\0returnedNT')"},
    {"wipes the area", "wall|wrong|protocol|exception",
     "libc.madvise(ctypes.c_void_p(A), ctypes.c_size_t(3 << 20), 9)\ndef f(a, b): return 9", 2},
    {"unmaps the area", "wall|signal",
     "libc.munmap(ctypes.c_void_p(A), ctypes.c_size_t(3 << 20))\ndef f(a, b): return 9", 2},
};

// Leave something in the memory that is shared with the tests. Each runs after kFindArea.
constexpr Attack kAreaLitter[] = {
    {"writes to the end of the area", "pass",
     "put(A + 20 + (3 << 20) - 64, b'left' + b'behind')\nput(A + 20 + (1 << 20) - 64, b'left' + "
     "b'behind')\n"
     "def f(a, b): return a + b"},
    {"finds nothing there", "pass",
     "assert b'left' + b'behind' not in ctypes.string_at(A, 3 << 20)\ndef f(a, b): return a + b"},
    {"is long, and has a secret near its end", "pass",
     "def f(a, b): return a + b\n#                                                                "
     "                                                                                           "
     "                                            a"
     "secret"},
    {"finds no earlier program", "pass",
     "assert b'a' + b'secret' not in ctypes.string_at(A, 3 << 20)\ndef f(a, b): return a + b"},
};

// Tests that make many calls in one request, and hand the candidate to iterators.
constexpr const char* kEachTests = R"(
def check(candidate):
    calls = [[1, 2], [5, 7], [-4, 4]]
    assert list(candidate.each(calls)) == [3, 12, 0]
    assert all(map(lambda call: candidate(*call) == sum(call), calls))
    for call, result in zip(calls, candidate.each(calls)):
        assert result == sum(call)
)";

constexpr Attack kEachForgeries[] = {
    {"honest", "pass", "def f(a, b): return a + b"},
    {"wrong from the second round on", "wrong",
     "n = 0\ndef f(a, b):\n global n\n n += 1\n return a + b if n < 4 else 9"},
    {"ends iterators", "exception", "def f(a, b): raise StopIteration"},
    {"ends iterators later", "exception",
     "n = 0\ndef f(a, b):\n global n\n n += 1\n if n > 3: raise StopIteration\n return a + b"},
    {"ends generators", "exception", "def f(a, b): raise GeneratorExit"},
    {"brings its own each", "wrong|exception",
     "class f:\n def __new__(cls, a, b): return 9\n @staticmethod\n def each(calls, digest=False): "
     "return [sum(c) for c in calls]"},
    {"returns objects that equal everything", "wrong",
     "class E:\n def __eq__(s, o): return True\n def __iter__(s): return iter([3, 12, 0])\n"
     "def f(a, b): return E()"},
    {"returns objects that add up", "wrong",
     "class E(int):\n def __eq__(s, o): return True\n __radd__ = __add__ = lambda s, o: s\n"
     " __hash__ = int.__hash__\ndef f(a, b): return E(9)"},
    {"exits in the last call", "exit",
     "import os\ndef f(a, b): return a + b if a > 0 else os._exit(0)"},
    {"loops in the last call", "cpu", "def f(a, b):\n while a < 0: pass\n return a + b"},
};

// Each runs after kFindArea and answers `each` by itself.
constexpr const char* kFrames = R"(
DONE = b'Et\1\0\0\0s\4\0\0\0done'
def value(n): return b'Vi' + struct.pack('<q', n)
)";
constexpr Attack kEachLiars[] = {
    {"fewer results than calls", "protocol", "def f(a, b): answer(value(3) + DONE)"},
    {"no results", "protocol", "def f(a, b): answer(DONE)"},
    {"more results than calls", "protocol", "def f(a, b): answer(value(3) * 4 + DONE)"},
    {"results without an end", "protocol", "def f(a, b): answer(value(3) + value(12) + value(0))"},
    {"results behind the end", "protocol",
     "def f(a, b): answer(value(3) + value(12) + value(0) + DONE + value(3))"},
    {"full without a result", "protocol",
     "def f(a, b): answer(b'Et\\1\\0\\0\\0s\\4\\0\\0\\0full')"},
    {"an end of no kind", "protocol", "def f(a, b): answer(value(3) * 3 + b'EN')"},
    {"a frame of no kind", "protocol", "def f(a, b): answer(value(3) * 2 + b'XN' + DONE)"},
    {"digests of nothing", "wrong", "def f(a, b): answer(b'Ds\\1\\0\\0\\0x' * 3 + DONE)"},
    {"unknown objects", "wrong",
     "def f(a, b): answer(b'Vo\\xff\\xff\\xff\\xff\\1\\0\\0\\0x' * 3 + DONE)"},
    {"takes back a result", "protocol|wrong",
     "import time\ndef f(a, b):\n put(REPLY, value(3) * 2); put(A + 12, struct.pack('<I', 20))\n"
     " time.sleep(0.2)\n answer(DONE)"},
};

// Use up the machine.
constexpr Attack kHogs[] = {
    {"endless loop", "cpu", "def f(a, b):\n while True: pass"},
    {"endless loop at import", "cpu", "while True: pass"},
    {"loop that ignores signals", "cpu",
     "import signal\nfor n in (2, 14, 15, 24, 27): signal.signal(n, signal.SIG_IGN)\nwhile True: "
     "pass"},
    {"loop in threads", "cpu",
     "import threading\ndef g():\n while True: pass\n"
     "def f(a, b):\n for _ in range(4): threading.Thread(target=g).start()\n g()"},
    {"sleep", "wall", "import time\ndef f(a, b): time.sleep(1000)", 1},
    {"waits for a lock forever", "wall",
     "import threading\ndef f(a, b):\n l = threading.Lock(); l.acquire(); l.acquire()", 1},
    {"stops itself", "wall|signal",
     "import signal\ndef f(a, b): signal.raise_signal(signal.SIGSTOP)", 1},
    {"power in C", "cpu", "def f(a, b): return 7 ** (10 ** 9)"},
    {"regular expression", "cpu", "import re\ndef f(a, b): re.match('(a+)+$', 'a' * 64 + 'b')"},
    {"memory by lists", "memory|cpu", "def f(a, b):\n x = []\n while True: x.append([0] * 10**6)"},
    {"memory at once", "memory", "def f(a, b): return len('x' * 10**11)"},
    {"memory by mmap", "exception|memory", "import mmap\ndef f(a, b): mmap.mmap(-1, 10**11)"},
    {"memory at import", "memory|cpu", "x = []\nwhile True: x.append(bytearray(10**7))"},
    {"fork bomb", "exception", "import os\ndef f(a, b):\n while True: os.fork()"},
    {"fork refused then right", "pass",
     "import os\ntry: os.fork()\nexcept OSError: pass\ndef f(a, b): return a + b"},
    {"daemon", "exception",
     "import os\ndef f(a, b):\n if os.fork() == 0: os.setsid()\n return a + b"},
    {"thread bomb", "pass|exception|memory|cpu|wall",
     "import threading, time\nthreading.stack_size(65536)\ndef f(a, b):\n n = 0\n try:\n  while n "
     "< 5000:\n"
     "   threading.Thread(target=time.sleep, args=(99,), daemon=True).start(); n += 1\n except "
     "RuntimeError: pass\n"
     " if n > 4000: raise ValueError(n)\n return a + b",
     8},
    {"descriptors then right", "pass",
     "import os\nopened = []\ntry:\n while True: opened.append(os.dup(0))\nexcept OSError: pass\n"
     "assert len(opened) < 64\ndef f(a, b): return a + b"},
    {"endless output", "output", "def f(a, b):\n while True: print('x' * 1000)"},
    {"endless output by writes", "output",
     "import os\ndef f(a, b):\n while True: os.write(2, b'x' * 4096)"},
    {"fills /tmp", "exception", "def f(a, b): open('/tmp/full', 'wb').write(b'x' * 10**8)"},
    {"fills /dev/shm", "exception", "def f(a, b): open('/dev/shm/full', 'wb').write(b'x' * 10**8)"},
    {"anonymous file", "exception", "import os\ndef f(a, b): os.memfd_create('m')"},
    {"endless recursion", "exception", "def f(a, b): return f(a, b)"},
    {"recursion without a limit", "signal|exception|memory|cpu",
     "import sys\nsys.setrecursionlimit(10**9)\ndef f(a, b): return f(a, b)"},
    {"null pointer", "signal", "import ctypes\ndef f(a, b): ctypes.string_at(0)"},
    {"abort", "signal", "import os\ndef f(a, b): os.abort()"},
    {"kills itself", "signal", "import signal\ndef f(a, b): signal.raise_signal(signal.SIGKILL)"},
    {"unmaps the C library", "signal",
     "import ctypes\nl = ctypes.CDLL(None)\np = ctypes.cast(l.getpid, ctypes.c_void_p).value & "
     "~4095\n"
     "l.munmap(ctypes.c_void_p(p - (1 << 20)), 1 << 22)\ndef f(a, b): return 9"},
    {"nested parentheses", "exception|memory", "eval('(' * 5000 + ')' * 5000)"},
    {"a hundred thousand minus signs", "exception|memory|signal", "eval('-' * 100000 + '1')"},
    {"raises its own limits", "exception",
     "import resource\ndef f(a, b): resource.setrlimit(resource.RLIMIT_CPU, (99, 99))"},
    {"reads what is not there", "exception", "def f(a, b): return input()"},
};

// Break out.
constexpr Attack kBreakouts[] = {
    {"kills its parent", "syscall", "import os\ndef f(a, b): os.kill(os.getppid(), 9)"},
    {"kills everyone", "syscall", "import os\ndef f(a, b): os.kill(-1, 9)"},
    {"signals its parent's thread", "exception|wrong|syscall",
     "import ctypes, os\ndef f(a, b): return ctypes.CDLL(None).syscall(234, os.getppid(), "
     "os.getppid(), 9)"},
    {"reads /etc/passwd", "exception", "def f(a, b): return open('/etc/passwd').read()"},
    {"reads the environment of others", "exception",
     "def f(a, b): return open('/proc/1/environ').read()"},
    {"reads its own memory map", "exception", "def f(a, b): return open('/proc/self/maps').read()"},
    {"lists the home directory", "exception", "import os\ndef f(a, b): return os.listdir('/root')"},
    {"writes the standard library", "exception", "import os\ndef f(a, b): open(os.__file__, 'a')"},
    {"removes a file", "exception", "import os\ndef f(a, b): os.remove(os.__file__)"},
    {"makes a link", "exception", "import os\ndef f(a, b): os.symlink('/etc', '/tmp/e')"},
    {"starts a program", "exception", "import subprocess\ndef f(a, b): subprocess.run(['true'])"},
    {"becomes a program", "exception", "import os\ndef f(a, b): os.execv('/bin/true', ['true'])"},
    {"os.system", "wrong|exception", "import os\ndef f(a, b): return os.system('true')"},
    {"TCP", "exception",
     "import socket\ndef f(a, b): socket.create_connection(('127.0.0.1', 80), 1)"},
    {"abstract socket", "exception",
     "import socket\ndef f(a, b): socket.socket(socket.AF_UNIX).bind('\\0x')"},
    {"becomes root", "exception", "import os\ndef f(a, b): os.setuid(0)"},
    {"types into the terminal", "exception",
     "import fcntl\ndef f(a, b): fcntl.ioctl(0, 0x5412, b'x')"},
    {"locks a shared file", "exception",
     "import fcntl, os\ndef f(a, b): fcntl.flock(os.open(os.__file__, 0), 2)"},
    {"chroot", "syscall", "import os\ndef f(a, b): os.chroot('/')"},
    {"32-bit gate", "syscall|signal",
     "import ctypes, mmap\nm = mmap.mmap(-1, 4096, "
     "prot=7)\nm.write(b'\\xb8\\x14\\0\\0\\0\\xcd\\x80\\xc3')\n"
     "def f(a, b): return "
     "ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(m)))()"},
    {"environment has secrets", "pass",
     "import os\nassert not [k for k in os.environ if k not in ('LC_CTYPE',)], os.environ\ndef "
     "f(a, b): return a + b"},
    {"only three descriptors", "pass",
     "import os\nopen_ = []\nfor n in range(3, 64):\n try: os.fstat(n); open_.append(n)\n except "
     "OSError: pass\n"
     "assert not open_, open_\ndef f(a, b): return a + b"},
    {"cannot read what it printed", "exception",
     "import os\nprint('x', flush=True)\ndef f(a, b): return os.pread(1, 1, 0)"},
};

// System calls by number, as x86-64 has them. What is refused without a kill returns -1.
struct RawCall {
  const char* name;
  const char* kinds;
  int number;
};
constexpr RawCall kRawCalls[] = {
    {"ptrace", "syscall", 101},
    {"process_vm_readv", "syscall", 310},
    {"io_uring", "syscall", 425},
    {"keyctl", "syscall", 250},
    {"unshare", "syscall", 272},
    {"mount", "syscall", 165},
    {"bpf", "syscall", 321},
    {"userfaultfd", "syscall", 323},
    {"perf_event_open", "syscall", 298},
    {"pidfd_getfd", "syscall", 438},
    {"x32 call", "syscall", 0x40000000 + 39},
    {"shmget", "wrong", 29},
    {"prctl", "wrong", 157},
    {"socket by number", "wrong", 41},
};

// Leave something behind for the next program.
constexpr Attack kLitter[] = {
    {"leaves marks", "pass",
     "import builtins, os, math, random, signal\nbuiltins.mark = 1\nmath.mark = "
     "1\nos.environ['mark'] = '1'\n"
     "random.seed(7)\nsignal.signal(signal.SIGALRM, "
     "signal.SIG_IGN)\nsignal.setitimer(signal.ITIMER_REAL, 0.05)\n"
     "def f(a, b): return a + b"},
    {"finds no marks", "pass",
     "import builtins, os, math, time\nassert not hasattr(builtins, 'mark') and not hasattr(math, "
     "'mark')\n"
     "assert 'mark' not in os.environ\ntime.sleep(0.1)\ndef f(a, b): return a + b"},
    {"rounds upward", "pass",
     "import ctypes\nassert ctypes.CDLL('libm.so.6').fesetround(0x800) == 0\ndef f(a, b): return a "
     "+ b"},
    {"rounds to nearest", "pass",
     "import ctypes\nassert ctypes.CDLL('libm.so.6').fegetround() == 0\ndef f(a, b): return a + b"},
    {"changes what 5 is", "pass|wrong|signal|exception",
     "import ctypes\nctypes.c_uint32.from_address(id(5) + 24).value = 6\ndef f(a, b): return a + "
     "b"},
    {"finds 5 as it is", "pass", "assert 2 + 3 == len('abcde')\ndef f(a, b): return a + b"},
    {"lowers the recursion limit", "pass",
     "import sys\nsys.setrecursionlimit(60)\ndef f(a, b): return a + b"},
    {"finds the recursion limit", "pass",
     "import sys\nassert sys.getrecursionlimit() == 1000\ndef f(a, b): return a + b"},
    {"blocks and handles signals", "pass",
     "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})\n"
     "signal.signal(signal.SIGUSR2, print)\nsignal.raise_signal(signal.SIGUSR1)\ndef f(a, b): "
     "return a + b"},
    {"finds signals as they were", "pass",
     "import signal\nassert signal.pthread_sigmask(signal.SIG_BLOCK, set()) == set()\n"
     "assert signal.getsignal(signal.SIGUSR2) == signal.SIG_DFL and not signal.sigpending()\n"
     "def f(a, b): return a + b"},
    {"opens descriptors", "pass",
     "import os\nopened = [os.dup(0) for _ in range(9)]\ndef f(a, b): return a + b"},
    {"finds no descriptors", "pass", "import os\nassert os.dup(0) == 3\ndef f(a, b): return a + b"},
    {"closes its output", "pass", "import os\nos.close(1)\nos.close(2)\ndef f(a, b): return a + b"},
    {"finds its output open", "pass",
     "import os\nos.write(1, b'x')\nos.write(2, b'x')\ndef f(a, b): "
     "return a + b"},
    {"leaves a thread", "pass",
     "import threading\ndef g():\n while True: pass\nthreading.Thread(target=g, "
     "daemon=True).start()\n"
     "def f(a, b): return a + b"},
    {"finds no thread", "pass",
     "import threading, time\nassert threading.active_count() == 1\nt = time.process_time()\n"
     "time.sleep(0.05)\nassert time.process_time() - t < 0.04\ndef f(a, b): return a + b"},
    {"maps memory at an address", "pass",
     "import ctypes\nl = ctypes.CDLL(None)\nl.mmap.restype = ctypes.c_void_p\n"
     "assert l.mmap(ctypes.c_void_p(0x200000000000), 4096, 3, 0x32, -1, 0) == 0x200000000000\n"
     "ctypes.memset(0x200000000000, 7, 9)\ndef f(a, b): return a + b"},
    {"finds the address empty", "pass",
     "import ctypes, os\nr, w = os.pipe()\n"
     "assert ctypes.CDLL(None).write(w, ctypes.c_void_p(0x200000000000), 1) == -1\ndef f(a, b): "
     "return "
     "a "
     "+ b"},
    {"writes to the stack of the start", "pass|signal",
     "import ctypes\np = ctypes.c_void_p.in_dll(ctypes.CDLL(None), '__libc_stack_end').value & "
     "~4095\n"
     "ctypes.memmove(p - 65536, b'mark', 4)\ndef f(a, b): return a + b"},
    {"finds that stack clean", "pass|signal",
     "import ctypes\np = ctypes.c_void_p.in_dll(ctypes.CDLL(None), '__libc_stack_end').value & "
     "~4095\n"
     "assert ctypes.string_at(p - 65536, 4) != b'mark'\ndef f(a, b): return a + b"},
    {"sets the environment of the C library", "pass",
     "import ctypes\nctypes.CDLL(None).setenv(b'mark', b'1', 1)\ndef f(a, b): return a + b"},
    {"finds that environment empty", "pass",
     "import ctypes\nl = ctypes.CDLL(None)\nl.getenv.restype = ctypes.c_char_p\n"
     "assert l.getenv(b'mark') is None\ndef f(a, b): return a + b"},
    {"prints for the next", "pass", "print('secret', flush=True)\ndef f(a, b): return a + b"},
    {"starts with empty output", "pass",
     "import os\nassert os.fstat(1).st_size == 0\ndef f(a, b): return a + b"},
};

class AttackTest : public testing::Test {
 protected:
  static SandboxJob job_of(std::string source, double wall_seconds = 60,
                           const char* tests = kTests) {
    return {.candidate = std::move(source),
            .tests = tests,
            .entry_point = "f",
            .limits = {.cpu_seconds = 0.5, .wall_seconds = wall_seconds}};
  }

  /// An honest program after each attack: but what litter leaves is for the next attack to find.
  enum class Canary { each, none };

  /// Runs every attack on every rung.
  static void run_all(std::span<const Attack> attacks, const std::string& prelude = "",
                      Canary canaries = Canary::each, const char* tests = kTests) {
    for (const NamedRung& rung : rungs_of_this_machine()) {
      Result<std::unique_ptr<SandboxWorker>> worker = SandboxWorker::start(rung.capabilities);
      ASSERT_TRUE(worker.ok()) << rung.name << ": " << worker.error().message();
      for (const Attack& attack : attacks) {
        const Verdict verdict =
            run_job(*worker.value(), job_of(prelude + attack.source, attack.wall_seconds, tests));
        EXPECT_TRUE(is_one_of(verdict, attack.kinds))
            << rung.name << ", " << attack.name << ": " << text_of(verdict) << ", expected "
            << attack.kinds;
        if (canaries == Canary::none) continue;
        const Verdict canary = run_job(*worker.value(), job_of(kHonest));
        EXPECT_TRUE(canary.passed())
            << rung.name << ", after " << attack.name << ": " << text_of(canary);
      }
    }
  }
};

TEST_F(AttackTest, NoForgeryPasses) {
  run_all(kForgeries);
}

TEST_F(AttackTest, NoLieInTheProtocolPasses) {
  if (kSanitized) GTEST_SKIP() << "the search for the call area assumes an ordinary address space";
  run_all(kLiars, kFindArea);
}

TEST_F(AttackTest, NoForgeryOfManyCallsPasses) {
  run_all(kEachForgeries, "", Canary::each, kEachTests);
}

TEST_F(AttackTest, NoLieAboutManyCallsPasses) {
  if (kSanitized) GTEST_SKIP() << "the search for the call area assumes an ordinary address space";
  run_all(kEachLiars, std::string(kFindArea) + kFrames, Canary::each, kEachTests);
}

TEST_F(AttackTest, NoHogOutlivesItsLimits) {
  if (kSanitized) GTEST_SKIP() << "sanitizers use address space and signals for themselves";
  run_all(kHogs);
}

TEST_F(AttackTest, NoBreakoutSucceeds) {
  run_all(kBreakouts);
}

TEST_F(AttackTest, NoForbiddenSystemCallIsAnswered) {
  std::vector<std::string> sources;
  std::vector<Attack> attacks;
  for (const RawCall& call : kRawCalls)
    sources.push_back(fmt::format(
        "import ctypes\ndef f(a, b):\n r = ctypes.CDLL(None).syscall({}, 0, 0, 0, 0, 0, 0)\n"
        " return r if r < 0 else a + b",
        call.number));
  for (std::size_t i = 0; i < sources.size(); ++i)
    attacks.push_back({kRawCalls[i].name, kRawCalls[i].kinds, sources[i].c_str()});
  run_all(attacks);
}

TEST_F(AttackTest, NothingIsLeftForTheNextProgram) {
  run_all(kLitter, "", Canary::none);
}

TEST_F(AttackTest, NothingIsLeftInTheSharedMemory) {
  if (kSanitized) GTEST_SKIP() << "the search for the call area assumes an ordinary address space";
  run_all(kAreaLitter, kFindArea, Canary::none);
}

}  // namespace
}  // namespace scribe::sandbox
