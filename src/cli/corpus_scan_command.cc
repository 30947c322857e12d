// `scribe corpus scan`: what sources hold, without making anything of it.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>

#include "base/json.h"
#include "base/progress.h"
#include "cli/source_options.h"

namespace scribe::cli {
namespace {

struct ScanCommand {
  SourceOptions options;
  std::vector<std::string> sources;
  bool quiet = false;
  bool json = false;
};

struct Count {
  std::int64_t items = 0;
  std::int64_t bytes = 0;  ///< that were taken

  void add(const SourceItem& item) {
    ++items;
    bytes += static_cast<std::int64_t>(item.bytes.size());
  }
};

/// All parts of a kind.
struct KindCount {
  std::int64_t parts = 0;
  Count taken;
};

/// A part that holds more than one item.
struct PartCount {
  SourcePart part;
  Count taken;
  std::string damage;
};

struct Scan {
  std::map<SourcePart::Kind, KindCount> kinds;
  std::map<std::string, Count> extensions;  ///< "" is for those without
  std::map<Rule, std::int64_t> dropped;     ///< items
  std::int64_t with_license = 0;            ///< items that say it, or that a licence file covers
  std::vector<PartCount> parts;
  WalkFindings findings;
};

std::string extension_of(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const std::size_t dot = name.rfind('.');
  return std::string(dot == std::string_view::npos ? "" : name.substr(dot));
}

Status scan_part(Context& context, const SourceOptions& options, const SourcePart& part,
                 Scan& scan) {
  KindCount& kind = scan.kinds[part.kind];
  ++kind.parts;
  PartCount count{.part = part, .taken = {}, .damage = {}};
  SCRIBE_TRY_ASSIGN(const PartReport report,
                    read_part(context.env, part, options, [&](SourceItem&& item) -> Status {
                      if (context.stop.requested())
                        return error(ErrorCode::interrupted, "scan: stopped");
                      kind.taken.add(item);
                      count.taken.add(item);
                      scan.extensions[extension_of(item.path)].add(item);
                      if (item.dropped_by) ++scan.dropped[*item.dropped_by];
                      if (!item.license.empty() || item.license_file != nullptr)
                        ++scan.with_license;
                      return {};
                    }));
  count.damage = report.damage;
  if (part.kind != SourcePart::Kind::file) scan.parts.push_back(std::move(count));
  return {};
}

Result<Scan> scan_sources(Context& context, const ScanCommand& command) {
  Scan scan;
  SCRIBE_TRY_ASSIGN(const SourceSet sources, SourceSet::open(context.env, command.options));
  PartWalk walk = sources.walk();
  Progress progress(context.env,
                    {.label = "scan", .unit = "parts", .quiet = command.quiet || command.json});
  for (std::int64_t done = 0;; ++done) {
    progress.update(done);
    SCRIBE_TRY_ASSIGN(const std::optional<SourcePart> part, walk.next());
    if (!part) break;
    SCRIBE_TRY(scan_part(context, command.options, *part, scan));
  }
  scan.findings = walk.findings();
  return scan;
}

Json to_json(const Count& count) {
  return {{"items", count.items}, {"bytes", count.bytes}};
}

Json to_json(const Scan& scan) {
  Json kinds = Json::object();
  for (const auto& [kind, count] : scan.kinds)
    kinds[std::string(name_of(kind))] = {
        {"parts", count.parts}, {"items", count.taken.items}, {"bytes", count.taken.bytes}};
  Json extensions = Json::object();
  for (const auto& [extension, count] : scan.extensions) extensions[extension] = to_json(count);
  Json dropped = Json::object();
  for (const auto& [rule, items] : scan.dropped) dropped[std::string(name_of(rule))] = items;
  Json parts = Json::array();
  for (const PartCount& count : scan.parts)
    parts.push_back({{"path", count.part.path},
                     {"kind", name_of(count.part.kind)},
                     {"revision", count.part.revision},
                     {"items", count.taken.items},
                     {"bytes", count.taken.bytes},
                     {"damage", count.damage}});
  return {{"kinds", kinds},
          {"extensions", extensions},
          {"dropped", dropped},
          {"with_license", scan.with_license},
          {"passed_over", scan.findings.passed_over},
          {"unreadable_folders", scan.findings.unreadable_folders},
          {"parts", parts}};
}

void print_scan(const Scan& scan) {
  const auto megabytes = [](std::int64_t bytes) {
    return fmt::format("{:.2f} MB", static_cast<double>(bytes) / 1e6);
  };
  fmt::print("{:<14} {:>9} {:>9} {:>14}\n", "kind", "parts", "items", "taken");
  for (const auto& [kind, count] : scan.kinds)
    fmt::print("{:<14} {:>9} {:>9} {:>14}\n", name_of(kind), count.parts, count.taken.items,
               megabytes(count.taken.bytes));
  for (const auto& [extension, count] : scan.extensions)
    fmt::print("  {:<22} {:>9} {:>14}\n", extension.empty() ? "no extension" : extension,
               count.items, megabytes(count.bytes));
  for (const auto& [rule, items] : scan.dropped)
    fmt::print("  - {:<20} {:>9}\n", name_of(rule), items);
  fmt::print("{} items have a licence, or a licence file beside them\n", scan.with_license);
  for (const PartCount& count : scan.parts)
    fmt::print("{:>9} {:>14}  {}{}{}\n", count.taken.items, megabytes(count.taken.bytes),
               count.part.path, count.part.revision.empty() ? "" : "@", count.part.revision);
  for (const PartCount& count : scan.parts)
    if (!count.damage.empty()) fmt::print("{}\n", count.damage);
  for (const std::string& folder : scan.findings.unreadable_folders)
    fmt::print("folder '{}' could not be read\n", folder);
  if (scan.findings.passed_over > 0)
    fmt::print(
        "{} archives, repositories or files of rows in folders were passed over; --archives "
        "reads them\n",
        scan.findings.passed_over);
}

Result<int> run_scan(Context& context, ScanCommand& command) {
  std::ranges::move(command.sources, std::back_inserter(command.options.sources));
  if (command.options.sources.empty())
    return error(ErrorCode::invalid_argument, "corpus scan: no source was given");
  SCRIBE_TRY_ASSIGN(const Scan scan, scan_sources(context, command));
  if (command.json)
    fmt::print("{}", to_json_pretty(to_json(scan)));
  else
    print_scan(scan);
  return kExitDone;
}

}  // namespace

void add_corpus_scan_command(CLI::App& corpus, Context& context) {
  CLI::App& command =
      *corpus.add_subcommand("scan", "Say what sources hold; nothing is made of it");
  set_example(command, "scribe corpus scan src/ x-1.0.tar.gz mirror.git@v2 --notebooks");
  // The CLI::App owns the callback and so the options.
  const auto scan = std::make_shared<ScanCommand>();
  command.add_option("sources", scan->sources, "The same as --source");
  add_source_options(command, scan->options);
  command.add_flag("--quiet", scan->quiet, "Show no progress");
  command.add_flag("--json", scan->json, "Print JSON");
  command.callback(
      [&context, scan] { context.action = [&context, scan] { return run_scan(context, *scan); }; });
}

}  // namespace scribe::cli
