// Pre-tokenizers are recognised by their exact published form; a template by its special tokens.
#include "tokenizer/tokenizer_pipeline.h"

#include <array>
#include <span>

#include "tokenizer/sentencepiece_steps.h"
#include "tokenizer/split_rules.h"

namespace scribe {
namespace {

/// Larger templates are refused; published ones have one or two special tokens.
constexpr std::size_t kTemplateTokensMax = 16;

struct KnownPattern {
  Pattern pattern;
  std::string_view regex;
};

/// The last of several forms of a pattern is the one that is written.
constexpr std::array kKnownPatterns = {
    KnownPattern{Pattern::gpt2,
                 R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"},
    KnownPattern{Pattern::gpt2,
                 R"('(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"},
    KnownPattern{Pattern::qwen2, R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|)"
                                 R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
    KnownPattern{Pattern::llama3,
                 R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|)"
                 R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
    KnownPattern{Pattern::tekken,
                 R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|)"
                 R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|)"
                 R"(\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
    KnownPattern{Pattern::o200k,
                 R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+)"
                 R"((?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
                 R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*)"
                 R"((?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
                 R"(\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
    KnownPattern{Pattern::code_lines, R"([^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|)"
                                      R"( ?[^\s\p{L}\p{N}]+(?:[\r\n]+(?:[ \t]*(?= \S)|[ \t]*))?|)"
                                      R"(\s*[\r\n]+(?:[ \t]*(?= \S)|[ \t]*)|\s+(?!\S)|\s+)"}};

/// Errors: unsupported unless `step` is a ByteLevel that adds no space and cuts, or does not.
Status require_byte_level(const Reader& step, bool cuts) {
  SCRIBE_TRY(step.require_type("ByteLevel"));
  SCRIBE_TRY_ASSIGN(const bool adds_space, step.boolean("add_prefix_space", true));
  if (adds_space) return step.unsupported("add_prefix_space", "false");
  SCRIBE_TRY_ASSIGN(const bool uses_pattern, step.boolean("use_regex", true));
  if (uses_pattern != cuts) return step.unsupported("use_regex", cuts ? "true" : "false");
  return {};
}

/// The pattern of a Split that isolates what it finds.
Result<Reader> isolated_by(const Reader& split) {
  SCRIBE_TRY(split.require_type("Split"));
  if (split.field("behavior") != SortedJson("Isolated"))
    return split.unsupported("behavior", "\"Isolated\"");
  SCRIBE_TRY(split.require_unset("invert"));
  return split.object("pattern");
}

Result<Pattern> parse_split(const Reader& split) {
  SCRIBE_TRY_ASSIGN(const Reader form, isolated_by(split));
  for (const KnownPattern& known : kKnownPatterns)
    if (form.field("Regex") == SortedJson(known.regex)) return known.pattern;
  return form.unsupported(
      "Regex", "the pattern of GPT-2, Qwen 2, Llama 3, Tekken, GPT-4o or Scribe's code_lines");
}

Status require_digits(const Reader& step) {
  SCRIBE_TRY(step.require_type("Digits"));
  if (step.field("individual_digits") == SortedJson(true)) return {};
  return step.unsupported("individual_digits", "true");
}

/// One of several steps that are not the last: a Split or, for numbers, Digits.
Status require_rule(const Reader& step, const SplitRule& rule) {
  if (rule.finds == SplitRule::Finds::number) return require_digits(step);
  SCRIBE_TRY_ASSIGN(const Reader form, isolated_by(step));
  if (form.field("Regex") == SortedJson(rule.regex)) return {};
  return form.unsupported("Regex", "DeepSeek's, in its place");
}

/// The rules of `pattern`, then a ByteLevel. Requires: as many steps.
Result<Pattern> parse_rules(const Reader& step, Pattern pattern) {
  const std::span<const SplitRule> rules = split_rules(pattern);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    SCRIBE_TRY_ASSIGN(const Reader one, step.entry("pretokenizers", i));
    SCRIBE_TRY(require_rule(one, rules[i]));
  }
  SCRIBE_TRY_ASSIGN(const Reader last, step.entry("pretokenizers", rules.size()));
  SCRIBE_TRY(require_byte_level(last, false));
  return pattern;
}

Result<Pattern> parse_pre_tokenizer(const Reader& step) {
  if (step.field("type") != SortedJson("Sequence")) {
    SCRIBE_TRY(require_byte_level(step, true));
    return Pattern::gpt2;
  }
  const SortedJson& steps = step.field("pretokenizers");
  for (const Pattern pattern : {Pattern::deepseek_coder, Pattern::deepseek_llm})
    if (steps.is_array() && steps.size() == split_rules(pattern).size() + 1)
      return parse_rules(step, pattern);
  if (!steps.is_array() || steps.size() != 2)
    return step.unsupported("pretokenizers",
                            "Digits or Split, then ByteLevel, or the steps of DeepSeek");
  SCRIBE_TRY_ASSIGN(const Reader first, step.entry("pretokenizers", 0));
  SCRIBE_TRY_ASSIGN(const Reader second, step.entry("pretokenizers", 1));
  if (first.field("type") == SortedJson("Split")) {
    SCRIBE_TRY(require_byte_level(second, false));
    return parse_split(first);
  }
  if (first.field("type") != SortedJson("Digits"))
    return first.unsupported("type", "\"Digits\" or \"Split\"");
  SCRIBE_TRY(require_digits(first));
  SCRIBE_TRY(require_byte_level(second, true));
  return Pattern::starcoder;
}

/// Does it put text into Normalization Form C? A sequence of no steps does nothing.
Result<bool> parse_normalizer(const Reader& root) {
  if (!root.field("normalizer").is_object()) {
    SCRIBE_TRY(root.require_unset("normalizer"));
    return false;
  }
  SCRIBE_TRY_ASSIGN(const Reader normalizer, root.object("normalizer"));
  if (normalizer.field("type") == SortedJson("Sequence") &&
      normalizer.field("normalizers") == SortedJson::array())
    return false;
  SCRIBE_TRY(normalizer.require_type("NFC"));
  return true;
}

/// Appends the ids of the special token `name` of the template.
Status append_ids(const Reader& step, const SortedJson& name, std::vector<TokenId>& ids) {
  const SortedJson& known = step.field("special_tokens");
  const bool is_known =
      name.is_string() && known.is_object() && known.contains(name.get_ref<const std::string&>());
  if (!is_known) return step.wrong("special_tokens", "every special token of the template");
  const SortedJson& token = known[name.get_ref<const std::string&>()];
  const SortedJson* listed = token.is_object() && token.contains("ids") ? &token["ids"] : nullptr;
  if (listed == nullptr || !listed->is_array())
    return step.wrong("special_tokens", "an array of ids for each special token");
  for (const SortedJson& id : *listed) {
    if (!id.is_number_unsigned() || id >= SortedJson(kVocabularySizeMax))
      return step.wrong("special_tokens", "ids that are whole numbers of the vocabulary");
    if (ids.size() == kTemplateTokensMax)
      return error(ErrorCode::limit_exceeded, "{}: post_processor: more than {} special tokens",
                   step.where(), kTemplateTokensMax);
    ids.push_back(id.get<TokenId>());
  }
  return {};
}

/// The special tokens before and after the text in the template for one text.
Status parse_template(const Reader& step, Pipeline& pipeline) {
  const SortedJson& parts = step.field("single");
  if (!parts.is_array()) return step.wrong("single", "an array");
  bool is_after_text = false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    SCRIBE_TRY_ASSIGN(const Reader part, step.entry("single", i));
    if (part.field("Sequence").is_object()) {
      if (is_after_text) return step.unsupported("single", "the text once");
      is_after_text = true;
      continue;
    }
    SCRIBE_TRY_ASSIGN(const Reader token, part.object("SpecialToken"));
    SCRIBE_TRY(
        append_ids(step, token.field("id"), is_after_text ? pipeline.suffix : pipeline.prefix));
  }
  return is_after_text ? Status() : step.unsupported("single", "the text once");
}

Status parse_post_processor(const Reader& step, Pipeline& pipeline) {
  if (step.field("type") == SortedJson("ByteLevel")) return {};  // It changes offsets alone.
  if (step.field("type") == SortedJson("TemplateProcessing")) {
    if (!pipeline.prefix.empty() || !pipeline.suffix.empty())
      return step.unsupported("type", "one template");
    return parse_template(step, pipeline);
  }
  return step.unsupported("type",
                          "\"ByteLevel\", \"TemplateProcessing\" or a \"Sequence\" of them");
}

Status parse_post_processors(const Reader& root, Pipeline& pipeline) {
  if (root.field("post_processor").is_null()) return {};
  SCRIBE_TRY_ASSIGN(const Reader step, root.object("post_processor"));
  if (step.field("type") != SortedJson("Sequence")) return parse_post_processor(step, pipeline);
  const SortedJson& steps = step.field("processors");
  if (!steps.is_array()) return step.wrong("processors", "an array");
  for (std::size_t i = 0; i < steps.size(); ++i) {
    SCRIBE_TRY_ASSIGN(const Reader processor, step.entry("processors", i));
    SCRIBE_TRY(parse_post_processor(processor, pipeline));
  }
  return {};
}

Json byte_level(bool cuts) {
  return {{"type", "ByteLevel"},
          {"add_prefix_space", false},
          {"trim_offsets", true},
          {"use_regex", cuts}};
}

Json split_by(std::string_view regex) {
  return {{"type", "Split"},
          {"pattern", {{"Regex", regex}}},
          {"behavior", "Isolated"},
          {"invert", false}};
}

Json pre_tokenizer_of(Pattern pattern) {
  if (pattern == Pattern::gpt2) return byte_level(true);
  const Json digits = {{"type", "Digits"}, {"individual_digits", true}};
  Json steps = Json::array();
  if (pattern == Pattern::starcoder) {
    steps = {digits, byte_level(true)};
  } else if (const std::span<const SplitRule> rules = split_rules(pattern); !rules.empty()) {
    for (const SplitRule& rule : rules)
      steps.push_back(rule.finds == SplitRule::Finds::number ? digits : split_by(rule.regex));
    steps.push_back(byte_level(false));
  } else {
    std::string_view regex;
    for (const KnownPattern& known : kKnownPatterns)
      if (known.pattern == pattern) regex = known.regex;
    steps = {split_by(regex), byte_level(false)};
  }
  return {{"type", "Sequence"}, {"pretokenizers", std::move(steps)}};
}

Json template_of(const Vocabulary& vocabulary) {
  const Pipeline& pipeline = vocabulary.pipeline;
  if (pipeline.prefix.empty() && pipeline.suffix.empty()) return nullptr;
  const auto text = [](const char* name, int type) {
    return Json{{"Sequence", {{"id", name}, {"type_id", type}}}};
  };
  Json special_tokens = Json::object();
  const auto append = [&](const std::vector<TokenId>& ids, int type, Json& parts) {
    for (const TokenId id : ids) {
      const std::string& name = vocabulary.tokens[static_cast<std::size_t>(id)].bytes;
      parts.push_back({{"SpecialToken", {{"id", name}, {"type_id", type}}}});
      special_tokens[name] = {
          {"id", name}, {"ids", Json::array({id})}, {"tokens", Json::array({name})}};
    }
  };
  Json single = Json::array();
  append(pipeline.prefix, 0, single);
  single.push_back(text("A", 0));
  append(pipeline.suffix, 0, single);
  Json pair = single;
  append(pipeline.prefix, 1, pair);
  pair.push_back(text("B", 1));
  append(pipeline.suffix, 1, pair);
  return {{"type", "TemplateProcessing"},
          {"single", std::move(single)},
          {"pair", std::move(pair)},
          {"special_tokens", std::move(special_tokens)}};
}

}  // namespace

Result<Pipeline> parse_pipeline(const Reader& root, Alphabet alphabet) {
  Pipeline pipeline{.alphabet = alphabet};
  if (alphabet == Alphabet::characters) {
    SCRIBE_TRY_ASSIGN(pipeline.leading_space, parse_sentencepiece_steps(root));
    SCRIBE_TRY(parse_post_processors(root, pipeline));
    return pipeline;
  }
  SCRIBE_TRY_ASSIGN(pipeline.nfc, parse_normalizer(root));
  SCRIBE_TRY_ASSIGN(const Reader pre_tokenizer, root.object("pre_tokenizer"));
  SCRIBE_TRY_ASSIGN(pipeline.pattern, parse_pre_tokenizer(pre_tokenizer));
  SCRIBE_TRY(parse_post_processors(root, pipeline));
  if (root.field("decoder").is_null()) return pipeline;
  SCRIBE_TRY_ASSIGN(const Reader decoder, root.object("decoder"));
  SCRIBE_TRY(decoder.require_type("ByteLevel"));
  return pipeline;
}

Status check_template(const Vocabulary& vocabulary, std::string_view where) {
  for (const auto* ids : {&vocabulary.pipeline.prefix, &vocabulary.pipeline.suffix})
    for (const TokenId id : *ids) {
      const auto index = static_cast<std::size_t>(id);
      if (index >= vocabulary.tokens.size() || !vocabulary.tokens[index].is_special())
        return error(ErrorCode::invalid_data,
                     "{}: post_processor: id {} of the template is no special added token", where,
                     id);
    }
  return {};
}

void write_pipeline(const Vocabulary& vocabulary, Json& file) {
  const Pipeline& pipeline = vocabulary.pipeline;
  file["normalizer"] = pipeline.nfc ? Json{{"type", "NFC"}} : Json(nullptr);
  file["pre_tokenizer"] = pre_tokenizer_of(pipeline.pattern);
  file["post_processor"] = template_of(vocabulary);
  file["decoder"] = byte_level(true);
  if (pipeline.alphabet == Alphabet::characters)
    write_sentencepiece_steps(pipeline.leading_space, file);
}

}  // namespace scribe
