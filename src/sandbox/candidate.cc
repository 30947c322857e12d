// Serves calls of the tester from inside the jail; nothing here is secret from the program.
#include "sandbox/candidate.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <cstring>

#include "sandbox/arena_reserve.h"
#include "sandbox/codec.h"
#include "sandbox/landlock.h"

namespace scribe::sandbox {
namespace {

constexpr std::size_t kErrorTextBytesMax = 400;
constexpr rlim_t kStackBytes = rlim_t{16} << 20;
constexpr rlim_t kOpenFiles = 32;
constexpr const char* kModuleName = "candidate";

bool set_limit(__rlimit_resource resource, rlim_t soft, rlim_t hard) {
  const rlimit limit{soft, hard};
  return ::setrlimit(resource, &limit) == 0;
}

/// The same for every program.
bool set_fixed_limits() {
  return set_limit(RLIMIT_STACK, kStackBytes, kStackBytes) &&
         set_limit(RLIMIT_NOFILE, kOpenFiles, kOpenFiles) && set_limit(RLIMIT_CORE, 0, 0) &&
         set_limit(RLIMIT_MEMLOCK, 0, 0) && set_limit(RLIMIT_MSGQUEUE, 0, 0) &&
         set_limit(RLIMIT_SIGPENDING, 64, 64);
}

bool set_limits(const CandidateLimits& limits) {
  // The launcher watches the exact CPU time; these whole seconds only back it up.
  const auto cpu = static_cast<rlim_t>(std::ceil(limits.cpu_seconds)) + 1;
  const auto address = static_cast<rlim_t>(limits.address_bytes);
  const auto output = static_cast<rlim_t>(limits.output_bytes);
  const auto threads = static_cast<rlim_t>(limits.threads);
  return set_limit(RLIMIT_CPU, cpu, cpu + 1) && set_limit(RLIMIT_AS, address, address) &&
         set_limit(RLIMIT_FSIZE, output, output) && set_limit(RLIMIT_NPROC, threads, threads) &&
         set_fixed_limits();
}

/// The nearest ancestor of an exception's type that the builtins module has, for the tester to
/// raise.
const char* builtin_name(PyTypeObject* type) {
  PyObject* const builtins = PyEval_GetBuiltins();
  for (PyTypeObject* base = type; base != nullptr; base = base->tp_base)
    if (PyDict_GetItemString(builtins, base->tp_name) == reinterpret_cast<PyObject*>(base))
      return base->tp_name;
  return "Exception";
}

/// Takes the pending exception: ("raised", stage, builtin ancestor, type, message).
PyRef take_exception(const char* stage) {
  PyObject* type = nullptr;
  PyObject* value = nullptr;
  PyObject* traceback = nullptr;
  PyErr_Fetch(&type, &value, &traceback);
  PyErr_NormalizeException(&type, &value, &traceback);
  const PyRef type_owner(type);
  PyRef value_owner(value);
  Py_XDECREF(traceback);  // Frees the frames, and with them what filled the memory.
  if (value != nullptr) PyException_SetTraceback(value, Py_None);
  auto* const class_of = reinterpret_cast<PyTypeObject*>(type);
  const PyRef text(value == nullptr ? nullptr : PyObject_Str(value));
  PyErr_Clear();
  const std::string message = text_of(text.get(), kErrorTextBytesMax);
  const PyRef name(PyUnicode_FromFormat("%.100s", class_of->tp_name));
  return PyRef(Py_BuildValue("(sssOs)", "raised", stage, builtin_name(class_of),
                             name ? name.get() : Py_None, message.c_str()));
}

/// Answers requests one after the other with the functions of one program.
class CandidateServer {
 public:
  CandidateServer(CallArea& area, std::vector<char>& request, std::vector<char>& arguments,
                  const std::vector<char>& memory_error)
      : area_(area), request_(request), arguments_(arguments), memory_error_(memory_error) {}

  [[noreturn]] void serve() {
    for (std::uint32_t sequence = 1;; ++sequence) {
      await(sequence);
      send(answer(receive()));
      area_.reply_sequence.store(sequence);
      futex_wake(area_.reply_sequence);
    }
  }

 private:
  void await(std::uint32_t sequence) {
    Py_BEGIN_ALLOW_THREADS;  // The program's own threads go on meanwhile.
    for (;;) {
      const std::uint32_t now = area_.request_sequence.load();
      if (now == sequence) break;
      futex_wait(area_.request_sequence, now, 1000);
    }
    Py_END_ALLOW_THREADS;
  }

  PyRef receive() {
    const std::size_t size_bytes = area_.request_bytes.load();
    if (size_bytes > kMessageBytesMax) return {};
    std::memcpy(request_.data(), area_.request, size_bytes);
    return decode_value({request_.data(), size_bytes});
  }

  PyRef answer(const PyRef& request) {
    if (!request || !PyTuple_Check(request.get())) return PyRef(Py_BuildValue("(s)", "bad"));
    const char* kind = nullptr;
    PyObject* name = nullptr;
    PyObject* positional = nullptr;
    PyObject* keywords = nullptr;
    if (PyArg_ParseTuple(request.get(), "sOO!O!", &kind, &name, &PyTuple_Type, &positional,
                         &PyDict_Type, &keywords) == 0)
      return take_exception("call");
    return std::strcmp(kind, "load") == 0 ? load(positional) : call(name, positional, keywords);
  }

  /// Compiles and runs the program; says what it calls each of `names`.
  PyRef load(PyObject* names) {
    const std::size_t size_bytes = area_.source_bytes.load();
    if (size_bytes > kSourceBytesMax) return PyRef(Py_BuildValue("(s)", "bad"));
    const PyRef code(compile(size_bytes));
    if (!code) return take_exception("compile");
    PyObject* const module = PyImport_AddModule(kModuleName);
    globals_ = module == nullptr ? nullptr : PyModule_GetDict(module);
    if (globals_ == nullptr ||
        PyDict_SetItemString(globals_, "__builtins__", PyEval_GetBuiltins()) != 0)
      return take_exception("load");
    const PyRef done(PyEval_EvalCode(code.get(), globals_, globals_));
    if (!done) return take_exception("load");
    return PyRef(Py_BuildValue("(sN)", "loaded", describe(names).release()));
  }

  PyObject* compile(std::size_t size_bytes) {
    const PyRef source(
        PyUnicode_DecodeUTF8(area_.source, static_cast<Py_ssize_t>(size_bytes), "strict"));
    if (!source) return nullptr;
    Py_ssize_t utf8_bytes = 0;
    const char* const utf8 = PyUnicode_AsUTF8AndSize(source.get(), &utf8_bytes);
    if (utf8 != nullptr && std::memchr(utf8, 0, static_cast<std::size_t>(utf8_bytes)) != nullptr) {
      PyErr_SetString(PyExc_ValueError, "source code string cannot contain null bytes");
      return nullptr;
    }
    PyCompilerFlags flags{PyCF_IGNORE_COOKIE, PY_MINOR_VERSION};
    return Py_CompileStringExFlags(utf8, "<candidate>", Py_file_input, &flags, -1);
  }

  /// A list of (kind, value) in the order of `names`.
  PyRef describe(PyObject* names) {
    PyRef list(PyList_New(0));
    for (Py_ssize_t i = 0; list && i < PyTuple_GET_SIZE(names); ++i) {
      const PyRef entry(describe_one(PyDict_GetItem(globals_, PyTuple_GET_ITEM(names, i))));
      if (!entry || PyList_Append(list.get(), entry.get()) != 0) return {};
    }
    return list;
  }

  PyObject* describe_one(PyObject* object) {
    if (object == nullptr) return Py_BuildValue("(sO)", "absent", Py_None);
    if (PyModule_Check(object)) return Py_BuildValue("(ss)", "module", PyModule_GetName(object));
    std::string problem;
    if (encode_value(object, arguments_, problem)) return Py_BuildValue("(sO)", "value", object);
    if (PyObject* const typing_name = name_in_typing(object))
      return Py_BuildValue("(sN)", "typing", typing_name);
    if (PyCallable_Check(object) != 0) return Py_BuildValue("(sO)", "function", Py_None);
    return Py_BuildValue("(sO)", "opaque", Py_None);
  }

  /// List, Optional ... as a new str, or nullptr.
  static PyObject* name_in_typing(PyObject* object) {
    PyObject* const typing = PyImport_AddModule("typing");
    PyObject* key = nullptr;
    PyObject* value = nullptr;
    Py_ssize_t position = 0;
    while (PyDict_Next(PyModule_GetDict(typing), &position, &key, &value) != 0)
      if (value == object) return Py_NewRef(key);
    return nullptr;
  }

  PyRef call(PyObject* name, PyObject* positional, PyObject* keywords) {
    PyObject* const function = globals_ == nullptr ? nullptr : PyDict_GetItem(globals_, name);
    if (function == nullptr) {
      PyErr_Format(PyExc_NameError, "name '%.100U' is not defined", name);
      return take_exception("call");
    }
    const std::size_t arguments_bytes = encode_arguments(positional, keywords, request_);
    const PyRef result(PyObject_Call(function, positional, keywords));
    if (!result) return take_exception("call");
    const bool changed =
        arguments_bytes > 0 && arguments_changed(positional, keywords, arguments_bytes);
    return changed
               ? PyRef(Py_BuildValue("(sO(OO))", "returned", result.get(), positional, keywords))
               : PyRef(Py_BuildValue("(sOO)", "returned", result.get(), Py_None));
  }

  /// The encoding of the arguments if any could be changed in place, else 0 bytes.
  static std::size_t encode_arguments(PyObject* positional, PyObject* keywords,
                                      std::vector<char>& to) {
    bool changeable = PyDict_Size(keywords) > 0;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(positional); ++i) {
      PyObject* const item = PyTuple_GET_ITEM(positional, i);
      changeable = changeable || PyList_Check(item) || PyDict_Check(item) || PyAnySet_Check(item) ||
                   PyByteArray_Check(item) || PyTuple_Check(item);
    }
    if (!changeable) return 0;
    const PyRef both(PyTuple_Pack(2, positional, keywords));
    std::string problem;
    return both ? encode_value(both.get(), to, problem).value_or(0) : 0;
  }

  bool arguments_changed(PyObject* positional, PyObject* keywords, std::size_t bytes_before) {
    const std::size_t bytes_after = encode_arguments(positional, keywords, arguments_);
    if (bytes_after == 0) return false;  // Something that cannot cross was put into them.
    return bytes_after != bytes_before ||
           std::memcmp(arguments_.data(), request_.data(), bytes_after) != 0;
  }

  void send(PyRef reply) {
    std::string problem;
    std::optional<std::size_t> size_bytes;
    if (reply) size_bytes = encode_value(reply.get(), area_.reply, problem);
    if (reply && !size_bytes) {
      reply = PyRef(Py_BuildValue("(ss)", "opaque", problem.c_str()));
      if (reply) size_bytes = encode_value(reply.get(), area_.reply, problem);
    }
    if (!size_bytes) {
      PyErr_Clear();
      std::memcpy(area_.reply, memory_error_.data(), memory_error_.size());
      size_bytes = memory_error_.size();
    }
    area_.reply_bytes.store(static_cast<std::uint32_t>(*size_bytes));
  }

  CallArea& area_;
  std::vector<char>& request_;
  std::vector<char>& arguments_;
  const std::vector<char>& memory_error_;
  PyObject* globals_ = nullptr;  // Borrowed from sys.modules, which this process never clears.
};

}  // namespace

CandidateTemplate::CandidateTemplate(CallArea& area, SeccompFilter filter)
    : area_(area),
      filter_(std::move(filter)),
      launcher_(::getpid()),
      seed_random_(PyObject_GetAttrString(PyImport_AddModule("random"), "seed")),
      request_(kMessageBytesMax),
      arguments_(kMessageBytesMax),
      memory_error_(kMessageBytesMax) {
  const PyRef reply(Py_BuildValue("(sssss)", "raised", "call", "MemoryError", "MemoryError", ""));
  std::string problem;
  memory_error_.resize(encode_value(reply.get(), memory_error_, problem).value());
}

void CandidateTemplate::seed_random() {
  // The random module seeds itself anew in every fork; programs shall see the same numbers.
  const PyRef seeded(PyObject_CallFunction(seed_random_.get(), "i", 0));
}

void CandidateTemplate::become_candidate(const CandidateLimits& limits) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != launcher_) ::_exit(kExitSetUpFailed);  // It died before the line above.
  ::close_range(3, ~0U, 0);
  if (!set_limits(limits) || !filter_.load(::getpid())) ::_exit(kExitSetUpFailed);
  seed_random();
  CandidateServer(area_, request_, arguments_, memory_error_).serve();
}

void CandidateTemplate::become_resettable(const ResettableCandidate& how) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != launcher_) ::_exit(kExitSetUpFailed);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);  // The launcher blocks what it listens for.
  seed_random();
  refill_malloc_slack();
  const Result<PageRange> stack = map_stack();
  const Result<PageRange> old_stack = kernel_stack(how.snapshot.proc);
  const auto give_up = [&how](const Error& failure) {
    how.snapshot.report(failure);
    ::_exit(kExitSetUpFailed);
  };
  if (!stack.ok()) give_up(stack.error());
  if (!old_stack.ok()) give_up(old_stack.error());
  if (const Status traced = how.snapshot.wait_until_traced(); !traced.ok()) give_up(traced.error());
  if (const Status moved = how.snapshot.move_memory(stack.value()); !moved.ok())
    give_up(moved.error());
  struct Entry {
    CandidateTemplate* candidate;
    const ResettableCandidate* how;
  };
  static Entry entry;  // Not on the stack that goes away.
  entry = {this, &how};
  run_on_new_stack(
      stack.value(), old_stack.value(),
      +[](void* context) {
        const Entry& from = *static_cast<Entry*>(context);
        from.candidate->stop_and_serve(*from.how);
      },
      &entry);
}

void CandidateTemplate::stop_and_serve(const ResettableCandidate& how) {
  if (how.landlock && !restrict_with_landlock(how.readable).ok()) ::_exit(kExitSetUpFailed);
  ::close_range(3, ~0U, 0);
  if (!set_fixed_limits() || ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || !filter_.load(::getpid()))
    ::_exit(kExitSetUpFailed);
  asm volatile("int3" ::: "memory");  // Every program starts here.
  CandidateServer(area_, request_, arguments_, memory_error_).serve();
}

}  // namespace scribe::sandbox
