// The embedded CPython: starting it, and references that cannot leak.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <span>
#include <string>
#include <utility>

#include "base/result.h"

namespace scribe::sandbox {

/// Owns one reference to a Python object, or none.
class PyRef {
 public:
  PyRef() = default;
  explicit PyRef(PyObject* owned) : object_(owned) {}
  static PyRef share(PyObject* borrowed) {
    Py_XINCREF(borrowed);
    return PyRef(borrowed);
  }
  ~PyRef() { Py_XDECREF(object_); }
  PyRef(PyRef&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  PyRef& operator=(PyRef&& other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  PyRef(const PyRef&) = delete;
  PyRef& operator=(const PyRef&) = delete;
  PyObject* get() const { return object_; }
  PyObject* release() { return std::exchange(object_, nullptr); }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  PyObject* object_ = nullptr;
};

/// Starts the interpreter: isolated from environment and user, no site, no signal handlers, no
/// bytecode written, hash seed 0 so that sets of strings iterate alike in every run. `paths` are
/// the only places of modules. Errors: unsupported.
Status start_python(std::span<const std::string> paths);

/// Imports the modules that programs use most, so that each candidate finds them ready, and moves
/// what exists out of the collector's way.
/// Errors: unsupported, with the module that is missing.
Status preload_modules();

/// Folders of the standard library, pure and compiled.
std::span<const std::string> standard_library_paths();
/// The folder that holds the system's shared libraries.
std::string library_directory();

/// A UTF-8 copy of a str, at most `bytes_max` bytes (cut at a character's start); "" if it is none.
std::string text_of(PyObject* text, std::size_t bytes_max);

}  // namespace scribe::sandbox
