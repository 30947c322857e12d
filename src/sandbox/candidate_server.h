// Serves the tester's requests from inside the jail; nothing here is secret from the program.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "sandbox/codec.h"
#include "sandbox/python_runtime.h"
#include "sandbox/shared_memory.h"

namespace scribe::sandbox {

inline constexpr std::size_t kKnownObjectsMax = 10'000;

/// The objects of the program that the tester holds handles to. They live as long as the process.
class KnownObjects {
 public:
  KnownObjects();
  KnownObjects(const KnownObjects&) = delete;
  KnownObjects& operator=(const KnownObjects&) = delete;
  const ObjectNumbers& numbers() const { return numbers_; }

 private:
  std::vector<PyRef> objects_;
  std::unordered_map<PyObject*, std::uint32_t> number_of_;
  ObjectNumbers numbers_;  ///< its functions refer to this object
};

/// Answers requests one after the other with the functions of one program. A request is a tuple
/// (kind, target, positional, keywords):
///
/// - load, None: compiles and runs the source in the area; says what `positional` names are.
/// - call, name: calls a global of the program.
/// - each, name: calls it with each of `positional`; the reply is a row of frames (call_stream.h).
/// - invoke, object: calls it.
/// - method, (object, name): calls an attribute of it.
/// - get, (object, name): reads an attribute; ("method",) if it is one.
/// - apply, (module, name): calls a function of the standard library.
/// - inside, (tests, runner): runs the tests in here, see tester_inside.h.
/// - confirm, None: gives `positional` back if the tests inside have passed.
class CandidateServer {
 public:
  /// All references are to what outlives the process's last request.
  CandidateServer(CallArea& area, MessageBuffer& request, MessageBuffer& arguments,
                  const std::vector<char>& memory_error)
      : area_(area), request_(request), arguments_(arguments), memory_error_(memory_error) {}

  [[noreturn]] void serve();

 private:
  void await(std::uint32_t sequence);
  PyRef receive();
  void respond(const PyRef& request);
  PyRef answer(const char* kind, PyObject* target, PyObject* positional, PyObject* keywords);
  void send(PyRef reply);

  PyRef load(PyObject* names);
  PyRef describe(PyObject* names);
  PyObject* describe_one(PyObject* object);

  PyRef global_named(PyObject* name);
  PyRef call(const PyRef& function, PyObject* positional, PyObject* keywords);
  PyRef get_attribute(PyObject* target);
  std::size_t encode_arguments(PyObject* positional, PyObject* keywords, MessageBuffer& to);
  bool arguments_changed(PyObject* positional, PyObject* keywords, std::size_t bytes_before);

  void respond_each(PyObject* name, PyObject* calls, PyObject* options);
  PyRef append_result(PyRef& result, bool may_digest);
  bool append_frame(char kind, PyObject* value, std::size_t size_bytes_max, std::string& problem);
  void append_end(const PyRef& end);

  PyRef run_inside(PyObject* target, PyObject* positional);
  PyRef confirm(PyObject* positional);

  CallArea& area_;
  MessageBuffer& request_;    ///< private copy of a request
  MessageBuffer& arguments_;  ///< the arguments after a call, to see whether they changed
  const std::vector<char>& memory_error_;
  KnownObjects objects_;
  PyObject* globals_ = nullptr;   ///< borrowed from sys.modules, which this process never clears
  PyRef pending_;                 ///< what a call of `each` returned that did not fit any more
  std::size_t frames_bytes_ = 0;  ///< of the current `each`
  bool passed_inside_ = false;
};

}  // namespace scribe::sandbox
