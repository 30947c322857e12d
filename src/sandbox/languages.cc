// One row for each language: C++, JavaScript, TypeScript, Java, Go, Rust, Bash, Python.
#include "sandbox/languages.h"

#include <algorithm>
#include <array>

namespace scribe::sandbox {
namespace {

constexpr std::int64_t kMiB = std::int64_t{1} << 20;
constexpr std::string_view kTuplesJar = "/usr/share/java/javatuples.jar";

std::string joined(const BuildContext& context) {
  if (context.form == TestForm::stdio) return std::string(context.candidate);
  return fmt::format("{}\n{}", context.candidate, context.tests);
}

/// Where the compiler finds a file "tmp/NAME" of the plan.
std::string scratch_file(const BuildContext& context, std::string_view name) {
  return context.root + "/tmp" + "/" + std::string(name);
}

std::int64_t memory_megabytes(const BuildContext& context) {
  return std::max<std::int64_t>(16, context.memory_bytes >> 20);
}

// C++.

/// Tests run unoptimised, as MultiPL-E does; falling off the end of a function is undefined, and
/// here it traps, so that the verdict is the same every time.
CommandLine cpp_command(TestForm form) {
  CommandLine command = {program_path("g++"), "-std=c++17", "-w", "-fdiagnostics-color=never",
                         "-fmax-errors=3"};
  if (form == TestForm::stdio) command.emplace_back("-O2");
  if (form != TestForm::stdio)
    command.insert(command.end(), {"-fsanitize=return", "-fsanitize-undefined-trap-on-error"});
  return command;
}

std::string cpp_header(TestForm form) {
  return form == TestForm::stdio ? "cache/stdio.h" : "cache/tests.h";
}

WarmUp cpp_warm_up(const BuildContext& context) {
  const std::string header = cpp_header(context.form);
  WarmUp warm{.files = {{header, "#include <bits/stdc++.h>\n"}},
              .command = cpp_command(context.form)};
  const std::string path = context.root + "/" + header;
  warm.command.insert(warm.command.end(), {"-x", "c++-header", path, "-o", path + ".gch"});
  return warm;
}

BuildPlan cpp_build(const BuildContext& context) {
  const std::string program = context.root + "/build/program";
  std::string source = joined(context);
  CommandLine command = cpp_command(context.form);
  // Headers that stand before it would keep the precompiled one from being used.
  if (begins_with_all_headers(source))
    command.insert(command.end(), {"-include", context.root + "/" + cpp_header(context.form)});
  command.insert(command.end(), {scratch_file(context, "main.cc"), "-o", program});
  return {.files = {{"tmp/main.cc", std::move(source)}}, .compile = {command}, .run = {program}};
}

// JavaScript and TypeScript.

CommandLine node_command(const BuildContext& context) {
  return {program_path("node"), fmt::format("--max-old-space-size={}", memory_megabytes(context)),
          context.root + "/build/main.js"};
}

BuildPlan js_build(const BuildContext& context) {
  return {
      .files = {{"build/main.js", joined(context)}}, .compile = {}, .run = node_command(context)};
}

/// What programs for Node use, without the types that only its own package has.
constexpr const char* kNodeNames =
    "declare var require: any;\ndeclare var process: any;\ndeclare var Buffer: any;\n"
    "declare module '*';\n";

BuildPlan ts_build(const BuildContext& context) {
  const std::string build = context.root + "/build";
  CommandLine command = {program_path("node"),
                         real_path(program_path("tsc")),
                         "--target",
                         "es2020",
                         "--module",
                         "commonjs",
                         "--pretty",
                         "false",
                         "--skipLibCheck",
                         "--outDir",
                         build,
                         build + "/main.ts"};
  BuildPlan plan{
      .files = {{"build/main.ts", joined(context)}}, .compile = {}, .run = node_command(context)};
  if (context.form == TestForm::stdio) {
    plan.files.emplace_back("build/node.d.ts", kNodeNames);
    command.push_back(build + "/node.d.ts");
  }
  plan.compile = {std::move(command)};
  return plan;
}

// Java.

BuildPlan java_build(const BuildContext& context) {
  std::string source = joined(context);
  const std::string name = main_class_of(source);
  const std::string build = context.root + "/build";
  const std::string classes = fmt::format("{}:{}", build, kTuplesJar);
  const CommandLine compile = {program_path("javac"),
                               "-J-XX:+UseSerialGC",
                               "-J-XX:TieredStopAtLevel=1",
                               "-J-XX:-UsePerfData",
                               "-J-Xmx1024m",
                               "-proc:none",
                               "-nowarn",
                               "-encoding",
                               "UTF-8",
                               "-cp",
                               std::string(kTuplesJar),
                               "-d",
                               build,
                               scratch_file(context, name + ".java")};
  const CommandLine run = {program_path("java"),
                           "-ea",
                           "-XX:+UseSerialGC",
                           "-XX:TieredStopAtLevel=1",
                           "-XX:-UsePerfData",
                           fmt::format("-Xmx{}m", memory_megabytes(context)),
                           "-Xss64m",
                           "-cp",
                           classes,
                           name};
  return {.files = {{fmt::format("tmp/{}.java", name), std::move(source)}},
          .compile = {compile},
          .run = run};
}

// Go. Its own build command compiles packages again that no program changes: the compiler and the
// linker are called directly, with what the warm-up lists.

constexpr std::string_view kGoPackages =
    "bufio bytes cmp container/heap container/list container/ring crypto/md5 crypto/sha1 "
    "crypto/sha256 encoding/base64 encoding/hex encoding/json errors fmt hash/fnv io maps math "
    "math/big math/bits math/cmplx math/rand os reflect regexp runtime runtime/debug slices sort "
    "strconv strings sync sync/atomic testing testing/internal/testdeps time unicode unicode/utf8";

WarmUp go_warm_up(const BuildContext&) {
  CommandLine command = {program_path("go"),
                         "list",
                         "-e",
                         "-export",
                         "-deps",
                         "-f",
                         "{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}"};
  for (std::string_view left = kGoPackages; !left.empty();) {
    const std::size_t end = std::min(left.find(' '), left.size());
    command.emplace_back(left.substr(0, end));
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return {.files = {}, .command = std::move(command)};
}

std::string go_runner(std::string_view test) {
  return fmt::format(
      "package main\nimport (\n\t\"os\"\n\t\"testing\"\n\t\"testing/internal/testdeps\"\n"
      "\tsubject \"scribe/subject\"\n)\nfunc main() {{\n"
      "\ttests := []testing.InternalTest{{{{\"{0}\", subject.{0}}}}}\n"
      "\tos.Exit(testing.MainStart(testdeps.TestDeps{{}}, tests, nil, nil, nil).Run())\n}}\n",
      test);
}

BuildPlan go_build(const BuildContext& context) {
  const std::string build = context.root + "/build/";
  const std::string go = program_path("go");
  const std::string imports = build + "importcfg";
  const bool tests = context.form != TestForm::stdio;
  BuildPlan plan{.files = {{"build/main.go", joined(context)}}, .compile = {}, .run = {}};
  std::string packages = context.warm_output;
  const auto compile = [&](const char* package, const char* source, const char* to) {
    plan.compile.push_back({go, "tool", "compile", "-pack", "-p", package, "-importcfg", imports,
                            "-o", build + to, build + source});
  };
  compile(tests ? "scribe/subject" : "main", "main.go", tests ? "subject.a" : "main.a");
  if (tests) {
    packages += fmt::format("packagefile scribe/subject={}subject.a\n", build);
    plan.files.emplace_back("build/runner.go", go_runner(go_test_function(context.tests)));
    compile("main", "runner.go", "main.a");
  }
  plan.files.emplace_back("build/importcfg", packages);
  plan.compile.push_back({go, "tool", "link", "-s", "-w", "-importcfg", imports, "-o",
                          build + "program", build + "main.a"});
  plan.run = {build + "program"};
  return plan;
}

// Rust, Bash, Python.

BuildPlan rs_build(const BuildContext& context) {
  const std::string program = context.root + "/build/program";
  const char* const level = context.form == TestForm::stdio ? "opt-level=2" : "opt-level=0";
  return {.files = {{"tmp/main.rs", joined(context)}},
          .compile = {{program_path("rustc"), "--edition", "2021", "--crate-type", "bin", "-A",
                       "warnings", "-C", "debuginfo=0", "-C", level, "-o", program,
                       scratch_file(context, "main.rs")}},
          .run = {program}};
}

BuildPlan sh_build(const BuildContext& context) {
  return {.files = {{"build/main.sh", joined(context)}},
          .compile = {},
          .run = {program_path("bash"), context.root + "/build/main.sh"}};
}

BuildPlan python_build(const BuildContext& context) {
  return {.files = {{"build/main.py", joined(context)}},
          .compile = {},
          .run = {program_path("python3.11"), "-I", "-B", context.root + "/build/main.py"}};
}

std::string_view trimmed(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return "";
  return line.substr(begin, line.find_last_not_of(" \t\r") + 1 - begin);
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// The name that begins at `at`, after spaces.
std::string_view name_at(std::string_view text, std::size_t at) {
  at = std::min(text.find_first_not_of(" \t\n", at), text.size());
  std::size_t end = at;
  while (end < text.size() && is_name_character(text[end])) ++end;
  return text.substr(at, end - at);
}

}  // namespace

std::span<const Language> languages() {
  static const std::vector<Language> table = {
      {.name = "cpp",
       .title = "C++",
       .aliases = {"c++", "cc"},
       .needs = {{"g++", "g++"}},
       .version = {"g++", "--version"},
       .warm_up = cpp_warm_up,
       .build = cpp_build},
      {.name = "js",
       .title = "JavaScript",
       .aliases = {"javascript", "node", "nodejs"},
       .needs = {{"node", "nodejs"}},
       .version = {"node", "--version"},
       .bears_address_limit = false,
       .runtime_tasks = 24,
       .runtime_bytes = 128 * kMiB,
       .start_cpu_seconds = 0.2,
       .build = js_build},
      {.name = "ts",
       .title = "TypeScript",
       .aliases = {"typescript"},
       .needs = {{"node", "nodejs"}, {"tsc", "node-typescript"}},
       .version = {"tsc", "--version"},
       .bears_address_limit = false,
       .runtime_tasks = 24,
       .runtime_bytes = 128 * kMiB,
       .start_cpu_seconds = 0.2,
       .build = ts_build},
      {.name = "java",
       .title = "Java",
       .aliases = {},
       .needs = {{"javac", "default-jdk-headless"},
                 {"java", "default-jre-headless"},
                 {kTuplesJar, "libjavatuples-java"}},
       .version = {"javac", "-version"},
       .bears_address_limit = false,
       .runtime_tasks = 64,
       .runtime_bytes = 256 * kMiB,
       .start_cpu_seconds = 1,
       .build = java_build},
      {.name = "go",
       .title = "Go",
       .aliases = {"golang", "go_test.go"},
       .needs = {{"go", "golang-go"}},
       .version = {"go", "version"},
       .bears_address_limit = false,
       .runtime_tasks = 32,
       .runtime_bytes = 32 * kMiB,
       .start_cpu_seconds = 0.1,
       .warm_up = go_warm_up,
       .build = go_build},
      {.name = "rs",
       .title = "Rust",
       .aliases = {"rust"},
       .needs = {{"rustc", "rustc"}, {"cc", "gcc"}},
       .version = {"rustc", "--version"},
       .build = rs_build},
      {.name = "sh",
       .title = "Bash",
       .aliases = {"bash"},
       .needs = {{"bash", "bash"}},
       .version = {"bash", "--version"},
       .build = sh_build},
      {.name = "python",
       .title = "Python",
       .aliases = {"py", "python3"},
       .needs = {{"python3.11", "python3.11"}},
       .version = {"python3.11", "--version"},
       .build = python_build}};
  return table;
}

std::vector<std::string> go_environment(const std::string& root) {
  const std::string go = real_path(program_path("go"));
  const std::string goroot = go.substr(0, go.rfind("/bin/"));
  return {"GOROOT=" + goroot,
          "GOPATH=" + root + "/tmp" + "/go",
          "GOCACHE=" + root + "/cache/go",
          "GO111MODULE=off",
          "CGO_ENABLED=0",
          "GOFLAGS=",
          "GOTOOLCHAIN=local",
          "GOPROXY=off",
          "GOTELEMETRY=off"};
}

bool begins_with_all_headers(std::string_view source) {
  while (!source.empty()) {
    const std::size_t end = std::min(source.find('\n'), source.size());
    const std::string_view line = trimmed(source.substr(0, end));
    source.remove_prefix(std::min(end + 1, source.size()));
    if (line.empty() || line.starts_with("//")) continue;
    if (!line.starts_with('#') || !trimmed(line.substr(1)).starts_with("include")) return false;
    if (line.find("<bits/stdc++.h>") != std::string_view::npos) return true;
  }
  return false;
}

std::string main_class_of(std::string_view source) {
  const std::size_t main = source.rfind(" main(");
  const std::string_view before = source.substr(0, main);
  constexpr std::string_view kPublic = "public class ";
  constexpr std::string_view kClass = "class ";
  std::size_t at = before.find(kPublic);
  if (at != std::string_view::npos) return std::string(name_at(source, at + kPublic.size()));
  at = before.rfind("\nclass ");  // At the margin: no class within another.
  at = at == std::string_view::npos ? before.rfind(kClass) : at + 1;
  const std::string name(at == std::string_view::npos ? "" : name_at(source, at + kClass.size()));
  return name.empty() ? "Main" : name;
}

std::string go_test_function(std::string_view tests) {
  constexpr std::string_view kBegin = "func Test";
  const std::size_t at = tests.rfind(kBegin);
  if (at == std::string_view::npos) return "";
  return std::string(name_at(tests, at + std::string_view("func ").size()));
}

}  // namespace scribe::sandbox
