// The Tokenizer over its vocabulary and encoder.
#include "tokenizer/tokenizer.h"

#include <algorithm>
#include <unordered_set>

#include "base/json.h"
#include "tokenizer/tokenizer_impl.h"
#include "tokenizer/vocab_merges.h"

namespace scribe {
namespace {

Result<Vocabulary> parse(std::string_view text, std::string_view where) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos)
    return error(ErrorCode::invalid_data,
                 "{}: the file is empty, expected a tokenizer.json or a .tiktoken file", where);
  // No base64 text begins with a brace.
  return text[first] == '{' ? parse_tokenizer_json(text, where) : parse_tiktoken(text, where);
}

constexpr std::string_view kVocab = "vocab.json";
constexpr std::string_view kSentencePiece = "tokenizer.model";

/// A directory stands for the tokenizer.json in it, or else for its vocab.json or tokenizer.model.
Result<std::string> file_of(Env& env, const std::string& path) {
  for (const std::string_view name : {std::string_view("tokenizer.json"), kVocab, kSentencePiece}) {
    std::string inside = fmt::format("{}/{}", path, name);
    if (env.exists(inside)) return inside;
  }
  if (env.list_directory(path).ok())
    return error(ErrorCode::not_found,
                 "'{}' has no tokenizer.json, no vocab.json with a merges.txt, and no "
                 "tokenizer.model",
                 path);
  return path;
}

/// tokenizer_config.json beside another file of a model, if there is one; else null.
Result<Json> tokenizer_config(Env& env, const std::string& folder) {
  const std::string path = folder + "tokenizer_config.json";
  if (!env.exists(path)) return Json(nullptr);
  SCRIBE_TRY_ASSIGN(const std::string text, env.read_file(path));
  SCRIBE_TRY_ASSIGN(Json config, parse_json(text, path));
  if (config.is_object()) return config;
  return error(ErrorCode::invalid_data, "{}: expected a JSON object", path);
}

/// Files beside the pair that say that it alone is not the tokenizer: its ids would be wrong.
Status check_neighbours(Env& env, const std::string& folder) {
  const std::string added = folder + "added_tokens.json";
  if (env.exists(added))
    return error(
        ErrorCode::unsupported,
        "{}: a vocab.json with more tokens beside it is not read, only GPT-2's own layout; "
        "save a tokenizer.json with transformers",
        added);
  SCRIBE_TRY_ASSIGN(const Json config, tokenizer_config(env, folder));
  if (!config.contains("tokenizer_class")) return {};
  const Json& name = config["tokenizer_class"];
  if (name == "GPT2Tokenizer" || name == "GPT2TokenizerFast") return {};
  return error(
      ErrorCode::unsupported,
      "{}tokenizer_config.json: tokenizer_class is {}, expected GPT2Tokenizer: of others a "
      "tokenizer.json is read; save one with transformers",
      folder, name.dump(-1, ' ', true, Json::error_handler_t::replace));
}

/// Of a path that ends with "vocab.json".
std::string merges_path_of(const std::string& path) {
  return path.substr(0, path.size() - kVocab.size()) + "merges.txt";
}

Result<Vocabulary> load_vocab_and_merges(Env& env, const std::string& path) {
  const std::string merges_path = merges_path_of(path);
  SCRIBE_TRY(check_neighbours(env, path.substr(0, path.rfind('/') + 1)));
  SCRIBE_TRY_ASSIGN(const std::string vocab, env.read_file(path));
  SCRIBE_TRY_ASSIGN(const std::string merges, env.read_file(merges_path));
  return parse_vocab_and_merges(vocab, path, merges, merges_path);
}

/// As transformers does, a token begins each text unless tokenizer_config.json says otherwise.
Result<Vocabulary> load_sentencepiece(Env& env, const std::string& path) {
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  const std::string added = folder + "added_tokens.json";
  if (env.exists(added))
    return error(ErrorCode::unsupported,
                 "{}: a tokenizer.model with more tokens beside it is not read; save a "
                 "tokenizer.json with transformers",
                 added);
  SCRIBE_TRY_ASSIGN(const Json config, tokenizer_config(env, folder));
  const bool adds_first = !config.contains("add_bos_token") || config["add_bos_token"] != false;
  SCRIBE_TRY_ASSIGN(const std::string bytes, env.read_file(path));
  return parse_sentencepiece(bytes, path, adds_first);
}

Result<Vocabulary> load_vocabulary(Env& env, const std::string& path) {
  SCRIBE_TRY_ASSIGN(const std::string file, file_of(env, path));
  if (file.ends_with(".model")) return load_sentencepiece(env, file);
  if (file.ends_with(kVocab)) return load_vocab_and_merges(env, file);
  SCRIBE_TRY_ASSIGN(const std::string text, env.read_file(file));
  return parse(text, file);
}

}  // namespace

Tokenizer make_tokenizer(Vocabulary vocabulary) {
  return Tokenizer(std::make_shared<const Tokenizer::Impl>(std::move(vocabulary)));
}

Result<Tokenizer> Tokenizer::load(Env& env, const std::string& path) {
  SCRIBE_TRY_ASSIGN(Vocabulary vocabulary, load_vocabulary(env, path));
  return make_tokenizer(std::move(vocabulary));
}

Result<std::int32_t> convert_to_vocab_and_merges(Env& env, const std::string& from,
                                                 const std::string& vocab_path) {
  SCRIBE_CHECK(vocab_path.ends_with(kVocab), "'{}'", vocab_path);
  SCRIBE_TRY_ASSIGN(const Vocabulary vocabulary, load_vocabulary(env, from));
  SCRIBE_TRY_ASSIGN(const VocabAndMerges pair, to_vocab_and_merges(vocabulary));
  SCRIBE_TRY(write_file_atomic(env, merges_path_of(vocab_path), pair.merges));
  SCRIBE_TRY(write_file_atomic(env, vocab_path, pair.vocab));
  return static_cast<std::int32_t>(vocabulary.tokens.size());
}

Status Tokenizer::save(Env& env, const std::string& path) const {
  return write_file_atomic(env, path, to_tokenizer_json(impl_->vocabulary));
}

std::vector<TokenId> Tokenizer::encode(std::string_view text, TextPlace place) const {
  std::vector<TokenId> ids;
  ids.reserve(text.size() / 3 + 8);
  encode_into(text, ids, place);
  return ids;
}

void Tokenizer::encode_into(std::string_view text, std::vector<TokenId>& ids,
                            TextPlace place) const {
  impl_->encoder.encode(text, place, ids);
}

std::size_t Tokenizer::count(std::string_view text) const {
  return impl_->encoder.count(text);
}

std::string Tokenizer::decode(std::span<const TokenId> ids) const {
  std::string text;
  text.reserve(ids.size() * 4);
  for (const TokenId id : ids) text += bytes_of(id);
  const bool has_space_before = impl_->vocabulary.pipeline.leading_space != LeadingSpace::none;
  if (has_space_before && text.starts_with(' ')) text.erase(0, 1);
  return text;
}

std::string_view Tokenizer::bytes_of(TokenId id) const {
  SCRIBE_CHECK(id >= 0 && id < vocabulary_size(), "token {} of a vocabulary of {}", id,
               vocabulary_size());
  return impl_->vocabulary.tokens[static_cast<std::size_t>(id)].bytes;
}

TokenId Tokenizer::end_of_text() const {
  return impl_->vocabulary.end_of_text;
}

bool Tokenizer::ends_text(TokenId id) const {
  return id == end_of_text() || std::ranges::find(more_ends_, id) != more_ends_.end();
}

Tokenizer Tokenizer::with_ends(std::span<const TokenId> ends) const {
  Tokenizer other = *this;
  for (const TokenId id : ends)
    if (!other.ends_text(id)) other.more_ends_.push_back(id);
  return other;
}

std::vector<TokenId> Tokenizer::special_tokens() const {
  std::vector<TokenId> ids;
  for (TokenId id = 0; id < vocabulary_size(); ++id)
    if (impl_->vocabulary.tokens[static_cast<std::size_t>(id)].is_special()) ids.push_back(id);
  return ids;
}

/// Of equal texts the first, which added_token() gives.
std::vector<TokenId> Tokenizer::added_tokens() const {
  std::vector<TokenId> ids;
  std::unordered_set<std::string_view> texts;
  for (TokenId id = 0; id < vocabulary_size(); ++id) {
    const Token& token = impl_->vocabulary.tokens[static_cast<std::size_t>(id)];
    if ((!token.from_pieces || token.cut_from_text) && texts.insert(token.bytes).second)
      ids.push_back(id);
  }
  return ids;
}

std::optional<TokenId> Tokenizer::added_token(std::string_view text) const {
  const auto found = std::ranges::find_if(impl_->vocabulary.tokens, [&](const Token& token) {
    return token.bytes == text && (!token.from_pieces || token.cut_from_text);
  });
  if (found == impl_->vocabulary.tokens.end()) return std::nullopt;
  return static_cast<TokenId>(found - impl_->vocabulary.tokens.begin());
}

std::vector<TokenId> Tokenizer::encode_prompt(std::string_view text) const {
  std::vector<TokenId> ids = impl_->vocabulary.pipeline.prefix;
  encode_into(text, ids);
  if (ids.empty()) ids.push_back(end_of_text());
  return ids;
}

std::span<const TokenId> Tokenizer::prefix() const {
  return impl_->vocabulary.pipeline.prefix;
}

std::string Tokenizer::layout() const {
  const Pipeline& pipeline = impl_->vocabulary.pipeline;
  if (pipeline.alphabet == Alphabet::characters) return "sentencepiece";
  return std::string(name_of(pipeline.pattern)) + (pipeline.nfc ? "+nfc" : "");
}

Tokenizer Tokenizer::without_space_runs() const {
  Vocabulary vocabulary = impl_->vocabulary;
  const auto is_run = [&](TokenId id) {
    const std::string& bytes = vocabulary.tokens[static_cast<std::size_t>(id)].bytes;
    return bytes.size() > 1 && bytes.find_first_not_of(' ') == std::string::npos;
  };
  std::erase_if(vocabulary.merges, [&](const Merge& merge) {
    return is_run(merge.left) || is_run(merge.right) || is_run(merge.merged);
  });
  for (TokenId id = 0; id < vocabulary_size(); ++id)
    if (is_run(id)) {
      Token& token = vocabulary.tokens[static_cast<std::size_t>(id)];
      token.from_pieces = token.cut_from_text = false;
    }
  return make_tokenizer(std::move(vocabulary));
}

std::int32_t Tokenizer::vocabulary_size() const {
  return static_cast<std::int32_t>(impl_->vocabulary.tokens.size());
}

}  // namespace scribe
