// Presets and their sources, names, ranges.
#include "corpus/filter_options.h"

#include <algorithm>
#include <array>

namespace scribe {
namespace {

constexpr std::array<std::string_view, 3> kMarkerNames = {"codeparrot", "the-stack", "wide"};
constexpr std::array<std::string_view, 3> kModeNames = {"off", "redact", "drop"};

template <typename Value>
Result<Value> value_named(std::string_view name, const std::array<std::string_view, 3>& names,
                          std::string_view what) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end())
    return error(ErrorCode::invalid_argument, "{} '{}': expected one of {}", what, name,
                 fmt::join(names, ", "));
  return static_cast<Value>(found - names.begin());
}

/// codeparrot/scripts/preprocessing.py of transformers. Of its rules those of duplicates and of
/// characters per token are not here.
FilterOptions codeparrot_preset() {
  return {.config_or_test_drop_rate = 0.7, .no_keyword_drop_rate = 0.7, .equals_signs_min = 5};
}

/// Line lengths, letters and digits, comments: bigcode-dataset, preprocessing/, as for SantaCoder
/// and StarCoder ("StarCoder: may the source be with you!", section 3). Letters, lines, encoded
/// data, phrases: "StarCoder 2 and The Stack v2", section 4.1.
FilterOptions the_stack_preset() {
  return {.alphanumeric_share_min = 0.25,
          .generated_markers = GeneratedMarkers::the_stack,
          .lines_max = 100'000,
          .alphabetic_share_min = 0.25,
          .encoded_bytes_max = 1024,
          .encoded_share_max = 0.5,
          .comment_share_min = 0.01,
          .comment_share_max = 0.8};
}

FilterOptions no_rules() {
  return {.size_bytes_max = std::int64_t{1} << 31,  // What is read at all.
          .line_length_max = 0,
          .line_length_mean_max = 0,
          .alphanumeric_share_min = 0,
          .generated_lines = 0};
}

bool is_share(double value) {
  return value >= 0 && value <= 1;
}

}  // namespace

std::string_view name_of(GeneratedMarkers markers) {
  return kMarkerNames[static_cast<std::size_t>(markers)];
}

std::string_view name_of(PrivateDataMode mode) {
  return kModeNames[static_cast<std::size_t>(mode)];
}

Result<GeneratedMarkers> generated_markers_named(std::string_view name) {
  return value_named<GeneratedMarkers>(name, kMarkerNames, "generated markers");
}

Result<PrivateDataMode> private_data_mode_named(std::string_view name) {
  return value_named<PrivateDataMode>(name, kModeNames, "mode");
}

Result<FilterOptions> filter_preset(std::string_view name) {
  if (name == "codex") return FilterOptions{};
  if (name == "codeparrot") return codeparrot_preset();
  if (name == "the-stack") return the_stack_preset();
  if (name == "none") return no_rules();
  return error(ErrorCode::invalid_argument,
               "filter preset '{}': expected one of codex, codeparrot, the-stack, none", name);
}

Status check_filter_options(const FilterOptions& options, std::string_view which) {
  if (options.size_bytes_max <= 0 || options.line_length_max < 0 ||
      !(options.line_length_mean_max >= 0) || options.generated_lines < 0 ||
      options.characters_min < 0 || options.lines_max < 0 || options.encoded_bytes_max < 0 ||
      options.equals_signs_min < 0)
    return error(ErrorCode::invalid_argument,
                 "{} filter: limits must not be negative and the size limit must be positive",
                 which);
  for (const double share :
       {options.alphanumeric_share_min, options.alphabetic_share_min, options.encoded_share_max,
        options.config_or_test_drop_rate, options.no_keyword_drop_rate, options.comment_share_min,
        options.comment_share_max})
    if (!is_share(share))
      return error(ErrorCode::invalid_argument, "{} filter: a share or rate is {}, expected 0 to 1",
                   which, share);
  return {};
}

Json filter_options_json(const FilterOptions& options) {
  return {{"size_bytes_max", options.size_bytes_max},
          {"line_length_max", options.line_length_max},
          {"line_length_mean_max", options.line_length_mean_max},
          {"alphanumeric_share_min", options.alphanumeric_share_min},
          {"generated_lines", options.generated_lines},
          {"characters_min", options.characters_min},
          {"generated_markers", name_of(options.generated_markers)},
          {"lines_max", options.lines_max},
          {"alphabetic_share_min", options.alphabetic_share_min},
          {"encoded_bytes_max", options.encoded_bytes_max},
          {"encoded_share_max", options.encoded_share_max},
          {"config_or_test_drop_rate", options.config_or_test_drop_rate},
          {"no_keyword_drop_rate", options.no_keyword_drop_rate},
          {"equals_signs_min", options.equals_signs_min},
          {"comment_share_min", options.comment_share_min},
          {"comment_share_max", options.comment_share_max},
          {"drop_unparsable", options.drop_unparsable},
          {"licenses_allowed", options.licenses_allowed},
          {"secrets", name_of(options.secrets)},
          {"personal_data", name_of(options.personal_data)}};
}

}  // namespace scribe
