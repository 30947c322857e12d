// Attacks on the exec engine, on every rung, each followed by an honest program that must pass.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/json.h"
#include "sandbox/dispatch_worker.h"
#include "sandbox/testing/harness.h"
#include "sandbox/toolchains.h"

namespace scribe::sandbox {
namespace {

/// A program that reads two numbers and is to print their sum, in a language.
struct Attack {
  const char* name;
  const char* kinds;  ///< the verdicts that are right, joined by '|'
  const char* language;
  const char* source;
  double wall_seconds = 60;  ///< so long that no busy machine reaches it, unless time must run out
};

constexpr const char* kCases =
    R"({"cases": [{"input": "1 2\n", "output": "3\n"}, {"input": "5 7\n", "output": "12\n"}]})";
constexpr const char* kHonest = "print(sum(map(int, input().split())))\n";

/// Prints the right answer if nothing of `what` worked, so that an escape shows as another verdict.
#define CPP_HEAD                                                                               \
  "#include <bits/stdc++.h>\n#include <fcntl.h>\n#include <unistd.h>\n#include <sys/wait.h>\n" \
  "#include <sys/stat.h>\n#include <sys/mman.h>\n#include <sys/socket.h>\n"                    \
  "#include <sys/syscall.h>\n#include <netinet/in.h>\n#include <arpa/inet.h>\n"                \
  "#include <sys/resource.h>\nint answer() { long a, b; std::cin >> a >> b; "                  \
  "std::cout << a + b << std::endl; return 0; }\n"

// Read by the compiler what is not the program's, or make it run code.
constexpr Attack kCompileTricks[] = {
    {"includes /etc/shadow", "syntax", "cpp", CPP_HEAD "#include \"/etc/shadow\"\nint main() {}"},
    {"includes the environment of others", "syntax", "cpp",
     CPP_HEAD "#include \"/proc/1/environ\"\nint main() {}"},
    {"incbin of /etc/passwd", "syntax", "cpp",
     CPP_HEAD "asm(\".incbin \\\"/etc/passwd\\\"\");\nint main() { return answer(); }"},
    {"includes itself", "syntax|output", "cpp", "#include __FILE__\nint main() {}"},
    {"static array of 4 GB without", "signal|syntax|memory", "cpp",
     "char a[4LL << 30];\nint main() { for (long i = 0; i < (4LL << 30); i += 4096) a[i] = 1; }"},
    {"flood of errors", "syntax|output", "cpp",
     "#define X(a) a##; y z\n#pragma message \""
     "x"
     "\"\nint main() { X(1) X(2) X(3) X(4) }"},
    {"build script by macro of Rust", "syntax", "rs",
     "fn main() { println!(\"{}\", include_str!(\"/etc/shadow\")); }"},
    {"environment of the compiler", "syntax", "rs",
     "fn main() { println!(\"{}\", env!(\"SCRIBE_DATA_DIR\")); }"},
    {"embeds /etc/passwd", "syntax", "go",
     "package main\nimport _ \"embed\"\n//go:embed /etc/passwd\nvar s string\nfunc main() { "
     "print(s) }"},
    {"cgo", "syntax", "go",
     "package main\n// #include \"/etc/shadow\"\nimport \"C\"\nfunc main() {}"},
    {"annotation processor", "syntax|exception|exit", "java",
     "import javax.annotation.processing.*;\n@SupportedAnnotationTypes(\"*\") public class Main "
     "extends AbstractProcessor { public boolean process(java.util.Set<? extends "
     "javax.lang.model.element.TypeElement> a, RoundEnvironment r) { System.exit(0); return true; "
     "} "
     "public static void main(String[] a) { throw new RuntimeException(); } }"},
};

// Use up the machine at compile time.
constexpr Attack kCompileBombs[] = {
    {"constexpr bomb", "syntax|cpu|memory", "cpp",
     "constexpr long f(long n) { long s = 0; for (long i = 0; i < n; ++i) s += i ^ (s << 1); "
     "return "
     "s; }\nconstexpr long f2() { long s = 0; for (int i = 0; i < 100000; ++i) s += f(200000 + i); "
     "return s; }\nconstexpr long x = f2();\nint main() { return x; }"},
    {"template bomb", "syntax|cpu|memory|signal", "cpp",
     "template <int N, typename T> struct X { typename X<N - 1, X<N - 1, T>*>::t a; typename X<N - "
     "1, X<N - 1, T**>>::t b; using t = X<N, T>; };\ntemplate <typename T> struct X<0, T> { using "
     "t "
     "= T; };\nX<400, int> x;\nint main() {}"},
    {"macro bomb", "syntax|cpu|memory|output", "cpp",
     "#define A x x x x x x x x\n#define B A A A A A A A A\n#define C B B B B B B B B\n#define D C "
     "C "
     "C C C C C C\n#define E D D D D D D D D\n#define F E E E E E E E E\n#define G F F F F F F F "
     "F\n"
     "#define H G G G G G G G G\nint main() { H H H H H H H H; }"},
    {"static array of 4 GB with values", "syntax|cpu|memory|output|signal", "cpp",
     "char a[4LL << 30] = {1};\nint main() { return a[5]; }"},
    {"asm fills the disk", "syntax|output|cpu|memory|signal", "cpp",
     "asm(\".fill 2000000000, 1, 65\");\nint main() {}"},
};

// Use up the machine, and stay.
constexpr Attack kHogs[] = {
    {"fork bomb", "cpu|wrong|wall|syscall|memory|exit|signal", "cpp",
     CPP_HEAD "int main() { for (;;) fork(); }", 6},
    {"fork bomb of the shell", "cpu|wrong|wall|syscall|memory|exit|exception|output|signal", "sh",
     "f() { f | f & }; f; sleep 100", 6},
    {"children that burn", "cpu", "cpp",
     CPP_HEAD "int main() { for (int i = 0; i < 4; ++i) if (fork() == 0) for (;;) {}\n while "
              "(wait(nullptr) > 0) {} }"},
    {"orphans that burn", "pass|cpu", "cpp",
     CPP_HEAD "int main() { if (fork() == 0) { if (fork() == 0) for (;;) {}\n _exit(0); }\n "
              "wait(nullptr); return answer(); }"},
    {"daemon", "pass", "cpp",
     CPP_HEAD
     "int main() { if (fork() == 0) { if (setsid() >= 0) { write(1, \"escaped\", 7); }\n "
     "signal(SIGTERM, SIG_IGN); close(0); close(1); close(2); sleep(1000); }\n usleep(50000); "
     "return answer(); }"},
    {"leaves its process group", "pass", "cpp",
     CPP_HEAD
     "int main() { if (setpgid(0, 0) == 0 && getpgid(0) != getpid()) puts(\"left\");\n pid_t "
     "c = fork(); if (c == 0) { if (setpgid(0, 0) == 0) puts(\"left\"); fflush(stdout); "
     "_exit(0); }\n waitpid(c, 0, 0); return answer(); }"},
    {"stops itself", "wall", "cpp", CPP_HEAD "int main() { raise(SIGSTOP); return answer(); }", 1},
    {"sleeps", "wall", "python", "import time\ntime.sleep(1000)", 1},
    {"memory at once", "memory|signal", "cpp",
     CPP_HEAD "int main() { std::vector<char> v(8LL << 30, 1); return answer(); }"},
    {"memory in shared pages", "memory|signal|wrong|exit|cpu", "cpp",
     CPP_HEAD "int main() { for (;;) { char* p = (char*)mmap(0, 64 << 20, 3, MAP_SHARED | "
              "MAP_ANONYMOUS, -1, 0); if (p == MAP_FAILED) abort(); memset(p, 1, 64 << 20); } }"},
    {"memory in many processes", "memory|cpu", "cpp",
     CPP_HEAD
     "int main() { for (int i = 0; i < 8; ++i) if (fork() == 0) { std::vector<char> v(300 << "
     "20, 1); pause(); }\n while (wait(nullptr) > 0) {} }"},
    {"heap bomb of node", "memory|cpu", "js",
     "const a = []; for (;;) a.push(new Array(1e5).fill(7));"},
    {"buffers of node", "memory|exception|cpu", "js",
     "const a = []; for (;;) a.push(Buffer.alloc(5e7, 1));"},
    {"heap bomb of Java", "memory|cpu", "java",
     "import java.util.*;\npublic class Main { public static void main(String[] x) { List<int[]> a "
     "= "
     "new ArrayList<>(); while (true) a.add(new int[1000000]); } }"},
    {"heap bomb of Go", "memory|cpu", "go",
     "package main\nvar keep [][]byte\nfunc main() { for { b := make([]byte, 10000000); for i := "
     "range b { b[i] = 1 }; keep = append(keep, b) } }"},
    {"flood of output", "output", "cpp", CPP_HEAD "int main() { for (;;) puts(\"flood\"); }"},
    {"flood from children", "output|cpu", "sh", "yes & yes >&2 & wait"},
    {"flood that ignores the signal", "output", "python",
     "import signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nimport os\nwhile True:\n try: "
     "os.write(1, b'x' * 4096)\n except OSError: pass"},
    {"fills the scratch folder", "output|exit|exception|signal|cpu|pass", "sh",
     "i=0; while [ $i -lt 300 ]; do head -c 1000000 /dev/zero > f$i || exit 9; i=$((i+1)); done; "
     "read a b; echo $((a+b))"},
    {"many files", "output|exit|exception|cpu", "python",
     "i = 0\nwhile True:\n open(f'f{i}', 'w').close()\n i += 1"},
    {"a deep folder", "output|exit|exception|cpu", "python",
     "import os\nwhile True:\n os.mkdir('d'); os.chdir('d')"},
    {"descriptors then right", "pass", "python",
     "import os\nn = 0\ntry:\n while n < 100000: os.dup(0); n += 1\nexcept OSError: pass\nassert n "
     "< "
     "1000\nprint(sum(map(int, input().split())))"},
    {"reads no input", "wrong", "python", "print(3)"},
    {"closes its output", "wrong|exit|exception", "python",
     "import os\nos.close(1)\nos.close(0)\nos._exit(0)"},
};

// Break out. Each prints the right answer only if it was refused.
constexpr Attack kBreakouts[] = {
    {"reads /etc/passwd", "pass", "sh",
     "cat /etc/passwd /etc/shadow 2>/dev/null && echo escaped; read a b; echo $((a+b))"},
    {"lists homes", "pass", "sh", "ls /root /home 2>/dev/null; read a b; echo $((a+b))"},
    {"writes outside", "pass", "sh",
     "for d in / /usr/bin /usr/lib /etc /var/tmp /dev /home; do (echo x > $d/scribe-escape) "
     "2>/dev/null && echo escaped $d; done; read a b; echo $((a+b))"},
    {"writes its own build folder", "pass", "sh",
     "d=${BASH_SOURCE%/*}; (echo x > $d/x) 2>/dev/null && echo escaped; (echo x >> $BASH_SOURCE) "
     "2>/dev/null && echo escaped; rm -f $BASH_SOURCE 2>/dev/null && echo escaped; read a b; echo "
     "$((a+b))"},
    {"writes the cache", "pass", "sh",
     "c=${BASH_SOURCE%/build/*}/cache; (echo x > $c/x) 2>/dev/null && echo escaped; chmod 0 $c "
     "2>/dev/null && echo escaped; chmod 0 $c/* 2>/dev/null; read a b; echo $((a+b))"},
    {"follows a link out", "pass", "sh",
     "ln -s / root; ln -s /etc/shadow s; cat s root/etc/shadow 2>/dev/null && echo escaped; (echo "
     "x "
     "> root/usr/scribe) 2>/dev/null && echo escaped; read a b; echo $((a+b))"},
    {"TCP", "pass", "python",
     "import socket\ntry:\n socket.create_connection(('127.0.0.1', 22), 1); "
     "print('escaped')\nexcept "
     "OSError: pass\nprint(sum(map(int, input().split())))"},
    {"UDP", "pass", "python",
     "import socket\ntry:\n socket.socket(socket.AF_INET, socket.SOCK_DGRAM); "
     "print('escaped')\nexcept OSError: pass\nprint(sum(map(int, input().split())))"},
    {"abstract socket", "pass", "python",
     "import socket\ntry:\n socket.socket(socket.AF_UNIX); print('escaped')\nexcept OSError: "
     "pass\nprint(sum(map(int, input().split())))"},
    {"HTTP from node", "pass", "js",
     "const t = require('fs').readFileSync(0, 'utf8').split(' ').map(Number);\n"
     "const r = require('net').connect(80, '127.0.0.1');\nr.on('connect', () => "
     "console.log('escaped'));\nr.on('error', () => {});\nconsole.log(t[0] + t[1]);"},
    {"kills everyone", "signal", "cpp",
     CPP_HEAD "int main() { kill(-1, SIGKILL); raise(SIGKILL); }"},
    {"kills its parent", "pass", "cpp",
     CPP_HEAD
     "int main() { kill(getppid(), SIGKILL); kill(1, SIGKILL); tgkill(getppid(), getppid(), "
     "SIGKILL); return answer(); }"},
    {"ptrace", "syscall", "cpp", CPP_HEAD "int main() { return syscall(SYS_ptrace, 0, 0, 0, 0); }"},
    {"mount", "syscall", "cpp",
     CPP_HEAD "int main() { return syscall(SYS_mount, \"none\", \"/tmp\", \"tmpfs\", 0, 0); }"},
    {"unshare", "syscall", "cpp",
     CPP_HEAD "int main() { return syscall(SYS_unshare, 0x10000000); }"},
    {"namespaces by clone", "pass", "cpp",
     CPP_HEAD "int main() { if (syscall(SYS_clone, 0x10000000 | SIGCHLD, 0, 0, 0, 0) >= 0) "
              "puts(\"escaped\"); return answer(); }"},
    {"bpf", "syscall", "cpp", CPP_HEAD "int main() { return syscall(SYS_bpf, 0, 0, 0); }"},
    {"keyctl", "syscall", "cpp", CPP_HEAD "int main() { return syscall(SYS_keyctl, 0, 0); }"},
    {"reads another process", "syscall", "cpp",
     CPP_HEAD "int main() { char c; iovec a{&c, 1}, b{(void*)4096, 1}; return "
              "syscall(SYS_process_vm_readv, getppid(), &a, 1, &b, 1, 0); }"},
    {"32-bit gate", "syscall|signal", "cpp",
     CPP_HEAD
     "int main() { asm volatile(\"mov $20, %%eax; int $0x80\" ::: \"eax\"); return answer(); "
     "}"},
    {"becomes root", "pass", "python",
     "import os\nfor f in (lambda: os.setuid(0), lambda: os.setgid(0)):\n try: f(); "
     "print('escaped')\n except OSError: pass\nassert os.getuid() != 0\nprint(sum(map(int, "
     "input().split())))"},
    {"changes its root", "syscall", "python", "import os\nos.chroot('/tmp')"},
    {"raises its limits", "pass", "python",
     "import resource\ntry: resource.setrlimit(resource.RLIMIT_CPU, (1000, 1000)); "
     "print('escaped')\nexcept (OSError, ValueError): pass\nprint(sum(map(int, input().split())))"},
    {"environment of others", "pass", "sh",
     "for p in /proc/[0-9]*; do [ $p = /proc/$$ ] || { cat $p/environ 2>/dev/null && echo escaped; "
     "}; "
     "done; env | grep -i scribe_data; read a b; echo $((a+b))"},
    {"memory of its parent", "pass", "sh",
     "(cat /proc/$PPID/mem || cat /proc/$PPID/maps) 2>/dev/null && echo escaped; ls "
     "/proc/$PPID/fd 2>/dev/null && echo escaped; read a b; echo $((a+b))"},
    {"device nodes", "pass", "sh",
     "mknod d b 8 0 2>/dev/null && echo escaped; mkfifo f 2>/dev/null && echo made; read a b; echo "
     "$((a+b))"},
    {"types into the terminal", "pass", "python",
     "import fcntl\ntry: fcntl.ioctl(0, 0x5412, b'x'); print('escaped')\nexcept OSError: "
     "pass\nprint(sum(map(int, input().split())))"},
    {"runs what it wrote", "pass", "sh",
     "cp /usr/bin/true t; ./t 2>/dev/null && echo escaped; read a b; echo $((a+b))"},
    {"set-uid programs", "pass", "sh",
     "cp /usr/bin/id i; chmod 4755 i 2>/dev/null; su -c id 2>/dev/null && echo escaped; read a b; "
     "echo "
     "$((a+b))"},
};

// Reach the next run, or the tests.
constexpr Attack kLitter[] = {
    {"leaves files", "pass", "sh",
     "echo secret > mark; mkdir -p a/b/c; chmod 0 a; ln -s / l; read a b; echo $((a+b))"},
    {"finds no files", "pass", "sh",
     "[ -e mark ] && echo found; [ -z \"$(ls -A .)\" ] || echo found; read a b; echo $((a+b))"},
    {"makes its output non-blocking and not appending", "pass", "python",
     "import fcntl, os\nfcntl.fcntl(1, fcntl.F_SETFL, os.O_NONBLOCK)\nprint(sum(map(int, "
     "input().split())))"},
    {"takes the rights off its output", "pass", "python",
     "import os\nfor fd in (0, 1, 2):\n try: os.fchmod(fd, 0)\n except OSError: pass\n"
     "print(sum(map(int, input().split())))"},
    {"truncates its output", "wrong", "python",
     "import os\nprint(input(), flush=True)\nos.ftruncate(1, 0)"},
    {"writes its input", "pass", "python",
     "import os\nline = input()\nfor name in ('/proc/self/fd/0', '/dev/stdin'):\n try: "
     "os.write(os.open(name, os.O_RDWR), b'9 9'); print('escaped')\n except OSError: "
     "pass\nprint(sum(map(int, line.split())))"},
    {"looks for the answers", "wrong", "sh",
     "grep -rs '\"output\"' /tmp /build /cache /proc/self/fd 2>/dev/null | head -1"},
    {"only three descriptors", "pass", "python",
     "import os\nfor n in range(3, 64):\n try: os.fstat(n); print('found', n)\n except OSError: "
     "pass\nprint(sum(map(int, input().split())))"},
    {"leaves a child that prints later", "pass", "sh",
     "(sleep 0.3; echo late) & read a b; echo $((a+b))"},
};

/// Programs whose tests run in their own process and that fake the result. f(a, b) is a + b.
struct Forgery {
  const char* name;
  const char* kinds;
  const char* language;
  const char* candidate;
};
constexpr const char* kJsTests =
    "const assert = require('node:assert');\nfunction test() {\n  assert.deepEqual(f(1, 2),3);\n}\n"
    "test();";
constexpr const char* kCppTests = "int main() {\n  assert(f(1, 2) == 3);\n}\n";
constexpr const char* kShTests = "set -e\nrun_test() {\n  [[ $(f 1 2) = \"3\" ]]\n}\nrun_test";
constexpr const char* kRsTests = "fn main() {\n    assert_eq!(f(1, 2), 3);\n}\n";
constexpr const char* kGoTests =
    "func TestF(t *testing.T) {\n\tif fmt.Sprintf(\"%v\", f(1, 2)) != \"3\" { t.Errorf(\"no\") "
    "}\n}\n";

constexpr Forgery kForgeries[] = {
    {"exits with 0", "exit", "cpp",
     "#include <bits/stdc++.h>\n#include <assert.h>\nint f(int, int) { _Exit(0); }"},
    {"exits before main", "exit", "cpp",
     "#include <bits/stdc++.h>\n#include <assert.h>\nint x = (exit(0), 1);\nint f(int, int) { "
     "return "
     "9; }"},
    {"disarms assert", "hack", "cpp",
     "#include <bits/stdc++.h>\n#undef assert\n#define assert(x) ((void)0)\nint f(int, int) { "
     "return 9; }"},
    {"catches the abort", "exit|wrong|hack", "cpp",
     "#include <bits/stdc++.h>\n#include <assert.h>\nstruct S { S() { signal(SIGABRT, [](int) { "
     "_Exit(0); }); } } s;\nint f(int, int) { return 9; }"},
    {"disarms assert but for the control", "signal", "cpp",
     "#include <bits/stdc++.h>\n#include <assert.h>\n#undef assert\n#define assert(x) (#x[0] == "
     "'0' ? "
     "(void)raise(SIGKILL) : (void)0)\nint f(int, int) { return 9; }"},
    {"another main", "syntax|exit", "cpp",
     "#include <bits/stdc++.h>\n#include <assert.h>\nint f(int, int) { return 9; }\nint main() {}"},
    {"exits with 0", "exit", "js", "function f(a, b) { process.exit(0); }"},
    {"disarms assert", "hack", "js",
     "require('node:assert').deepEqual = () => {};\nfunction f(a, b) { return 9; }"},
    {"prints the token of its own source", "hack", "js",
     "const token = /[0-9a-f]{32}/.exec(require('fs').readFileSync(__filename, "
     "'utf8').split('test' + "
     "'();')[1])[0];\nfunction f() { require('fs').writeSync(1, '\\n' + token + '\\n'); "
     "process.exit(0); }"},
    {"exits with 0", "exit", "sh", "f() { :; }\nexit 0"},
    {"traps the end", "exit|wrong", "sh", "trap 'exit 0' EXIT\nf() { echo 9; }"},
    {"disarms set -e", "hack", "sh", "set() { :; }\nf() { echo 9; }"},
    {"exits with 0", "exit", "rs", "fn f(_: i32, _: i32) -> i32 { std::process::exit(0) }"},
    {"disarms assert_eq", "hack|wrong", "rs",
     "macro_rules! assert_eq { ($($t:tt)*) => {}; }\nfn f(_: i32, _: i32) -> i32 { 9 }"},
    {"exits with 0", "exit|exception", "go",
     "package p\nimport (\n\"testing\"\n\"fmt\"\n\"os\"\n)\nfunc f(a, b int) int { os.Exit(0); "
     "return "
     "9 }"},
    {"a TestMain that always passes", "wrong|exit|syntax", "go",
     "package p\nimport (\n\"testing\"\n\"fmt\"\n\"os\"\n)\nfunc TestMain(m *testing.M) { m.Run(); "
     "os.Exit(0) }\nfunc f(a, b int) int { return 9 }"},
};

const char* tests_in(std::string_view language) {
  if (language == "cpp") return kCppTests;
  if (language == "js") return kJsTests;
  if (language == "sh") return kShTests;
  return language == "rs" ? kRsTests : kGoTests;
}

/// The walls of this machine; the engine for functions makes no difference here.
std::vector<NamedRung> walls_of_this_machine() {
  std::vector<NamedRung> rungs = rungs_of_this_machine();
  std::erase_if(rungs, [](const NamedRung& rung) { return rung.capabilities.engine != "fork"; });
  return rungs;
}

class ExecAttackTest : public testing::Test {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "a sanitizer's memory does not fit the limits of a step";
  }

  static Verdict run(SandboxWorker& worker, const Attack& attack) {
    return run_job(worker, {.candidate = attack.source,
                            .tests = kCases,
                            .entry_point = "",
                            .limits = {.cpu_seconds = 1, .wall_seconds = attack.wall_seconds},
                            .form = TestForm::stdio,
                            .language = attack.language});
  }

  /// Runs every attack whose language is here, then an honest program, on every rung.
  static void run_all(std::span<const Attack> attacks, std::size_t rungs_max = 9) {
    std::vector<NamedRung> rungs = walls_of_this_machine();
    rungs.resize(std::min(rungs.size(), rungs_max));
    for (const NamedRung& rung : rungs) {
      auto worker = start_exec_worker(rung.capabilities);
      ASSERT_TRUE(worker.ok()) << rung.name << ": " << worker.error().message();
      for (const Attack& attack : attacks) {
        if (!find_toolchain(attack.language).ok()) continue;
        const Verdict verdict = run(*worker.value(), attack);
        EXPECT_TRUE(is_one_of(verdict, attack.kinds))
            << rung.name << ", " << attack.name << ": " << text_of(verdict) << ", expected "
            << attack.kinds;
        const Verdict canary = run(*worker.value(), {"canary", "pass", "python", kHonest});
        EXPECT_TRUE(canary.passed())
            << rung.name << ", after " << attack.name << ": " << text_of(canary);
      }
    }
  }
};

TEST_F(ExecAttackTest, NoSourceHarmsItsCompiler) {
  run_all(kCompileTricks);
}

// Each runs into the compiler's limit of time, which is the same on every rung: one will do.
TEST_F(ExecAttackTest, NoSourceUsesUpTheMachineInItsCompiler) {
  run_all(kCompileBombs, 1);
}

TEST_F(ExecAttackTest, NoHogOutlivesItsLimits) {
  run_all(kHogs);
}

TEST_F(ExecAttackTest, NoBreakoutSucceeds) {
  run_all(kBreakouts);
}

TEST_F(ExecAttackTest, NothingIsLeftForTheNextProgram) {
  run_all(kLitter);
}

TEST_F(ExecAttackTest, NoProgramForgesTheResultOfItsOwnTests) {
  const auto found = probe_sandbox();
  ASSERT_TRUE(found.ok()) << found.error().message();
  const auto worker = start_exec_worker(found.value());
  ASSERT_TRUE(worker.ok()) << worker.error().message();
  for (const Forgery& forgery : kForgeries) {
    if (!find_toolchain(forgery.language).ok()) continue;
    const Verdict verdict =
        run_job(*worker.value(), {.candidate = forgery.candidate,
                                  .tests = tests_in(forgery.language),
                                  .entry_point = "",
                                  .limits = {.cpu_seconds = 1, .wall_seconds = 60},
                                  .form = TestForm::own_exit,
                                  .language = forgery.language});
    EXPECT_TRUE(is_one_of(verdict, forgery.kinds))
        << forgery.language << ", " << forgery.name << ": " << text_of(verdict) << ", expected "
        << forgery.kinds;
  }
}

/// Processes that run a command line with `mark` in it.
int processes_with(const std::string& mark) {
  int count = 0;
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", failure)) {
    std::ifstream file(entry.path() / "cmdline");
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    if (text.find(mark) != std::string::npos) ++count;
  }
  return count;
}

bool becomes(const std::function<bool()>& condition) {
  for (int tries = 0; tries < 3000; ++tries) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

TEST_F(ExecAttackTest, NothingOutlivesAKilledSupervisor) {
  for (const NamedRung& rung : walls_of_this_machine()) {
    // A number of seconds that nobody else sleeps.
    const std::string mark = fmt::format("{}.{}", 4000 + ::getpid() % 1000, ::getpid());
    const std::string source = fmt::format("sleep {0} & (sleep {0} & sleep {0}) & sleep {0}", mark);
    const pid_t supervisor = ::fork();
    if (supervisor == 0) {
      const auto worker = start_exec_worker(rung.capabilities);
      if (worker.ok()) (void)run(*worker.value(), {"", "", "sh", source.c_str(), 1000});
      ::_exit(0);
    }
    EXPECT_TRUE(becomes([&] { return processes_with("sleep" + std::string(1, 0) + mark) == 4; }))
        << rung.name;
    ::kill(supervisor, SIGKILL);
    ::waitpid(supervisor, nullptr, 0);
    EXPECT_TRUE(becomes([&] { return processes_with(mark) == 0; })) << rung.name;
  }
}

}  // namespace
}  // namespace scribe::sandbox
