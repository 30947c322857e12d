// Tests of the experiments with completions that are known, and of the folder that they fill.
#include "experiment/experiments.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "base/hash.h"
#include "evaluate/testing/scoring_fixture.h"
#include "experiment/context_functions.h"
#include "problems/chains.h"
#include "sample/sample_run.h"

namespace scribe {
namespace {

/// Writes samples as a model would; which of them are right, `rule` says.
class ScriptedSource : public CompletionSource {
 public:
  /// The completion of a prompt's sample at a temperature.
  using Rule = std::function<std::string(const Prompt&, std::int64_t index, double temperature)>;

  ScriptedSource(Env& env, ModelFacts facts, Rule rule)
      : env_(env), facts_(std::move(facts)), rule_(std::move(rule)) {}

  const ModelFacts& facts() const override { return facts_; }

  Result<DrawnSamples> draw(std::span<const Prompt> prompts, const DrawOptions& options,
                            const std::string& path) override {
    ++draws;
    DrawnSamples drawn;
    for (const double temperature : options.temperatures) {
      std::string text;
      for (const Prompt& prompt : prompts)
        for (std::int64_t index = 0; index < options.samples; ++index) {
          const std::string completion = rule_(prompt, index, temperature);
          const bool is_right = completion.find("wrong") == std::string::npos;
          Json line{{"task_id", prompt.task_id},
                    {"completion", completion},
                    {"sample_index", index},
                    {"temperature", temperature},
                    {"sum_logprob", is_right ? -1.0 : -2.0},
                    {"mean_logprob", is_right ? -1.0 : -2.0}};
          for (const char* const key : {"sum_logprob", "mean_logprob"}) {
            if (completion.find("# null") != std::string::npos) line[key] = nullptr;
            if (completion.find("# none") != std::string::npos) line.erase(key);
          }
          text += to_json_line(line) + "\n";
        }
      drawn.paths.push_back(sample_path(path, fmt::format("t{}", temperature)));
      SCRIBE_TRY(write_file_atomic(env_, drawn.paths.back(), text));
    }
    return drawn;
  }

  int draws = 0;

 private:
  Env& env_;
  ModelFacts facts_;
  Rule rule_;
};

class ExperimentsTest : public testing::Test {
 protected:
  ExperimentsTest() {
    options_.out = directory_.file("out");
    options_.quiet = true;
    options_.threads = 2;
    options_.sandbox.start = [this]() -> Result<std::unique_ptr<SandboxWorker>> {
      return std::unique_ptr<SandboxWorker>(std::make_unique<FakeWorker>(sandbox_));
    };
    options_.sandbox.engine = "fake";
    options_.sandbox.walls = "paper";
  }

  void add_model(const std::string& name, ScriptedSource::Rule rule, std::int64_t size = 1000,
                 double loss = 2) {
    ModelFacts facts{.name = name, .where = name};
    facts.parameters = size + 100;
    facts.non_embedding_parameters = size;
    facts.validation_loss = loss;
    sources_.push_back(std::make_unique<ScriptedSource>(env_, facts, std::move(rule)));
  }

  Result<std::vector<Section>> run(const std::vector<std::string>& names) {
    return run_experiments(env_, stop_, names, sources_, options_);
  }

  Section run_one(const std::string& name) {
    Result<std::vector<Section>> sections = run({name});
    if (!sections.ok()) {
      ADD_FAILURE() << sections.error().message();
      return {};
    }
    return sections.value().front();
  }

  std::string text_of(const std::string& name) {
    return env_.read_file(options_.out + name).value();
  }

  FaultyEnv env_;
  TemporaryDirectory directory_;
  FakeSandbox sandbox_;
  StopToken stop_;
  ExperimentOptions options_;
  std::vector<std::unique_ptr<CompletionSource>> sources_;
};

constexpr double kTolerance = 1e-9;  // Of sums of shares.
const std::string kRight = "    return s\n";
const std::string kFails = "    return s  # wrong\n";

/// Right in every other sample when cold; in the first half of the problems, always, when hot.
std::string by_temperature(const Prompt& prompt, std::int64_t index, double temperature) {
  if (temperature < 0.5) return index % 2 == 0 ? kRight : kFails;
  return hash64(prompt.task_id) % 2 == 0 ? kRight : kFails;
}

TEST_F(ExperimentsTest, TemperatureTakesTheBestCurveAtEachK) {
  add_model("toy", by_temperature);
  options_.temperatures = {0.2, 0.8};
  options_.samples = 4;
  const Section section = run_one("temperature");
  const Json& cold = section.figures["by_temperature"][0]["pass_at"];
  EXPECT_NEAR(cold[0]["value"].get<double>(), 0.5, kTolerance);
  EXPECT_EQ(cold[2]["k"], 4);
  EXPECT_NEAR(cold[2]["value"].get<double>(), 1, kTolerance);
  const Json& hull = section.figures["hull"];
  EXPECT_EQ(hull.back()["temperature"], 0.2);
  EXPECT_NEAR(hull.back()["value"].get<double>(), 1, kTolerance);
  EXPECT_NE(section_markdown(section).find("| 0.2 | 50.0 %"), std::string::npos)
      << section_markdown(section);
}

TEST_F(ExperimentsTest, SizesFitThePowerLawOfTheLosses) {
  for (const double size : {1e6, 4e6, 16e6})
    add_model(
        fmt::format("m{}", size),
        [size](const Prompt&, std::int64_t index, double) {
          return static_cast<double>(index) < size / 4e6 ? kRight : kFails;
        },
        static_cast<std::int64_t>(size), std::pow(size / 1e9, -0.1));
  std::swap(sources_.front(), sources_.back());  // Sorted by size whatever the order given.
  options_.samples = 4;
  options_.problems_max = 3;
  const Section section = run_one("sizes");
  EXPECT_NEAR(section.figures["power_law"]["exponent"].get<double>(), 0.1, 1e-9);
  EXPECT_NEAR(section.figures["power_law"]["scale"].get<double>() / 1e9, 1, 1e-6);
  ASSERT_EQ(section.figures["models"].size(), 3U);
  EXPECT_NEAR(section.figures["models"][0]["pass_at"][0]["value"].get<double>(), 0.25, kTolerance);
  EXPECT_NEAR(section.figures["models"][2]["pass_at"][0]["value"].get<double>(), 1, kTolerance);
}

TEST_F(ExperimentsTest, SizesOfOneModelSayWhatTheFitNeeds) {
  add_model("only", by_temperature);
  options_.samples = 2;
  options_.problems_max = 2;
  const Section section = run_one("sizes");
  EXPECT_TRUE(section.figures["power_law"].is_null());
  EXPECT_NE(section_markdown(section).find("at least two run folders"), std::string::npos);
}

TEST_F(ExperimentsTest, BleuTellsApartWhatIsCopiedFromWhatIsNot) {
  std::map<std::string, std::string> solutions;
  const std::vector<Problem> problems =
      make_chain_problems({.length_max = 3, .count = 12, .split = ChainSplit::evaluation}).value();
  for (const Problem& problem : problems) solutions[problem.task_id] = problem.canonical_solution;
  add_model("toy", [&](const Prompt& prompt, std::int64_t index, double) {
    return index == 0 ? solutions.at(prompt.task_id) : std::string("    x = 1  # wrong\n");
  });
  options_.samples = 3;
  const Section section = run_one("bleu");
  const Json& figures = section.figures["13a"];
  EXPECT_EQ(figures["problems_with_both"], figures["right_samples"]);
  EXPECT_NEAR(figures["right_corpus_bleu"].get<double>(), 100, 1e-9);
  EXPECT_NEAR(figures["overlap"].get<double>(), 0, kTolerance);
  EXPECT_NEAR(figures["auc"].get<double>(), 1, kTolerance);
}

TEST_F(ExperimentsTest, BleuOfAModelThatSolvesNothingSaysSo) {
  add_model("toy", [](const Prompt&, std::int64_t, double) { return kFails; });
  options_.samples = 2;
  options_.problems_max = 2;
  const Section section = run_one("bleu");
  EXPECT_TRUE(section.figures["13a"]["auc"].is_null());
  EXPECT_NE(section_markdown(section).find("of 4 samples 0 passed"), std::string::npos);
}

TEST_F(ExperimentsTest, ChainsDivideTheRateOfEachLengthByTheNext) {
  add_model("toy", [](const Prompt& prompt, std::int64_t index, double) {
    const int length = prompt.task_id[6] - '0';  // "chain/3/..."
    return index < (8 >> length) ? kRight : kFails;
  });
  options_.samples = 8;
  const Section section = run_one("chains");
  const Json& lengths = section.figures["by_length"];
  ASSERT_EQ(lengths.size(), 7U);
  EXPECT_NEAR(lengths[0]["pass_at_1"]["value"].get<double>(), 0.5, kTolerance);
  EXPECT_NEAR(lengths[1]["factor"].get<double>(), 2, kTolerance);
  EXPECT_NEAR(lengths[3]["pass_at_1"]["value"].get<double>(), 0, kTolerance);
  EXPECT_NEAR(section.figures["factor_per_block"].get<double>(), 2, 1e-9);
}

TEST_F(ExperimentsTest, ContextComparesTheSameTasksUnderAllConditions) {
  std::map<std::string, std::string> wrong_bodies;
  for (const auto& half : {context_functions(), more_context_functions()})
    for (const ContextFunction& one : half) wrong_bodies.emplace(one.name, one.wrong);
  std::vector<Prompt> seen;
  // Right unless a wrong body stands before the task without the instruction.
  add_model("toy", [&](const Prompt& prompt, std::int64_t, double) {
    seen.push_back(prompt);
    return prompt.task_id.starts_with("wrong/") ? "    # wrong\n" : "    pass\n";
  });
  options_.samples = 1;
  const Section section = run_one("context");
  const Json& model = section.figures["models"][0];
  EXPECT_NEAR(model["pass_at_1"]["none"]["value"].get<double>(), 1, kTolerance);
  EXPECT_NEAR(model["pass_at_1"]["wrong"]["value"].get<double>(), 0, kTolerance);
  EXPECT_NEAR(model["right_minus_wrong"]["value"].get<double>(), 1, kTolerance);
  EXPECT_NEAR(model["right_minus_wrong_with_instruction"]["value"].get<double>(), 0, kTolerance);
  ASSERT_EQ(seen.size(), 180U);
  for (const Prompt& prompt : seen) {
    const std::string name = prompt.task_id.substr(prompt.task_id.rfind('/') + 1);
    // The task itself never stands before it.
    const std::size_t at = prompt.text.find("def " + name + "(");
    EXPECT_EQ(prompt.text.rfind("def " + name + "("), at);
    const bool has_instruction = prompt.text.find("#instruction: ") != std::string::npos;
    EXPECT_EQ(has_instruction, prompt.task_id.find("+instruction/") != std::string::npos);
    const auto definitions = static_cast<int>(at == 0);
    EXPECT_EQ(definitions == 1, prompt.task_id.starts_with("none/"));
  }
}

TEST_F(ExperimentsTest, DiversityCountsTextsProgramsAndOutcomes) {
  const std::vector<std::string> completions = {
      "    x = s\n    return x\n", "    y = s  # other names\n    return y\n", kFails, kFails};
  add_model("toy", [&](const Prompt&, std::int64_t index, double) {
    return completions[static_cast<std::size_t>(index)];
  });
  options_.samples = 4;
  options_.temperatures = {0.5};
  const Section section = run_one("diversity");
  const Json& row = section.figures["by_temperature"][0];
  EXPECT_NEAR(row["distinct_texts"].get<double>(), 0.75, kTolerance);
  EXPECT_NEAR(row["distinct_programs"].get<double>(), 0.5, kTolerance);
  EXPECT_NEAR(row["distinct_outcomes"].get<double>(), 0.5, kTolerance);
}

TEST_F(ExperimentsTest, RankingTakesTheLikeliest) {
  add_model("toy", by_temperature);
  options_.samples = 4;
  options_.temperatures = {0.2};
  const Section section = run_one("ranking");
  const Json& last = section.figures["rows"].back();
  EXPECT_NEAR(last["random"].get<double>(), 0.5, kTolerance);
  EXPECT_NEAR(last["mean_logprob"].get<double>(), 1, kTolerance);
}

TEST_F(ExperimentsTest, RankingTakesSamplesWithoutALogProbabilityLast) {
  for (const std::string comment : {"# null", "# none"}) {
    options_.out = directory_.file(comment);
    sources_.clear();
    add_model("toy", [&](const Prompt&, std::int64_t index, double) {
      return index == 0 ? "    return 0  # wrong " + comment + "\n"
                        : fmt::format("    return {}  # right\n", index);
    });
    options_.samples = 3;
    const Section section = run_one("ranking");
    const Json& last = section.figures["rows"].back();
    EXPECT_NEAR(last["random"].get<double>(), 2.0 / 3, kTolerance) << comment;
    EXPECT_NEAR(last["mean_logprob"].get<double>(), 1, kTolerance) << comment;
    EXPECT_NEAR(last["sum_logprob"].get<double>(), 1, kTolerance) << comment;
  }
}

TEST_F(ExperimentsTest, AppsFiltersByPublicCasesAndBracketsTimeOuts) {
  // The first case is public; of four samples one is right, one fails a hidden case, one fails the
  // public one, one times out on a hidden case.
  const std::string path = directory_.file("apps.jsonl");
  const Json line{{"problem_id", 7},
                  {"question", "Print twice the number."},
                  {"difficulty", "introductory"},
                  {"public_cases", {{{"input", "1\n"}, {"output", "2\n"}}}},
                  {"input_output", R"({"inputs": ["1\n", "2\n"], "outputs": ["2\n", "4\n"]})"}};
  ASSERT_TRUE(write_file_atomic(env_, path, to_json_line(line) + "\n").ok());
  std::string prompt;
  add_model("toy", [&](const Prompt& given, std::int64_t index, double) {
    prompt = given.text;
    return fmt::format("print({})  # sample {}\n", index, index);
  });
  class Worker : public SandboxWorker {
   public:
    Result<Verdict> run(const SandboxJob& job) override {
      const bool is_public = parse_json(job.tests, "tests").value()["cases"].size() == 1;
      const char sample = job.candidate[job.candidate.size() - 2];
      const VerdictKind hidden[] = {VerdictKind::pass, VerdictKind::wrong, VerdictKind::wrong,
                                    VerdictKind::cpu};
      const bool fails_public = sample == '2';
      return verdict_of(is_public ? (fails_public ? VerdictKind::wrong : VerdictKind::pass)
                                  : hidden[sample - '0'],
                        0);
    }
  };
  options_.sandbox.start = []() -> Result<std::unique_ptr<SandboxWorker>> {
    return std::unique_ptr<SandboxWorker>(std::make_unique<Worker>());
  };
  options_.programs = path;
  options_.samples = 4;
  const Section section = run_one("apps");
  EXPECT_EQ(prompt,
            "\"\"\"\nPrint twice the number.\n\nExample\n\nInput\n1\n\nOutput\n2\n\"\"\"\n");
  ASSERT_EQ(section.figures["by_level"].size(), 2U);
  EXPECT_EQ(section.figures["by_level"][1]["level"], "introductory");
  const Json& scores = section.figures["by_level"][0]["pass_at"];
  ASSERT_EQ(scores.size(), 2U);  // k = 1 only: there are four samples.
  EXPECT_NEAR(scores[0]["value"].get<double>(), 0.25, kTolerance);
  EXPECT_NEAR(scores[0]["with_time_outs"].get<double>(), 0.5, kTolerance);
  EXPECT_NEAR(scores[1]["value"].get<double>(), 1.0 / 3, 1e-12);
  EXPECT_NEAR(scores[1]["with_time_outs"].get<double>(), 2.0 / 3, 1e-12);
}

TEST_F(ExperimentsTest, AFolderHasOneReportOfAllThatWereRunThere) {
  add_model("toy", by_temperature);
  options_.samples = 2;
  options_.problems_max = 3;
  run_one("temperature");
  run_one("ranking");
  const Json results = parse_json(text_of("/results.json"), "results").value();
  EXPECT_EQ(results["experiments"].size(), 2U);
  EXPECT_TRUE(results["experiments"].contains("temperature"));
  const std::string page = text_of("/report.html");
  EXPECT_NE(page.find("pass@k by temperature"), std::string::npos);
  EXPECT_NE(page.find("Picking one sample of many"), std::string::npos);
  run_one("temperature");
  EXPECT_EQ(text_of("/report.html"), page);  // The same figures make the same bytes.
}

TEST_F(ExperimentsTest, SamplesThatTwoExperimentsShareAreJudgedOnce) {
  add_model("toy", by_temperature);
  options_.samples = 2;
  options_.problems_max = 3;
  run_one("temperature");
  const int runs = sandbox_.runs;
  EXPECT_GT(runs, 0);
  run_one("diversity");
  run_one("bleu");
  EXPECT_EQ(sandbox_.runs, runs);
  run_one("ranking");  // Runs them on the prompt's examples and on made inputs too, once.
  const int ranked = sandbox_.runs;
  EXPECT_GT(ranked, runs);
  run_one("ranking");
  EXPECT_EQ(sandbox_.runs, ranked);
}

TEST_F(ExperimentsTest, AFullDiskLosesNothingAndTheSameCallContinues) {
  add_model("toy", by_temperature);
  options_.samples = 2;
  options_.problems_max = 3;
  run_one("temperature");
  const std::string whole = text_of("/results.json");
  options_.out = directory_.file("again");
  env_.fill_disk_after(3000);
  EXPECT_FALSE(run({"temperature"}).ok());
  env_.fill_disk_after(-1);
  run_one("temperature");
  EXPECT_EQ(text_of("/results.json"), whole);
}

TEST_F(ExperimentsTest, AllLeavesOutWhatHasNoInputAndWrongNamesAreExplained) {
  add_model("toy", by_temperature);
  options_.samples = 1;
  options_.problems_max = 2;
  const auto all = run({"all"});
  ASSERT_TRUE(all.ok()) << all.error().message();
  EXPECT_EQ(all.value().size(), experiments().size() - 1);  // apps
  const auto apps = run({"apps"});
  ASSERT_FALSE(apps.ok());
  EXPECT_NE(apps.error().message().find("--programs FILE"), std::string::npos);
  const auto odd = run({"odd"});
  ASSERT_FALSE(odd.ok());
  EXPECT_NE(odd.error().message().find("temperature, sizes"), std::string::npos);
}

TEST_F(ExperimentsTest, ADamagedSectionIsNamed) {
  add_model("toy", by_temperature);
  options_.samples = 1;
  options_.problems_max = 2;
  run_one("ranking");
  const std::string path = options_.out + "/ranking/section.json";
  Json section = parse_json(env_.read_file(path).value(), path).value();
  section["blocks"].push_back({{"kind", "table"}, {"title", 3}});
  ASSERT_TRUE(write_file_atomic(env_, path, to_json_pretty(section)).ok());
  const auto damaged = run({"chains"});
  ASSERT_FALSE(damaged.ok());
  EXPECT_EQ(damaged.error().code(), ErrorCode::invalid_data);
  EXPECT_NE(damaged.error().message().find("ranking/section.json: block"), std::string::npos)
      << damaged.error().message();
}

TEST(ContextFunctions, TheRightOnesPassTheirTestsAndTheWrongOnesFailThem) {
  const TemporaryDirectory directory;
  StopToken stop;
  const std::vector<Problem> problems = context_problems();
  ASSERT_EQ(problems.size(), 30U);
  ScoreOptions options;
  options.samples_path = directory.file("s.jsonl");
  options.problems_path = directory.file("p.jsonl");
  options.k = {1};
  options.quiet = true;
  ASSERT_TRUE(save_problems(Env::real(), options.problems_path, problems).ok());
  std::string samples;
  std::size_t next = 0;
  for (const auto& half : {context_functions(), more_context_functions()})
    for (const ContextFunction& one : half) {
      EXPECT_EQ(problems[next].entry_point, one.name);
      for (const std::string_view body : {one.right, one.wrong})
        samples += to_json_line({{"task_id", problems[next].task_id}, {"completion", body}}) + "\n";
      ++next;
    }
  ASSERT_TRUE(write_file_atomic(Env::real(), options.samples_path, samples).ok());
  const Result<ScoreSummary> summary = score_samples(Env::real(), stop, options);
  if (!summary.ok() && summary.error().code() == ErrorCode::unsupported)
    GTEST_SKIP() << summary.error().message();
  ASSERT_TRUE(summary.ok()) << summary.error().message();
  for (const TaskScore& task : summary.value().tasks) {
    EXPECT_EQ(task.n, 2) << task.task_id;
    EXPECT_EQ(task.c, 1) << task.task_id;
  }
  // A slip runs: no syntax errors. Some raise where the tests expect a value.
  EXPECT_FALSE(summary.value().verdicts.contains(VerdictKind::syntax));
}

}  // namespace
}  // namespace scribe
