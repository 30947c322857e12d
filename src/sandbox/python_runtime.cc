// Starts CPython from explicit settings only: nothing of the environment may steer it.
#include "sandbox/python_runtime.h"

#include <dlfcn.h>

#include <array>
#include <filesystem>
#include <vector>

namespace scribe::sandbox {
namespace {

constexpr const char* kPreload = R"(
import gc
import abc, array, base64, binascii, bisect, calendar, cmath, collections, collections.abc
import contextlib, copy, ctypes, dataclasses, datetime, decimal, difflib, enum, fractions, functools
import hashlib, heapq, inspect, io, itertools, json, math, numbers, operator, os, pprint, queue
import random, re, secrets, signal, statistics, string, struct, sys, textwrap, threading, time
import traceback, types, typing, unicodedata, warnings, zlib
gc.collect()
gc.freeze()
)";

Status status_of(PyStatus status) {
  if (PyStatus_Exception(status) == 0) return {};
  return error(ErrorCode::unsupported, "cannot start the embedded Python: {}",
               status.err_msg == nullptr ? "unknown error" : status.err_msg);
}

Status append_path(PyConfig& config, const std::string& path) {
  wchar_t* const wide = Py_DecodeLocale(path.c_str(), nullptr);
  if (wide == nullptr) return error(ErrorCode::unsupported, "cannot decode the path '{}'", path);
  const PyStatus status = PyWideStringList_Append(&config.module_search_paths, wide);
  PyMem_RawFree(wide);
  return status_of(status);
}

Status configure(PyConfig& config, std::span<const std::string> paths) {
  config.site_import = 0;
  config.write_bytecode = 0;
  config.install_signal_handlers = 0;  // SIGXFSZ must kill a program that prints without end.
  config.use_hash_seed = 1;
  config.hash_seed = 0;
  config.module_search_paths_set = 1;
  SCRIBE_TRY(
      status_of(PyConfig_SetBytesString(&config, &config.program_name, SCRIBE_PYTHON_EXECUTABLE)));
  for (const std::string& path : paths) SCRIBE_TRY(append_path(config, path));
  return status_of(Py_InitializeFromConfig(&config));
}

}  // namespace

Status start_python(std::span<const std::string> paths) {
  PyPreConfig before;
  PyPreConfig_InitIsolatedConfig(&before);
  before.utf8_mode = 1;  // No locale exists in the jail; text files are UTF-8 all the same.
  SCRIBE_TRY(status_of(Py_PreInitialize(&before)));
  PyConfig config;
  PyConfig_InitIsolatedConfig(&config);
  Status status = configure(config, paths);
  PyConfig_Clear(&config);
  return status;
}

Status preload_modules() {
  if (PyRun_SimpleString(kPreload) == 0) return {};
  return error(ErrorCode::unsupported,
               "cannot import Python's standard library from {}; install libpython3.11-stdlib",
               standard_library_paths()[0]);
}

std::span<const std::string> standard_library_paths() {
  static const std::array<std::string, 2> paths = {SCRIBE_PYTHON_STDLIB,
                                                   SCRIBE_PYTHON_STDLIB "/lib-dynload"};
  return paths;
}

std::string library_directory() {
  Dl_info info{};
  // The C library's own address: taken here, it would be that of this program's stub.
  const void* const libc = ::dlsym(RTLD_DEFAULT, "gnu_get_libc_version");
  if (libc == nullptr || ::dladdr(libc, &info) == 0) return "/usr/lib";
  std::error_code failure;
  const auto path = std::filesystem::canonical(info.dli_fname, failure);
  return failure ? "/usr/lib" : path.parent_path().string();
}

std::string text_of(PyObject* text, std::size_t bytes_max) {
  if (text == nullptr || PyUnicode_Check(text) == 0) return "";
  const PyRef bytes(PyUnicode_AsEncodedString(text, "utf-8", "backslashreplace"));
  if (!bytes) {
    PyErr_Clear();
    return "";
  }
  std::string copy(PyBytes_AS_STRING(bytes.get()),
                   static_cast<std::size_t>(PyBytes_GET_SIZE(bytes.get())));
  if (copy.size() <= bytes_max) return copy;
  copy.resize(bytes_max);
  const auto byte_at_end = [&copy] { return static_cast<unsigned char>(copy.back()); };
  while (!copy.empty() && (byte_at_end() & 0xC0U) == 0x80U) copy.pop_back();
  if (!copy.empty() && byte_at_end() >= 0xC0U) copy.pop_back();
  return copy;
}

}  // namespace scribe::sandbox
