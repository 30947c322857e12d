// The loop of requests, and what each kind of them does.
#include "sandbox/candidate_server.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>

#include "sandbox/call_stream.h"
#include "sandbox/value_digest.h"

namespace scribe::sandbox {
namespace {

constexpr std::size_t kErrorTextBytesMax = 400;
constexpr const char* kModuleName = "candidate";

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

PyRef bad_request() {
  return PyRef(Py_BuildValue("(s)", "bad"));
}

PyObject* compile(const char* text, std::size_t size_bytes, const char* file_name) {
  const PyRef source(PyUnicode_DecodeUTF8(text, static_cast<Py_ssize_t>(size_bytes), "strict"));
  if (!source) return nullptr;
  Py_ssize_t utf8_bytes = 0;
  const char* const utf8 = PyUnicode_AsUTF8AndSize(source.get(), &utf8_bytes);
  if (utf8 != nullptr && std::memchr(utf8, 0, static_cast<std::size_t>(utf8_bytes)) != nullptr) {
    PyErr_SetString(PyExc_ValueError, "source code string cannot contain null bytes");
    return nullptr;
  }
  PyCompilerFlags flags{PyCF_IGNORE_COOKIE, PY_MINOR_VERSION};
  return Py_CompileStringExFlags(utf8, file_name, Py_file_input, &flags, -1);
}

/// List, Optional ... as a new str, or nullptr.
PyObject* name_in_typing(PyObject* object) {
  PyObject* const typing = PyImport_AddModule("typing");
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  Py_ssize_t position = 0;
  while (PyDict_Next(PyModule_GetDict(typing), &position, &key, &value) != 0)
    if (value == object) return Py_NewRef(key);
  return nullptr;
}

/// The two items of a target, borrowed. False if it is not a pair.
bool is_pair(PyObject* target, PyObject*& first, PyObject*& second) {
  if (PyTuple_Check(target) == 0 || PyTuple_GET_SIZE(target) != 2) return false;
  first = PyTuple_GET_ITEM(target, 0);
  second = PyTuple_GET_ITEM(target, 1);
  return true;
}

}  // namespace

KnownObjects::KnownObjects() {
  numbers_.number_of = [this](PyObject* object) -> std::optional<std::uint32_t> {
    const auto known = number_of_.find(object);
    if (known != number_of_.end()) return known->second;
    if (objects_.size() >= kKnownObjectsMax) return std::nullopt;
    const auto number = static_cast<std::uint32_t>(objects_.size());
    objects_.push_back(PyRef::share(object));  // Alive, its address names nothing else.
    number_of_.emplace(object, number);
    return number;
  };
  numbers_.object_of = [this](std::uint32_t number, const std::string&) {
    return number < objects_.size() ? PyRef::share(objects_[number].get()) : PyRef();
  };
}

void CandidateServer::serve() {
  for (std::uint32_t sequence = 1;; ++sequence) {
    await(sequence);
    respond(receive());
    area_.reply_sequence.store(sequence);
    futex_wake(area_.reply_sequence);
  }
}

void CandidateServer::await(std::uint32_t sequence) {
  Py_BEGIN_ALLOW_THREADS;  // The program's own threads go on meanwhile.
  for (;;) {
    const std::uint32_t now = area_.request_sequence.load();
    if (now == sequence) break;
    futex_wait(area_.request_sequence, now, 1000);
  }
  Py_END_ALLOW_THREADS;
}

PyRef CandidateServer::receive() {
  const std::size_t size_bytes = area_.request_bytes.load();
  if (size_bytes > kMessageBytesMax) return {};
  std::memcpy(request_.data(), area_.request, size_bytes);
  return decode_value({request_.data(), size_bytes}, &objects_.numbers());
}

void CandidateServer::respond(const PyRef& request) {
  const char* kind = nullptr;
  PyObject* target = nullptr;
  PyObject* positional = nullptr;
  PyObject* keywords = nullptr;
  if (!request || PyTuple_Check(request.get()) == 0) return send(bad_request());
  if (PyArg_ParseTuple(request.get(), "sOO!O!", &kind, &target, &PyTuple_Type, &positional,
                       &PyDict_Type, &keywords) == 0)
    return send(take_exception("call"));
  if (std::strcmp(kind, "each") == 0) return respond_each(target, positional, keywords);
  send(answer(kind, target, positional, keywords));
}

PyRef CandidateServer::answer(const char* kind, PyObject* target, PyObject* positional,
                              PyObject* keywords) {
  const std::string_view name(kind);
  PyObject* object = nullptr;
  PyObject* member = nullptr;
  if (name == "load") return load(positional);
  if (name == "call") return call(global_named(target), positional, keywords);
  if (name == "invoke") return call(PyRef::share(target), positional, keywords);
  if (name == "confirm") return confirm(positional);
  if (!is_pair(target, object, member)) return bad_request();
  if (name == "inside") return run_inside(target, positional);
  if (name == "get") return get_attribute(target);
  if (name == "method") return call(PyRef(PyObject_GetAttr(object, member)), positional, keywords);
  if (name != "apply") return bad_request();
  const PyRef module(PyImport_Import(object));
  return call(module ? PyRef(PyObject_GetAttr(module.get(), member)) : PyRef(), positional,
              keywords);
}

/// Compiles and runs the program; says what it calls each of `names`.
PyRef CandidateServer::load(PyObject* names) {
  const std::size_t size_bytes = area_.source_bytes.load();
  if (size_bytes > kSourceBytesMax) return bad_request();
  const PyRef code(compile(area_.source, size_bytes, "<candidate>"));
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

/// A list of (kind, value) in the order of `names`.
PyRef CandidateServer::describe(PyObject* names) {
  PyRef list(PyList_New(0));
  for (Py_ssize_t i = 0; list && i < PyTuple_GET_SIZE(names); ++i) {
    const PyRef entry(describe_one(PyDict_GetItem(globals_, PyTuple_GET_ITEM(names, i))));
    if (!entry || PyList_Append(list.get(), entry.get()) != 0) return {};
  }
  return list;
}

PyObject* CandidateServer::describe_one(PyObject* object) {
  if (object == nullptr) return Py_BuildValue("(sO)", "absent", Py_None);
  if (PyModule_Check(object)) return Py_BuildValue("(ss)", "module", PyModule_GetName(object));
  std::string problem;
  if (encode_value(object, arguments_, problem)) return Py_BuildValue("(sO)", "value", object);
  if (PyObject* const typing_name = name_in_typing(object))
    return Py_BuildValue("(sN)", "typing", typing_name);
  if (PyType_Check(object) != 0 || PyCallable_Check(object) == 0)
    return Py_BuildValue("(sO)", "object", object);
  return Py_BuildValue("(sO)", "function", Py_None);
}

/// None, with NameError set, if there is no such global.
PyRef CandidateServer::global_named(PyObject* name) {
  PyObject* const function = globals_ == nullptr ? nullptr : PyDict_GetItem(globals_, name);
  if (function == nullptr) PyErr_Format(PyExc_NameError, "name '%.100S' is not defined", name);
  return PyRef::share(function);
}

PyRef CandidateServer::call(const PyRef& function, PyObject* positional, PyObject* keywords) {
  if (!function) return take_exception("call");
  const std::size_t arguments_bytes = encode_arguments(positional, keywords, request_);
  const PyRef result(PyObject_Call(function.get(), positional, keywords));
  if (!result) return take_exception("call");
  const bool changed =
      arguments_bytes > 0 && arguments_changed(positional, keywords, arguments_bytes);
  return changed ? PyRef(Py_BuildValue("(sO(OO))", "returned", result.get(), positional, keywords))
                 : PyRef(Py_BuildValue("(sOO)", "returned", result.get(), Py_None));
}

/// A method is not handed out as an object of its own: the tester calls it by its name.
PyRef CandidateServer::get_attribute(PyObject* target) {
  const PyRef attribute(PyObject_GetAttr(PyTuple_GET_ITEM(target, 0), PyTuple_GET_ITEM(target, 1)));
  if (!attribute) return take_exception("call");
  const bool is_method =
      PyMethod_Check(attribute.get()) != 0 || PyCFunction_Check(attribute.get()) != 0;
  return is_method ? PyRef(Py_BuildValue("(s)", "method"))
                   : PyRef(Py_BuildValue("(sOO)", "returned", attribute.get(), Py_None));
}

/// The encoding of the arguments if any could be changed in place, else 0 bytes.
std::size_t CandidateServer::encode_arguments(PyObject* positional, PyObject* keywords,
                                              MessageBuffer& to) {
  bool changeable = PyDict_Size(keywords) > 0;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(positional); ++i) {
    PyObject* const item = PyTuple_GET_ITEM(positional, i);
    changeable = changeable || PyList_Check(item) || PyDict_Check(item) || PyAnySet_Check(item) ||
                 PyByteArray_Check(item) || PyTuple_Check(item);
  }
  if (!changeable) return 0;
  const PyRef both(PyTuple_Pack(2, positional, keywords));
  std::string problem;
  return both ? encode_value(both.get(), to, problem, &objects_.numbers()).value_or(0) : 0;
}

bool CandidateServer::arguments_changed(PyObject* positional, PyObject* keywords,
                                        std::size_t bytes_before) {
  const std::size_t bytes_after = encode_arguments(positional, keywords, arguments_);
  if (bytes_after == 0) return false;  // Something that cannot cross was put into them.
  return bytes_after != bytes_before ||
         std::memcmp(arguments_.data(), request_.data(), bytes_after) != 0;
}

void CandidateServer::send(PyRef reply) {
  std::string problem;
  std::optional<std::size_t> size_bytes;
  if (reply) size_bytes = encode_value(reply.get(), area_.reply, problem, &objects_.numbers());
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

void CandidateServer::respond_each(PyObject* name, PyObject* calls, PyObject* options) {
  frames_bytes_ = 0;
  const bool resumed = PyDict_GetItemString(options, kResumedOption) == Py_True;
  const bool may_digest = PyDict_GetItemString(options, kDigestOption) == Py_True;
  const PyRef function = global_named(name);
  PyRef end = function ? PyRef() : take_exception("call");
  for (Py_ssize_t i = 0; !end && i < PyTuple_GET_SIZE(calls); ++i) {
    PyRef result;
    if (resumed && i == 0) {
      result = std::move(pending_);
    } else {
      const PyRef arguments(PySequence_Tuple(PyTuple_GET_ITEM(calls, i)));
      if (arguments) result = PyRef(PyObject_CallObject(function.get(), arguments.get()));
    }
    end = result ? append_result(result, may_digest) : take_exception("call");
  }
  if (!end) end = PyRef(Py_BuildValue("(s)", "done"));
  append_end(end);
}

/// No object if the result is on its way, else what to end with. A result that finds no room behind
/// others waits in pending_: the call must not be made twice.
PyRef CandidateServer::append_result(PyRef& result, bool may_digest) {
  const std::size_t bytes_max = kMessageBytesMax - kEndFrameBytes;
  const bool is_first = frames_bytes_ == 0;
  std::string problem;
  if (append_frame(static_cast<char>(Frame::value), result.get(), bytes_max, problem)) return {};
  if (!is_first) {
    pending_ = std::move(result);
    return PyRef(Py_BuildValue("(s)", "full"));
  }
  const auto digest = may_digest ? digest_of_value(result.get()) : std::nullopt;
  const PyRef text(digest ? PyUnicode_FromString(digest->c_str()) : nullptr);
  std::string ignored;
  if (text && append_frame(static_cast<char>(Frame::digest), text.get(), bytes_max, ignored))
    return {};
  return PyRef(Py_BuildValue("(ss)", "opaque", problem.c_str()));
}

bool CandidateServer::append_frame(char kind, PyObject* value, std::size_t size_bytes_max,
                                   std::string& problem) {
  if (frames_bytes_ + 1 >= size_bytes_max) return false;
  const std::span<char> room(area_.reply + frames_bytes_ + 1, size_bytes_max - frames_bytes_ - 1);
  const auto size_bytes = encode_value(value, room, problem, &objects_.numbers());
  if (!size_bytes) return false;
  area_.reply[frames_bytes_] = kind;
  frames_bytes_ += 1 + *size_bytes;
  area_.reply_bytes.store(static_cast<std::uint32_t>(frames_bytes_));
  return true;
}

void CandidateServer::append_end(const PyRef& end) {
  std::string problem;
  const char kind = static_cast<char>(Frame::end);
  if (end && append_frame(kind, end.get(), kMessageBytesMax, problem)) return;
  PyErr_Clear();  // No memory for it.
  area_.reply[frames_bytes_] = kind;
  std::memcpy(area_.reply + frames_bytes_ + 1, memory_error_.data(), memory_error_.size());
  area_.reply_bytes.store(static_cast<std::uint32_t>(frames_bytes_ + 1 + memory_error_.size()));
}

/// Runs `target` = (tests, runner): the runner's source defines run(tests, globals, entry point,
/// control), which gives a pair (tests run, first problem or ""). Only the tester knows what a pass
/// is worth that was issued in here.
PyRef CandidateServer::run_inside(PyObject* target, PyObject* positional) {
  passed_inside_ = false;
  Py_ssize_t size_bytes = 0;
  const char* const runner = PyUnicode_AsUTF8AndSize(PyTuple_GET_ITEM(target, 1), &size_bytes);
  const PyRef code(runner == nullptr
                       ? nullptr
                       : compile(runner, static_cast<std::size_t>(size_bytes), "<runner>"));
  const PyRef scope(PyDict_New());
  if (!code || !scope || globals_ == nullptr) return take_exception("call");
  PyDict_SetItemString(scope.get(), "__builtins__", PyEval_GetBuiltins());
  const PyRef done(PyEval_EvalCode(code.get(), scope.get(), scope.get()));
  PyObject* const run = done ? PyDict_GetItemString(scope.get(), "run") : nullptr;
  if (run == nullptr) return take_exception("call");
  const PyRef counted(PyObject_CallFunctionObjArgs(run, PyTuple_GET_ITEM(target, 0), globals_,
                                                   positional, nullptr));
  int tests = 0;
  const char* problem = nullptr;
  if (!counted || PyArg_ParseTuple(counted.get(), "is", &tests, &problem) == 0)
    return take_exception("call");
  passed_inside_ = tests > 0 && *problem == 0;
  return PyRef(Py_BuildValue("(sis)", "ran", tests, problem));
}

PyRef CandidateServer::confirm(PyObject* positional) {
  if (!passed_inside_) return bad_request();
  return PyRef(Py_BuildValue("(sO)", "confirmed", positional));
}

}  // namespace scribe::sandbox
