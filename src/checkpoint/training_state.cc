// The state of a run in one file, and its atomic exchange together with the model.
#include "checkpoint/training_state.h"

#include <charconv>

#include "checkpoint/checkpoint.h"
#include "tensor/safetensors.h"

namespace scribe {
namespace {

constexpr std::string_view kFormatVersion = "1";

std::string model_path(const std::string& directory) {
  return directory + "/model.safetensors";
}
std::string next_path(const std::string& directory) {
  return model_path(directory) + ".next";
}
std::string state_path(const std::string& directory) {
  return directory + "/scribe_state.safetensors";
}

using Metadata = std::map<std::string, std::string>;

Metadata metadata_of(const TrainingState& state) {
  // fmt writes a double with the fewest digits that read back as the same double.
  return {{"scribe_state", std::string(kFormatVersion)},
          {"step", fmt::format("{}", state.step)},
          {"tokens", fmt::format("{}", state.tokens)},
          {"examples", fmt::format("{}", state.examples)},
          {"seed", fmt::format("{}", state.seed)},
          {"loss_average", fmt::format("{}", state.loss_average)},
          {"last_loss", fmt::format("{}", state.last_loss)},
          {"validation_loss", fmt::format("{}", state.validation_loss)},
          {"has_validation", state.has_validation ? "1" : "0"},
          {"done", state.done ? "1" : "0"},
          {"options", to_json_line(state.options)}};
}

/// Reads numbers out of a file's metadata and remembers the first error.
class MetadataReader {
 public:
  MetadataReader(const Metadata& metadata, const std::string& path)
      : metadata_(metadata), path_(path) {}

  std::string text(const std::string& key) {
    const auto found = metadata_.find(key);
    if (found != metadata_.end()) return found->second;
    fail(fmt::format("{}: metadata '{}' is missing", path_, key));
    return {};
  }

  template <typename Number>
  void read(const std::string& key, Number& out) {
    const std::string value = text(key);
    const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), out);
    if (code != std::errc() || end != value.data() + value.size())
      fail(fmt::format("{}: metadata '{}' is '{}', expected a number", path_, key,
                       value.substr(0, 40)));
  }

  void read_flag(const std::string& key, bool& out) {
    int value = 0;
    read(key, value);
    out = value != 0;
  }

  void fail(std::string message) {
    if (status_.ok()) status_ = Error(ErrorCode::invalid_data, std::move(message));
  }
  const Status& status() const { return status_; }

 private:
  const Metadata& metadata_;
  const std::string& path_;
  Status status_;
};

Result<TrainingState> state_of(const Metadata& metadata, const std::string& path) {
  MetadataReader reader(metadata, path);
  const std::string version = reader.text("scribe_state");
  if (version != kFormatVersion)
    reader.fail(
        fmt::format("{}: state version '{}', expected '{}'", path, version, kFormatVersion));
  TrainingState state;
  reader.read("step", state.step);
  reader.read("tokens", state.tokens);
  reader.read("examples", state.examples);
  reader.read("seed", state.seed);
  reader.read("loss_average", state.loss_average);
  reader.read("last_loss", state.last_loss);
  reader.read("validation_loss", state.validation_loss);
  reader.read_flag("has_validation", state.has_validation);
  reader.read_flag("done", state.done);
  const std::string options = reader.text("options");
  SCRIBE_TRY(reader.status());
  SCRIBE_TRY_ASSIGN(state.options, parse_json(options, path + ": metadata 'options'"));
  return state;
}

/// The step in a model's metadata, or "" if the file is missing or broken.
std::string step_of(Env& env, const std::string& path) {
  if (!env.exists(path)) return {};
  const auto file = SafetensorsFile::open(env, path);
  if (!file.ok()) return {};
  const auto found = file.value().metadata().find("step");
  return found == file.value().metadata().end() ? std::string() : found->second;
}

/// The second rename of a swap, if a kill prevented it.
Status finish_swap(Env& env, const std::string& directory, std::int64_t step) {
  const std::string expected = fmt::format("{}", step);
  if (step_of(env, model_path(directory)) == expected) return {};
  if (step_of(env, next_path(directory)) == expected)
    return env.rename(next_path(directory), model_path(directory));
  return error(ErrorCode::invalid_data,
               "'{}' is of step {}, but model.safetensors beside it is not; restore both from one "
               "copy, or delete the state to start from the model with --init-from",
               state_path(directory), step);
}

Status write_state(Env& env, const std::string& directory, const TrainingState& state,
                   const TrainingTensors& tensors) {
  const std::vector<ParameterInfo>& layout = tensors.parameters.layout();
  std::vector<TensorEntry> entries;
  for (const ParameterInfo& info : layout) entries.push_back({"m." + info.name, info.shape});
  for (const ParameterInfo& info : layout) entries.push_back({"v." + info.name, info.shape});
  const TensorBytes bytes_of = [&](std::size_t index) -> Result<std::span<const std::byte>> {
    const Moment moment = index < layout.size() ? Moment::m : Moment::v;
    SCRIBE_TRY_ASSIGN(const std::span<const float> values,
                      tensors.moments.read(moment, layout[index % layout.size()]));
    return std::as_bytes(values);
  };
  return write_safetensors(env, state_path(directory), entries, bytes_of, metadata_of(state));
}

Status read_moments(const SafetensorsFile& file, Moment moment, const TrainingTensors& tensors) {
  std::vector<float> host;
  for (const ParameterInfo& info : tensors.parameters.layout()) {
    host.resize(static_cast<std::size_t>(info.size));
    SCRIBE_TRY(file.read((moment == Moment::m ? "m." : "v.") + info.name, info.shape, host));
    SCRIBE_TRY(tensors.moments.write(moment, info, host));
  }
  return {};
}

}  // namespace

MomentAccess moments_in(Backend& backend, Parameters& m, Parameters& v) {
  const auto tensor = [&m, &v](Moment moment, const ParameterInfo& info) {
    return (moment == Moment::m ? m : v).tensor(info);
  };
  return {.read = [&backend, tensor, copy = std::vector<float>()](
                      Moment moment,
                      const ParameterInfo& info) mutable -> Result<std::span<const float>> {
            return backend.in_host_memory(tensor(moment, info), copy);
          },
          .write =
              [&backend, tensor](Moment moment, const ParameterInfo& info,
                                 std::span<const float> values) {
                backend.upload(values, tensor(moment, info));
                return Status();
              }};
}

Status save_training_state(Env& env, const std::string& directory, Backend& backend,
                           const TrainingState& state, const TrainingTensors& tensors) {
  const std::string next = next_path(directory);
  SCRIBE_TRY(write_parameters(env, next, backend, tensors.parameters,
                              {{"step", fmt::format("{}", state.step)}}));
  SCRIBE_TRY(write_state(env, directory, state, tensors));
  return env.rename(next, model_path(directory));
}

bool has_training_state(Env& env, const std::string& directory) {
  return env.exists(state_path(directory));
}

Result<TrainingState> read_training_numbers(Env& env, const std::string& directory) {
  const std::string path = state_path(directory);
  SCRIBE_TRY_ASSIGN(const SafetensorsFile file, SafetensorsFile::open(env, path));
  return state_of(file.metadata(), path);
}

Status finish_interrupted_swap(Env& env, const std::string& directory) {
  SCRIBE_TRY_ASSIGN(const TrainingState state, read_training_numbers(env, directory));
  return finish_swap(env, directory, state.step);
}

Result<TrainingState> load_training_state(Env& env, const std::string& directory, Backend& backend,
                                          const TrainingTensors& tensors) {
  const std::string path = state_path(directory);
  SCRIBE_TRY_ASSIGN(const SafetensorsFile file, SafetensorsFile::open(env, path));
  SCRIBE_TRY_ASSIGN(TrainingState state, state_of(file.metadata(), path));
  SCRIBE_TRY(finish_swap(env, directory, state.step));
  SCRIBE_TRY_ASSIGN(SafetensorsFile model, SafetensorsFile::open(env, model_path(directory)));
  SCRIBE_TRY(read_parameters(WeightFiles::of(std::move(model), model_path(directory)), backend,
                             tensors.parameters));
  SCRIBE_TRY(read_moments(file, Moment::m, tensors));
  SCRIBE_TRY(read_moments(file, Moment::v, tensors));
  return state;
}

}  // namespace scribe
