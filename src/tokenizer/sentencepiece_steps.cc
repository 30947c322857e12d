// Two forms that transformers writes: steps of the normaliser, or Metaspace.
#include "tokenizer/sentencepiece_steps.h"

#include <array>

namespace scribe {
namespace {

/// `Replace` of spaces by U+2581.
Status require_replace(const Reader& step) {
  SCRIBE_TRY(step.require_type("Replace"));
  SCRIBE_TRY_ASSIGN(const Reader pattern, step.object("pattern"));
  if (pattern.field("String") != SortedJson(" ")) return pattern.unsupported("String", "\" \"");
  if (step.field("content") == SortedJson(kSpaceMark)) return {};
  return step.unsupported("content", "U+2581");
}

Status require_prepend(const Reader& step) {
  SCRIBE_TRY(step.require_type("Prepend"));
  if (step.field("prepend") == SortedJson(kSpaceMark)) return {};
  return step.unsupported("prepend", "U+2581");
}

Result<LeadingSpace> parse_normalizer(const Reader& step) {
  if (step.field("type") != SortedJson("Sequence")) {
    SCRIBE_TRY(require_replace(step));
    return LeadingSpace::none;
  }
  const SortedJson& steps = step.field("normalizers");
  if (!steps.is_array() || steps.empty() || steps.size() > 2)
    return step.unsupported("normalizers", "Prepend, if that, then Replace");
  SCRIBE_TRY_ASSIGN(const Reader last, step.entry("normalizers", steps.size() - 1));
  SCRIBE_TRY(require_replace(last));
  if (steps.size() == 1) return LeadingSpace::none;
  SCRIBE_TRY_ASSIGN(const Reader first, step.entry("normalizers", 0));
  SCRIBE_TRY(require_prepend(first));
  return LeadingSpace::always;
}

Result<LeadingSpace> parse_metaspace(const Reader& step) {
  SCRIBE_TRY(step.require_type("Metaspace"));
  if (step.field("replacement") != SortedJson(kSpaceMark))
    return step.unsupported("replacement", "U+2581");
  SCRIBE_TRY_ASSIGN(const bool cuts, step.boolean("split", true));
  if (cuts) return step.unsupported("split", "false");
  const SortedJson& scheme = step.field("prepend_scheme");
  if (scheme == SortedJson("first")) return LeadingSpace::first_where_missing;
  if (scheme == SortedJson("never")) return LeadingSpace::none;
  if (scheme == SortedJson("always")) return LeadingSpace::where_missing;
  return step.unsupported("prepend_scheme", "\"always\", \"first\" or \"never\"");
}

/// That it makes of ids what they stand for is known: it is looked at so that no other steps pass.
Status check_decoder(const Reader& decoder) {
  if (decoder.field("type") == SortedJson("Metaspace")) return {};
  SCRIBE_TRY(decoder.require_type("Sequence"));
  const SortedJson& steps = decoder.field("decoders");
  if (!steps.is_array()) return decoder.wrong("decoders", "an array");
  for (std::size_t i = 0; i < steps.size(); ++i) {
    SCRIBE_TRY_ASSIGN(const Reader step, decoder.entry("decoders", i));
    bool is_known = false;
    for (const char* const type : {"Replace", "ByteFallback", "Fuse", "Strip", "Metaspace"})
      is_known = is_known || step.field("type") == SortedJson(type);
    if (!is_known) return step.unsupported("type", "Replace, ByteFallback, Fuse or Strip");
  }
  return {};
}

Json replace(std::string_view pattern, std::string_view content) {
  return {{"type", "Replace"}, {"pattern", {{"String", pattern}}}, {"content", content}};
}

Json normalizer_of(LeadingSpace leading_space) {
  if (leading_space == LeadingSpace::none) return replace(" ", kSpaceMark);
  if (leading_space != LeadingSpace::always) return nullptr;
  const Json prepend = {{"type", "Prepend"}, {"prepend", kSpaceMark}};
  return {{"type", "Sequence"}, {"normalizers", {prepend, replace(" ", kSpaceMark)}}};
}

Json pre_tokenizer_of(LeadingSpace leading_space) {
  if (leading_space == LeadingSpace::none || leading_space == LeadingSpace::always) return nullptr;
  const bool is_first = leading_space == LeadingSpace::first_where_missing;
  return {{"type", "Metaspace"},
          {"replacement", kSpaceMark},
          {"prepend_scheme", is_first ? "first" : "always"},
          {"split", false}};
}

}  // namespace

Result<LeadingSpace> parse_sentencepiece_steps(const Reader& root) {
  if (!root.field("decoder").is_null()) {
    SCRIBE_TRY_ASSIGN(const Reader decoder, root.object("decoder"));
    SCRIBE_TRY(check_decoder(decoder));
  }
  if (root.field("normalizer").is_null()) {
    SCRIBE_TRY_ASSIGN(const Reader pre_tokenizer, root.object("pre_tokenizer"));
    return parse_metaspace(pre_tokenizer);
  }
  SCRIBE_TRY(root.require_unset("pre_tokenizer"));
  SCRIBE_TRY_ASSIGN(const Reader normalizer, root.object("normalizer"));
  return parse_normalizer(normalizer);
}

void write_sentencepiece_steps(LeadingSpace leading_space, Json& file) {
  file["normalizer"] = normalizer_of(leading_space);
  file["pre_tokenizer"] = pre_tokenizer_of(leading_space);
  Json decoders = Json::array(
      {replace(kSpaceMark, " "), Json{{"type", "ByteFallback"}}, Json{{"type", "Fuse"}}});
  if (leading_space != LeadingSpace::none)
    decoders.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
  file["decoder"] = {{"type", "Sequence"}, {"decoders", std::move(decoders)}};
}

}  // namespace scribe
