// The trusted process that holds tests and expected values and calls candidates over shared memory.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <fstream>
#include <vector>

#include "sandbox/call_stream.h"
#include "sandbox/codec.h"
#include "sandbox/helper_process.h"
#include "sandbox/helpers.h"
#include "sandbox/python_runtime.h"
#include "sandbox/seccomp_filter.h"
#include "sandbox/shared_memory.h"
#include "sandbox/tester_candidate.h"
#include "sandbox/tester_inside.h"
#include "sandbox/tester_prelude.h"
#include "sandbox/value_digest.h"
#include "sandbox/wire.h"

namespace scribe::sandbox {
namespace {

constexpr int kWaitMilliseconds = 100;   // Only bounds a lost wake-up.
constexpr int kFramesMilliseconds = 20;  // After so long, what was returned so far is looked at.
constexpr std::size_t kDetailBytesMax = kTextBytes - 1;

/// Sends requests to the candidate. The first fault of a job is final: whatever the tests do with
/// the exception, the job cannot pass any more.
class CandidateCaller {
 public:
  CandidateCaller(CallArea& calls, TesterArea& area)
      : calls_(calls), area_(area), reply_(kMessageBytesMax) {
    numbers_.number_of = [this](PyObject* object) { return number_of(object); };
    numbers_.object_of = [this](std::uint32_t number, const std::string& type_name) {
      return PyRef(PyObject_CallFunction(handle_type_, "Is", number, type_name.c_str()));
    };
  }

  void begin(std::uint32_t job) {
    job_ = job;
    sequence_ = 0;
    frames_open_ = false;
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
    std::string problem;
    if (!is_ready()) return nullptr;
    // Too deep by one level, once something was answered: the candidate's own value, passed back.
    if (!send(request, problem))
      return fail(sequence_ > 1 && problem.starts_with("more than") ? TestsOutcome::wrong
                                                                    : TestsOutcome::broken_tests,
                  "the tests pass " + problem + " to the candidate");
    if (!await_reply()) return nullptr;
    area_.phase.store(TesterPhase::decoding);
    PyRef reply = take_reply();
    area_.phase.store(TesterPhase::testing);
    if (!reply) return fail(TestsOutcome::bad_reply, "sent a malformed reply");
    if (sequence_ > 1) area_.has_answers.store(1);  // The first request loads the program.
    return reply.release();
  }

  /// Sends a request whose reply is a row of frames: True, or a str that says why it cannot cross.
  PyObject* begin_frames(PyObject* request) {
    std::string problem;
    if (!is_ready()) return nullptr;
    if (!send(request, problem)) return PyUnicode_FromString(problem.c_str());
    frames_open_ = true;
    frames_taken_ = 0;
    Py_RETURN_TRUE;
  }

  /// (values that were published since the last time, the end or None). Waits for at least one of
  /// the two. What a candidate had returned before it died counts; then comes the fault.
  PyObject* take_frames() {
    if (fault_ != TestsOutcome::none) return fail(fault_, fault_detail_);
    if (!frames_open_) return fail(TestsOutcome::broken_tests, "no calls are under way");
    area_.phase.store(TesterPhase::waiting);
    const Waited waited = await_frames();
    area_.phase.store(TesterPhase::decoding);
    PyRef frames;
    const std::size_t size_bytes = calls_.reply_bytes.load();
    if (size_bytes <= kMessageBytesMax && size_bytes >= frames_taken_)
      frames = read_frames(size_bytes, waited == Waited::replied);
    area_.phase.store(TesterPhase::testing);
    if (waited == Waited::out_of_turn || !frames)
      return fail(TestsOutcome::bad_reply, "sent a malformed reply");
    const bool is_empty = PyList_GET_SIZE(PyTuple_GET_ITEM(frames.get(), 0)) == 0 && frames_open_;
    if (waited == Waited::died && is_empty) return fail(TestsOutcome::candidate_died, "");
    area_.has_answers.store(1);
    return frames.release();
  }

  void set_types(PyObject* fault_type, PyObject* handle_type, PyObject* digest_type) {
    fault_type_ = fault_type;
    handle_type_ = handle_type;
    digest_type_ = digest_type;
  }

 private:
  enum class Waited { replied, published, died, out_of_turn };

  std::optional<std::uint32_t> number_of(PyObject* object) const {
    if (reinterpret_cast<PyObject*>(Py_TYPE(object)) != handle_type_) return std::nullopt;
    const PyRef number(PyObject_GetAttrString(object, "_scribe_number"));
    if (number) return static_cast<std::uint32_t>(PyLong_AsUnsignedLong(number.get()));
    PyErr_Clear();
    return std::nullopt;
  }

  /// False, with a Python exception set, if the candidate cannot be asked any more. Frames that the
  /// tests did not care to take must have come before something else is asked.
  bool is_ready() {
    if (fault_ != TestsOutcome::none) return fail(fault_, fault_detail_) != nullptr;
    if (!frames_open_) return true;
    frames_open_ = false;
    return await_reply();
  }

  bool send(PyObject* request, std::string& problem) {
    const auto size_bytes = encode_value(request, calls_.request, problem, &numbers_);
    if (!size_bytes) return false;
    calls_.request_bytes.store(static_cast<std::uint32_t>(*size_bytes));
    calls_.reply_bytes.store(0);
    ++sequence_;
    calls_.request_sequence.store(sequence_);
    futex_wake(calls_.request_sequence);
    return true;
  }

  /// False, with a Python exception set, if there will be no reply.
  bool await_reply() {
    area_.phase.store(TesterPhase::waiting);
    Waited waited = Waited::published;
    while (waited == Waited::published) waited = look(kWaitMilliseconds);
    area_.phase.store(TesterPhase::testing);
    if (waited == Waited::replied) return true;
    if (waited == Waited::died) return fail(TestsOutcome::candidate_died, "") != nullptr;
    return fail(TestsOutcome::bad_reply, "answered out of turn") != nullptr;
  }

  /// Returns early with what was published only after some time: one reply with everything in it is
  /// cheaper, but a call that never ends must not keep back what was returned before it.
  Waited await_frames() {
    for (bool first = true;; first = false) {
      const Waited waited = look(kFramesMilliseconds);
      const bool has_news = calls_.reply_bytes.load() > frames_taken_;
      if (waited != Waited::published || (has_news && !first)) return waited;
    }
  }

  /// One look at the area, and a wait of at most `milliseconds` if nothing is decided.
  Waited look(int milliseconds) {
    const std::uint32_t now = calls_.reply_sequence.load();
    if (area_.ended_job.load() == job_) return Waited::died;
    if (now == sequence_) return Waited::replied;
    if (now != sequence_ - 1) return Waited::out_of_turn;
    futex_wait(calls_.reply_sequence, now, milliseconds);
    return Waited::published;
  }

  /// Copies once, to memory that the candidate cannot change, then looks only at the copy.
  PyRef take_reply() {
    const std::size_t size_bytes = calls_.reply_bytes.load();
    if (size_bytes > kMessageBytesMax) return {};
    std::memcpy(reply_.data(), calls_.reply, size_bytes);
    return decode_value({reply_.data(), size_bytes}, &numbers_);
  }

  /// The frames up to `size_bytes`, copied once as well; no object if they are not well-formed.
  PyRef read_frames(std::size_t size_bytes, bool must_end) {
    const std::size_t start = frames_taken_;
    std::memcpy(reply_.data(), calls_.reply + start, size_bytes - start);
    frames_taken_ = size_bytes;
    std::span<const char> bytes(reply_.data(), size_bytes - start);
    const PyRef values(PyList_New(0));
    PyRef end = PyRef::share(Py_None);
    while (!bytes.empty() && end.get() == Py_None) {
      const char kind = bytes[0];
      std::size_t used = 0;
      PyRef value = decode_first_value(bytes.subspan(1), used, &numbers_);
      if (value && kind == static_cast<char>(Frame::digest))
        value = PyRef(PyObject_CallOneArg(digest_type_, value.get()));
      const bool is_end = kind == static_cast<char>(Frame::end);
      const bool is_result =
          kind == static_cast<char>(Frame::value) || kind == static_cast<char>(Frame::digest);
      if (!value || !(is_end || is_result)) return malformed();
      bytes = bytes.subspan(1 + used);
      if (is_end)
        end = std::move(value);
      else if (PyList_Append(values.get(), value.get()) != 0)
        return malformed();
    }
    if (end.get() != Py_None) frames_open_ = false;
    if (!bytes.empty() || (must_end && frames_open_)) return malformed();
    // The end may stand there before the reply counts as given: wait for that, it comes at once.
    if (!must_end && !frames_open_ && area_.ended_job.load() != job_ && !await_reply()) return {};
    return PyRef(PyTuple_Pack(2, values.get(), end.get()));
  }

  static PyRef malformed() {
    PyErr_Clear();
    return {};
  }

  CallArea& calls_;
  TesterArea& area_;
  std::vector<char> reply_;
  ObjectNumbers numbers_;
  std::uint32_t job_ = 0;
  std::uint32_t sequence_ = 0;
  bool frames_open_ = false;  ///< a row of frames is under way
  std::size_t frames_taken_ = 0;
  TestsOutcome fault_ = TestsOutcome::none;
  std::string fault_detail_;
  // Borrowed from the tester's module, which lives as long as the process.
  PyObject* fault_type_ = nullptr;
  PyObject* handle_type_ = nullptr;
  PyObject* digest_type_ = nullptr;
};

// Functions that Python calls have no other way to reach the one caller and area of this process.
CandidateCaller* the_caller = nullptr;
TesterArea* the_area = nullptr;

PyObject* py_exchange(PyObject*, PyObject* arguments) {
  return the_caller->exchange(arguments);
}
PyObject* py_begin_frames(PyObject*, PyObject* arguments) {
  return the_caller->begin_frames(arguments);
}
PyObject* py_take_frames(PyObject*, PyObject*) {
  return the_caller->take_frames();
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
PyObject* py_broken_tests(PyObject*, PyObject* detail) {
  return fail_with(TestsOutcome::broken_tests, detail);
}

PyObject* py_digest(PyObject*, PyObject* value) {
  const auto digest = digest_of_value(value);
  if (!digest) Py_RETURN_NONE;
  return PyUnicode_FromString(digest->c_str());
}
PyObject* py_encode(PyObject*, PyObject* value) {
  std::vector<char> bytes(kMessageBytesMax);
  std::string problem;
  const auto size_bytes = encode_value(value, bytes, problem);
  if (!size_bytes) Py_RETURN_NONE;
  return PyBytes_FromStringAndSize(bytes.data(), static_cast<Py_ssize_t>(*size_bytes));
}
PyObject* py_decode(PyObject*, PyObject* bytes) {
  if (PyBytes_Check(bytes) == 0) Py_RETURN_NONE;
  PyRef value =
      decode_value({PyBytes_AS_STRING(bytes), static_cast<std::size_t>(PyBytes_GET_SIZE(bytes))});
  if (!value) Py_RETURN_NONE;
  return value.release();
}

PyObject* py_report(PyObject*, PyObject* bytes) {
  const auto size_bytes = PyBytes_Check(bytes) == 0 ? Py_ssize_t{-1} : PyBytes_GET_SIZE(bytes);
  if (size_bytes < 0 || static_cast<std::size_t>(size_bytes) > kReportBytesMax) {
    PyErr_Format(PyExc_ValueError, "a report is of at most %zu bytes", kReportBytesMax);
    return nullptr;
  }
  std::memcpy(the_area->report, PyBytes_AS_STRING(bytes), static_cast<std::size_t>(size_bytes));
  the_area->report_bytes.store(static_cast<std::uint32_t>(size_bytes));
  Py_RETURN_NONE;
}
PyObject* py_part(PyObject*, PyObject* name) {
  copy_text(the_area->part, text_of(name, kPartBytesMax));
  Py_RETURN_NONE;
}

std::array<PyMethodDef, 11> functions = {{{"_exchange", py_exchange, METH_VARARGS, nullptr},
                                          {"_begin_frames", py_begin_frames, METH_VARARGS, nullptr},
                                          {"_take_frames", py_take_frames, METH_NOARGS, nullptr},
                                          {"_bad_reply", py_bad_reply, METH_O, nullptr},
                                          {"_opaque_reply", py_opaque_reply, METH_O, nullptr},
                                          {"_broken_tests", py_broken_tests, METH_O, nullptr},
                                          {"_digest", py_digest, METH_O, nullptr},
                                          {"_encode", py_encode, METH_O, nullptr},
                                          {"_decode", py_decode, METH_O, nullptr},
                                          {"_report", py_report, METH_O, nullptr},
                                          {"_part", py_part, METH_O, nullptr}}};

/// The module's globals with run() in them, or nullptr.
PyObject* load_prelude(CandidateCaller& caller, TesterArea& area) {
  the_caller = &caller;
  the_area = &area;
  PyObject* const module = PyImport_AddModule("scribe_tester");
  PyObject* const globals = module == nullptr ? nullptr : PyModule_GetDict(module);
  if (globals == nullptr) return nullptr;
  PyDict_SetItemString(globals, "__builtins__", PyEval_GetBuiltins());
  // A BaseException: tests that catch every Exception must not catch this one.
  PyObject* const fault = PyErr_NewException("scribe_tester._Fault", PyExc_BaseException, nullptr);
  PyDict_SetItemString(globals, "_Fault", fault);
  for (PyMethodDef& function : functions) {
    const PyRef object(PyCFunction_New(&function, nullptr));
    PyDict_SetItemString(globals, function.ml_name, object.get());
  }
  for (const char* source : {kTesterCandidate, kTesterInside, kTesterPrelude}) {
    const PyRef done(PyRun_String(source, Py_file_input, globals, globals));
    if (!done) return nullptr;
  }
  caller.set_types(fault, PyDict_GetItemString(globals, "Handle"),
                   PyDict_GetItemString(globals, "Digest"));
  return globals;
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

/// Names of TestPlace, as run() knows them.
const char* name_of(TestPlace place) {
  switch (place) {
    case TestPlace::apart:
      return "apart";
    case TestPlace::inside:
      return "inside";
    case TestPlace::inside_failing:
      return "inside_failing";
    case TestPlace::inside_corrupted:
      return "inside_corrupted";
  }
  SCRIBE_UNREACHABLE();
}

TesterReply run_job(CandidateCaller& caller, TesterArea& area, PyObject* run,
                    const TesterRequest& request) {
  const std::uint32_t job = request.job;
  caller.begin(job);
  area.phase.store(TesterPhase::testing);
  const PyRef result(PyObject_CallFunction(
      run, "y#y#s#s", area.tests_key, static_cast<Py_ssize_t>(kTestsKeyBytes), area.tests,
      static_cast<Py_ssize_t>(area.tests_bytes), area.entry_point,
      static_cast<Py_ssize_t>(area.entry_point_bytes), name_of(request.place)));
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

/// What objects of the candidate make the tests gather is bounded: an iterator without end, taken
/// into a list. Far above what tests need. Sanitizers reserve more than any limit.
[[maybe_unused]] constexpr rlim_t kMoreMemory = rlim_t{4} << 30;

rlim_t memory_limit() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return RLIM_INFINITY;
#else
  std::ifstream statm("/proc/self/statm");
  rlim_t pages = 0;
  statm >> pages;
  return pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE)) + kMoreMemory;
#endif
}

bool limit_self() {
  const auto limit = [](__rlimit_resource resource, rlim_t value) {
    const rlimit both{value, value};
    return ::setrlimit(resource, &both) == 0;
  };
  return limit(RLIMIT_AS, memory_limit()) && limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, 0) &&
         limit(RLIMIT_NOFILE, 64) && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
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
  PyObject* const globals = load_prelude(caller, *area);
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
    send_message(kControlFd, run_job(caller, *area, run, *request));
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
