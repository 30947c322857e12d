// Starting, watching and killing the program.
#include "end_to_end/program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <thread>

#include "base/env.h"

namespace scribe::testing {
namespace {

/// The program `scribe` and what it is given.
std::vector<std::string> scribe_words(const std::vector<std::string>& arguments) {
  std::vector<std::string> words{SCRIBE_BINARY};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

/// Starts a program with stdout and stderr on `output` and returns its process id.
pid_t start(std::vector<std::string> words, int output) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t child = ::fork();
  SCRIBE_CHECK(child >= 0, "fork");
  if (child > 0) return child;
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

int exit_code_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// -1 if it ended before it was ready.
int run_and_signal(const std::vector<std::string>& arguments, const std::function<bool()>& ready,
                   int signal) {
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  const pid_t child = start(scribe_words(arguments), nowhere);
  ::close(nowhere);
  int status = 0;
  while (!ready()) {
    if (::waitpid(child, &status, WNOHANG) == child) return -1;
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  ::kill(child, signal);
  ::waitpid(child, &status, 0);
  return exit_code_of(status);
}

}  // namespace

ProgramResult run_program(const std::vector<std::string>& arguments) {
  return run_words(scribe_words(arguments));
}

ProgramResult run_words(std::vector<std::string> words) {
  std::array<int, 2> ends{};
  SCRIBE_CHECK(::pipe2(ends.data(), O_CLOEXEC) == 0, "pipe2");
  const pid_t child = start(std::move(words), ends[1]);
  ::close(ends[1]);
  ProgramResult result;
  std::array<char, 4096> chunk{};
  for (;;) {
    const ssize_t got = ::read(ends[0], chunk.data(), chunk.size());
    if (got <= 0) break;
    result.output.append(chunk.data(), static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  result.exit_code = exit_code_of(status);
  return result;
}

bool run_and_kill(const std::vector<std::string>& arguments, const std::function<bool()>& ready) {
  return run_and_signal(arguments, ready, SIGKILL) == 128 + SIGKILL;
}

int run_and_end(const std::vector<std::string>& arguments, const std::function<bool()>& ready) {
  return run_and_signal(arguments, ready, SIGTERM);
}

int count_lines(const std::string& path) {
  const auto text = Env::real().read_file(path);
  return text.ok() ? static_cast<int>(std::ranges::count(text.value(), '\n')) : 0;
}

std::string read_bytes(const std::string& path) {
  auto text = Env::real().read_file(path);
  EXPECT_TRUE(text.ok()) << path;
  return text.ok() ? std::move(text).value() : std::string();
}

}  // namespace scribe::testing
