// `scribe bench near-dedupe`: how fast one thread finds near-duplicates, and which.
#include <fmt/format.h>

#include <ctime>
#include <memory>

#include "base/json.h"
#include "cli/command.h"
#include "corpus/near_duplicates.h"

namespace scribe::cli {
namespace {

struct BenchNearDedupeCommand {
  std::vector<std::string> files;
  MinHashOptions minhash;
  std::string rule = "verified";
  double borderline = RemovalOptions{}.borderline;
  int rounds = 3;
  std::string removed;
  bool json = false;
};

struct NearDedupeSpeed {
  double signature_seconds = 0;
  double component_seconds = 0;
  double removal_seconds = 0;
  std::int64_t exact_checks = 0;
  std::vector<NearDuplicate> removed;
};

/// Of the process, so that neighbours do not count; one thread works.
double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// Runs a step; adds its seconds.
template <typename Step>
auto timed(double& seconds, Step&& step) {
  const double start = processor_seconds();
  auto result = step();
  seconds += processor_seconds() - start;
  return result;
}

std::vector<NearDuplicate> remove_all(const BenchNearDedupeCommand& bench,
                                      std::span<const std::string_view> texts,
                                      const SignatureTable& signatures,
                                      std::span<const std::vector<std::uint32_t>> components,
                                      std::int64_t& exact_checks) {
  const RemovalOptions options{
      .rule = bench.rule == "verified" ? RemovalRule::verified : RemovalRule::connected,
      .borderline = bench.borderline,
      .exact_similarity = [&](std::uint32_t a, std::uint32_t b) {
        ++exact_checks;
        return exact_similarity(texts[a], texts[b], bench.minhash.shingle_words);
      }};
  std::vector<NearDuplicate> removed;
  for (const std::vector<std::uint32_t>& component : components) {
    const auto part = remove_in_component(
        component, [&](std::uint32_t document) { return signatures.of(document); }, bench.minhash,
        options);
    removed.insert(removed.end(), part.begin(), part.end());
  }
  return removed;
}

NearDedupeSpeed measure(const BenchNearDedupeCommand& bench,
                        std::span<const std::string_view> texts) {
  NearDedupeSpeed best;
  ThreadPool pool(1);
  for (int round = 0; round < bench.rounds; ++round) {
    NearDedupeSpeed speed;
    const SignatureTable signatures =
        timed(speed.signature_seconds, [&] { return sign_all(texts, bench.minhash, pool); });
    const auto components = timed(speed.component_seconds,
                                  [&] { return similar_components(signatures, bench.minhash); });
    speed.removed = timed(speed.removal_seconds, [&] {
      return remove_all(bench, texts, signatures, components, speed.exact_checks);
    });
    const auto total = [](const NearDedupeSpeed& of) {
      return of.signature_seconds + of.component_seconds + of.removal_seconds;
    };
    if (round == 0 || total(speed) < total(best)) best = std::move(speed);
  }
  return best;
}

Result<std::vector<std::string>> load_texts(Context& context,
                                            const std::vector<std::string>& files) {
  std::vector<std::string> texts;
  for (const std::string& path : files)
    SCRIBE_TRY(for_each_json_line(
        context.env, path, [&](const Json& line, const std::string& where) -> Status {
          SCRIBE_TRY_ASSIGN(std::string text, json_field<std::string>(line, "text", where));
          texts.push_back(std::move(text));
          return {};
        }));
  return texts;
}

Status write_removed(Context& context, const std::string& path,
                     const std::vector<NearDuplicate>& removed) {
  std::string lines;
  for (const NearDuplicate& gone : removed)
    lines +=
        to_json_line(
            {{"document", gone.document}, {"kept", gone.kept}, {"similarity", gone.similarity}}) +
        "\n";
  return write_file_atomic(context.env, path, lines);
}

void print_speed(const NearDedupeSpeed& speed, std::size_t documents, double bytes, bool json) {
  const double bytes_per_second = bytes / speed.signature_seconds;
  if (json)
    fmt::print("{}", to_json_pretty({{"documents", documents},
                                     {"bytes", bytes},
                                     {"signature_bytes_per_second", bytes_per_second},
                                     {"signature_seconds", speed.signature_seconds},
                                     {"component_seconds", speed.component_seconds},
                                     {"removal_seconds", speed.removal_seconds},
                                     {"exact_checks", speed.exact_checks},
                                     {"removed", speed.removed.size()}}));
  else
    fmt::print(
        "{} documents, {:.1f} MB: signatures {:.1f} MB/s, components {:.3f} s, removal {:.3f} s "
        "with "
        "{} exact checks; {} removed\n",
        documents, bytes * 1e-6, bytes_per_second * 1e-6, speed.component_seconds,
        speed.removal_seconds, speed.exact_checks, speed.removed.size());
}

Result<int> run_bench_near_dedupe(Context& context, const BenchNearDedupeCommand& bench) {
  SCRIBE_TRY(check_minhash_options(bench.minhash));
  SCRIBE_TRY_ASSIGN(const std::vector<std::string> texts, load_texts(context, bench.files));
  if (texts.empty())
    return error(ErrorCode::invalid_data,
                 "{}: no document, expected JSON lines with a field 'text'",
                 fmt::join(bench.files, ", "));
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  double bytes = 0;
  for (const std::string_view text : views) bytes += static_cast<double>(text.size());
  const NearDedupeSpeed speed = measure(bench, views);
  if (!bench.removed.empty()) SCRIBE_TRY(write_removed(context, bench.removed, speed.removed));
  print_speed(speed, texts.size(), bytes, bench.json);
  return kExitDone;
}

}  // namespace

void add_bench_near_dedupe_command(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand(
      "near-dedupe", "Near-duplicates of documents in memory on one thread: MB/s, and what goes");
  const auto bench = std::make_shared<BenchNearDedupeCommand>();
  command.add_option("files", bench->files, "JSON lines with a field 'text', .jsonl or .jsonl.gz")
      ->required();
  command.add_option("--permutations", bench->minhash.permutations, "Values of a signature")
      ->capture_default_str();
  command.add_option("--bands", bench->minhash.bands, "Groups of values that are looked up")
      ->capture_default_str();
  command.add_option("--rows", bench->minhash.rows, "Values of a band")->capture_default_str();
  command.add_option("--threshold", bench->minhash.threshold, "Similarity of a near-duplicate")
      ->capture_default_str();
  command.add_option("--rule", bench->rule, "What goes from a component")
      ->check(CLI::IsMember({"verified", "connected"}))
      ->capture_default_str();
  command
      .add_option("--borderline", bench->borderline,
                  "Estimates this near to the threshold are checked exactly; 0: none")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command.add_option("--rounds", bench->rounds, "The whole is repeated; the fastest counts")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command.add_option("--removed", bench->removed, "Write what goes, as JSON lines, to this file");
  command.add_flag("--json", bench->json, "Print JSON");
  set_example(command, "scribe bench near-dedupe documents.jsonl");
  command.callback([&context, bench] {
    context.action = [&context, bench] { return run_bench_near_dedupe(context, *bench); };
  });
}

}  // namespace scribe::cli
