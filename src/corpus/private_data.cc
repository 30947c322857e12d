// Anchors by a table lookup of three bytes at once, then the form that the anchor belongs to.
#include "corpus/private_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/check.h"
#include "base/hash.h"
#include "corpus/address_forms.h"
#include "corpus/secret_forms.h"

namespace scribe {
namespace {

constexpr std::array<std::string_view, kPrivateDataKindCount> kKindNames = {
    "private_key", "token", "password", "email", "ip_address"};

/// Three neighbouring bytes of which each may be one of several.
struct Anchor {
  std::string_view before;
  std::string_view middle;
  std::string_view after;
};

constexpr std::string_view kAlphanumeric =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kLocalPart =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._%+-";
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kHexOrColon = "0123456789abcdefABCDEF:";
constexpr std::string_view kVisible =
    "!#%&()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz|~";

// One kind of AnchorTables each, so at most eight. Tokens share kinds where that lets few other
// triples in: what stands on code is measured in corpus_bench.
constexpr std::array<Anchor, 3> kAddressAnchors = {{
    {kLocalPart, "@", kAlphanumeric},
    {kDigits, ".", kDigits},
    {kHexOrColon, ":", kHexOrColon},
}};
constexpr std::array<Anchor, 5> kSecretAnchors = {{
    {"=: b", "\"'", kVisible},  // password = "...
    {"-kb", "-_", "Bltpa"},     // --B(EGIN), s(k_l)ive_, githu(b_p)at_, s(k-a)nt-
    {"KSATe", "I3y", "AzBJ"},   // A(KIA), (AIz)a, (T3B)lbkFJ, (eyJ)
    {"hp", "pousrmf", "_"},     // g(hp_), n(pm_), (hf_)
    {"xap", "bparseti", "-"},   // xo(xb-), glp(at-), py(pi-)
}};

constexpr void add(const Anchor& anchor, std::size_t kind, AnchorTables& tables) {
  const std::array<std::string_view, 3> sets = {anchor.before, anchor.middle, anchor.after};
  for (std::size_t i = 0; i < 3; ++i)
    for (const char c : sets[i]) {
      const auto byte = static_cast<unsigned char>(c);
      tables.low[i][byte & 15U] |= static_cast<std::uint8_t>(1U << kind);
      tables.high[i][byte >> 4U] |= static_cast<std::uint8_t>(1U << kind);
    }
}

constexpr AnchorTables make_tables(bool secrets, bool personal_data) {
  AnchorTables tables{};
  std::size_t kind = 0;
  for (const Anchor& anchor : kAddressAnchors)
    if (personal_data) add(anchor, kind++, tables);
  for (const Anchor& anchor : kSecretAnchors)
    if (secrets) add(anchor, kind++, tables);
  return tables;
}

constexpr AnchorTables kSecretTables = make_tables(true, false);
constexpr AnchorTables kPersonalTables = make_tables(false, true);
constexpr AnchorTables kAllTables = make_tables(true, true);

class Finder {
 public:
  Finder(std::string_view text, PrivateDataScope scope) : text_(text), scope_(scope) {}

  std::vector<PrivateDatum> run(const TextKernels& kernels) {
    if (text_.size() < 3 || (!scope_.secrets && !scope_.personal_data)) return {};
    const AnchorTables& tables = !scope_.personal_data ? kSecretTables
                                 : !scope_.secrets     ? kPersonalTables
                                                       : kAllTables;
    const std::size_t end = text_.size() - 1;
    for (std::size_t at = 1; (at = kernels.next_anchor(text_.data(), at, end, tables)) < end; ++at)
      take_anchor(at);
    return std::move(found_);
  }

 private:
  void take_anchor(std::size_t at) {
    if (at < free_from_) return;
    const char c = text_[at];
    if (scope_.personal_data && c == '@') take(PrivateDataKind::email, email_at(text_, at));
    if (scope_.personal_data && c == '.') take(PrivateDataKind::ip_address, ipv4_at(text_, at));
    if (scope_.personal_data && c == ':') take(PrivateDataKind::ip_address, ipv6_at(text_, at));
    if (!scope_.secrets) return;
    if (c == '"' || c == '\'') return take(PrivateDataKind::password, password_at(text_, at));
    if (c == '-' && text_[at + 1] == 'B')
      for (const TextSpan& line : private_key_lines_at(text_, at))
        take(PrivateDataKind::private_key, line);
    take(PrivateDataKind::token, token_at(text_, at));
  }

  void take(PrivateDataKind kind, const std::optional<TextSpan>& span) {
    if (!span.has_value() || span->begin < free_from_) return;
    found_.push_back({.kind = kind, .begin = span->begin, .end = span->end});
    free_from_ = span->end;
  }

  std::string_view text_;
  PrivateDataScope scope_;
  std::vector<PrivateDatum> found_;
  std::size_t free_from_ = 0;  ///< what lies before was found already
};

/// RFC 5737 and RFC 3849 keep these ranges for documentation.
std::string documentation_address(std::string_view address) {
  constexpr std::array<std::string_view, 3> kRanges = {"192.0.2", "198.51.100", "203.0.113"};
  const std::uint64_t hash = hash64(address);
  if (address.find(':') != std::string_view::npos)
    return fmt::format("2001:db8::{:x}", 1 + hash % 0xFFFF);
  return fmt::format("{}.{}", kRanges[hash % 3], 1 + hash / 3 % 254);
}

std::string replacement_of(PrivateDataKind kind, std::string_view text) {
  switch (kind) {
    case PrivateDataKind::private_key:
    case PrivateDataKind::token:
      return "<KEY>";
    case PrivateDataKind::password:
      return "<PASSWORD>";
    case PrivateDataKind::email:
      return "<EMAIL>";
    case PrivateDataKind::ip_address:
      return documentation_address(text);
  }
  SCRIBE_UNREACHABLE();
}

}  // namespace

std::string_view name_of(PrivateDataKind kind) {
  return kKindNames[static_cast<std::size_t>(kind)];
}

std::vector<PrivateDatum> find_private_data(std::string_view text, PrivateDataScope scope,
                                            const TextKernels& kernels) {
  return Finder(text, scope).run(kernels);
}

std::string redact_private_data(std::string text, PrivateDataScope scope,
                                PrivateDataCounts& counts) {
  // A replacement may uncover what its neighbour hid. Each round leaves fewer '@', fewer public
  // addresses or fewer letters and digits outside of <>, so there is a last one.
  for (auto found = find_private_data(text, scope); !found.empty();
       found = find_private_data(text, scope)) {
    std::string redacted;
    redacted.reserve(text.size());
    std::size_t end = 0;
    for (const PrivateDatum& datum : found) {
      const std::string_view secret =
          std::string_view(text).substr(datum.begin, datum.end - datum.begin);
      redacted.append(text, end, datum.begin - end);
      redacted += replacement_of(datum.kind, secret);
      end = datum.end;
      ++counts[static_cast<std::size_t>(datum.kind)];
    }
    redacted.append(text, end);
    text = std::move(redacted);
  }
  return text;
}

}  // namespace scribe
