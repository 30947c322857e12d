// A folder with a few Python files, where the jail can show it.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/env.h"

namespace scribe::trace::testing {

/// Lies in /var/tmp: the jail has a /tmp of its own. Readable by everyone, as a project must be.
class SmallProject {
 public:
  SmallProject() {
    char name[] = "/var/tmp/scribe-trace-test-XXXXXX";
    path_ = ::mkdtemp(name);
    ::chmod(path_.c_str(), 0755);
  }
  ~SmallProject() { std::filesystem::remove_all(path_); }
  SmallProject(const SmallProject&) = delete;
  SmallProject& operator=(const SmallProject&) = delete;

  const std::string& path() const { return path_; }
  std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }

  void write(std::string_view name, std::string_view text) const {
    const std::filesystem::path path = file(name);
    std::filesystem::create_directories(path.parent_path());
    ASSERT_TRUE(write_file_atomic(Env::real(), path.string(), text).ok());
    ::chmod(path.c_str(), 0644);
  }

 private:
  std::string path_;
};

}  // namespace scribe::trace::testing
