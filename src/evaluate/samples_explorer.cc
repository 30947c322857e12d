// Packs verdicts and programs for the page's script.
#include "evaluate/samples_explorer.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "base/check.h"
#include "base/json.h"
#include "base/packed_file.h"
#include "base/utf8_parts.h"
#include "evaluate/samples_explorer_script.h"

namespace scribe {
namespace {

constexpr std::string_view kMarkup = R"html(
<noscript><p>This part of the page needs JavaScript.</p></noscript>
<div class="controls">
<label>Run <select id="run"></select></label>
<label>beside <select id="other"></select></label>
<label>Order <select id="order"><option value="given">as given</option>
<option value="best">solved most first</option><option value="worst">solved least first</option>
<option value="difference">largest difference first</option></select></label>
<label>Samples <select id="kind"></select></label>
<label>Problem <input id="find" type="search" placeholder="part of its name"></label>
</div>
<p class="notes" id="legend"></p>
<p class="notes" id="told" role="status"></p>
<div class="problems"><table><thead><tr><th scope="col">problem</th><th scope="col" class="number"
 id="rate-head">passed</th><th scope="col" class="number" id="other-head">beside</th>
<th scope="col">samples, one stroke each</th></tr></thead><tbody id="rows"></tbody></table>
<button id="more" hidden>Show more problems</button></div>
<div id="chosen" tabindex="-1" hidden><h3 id="chosen-name"></h3>
<p class="notes">Left and right arrows go from sample to sample.</p>
<div id="sides"></div></div>
)html";

/// Numbers the distinct texts that it is given, in order.
class Texts {
 public:
  std::size_t number(const std::string& text) {
    const auto [found, is_new] = numbers_.try_emplace(text, list_.size());
    if (is_new) list_.push_back(replace_invalid_utf8(text));
    return found->second;
  }
  const Json& list() const { return list_; }

 private:
  std::unordered_map<std::string, std::size_t> numbers_;
  Json list_ = Json::array();
};

/// Three decimals say enough, and pack well.
Json rounded(const std::optional<double>& value) {
  constexpr double kParts = 1000;
  return value ? Json(std::round(*value * kParts) / kParts) : Json();
}

/// `programs_max` per problem and run have their text; the others have -1 in its place.
Json run_data(const JudgedRun& run, std::int64_t programs_max, Texts& tasks) {
  Texts texts;
  Texts verdicts;
  Texts details;
  std::unordered_map<std::size_t, std::int64_t> seen;
  Json columns = {{"task", Json::array()},
                  {"text", Json::array()},
                  {"verdict", Json::array()},
                  {"detail", Json::array()},
                  {"logprob", Json::array()}};
  bool has_logprobs = false;
  for (const JudgedSample& sample : run.samples) {
    const std::size_t task = tasks.number(sample.task_id);
    const bool is_shown = ++seen[task] <= programs_max;
    columns["task"].push_back(task);
    columns["text"].push_back(is_shown ? Json(texts.number(sample.completion)) : Json(-1));
    columns["verdict"].push_back(verdicts.number(sample.verdict));
    columns["detail"].push_back(is_shown ? Json(details.number(sample.detail)) : Json(-1));
    columns["logprob"].push_back(is_shown ? rounded(sample.mean_logprob) : Json());
    has_logprobs |= sample.mean_logprob.has_value();
  }
  if (!has_logprobs) columns.erase("logprob");
  return {{"name", replace_invalid_utf8(run.name)},
          {"texts", texts.list()},
          {"verdicts", verdicts.list()},
          {"details", details.list()},
          {"samples", std::move(columns)}};
}

std::string packed_data(std::span<const JudgedRun> runs,
                        const std::map<std::string, std::string>& prompts,
                        std::int64_t programs_max, bool all_shown, bool runs_programs) {
  Texts tasks;
  Json data = {{"runs", Json::array()}, {"runs_programs", runs_programs}};
  for (const JudgedRun& run : runs) data["runs"].push_back(run_data(run, programs_max, tasks));
  data["tasks"] = tasks.list();
  Json texts = Json::array();
  for (const Json& task : tasks.list()) {
    const auto prompt = prompts.find(task.get<std::string>());
    texts.push_back(prompt == prompts.end() ? "" : replace_invalid_utf8(prompt->second));
  }
  data["prompts"] = std::move(texts);
  if (!all_shown) data["programs_max"] = programs_max;
  return gzip(to_json_line(data));
}

std::int64_t samples_per_problem(std::span<const JudgedRun> runs) {
  std::int64_t most = 0;
  for (const JudgedRun& run : runs) {
    std::unordered_map<std::string, std::int64_t> counts;
    for (const JudgedSample& sample : run.samples) most = std::max(most, ++counts[sample.task_id]);
  }
  return most;
}

}  // namespace

InteractivePart samples_explorer(std::span<const JudgedRun> runs,
                                 const std::map<std::string, std::string>& prompts,
                                 const ExplorerOptions& options) {
  SCRIBE_CHECK(!runs.empty(), "no runs");
  const std::int64_t most = samples_per_problem(runs);
  std::int64_t shown = most;
  std::string packed = packed_data(runs, prompts, shown, true, options.runs_programs);
  while (packed.size() > options.bytes_max && shown > 0) {
    shown /= 2;
    packed = packed_data(runs, prompts, shown, false, options.runs_programs);
  }
  return {.title = "Every sample",
          .markup = kMarkup,
          .script = samples_explorer_script(),
          .data = std::move(packed),
          .asks_server = options.runs_programs};
}

}  // namespace scribe
