// Turns documents into exercises of filling in their middle.
#include "train/fill_in_middle.h"

#include <algorithm>
#include <array>

namespace scribe {
namespace {

constexpr std::array<std::array<std::string_view, 3>, 3> kNames{
    {{kFimPrefix, kFimMiddle, kFimSuffix},
     {"<fim_prefix>", "<fim_middle>", "<fim_suffix>"},
     {"<fim-prefix>", "<fim-middle>", "<fim-suffix>"}}};

Status check_rate(std::string_view name, double rate) {
  if (rate >= 0 && rate <= 1) return {};
  return error(ErrorCode::invalid_argument, "{} is {}, expected 0 to 1", name, rate);
}

void append_all(std::vector<TokenId>& out, std::span<const TokenId> tokens) {
  out.insert(out.end(), tokens.begin(), tokens.end());
}

}  // namespace

Status validate(const FillInMiddleOptions& options) {
  SCRIBE_TRY(check_rate("--fim-rate", options.rate));
  return check_rate("--fim-spm-rate", options.spm_rate);
}

void add_fill_in_middle_options(Json& options, const FillInMiddleOptions& fim) {
  if (fim.rate == 0) return;
  options["fim_rate"] = fim.rate;
  options["fim_spm_rate"] = fim.spm_rate;
}

Result<FillInMiddle> FillInMiddle::create(const FillInMiddleOptions& options,
                                          const Tokenizer& tokenizer, const std::string& where) {
  for (const auto& [prefix, middle, suffix] : kNames) {
    const auto ids = std::array{tokenizer.added_token(prefix), tokenizer.added_token(middle),
                                tokenizer.added_token(suffix)};
    if (!std::ranges::all_of(ids, [](const auto& id) { return id.has_value(); })) continue;
    FillInMiddle fim;
    fim.options_ = options;
    fim.prefix_ = *ids[0];
    fim.middle_ = *ids[1];
    fim.suffix_ = *ids[2];
    fim.end_of_text_ = tokenizer.end_of_text();
    return fim;
  }
  return error(
      ErrorCode::invalid_data,
      "--fim-rate: '{}' has no tokens {}, {} and {} (nor <fim_prefix> ..., <fim-prefix> "
      "...); learn a tokenizer with `scribe tokenizer train --fim` and tokenize the corpus "
      "with it, or leave --fim-rate away",
      where, kFimPrefix, kFimMiddle, kFimSuffix);
}

void FillInMiddle::apply(std::vector<TokenId>& window, PhiloxStream random) const {
  std::vector<TokenId> out;
  auto begin = window.begin();
  while (begin != window.end()) {
    const auto end = std::find(begin, window.end(), end_of_text_);
    append({begin, end}, random, out);
    if (end == window.end()) break;
    out.push_back(end_of_text_);
    begin = end + 1;
  }
  std::copy_n(out.begin(), window.size(), window.begin());
}

void FillInMiddle::append(std::span<const TokenId> document, PhiloxStream& random,
                          std::vector<TokenId>& out) const {
  if (document.empty()) return;
  if (random.next_double() >= options_.rate) return append_all(out, document);
  auto first = static_cast<std::size_t>(random.next_below(document.size() + 1));
  auto second = static_cast<std::size_t>(random.next_below(document.size() + 1));
  if (first > second) std::swap(first, second);
  const bool suffix_first = random.next_double() < options_.spm_rate;
  const std::span<const TokenId> prefix = document.first(first);
  out.push_back(prefix_);
  if (!suffix_first) append_all(out, prefix);
  out.push_back(suffix_);
  append_all(out, document.subspan(second));
  out.push_back(middle_);
  if (suffix_first) append_all(out, prefix);
  append_all(out, document.subspan(first, second - first));
}

}  // namespace scribe
