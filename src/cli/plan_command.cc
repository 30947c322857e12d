// `scribe plan`: what a training run takes, before it is started.
#include "train/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/json.h"
#include "base/progress.h"
#include "checkpoint/model_config.h"
#include "cli/model_options.h"

namespace scribe::cli {
namespace {

constexpr double kSecondsPerDay = 86400;

struct PlanCommand {
  ModelOptions model;
  std::string checkpoint;
  std::int32_t vocabulary_size = 50257;
  BatchSize batch;
  std::int64_t micro_batch = 0;  ///< 0: the whole batch
  std::string recompute = "none";
  std::string parameters = "f32";
  double tokens = 100e9;
  std::string device = "cpu";
  std::int64_t count = 1;
  int zero = 1;
  bool samples = false;
  int threads = 0;
  double utilization = 0;
  double watts = 0;
  double price = 0.15;  ///< of a kWh
  bool json = false;
};

struct Cost {
  double days = 0;
  double kilowatt_hours = 0;  ///< 0: the power is not known
  double price = 0;
};

Cost cost_of(const PlanCommand& options, double tokens_per_second, double watts) {
  Cost cost;
  cost.days = options.tokens / tokens_per_second / kSecondsPerDay;
  cost.kilowatt_hours = watts * 1e-3 * cost.days * 24;
  cost.price = cost.kilowatt_hours * options.price;
  return cost;
}

Json to_json(const Cost& cost) {
  return {{"days", cost.days}, {"kilowatt_hours", cost.kilowatt_hours}, {"price", cost.price}};
}

std::string format_cost(const PlanCommand& options, const Cost& cost) {
  std::string text =
      fmt::format("{} tokens take {:.1f} days", format_count(options.tokens), cost.days);
  if (cost.kilowatt_hours > 0)
    text += fmt::format(" and {:.0f} kWh: {:.0f} at {} a kWh", cost.kilowatt_hours, cost.price,
                        options.price);
  return text;
}

Result<PlanRequest> request_of(Context& context, const PlanCommand& options) {
  PlanRequest request;
  request.batch = options.batch;
  request.batch.micro = options.micro_batch == 0 ? options.batch.examples : options.micro_batch;
  SCRIBE_TRY_ASSIGN(request.recompute, recompute_named(options.recompute));
  SCRIBE_TRY_ASSIGN(request.storage, weight_storage_named(options.parameters));
  if (options.checkpoint.empty()) {
    SCRIBE_TRY_ASSIGN(request.model, resolve_model(options.model));
    request.model.vocabulary_size = options.vocabulary_size;
  } else {
    SCRIBE_TRY_ASSIGN(request.model, load_model_config(context.env, options.checkpoint));
  }
  SCRIBE_TRY(validate(request.model));
  request.ranks = static_cast<int>(std::min<std::int64_t>(options.count, 1'000'000));
  request.zero = static_cast<Zero>(options.zero);
  request.samples = options.samples;
  return request;
}

Json model_json(const PlanRequest& request) {
  const ModelConfig& model = request.model;
  return {{"family", name_of(model.family)},
          {"layers", model.layers},
          {"width", model.width},
          {"context", model.context},
          {"parameters", parameter_count(model)},
          {"flop_per_token", training_flop_per_token(model, model.context)}};
}

void print_model(const PlanRequest& request) {
  const ModelConfig& model = request.model;
  fmt::print("{}: {} layers of width {}, {} parameters, {:.4g} GFLOP a token\n",
             name_of(model.family), model.layers, model.width,
             format_count(static_cast<double>(parameter_count(model))),
             training_flop_per_token(model, model.context) * 1e-9);
}

std::string format_mib(double bytes) {
  return fmt::format("{:>9.0f} MiB", bytes / (1 << 20));
}

void print_machine_plan(const PlanCommand& options, const PlanRequest& request,
                        const MachinePlan& plan, const Cost& cost) {
  print_model(request);
  for (const MemoryPart& part : plan.memory)
    fmt::print("  {:<22}{}\n", part.name, format_mib(part.bytes));
  fmt::print("  {:<22}{}", request.ranks == 1 ? "memory at the peak" : "memory of each rank",
             format_mib(total_bytes(plan.memory)));
  if (plan.available_bytes > 0)
    fmt::print(", {} the {:.0f} MiB available", plan.fits() ? "fits into" : "more than",
               plan.available_bytes / (1 << 20));
  fmt::print("\n");
  if (!plan.fits())
    fmt::print("  {}\n",
               plan.remedy.empty()
                   ? "no --micro-batch, --recompute and --zero make it fit: choose fewer --layers "
                     "or a smaller --width"
                   : "it would fit with " + plan.remedy);
  fmt::print("a step of {} x {} tokens: {:.3g} s, {:.4g} tokens/s", request.batch.examples,
             request.model.context, plan.step_seconds, plan.tokens_per_second);
  if (plan.peak_flop_per_second > 0)
    fmt::print(", {:.0f} % of this processor's peak",
               100 * plan.tokens_per_second *
                   training_flop_per_token(request.model, request.model.context) /
                   plan.peak_flop_per_second);
  fmt::print(" (measured on part of the model{})\n{}\n",
             request.ranks == 1 ? ""
                                : fmt::format("; {} ranks, each with a machine like this one, and "
                                              "messages that take no time",
                                              request.ranks),
             format_cost(options, cost));
}

Result<int> plan_machine(Context& context, const PlanCommand& options, const PlanRequest& request) {
  if (options.utilization != 0)
    return error(ErrorCode::invalid_argument,
                 "--utilization is of accelerators; --device {} is this machine, which is measured",
                 options.device);
  SCRIBE_TRY_ASSIGN(const DeviceChoice device, device_named(options.device));
  SCRIBE_TRY_ASSIGN(const std::unique_ptr<Backend> backend, make_backend(device, options.threads));
  SCRIBE_TRY_ASSIGN(const MachinePlan plan, plan_on_machine(context.env, *backend, request));
  const Cost cost =
      cost_of(options, plan.tokens_per_second, options.watts * static_cast<double>(options.count));
  if (!options.json) {
    print_machine_plan(options, request, plan, cost);
    return kExitDone;
  }
  Json json{{"device", options.device}, {"model", model_json(request)}};
  for (const MemoryPart& part : plan.memory) json["memory_bytes"][part.name] = part.bytes;
  json["memory_bytes"]["total"] = total_bytes(plan.memory);
  json["available_bytes"] = plan.available_bytes;
  json["fits"] = plan.fits();
  json["remedy"] = plan.remedy;
  json["step_seconds"] = plan.step_seconds;
  json["tokens_per_second"] = plan.tokens_per_second;
  json["cost"] = to_json(cost);
  fmt::print("{}", to_json_pretty(json));
  return kExitDone;
}

void print_sharding(const PlanRequest& request, const AcceleratorPlan& plan) {
  fmt::print("activations of a window of {} tokens, bf16, by what is computed again:\n",
             request.model.context);
  for (const WindowPlan& window : plan.windows)
    fmt::print("  {:<32}{:>8.2f} GB\n", window.recompute, window.bytes * 1e-9);
  fmt::print("per device:{:<35}{:>8}{:>10}  micro-batch of {}\n", "", "state", "left",
             request.batch.micro);
  for (const ShardingPlan& sharding : plan.sharding) {
    fmt::print("  {:<44}{:>5.1f} GB", sharding.name, sharding.state_bytes * 1e-9);
    if (sharding.left_bytes <= 0) {
      fmt::print("        -   does not fit\n");
      continue;
    }
    fmt::print("{:>7.1f} GB  ", sharding.left_bytes * 1e-9);
    if (sharding.recompute.empty())
      fmt::print("{} at most, with blocks computed again\n", sharding.windows);
    else
      fmt::print("fits, {} computed again (up to {})\n", sharding.recompute, sharding.windows);
  }
}

void print_accelerator_plan(const PlanCommand& options, const PlanRequest& request,
                            const Accelerator& accelerator, const AcceleratorPlan& plan) {
  print_model(request);
  print_sharding(request, plan);
  if (plan.chosen)
    fmt::print("what makes it fit: {}, {} computed again\n", plan.sharding[*plan.chosen].name,
               plan.sharding[*plan.chosen].recompute);
  else
    fmt::print("nothing makes it fit: choose more devices (--count) or a smaller --micro-batch\n");
  const double watts = options.watts > 0 ? options.watts : accelerator.watts;
  const auto print_speed = [&](double utilization) {
    const double rate = plan.tokens_per_second * utilization / plan.utilization;
    const Cost cost = cost_of(options, rate, watts * static_cast<double>(options.count));
    fmt::print("  {:.0f} % of {:.0f} TFLOP/s: {:.0f} tokens/s; {}\n", 100 * utilization,
               accelerator.flop_per_second * 1e-12, rate, format_cost(options, cost));
  };
  fmt::print("{} x {}, by arithmetic, not measured{}:\n", options.count, accelerator.name,
             plan.utilization_given ? "" : "; what good engines reach at this size, give or take");
  if (plan.utilization_given) return print_speed(plan.utilization);
  for (const double offset : {-0.05, 0.0, 0.05}) print_speed(plan.utilization + offset);
}

Json accelerator_json(const PlanCommand& options, const PlanRequest& request,
                      const Accelerator& accelerator, const AcceleratorPlan& plan) {
  Json json{{"device", accelerator.name}, {"count", options.count}, {"model", model_json(request)}};
  for (const WindowPlan& window : plan.windows)
    json["window_bytes"][window.recompute] = window.bytes;
  for (const ShardingPlan& sharding : plan.sharding)
    json["sharding"].push_back({{"name", sharding.name},
                                {"state_bytes", sharding.state_bytes},
                                {"left_bytes", sharding.left_bytes},
                                {"recompute", sharding.recompute},
                                {"windows", sharding.windows}});
  json["fits"] = plan.chosen.has_value();
  json["chosen"] = plan.chosen ? Json(plan.sharding[*plan.chosen].name) : Json();
  json["utilization"] = plan.utilization;
  json["tokens_per_second"] = plan.tokens_per_second;
  const double watts = options.watts > 0 ? options.watts : accelerator.watts;
  json["cost"] =
      to_json(cost_of(options, plan.tokens_per_second, watts * static_cast<double>(options.count)));
  return json;
}

Result<int> plan_accelerators(const PlanCommand& options, const PlanRequest& request) {
  SCRIBE_TRY_ASSIGN(const Accelerator accelerator, accelerator_named(options.device));
  SCRIBE_TRY_ASSIGN(const AcceleratorPlan plan,
                    plan_on_accelerators(request, accelerator, options.count, options.utilization));
  if (options.json)
    fmt::print("{}", to_json_pretty(accelerator_json(options, request, accelerator, plan)));
  else
    print_accelerator_plan(options, request, accelerator, plan);
  return kExitDone;
}

Result<int> run_plan(Context& context, const PlanCommand& options) {
  SCRIBE_TRY_ASSIGN(const PlanRequest request, request_of(context, options));
  if (device_named(options.device).ok()) return plan_machine(context, options, request);
  return plan_accelerators(options, request);
}

}  // namespace

void add_plan_command(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand(
      "plan", "Memory, time and energy of a training run, before it is started");
  set_example(command,
              "scribe plan --preset 85M --context 256 --batch-size 4\n"
              "  scribe plan --preset 12B --context 2048 --device h200 --count 8 \\\n"
              "    --batch-size 512 --micro-batch 4");
  const auto options = std::make_shared<PlanCommand>();
  CLI::Option* const model = command.add_option(
      "--model", options->checkpoint, "Plan for a model like this checkpoint (its config.json)");
  for (CLI::Option* const of_model : add_model_options(command, options->model))
    of_model->excludes(model);
  command.add_option("--vocabulary-size", options->vocabulary_size, "Ids of the tokenizer")
      ->capture_default_str()
      ->excludes(model);
  command.add_option("--batch-size", options->batch.examples, "Windows per step")
      ->capture_default_str();
  command.add_option("--micro-batch", options->micro_batch,
                     "Windows computed at once, on each device [default: all of a step]");
  command
      .add_option("--recompute", options->recompute,
                  "As for `train`: none, attention or block (of accelerators, all are shown)")
      ->capture_default_str();
  command
      .add_option("--parameters", options->parameters,
                  "As for `train`: f32 or bf16 (accelerators: bf16 with a copy in f32)")
      ->capture_default_str();
  command.add_option("--tokens", options->tokens, "Length of the run")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command
      .add_option("--device", options->device,
                  "cpu: this machine, measured. a100, h100, h200, b200: by arithmetic")
      ->capture_default_str();
  command
      .add_option("--count", options->count,
                  "Devices, or of cpu the ranks (`mpirun -n N`) that share the run")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command
      .add_option("--zero", options->zero,
                  "As for `train`: what ranks share, 0, 1 or 2 (of accelerators, all are shown)")
      ->check(CLI::Range(0, 2))
      ->capture_default_str();
  command.add_flag("--samples", options->samples,
                   "Completions are watched (--sample-every of `train`), of cpu");
  command.add_option("--threads", options->threads, "Of cpu; 0: one per core")
      ->capture_default_str();
  command
      .add_option("--utilization", options->utilization,
                  "Share of the accelerator's peak [default: what good engines reach]")
      ->check(CLI::Range(0.0, 1.0));
  command.add_option("--watts", options->watts,
                     "Power of a device with its share of the host [default: the data sheet's; of "
                     "cpu not known]");
  command.add_option("--price-per-kwh", options->price, "In any currency")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_flag("--json", options->json, "Print the plan as JSON");
  command.callback([&context, options] {
    context.action = [&context, options] { return run_plan(context, *options); };
  });
}

}  // namespace scribe::cli
