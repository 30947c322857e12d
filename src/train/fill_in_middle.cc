// Turns documents into exercises of filling in their middle.
#include "train/fill_in_middle.h"

#include <algorithm>

namespace scribe {
namespace {

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
  auto marks = fill_in_middle_tokens(tokenizer, fmt::format("--fim-rate: '{}'", where));
  if (!marks.ok())
    return error(
        marks.error().code(),
        "{}; learn a tokenizer with `scribe tokenizer train --fim` and tokenize the corpus "
        "with it, or leave --fim-rate away",
        marks.error().message());
  FillInMiddle fim;
  fim.options_ = options;
  fim.marks_ = marks.value();
  fim.end_of_text_ = tokenizer.end_of_text();
  return fim;
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
  out.push_back(marks_.prefix);
  if (!suffix_first) append_all(out, prefix);
  out.push_back(marks_.suffix);
  append_all(out, document.subspan(second));
  out.push_back(marks_.middle);
  if (suffix_first) append_all(out, prefix);
  append_all(out, document.subspan(first, second - first));
}

}  // namespace scribe
