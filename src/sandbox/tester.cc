// The trusted process that holds tests and expected values and calls candidates over shared memory.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <vector>

#include "sandbox/codec.h"
#include "sandbox/helper_process.h"
#include "sandbox/helpers.h"
#include "sandbox/python_runtime.h"
#include "sandbox/seccomp_filter.h"
#include "sandbox/shared_memory.h"
#include "sandbox/tester_prelude.h"
#include "sandbox/wire.h"

namespace scribe::sandbox {
namespace {

constexpr int kWaitMilliseconds = 100;  // Only bounds a lost wake-up.
constexpr std::size_t kDetailBytesMax = kTextBytes - 1;

/// Sends requests to the candidate. The first fault of a job is final: whatever the tests do with
/// the exception, the job cannot pass any more.
class CandidateCaller {
 public:
  CandidateCaller(CallArea& calls, TesterArea& area)
      : calls_(calls), area_(area), reply_(kMessageBytesMax) {}

  void begin(std::uint32_t job) {
    job_ = job;
    sequence_ = 0;
    fault_ = TestsOutcome::none;
    fault_detail_.clear();
  }
  TestsOutcome fault() const { return fault_; }
  const std::string& fault_detail() const { return fault_detail_; }

  /// Records why the job cannot pass, unless that is known already, and raises in Python.
  PyObject* fail(TestsOutcome outcome, std::string detail) {
    if (fault_ == TestsOutcome::none) {
      fault_ = outcome;
      fault_detail_ = std::move(detail);
    }
    PyErr_SetNone(fault_type_);
    return nullptr;
  }

  /// One request and its reply; nullptr with a Python exception set if there is none.
  PyObject* exchange(PyObject* request) {
    if (fault_ != TestsOutcome::none) return fail(fault_, fault_detail_);
    std::string problem;
    const auto size_bytes = encode_value(request, calls_.request, problem);
    if (!size_bytes)
      return fail(TestsOutcome::broken_tests, "the tests pass " + problem + " to the candidate");
    calls_.request_bytes.store(static_cast<std::uint32_t>(*size_bytes));
    ++sequence_;
    area_.phase.store(TesterPhase::waiting);
    calls_.request_sequence.store(sequence_);
    futex_wake(calls_.request_sequence);
    const TestsOutcome waited = await_reply();
    if (waited != TestsOutcome::none) {
      area_.phase.store(TesterPhase::testing);
      return fail(waited, waited == TestsOutcome::bad_reply ? "answered out of turn" : "");
    }
    area_.phase.store(TesterPhase::decoding);
    PyRef reply = take_reply();
    area_.phase.store(TesterPhase::testing);
    if (!reply) return fail(TestsOutcome::bad_reply, "sent a malformed reply");
    return reply.release();
  }

  void set_fault_type(PyObject* type) { fault_type_ = type; }

 private:
  TestsOutcome await_reply() {
    for (;;) {
      const std::uint32_t now = calls_.reply_sequence.load();
      if (area_.ended_job.load() == job_) return TestsOutcome::candidate_died;
      if (now == sequence_) return TestsOutcome::none;
      if (now != sequence_ - 1) return TestsOutcome::bad_reply;
      futex_wait(calls_.reply_sequence, now, kWaitMilliseconds);
    }
  }

  /// Copies once, to memory that the candidate cannot change, then looks only at the copy.
  PyRef take_reply() {
    const std::size_t size_bytes = calls_.reply_bytes.load();
    if (size_bytes > kMessageBytesMax) return {};
    std::memcpy(reply_.data(), calls_.reply, size_bytes);
    return decode_value({reply_.data(), size_bytes});
  }

  CallArea& calls_;
  TesterArea& area_;
  std::vector<char> reply_;
  std::uint32_t job_ = 0;
  std::uint32_t sequence_ = 0;
  TestsOutcome fault_ = TestsOutcome::none;
  std::string fault_detail_;
  PyObject* fault_type_ = nullptr;
};

// Functions that Python calls have no other way to reach the one caller of this process.
CandidateCaller* the_caller = nullptr;

PyObject* py_exchange(PyObject*, PyObject* arguments) {
  return the_caller->exchange(arguments);
}

PyObject* fail_with(TestsOutcome outcome, PyObject* detail) {
  return the_caller->fail(outcome, text_of(detail, kDetailBytesMax));
}
PyObject* py_bad_reply(PyObject*, PyObject* detail) {
  return fail_with(TestsOutcome::bad_reply, detail);
}
PyObject* py_opaque_reply(PyObject*, PyObject* detail) {
  return fail_with(TestsOutcome::wrong, detail);
}

std::array<PyMethodDef, 3> functions = {{{"_exchange", py_exchange, METH_VARARGS, nullptr},
                                         {"_bad_reply", py_bad_reply, METH_O, nullptr},
                                         {"_opaque_reply", py_opaque_reply, METH_O, nullptr}}};

/// The module's globals with run() in them, or nullptr.
PyObject* load_prelude(CandidateCaller& caller) {
  the_caller = &caller;
  PyObject* const module = PyImport_AddModule("scribe_tester");
  PyObject* const globals = module == nullptr ? nullptr : PyModule_GetDict(module);
  if (globals == nullptr) return nullptr;
  PyDict_SetItemString(globals, "__builtins__", PyEval_GetBuiltins());
  // A BaseException: tests that catch every Exception must not catch this one.
  PyObject* const fault = PyErr_NewException("scribe_tester._Fault", PyExc_BaseException, nullptr);
  caller.set_fault_type(fault);
  PyDict_SetItemString(globals, "_Fault", fault);
  for (PyMethodDef& function : functions) {
    const PyRef object(PyCFunction_New(&function, nullptr));
    PyDict_SetItemString(globals, function.ml_name, object.get());
  }
  const PyRef done(PyRun_String(kTesterPrelude, Py_file_input, globals, globals));
  return done ? globals : nullptr;
}

TestsOutcome outcome_named(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, TestsOutcome>, 7> kNames = {{
      {"passed", TestsOutcome::passed},
      {"wrong", TestsOutcome::wrong},
      {"exception", TestsOutcome::exception},
      {"exited", TestsOutcome::exited},
      {"out_of_memory", TestsOutcome::out_of_memory},
      {"syntax", TestsOutcome::syntax},
      {"broken_tests", TestsOutcome::broken_tests},
  }};
  for (const auto& [known, outcome] : kNames)
    if (known == name) return outcome;
  return TestsOutcome::broken_tests;
}

TesterReply run_job(CandidateCaller& caller, TesterArea& area, PyObject* run, std::uint32_t job) {
  caller.begin(job);
  area.phase.store(TesterPhase::testing);
  const PyRef result(
      PyObject_CallFunction(run, "y#y#s#", area.tests_key, static_cast<Py_ssize_t>(kTestsKeyBytes),
                            area.tests, static_cast<Py_ssize_t>(area.tests_bytes), area.entry_point,
                            static_cast<Py_ssize_t>(area.entry_point_bytes)));
  area.phase.store(TesterPhase::idle);
  TesterReply reply{.outcome = TestsOutcome::broken_tests, .job = job};
  const char* outcome = nullptr;
  PyObject* detail = nullptr;
  if (caller.fault() != TestsOutcome::none) {  // Even if the tests ended well after it.
    PyErr_Clear();
    reply.outcome = caller.fault();
    copy_text(reply.text, caller.fault_detail());
  } else if (result && PyArg_ParseTuple(result.get(), "sO", &outcome, &detail) != 0) {
    reply.outcome = outcome_named(outcome);
    copy_text(reply.text, text_of(detail, kDetailBytesMax));
  } else {
    PyErr_Clear();
    copy_text(reply.text, "the tests broke the tester");
  }
  return reply;
}

bool limit_self() {
  const auto limit = [](__rlimit_resource resource, rlim_t value) {
    const rlimit both{value, value};
    return ::setrlimit(resource, &both) == 0;
  };
  return limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_NOFILE, 64) &&
         ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

/// Tests may import what the machine has installed for Python; candidates may not.
std::vector<std::string> tester_paths() {
  const auto standard = standard_library_paths();
  std::vector<std::string> paths(standard.begin(), standard.end());
  paths.push_back("/usr/lib/python3/dist-packages");
  return paths;
}

Status serve_tests() {
  SCRIBE_TRY_ASSIGN(SharedArea<CallArea> calls, SharedArea<CallArea>::map(kCallAreaFd));
  SCRIBE_TRY_ASSIGN(SharedArea<TesterArea> area, SharedArea<TesterArea>::map(kExtraFd));
  SCRIBE_TRY_ASSIGN(SeccompFilter filter, SeccompFilter::for_tester());
  ::clearenv();
  ::signal(SIGPIPE, SIG_IGN);
  SCRIBE_TRY(start_python(tester_paths()));
  CandidateCaller caller(*calls, *area);
  PyObject* const globals = load_prelude(caller);
  if (globals == nullptr) {
    PyErr_Print();
    return error(ErrorCode::internal, "the tester's Python code does not load");
  }
  PyObject* const run = PyDict_GetItemString(globals, "run");
  const UniqueFd null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  ::dup2(null.get(), STDERR_FILENO);
  if (!limit_self() || !filter.load(::getpid()))
    return error(ErrorCode::unsupported, "cannot restrict the tester: {}", std::strerror(errno));
  send_message(kControlFd, TesterReply{.outcome = TestsOutcome::ready});
  while (const auto request = receive_message<TesterRequest>(kControlFd))
    send_message(kControlFd, run_job(caller, *area, run, request->job));
  return {};
}

}  // namespace

int run_tester() {
  watch_lifeline();
  const Status status = serve_tests();
  if (!status.ok()) {
    TesterReply reply{.outcome = TestsOutcome::none};
    copy_text(reply.text, status.error().message());
    send_message(kControlFd, reply);
  }
  ::_exit(status.ok() ? 0 : 1);
}

}  // namespace scribe::sandbox
