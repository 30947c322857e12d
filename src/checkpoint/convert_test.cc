// Tests of models to GGUF and back: no tensor changes, rounding is bounded, the rest is refused.
#include "checkpoint/convert.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/json.h"
#include "base/philox.h"
#include "base/testing/faulty_env.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/gguf_tensors.h"
#include "checkpoint/model_config.h"
#include "checkpoint/testing/convert_fixture.h"
#include "model/testing/tiny_families.h"
#include "tensor/gguf.h"
#include "tokenizer/bpe_trainer.h"
#include "tokenizer/byte_alphabet.h"
#include "tokenizer/vocabulary.h"

namespace scribe {
namespace {

/// Mistral's come back as Llama's.
constexpr std::array kExportable = {Family::gpt2,  Family::gpt_bigcode, Family::llama,
                                    Family::qwen2, Family::qwen3,       Family::starcoder2};

class ConvertFamilyTest : public ConvertTest, public testing::WithParamInterface<Family> {};

TEST_P(ConvertFamilyTest, ThereAndBackChangesNoByteOfAnyFile) {
  ModelConfig config = config_of(GetParam());
  config.window = config.window == 0 ? 0 : config.context;
  const std::string model = make_model("model", config);
  const ConvertSummary summary = must(to_gguf_file(model, NumberFormat::f32));
  EXPECT_EQ(summary.tensors, std::ssize(model_tensors(config)));
  EXPECT_TRUE(summary.notes.empty());
  must(from_gguf_file("back"));
  for (const char* name : {"config.json", "tokenizer.json", "tokenizer_config.json"})
    EXPECT_EQ(bytes_of(file("back/") + name), bytes_of(file("model/") + name)) << name;
  EXPECT_EQ(tensors_of(file("back")), tensors_of(model));
  EXPECT_TRUE(load_checkpoint(env_, file("back"), *backend_).ok());
}

TEST_P(ConvertFamilyTest, BiasesAHeadOfItsOwnAndScaledRotationsSurvive) {
  ModelConfig config = config_of(GetParam());
  config.window = 0;
  config.tied_head = !config.tied_head;
  config.inner_width = 48;
  config.norm_epsilon = 3e-4F;
  if (config.rotary_size > 0) config.rotary_factor = 4;
  if (config.rotary_size > 0) config.rotary_theta = 500000;
  if (config.family == Family::llama)
    config.qkv_bias = config.projection_bias = config.network_bias = true;
  const std::string model = make_model("model", config);
  must(to_gguf_file(model, NumberFormat::f32));
  must(from_gguf_file("back"));
  EXPECT_EQ(bytes_of(file("back/config.json")), bytes_of(file("model/config.json")));
  EXPECT_EQ(tensors_of(file("back")), tensors_of(model));
}

TEST_P(ConvertFamilyTest, HalvesAndBlocksAreRoundedWithinTheFormatsBound) {
  const std::string model = make_model("model", config_of(GetParam()));
  const auto expected = tensors_of(model);
  for (const NumberFormat format : {NumberFormat::f16, NumberFormat::bf16, NumberFormat::q8_0}) {
    must(to_gguf_file(model, format));
    const std::string out = std::string(name_of(format));
    must(from_gguf_file(out));
    for (const auto& [name, values] : tensors_of(file(out))) {
      float largest = 0;
      for (const float value : expected.at(name)) largest = std::max(largest, std::abs(value));
      // Half of a last place of 11 or 8 bits; for a block 0.5625 / 127 of its largest value.
      const float bound = format == NumberFormat::f16    ? 0x1.0p-11F
                          : format == NumberFormat::bf16 ? 0x1.0p-8F
                                                         : 0.5625F / 127;
      std::size_t changed = 0;
      for (std::size_t i = 0; i < values.size(); ++i) {
        ASSERT_LE(std::abs(values[i] - expected.at(name)[i]), bound * largest) << name;
        changed += values[i] == expected.at(name)[i] ? 0U : 1U;
      }
      const bool is_whole =
          name.find("bias") != std::string::npos || name.find("norm") != std::string::npos ||
          name.find("ln_") != std::string::npos || name.find("wpe") != std::string::npos;
      EXPECT_EQ(changed == 0, is_whole) << name << ": vectors and positions stay f32";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Families, ConvertFamilyTest, testing::ValuesIn(kExportable), family_name);

// The definition, row by row: in GGUF the halves of a head's rows take turns.
TEST_F(ConvertTest, LlamasQueriesAndKeysArePairedAndGpt2IsTransposed) {
  const ModelConfig llama = config_of(Family::llama);  // Heads of 8 rows.
  const ModelTensor query{"model.layers.1.self_attn.q_proj.bias", {32}};
  const GgufPlace place = gguf_place(llama, query);
  EXPECT_EQ(place.name, "blk.1.attn_q.bias");
  std::vector<float> values(32);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  std::vector<float> turned(32);
  to_gguf(place, values, turned);
  const std::vector<float> first(turned.begin(), turned.begin() + 10);
  EXPECT_EQ(first, (std::vector<float>{0, 4, 1, 5, 2, 6, 3, 7, 8, 12}));

  const GgufPlace matrix =
      gguf_place(config_of(Family::gpt2), {"transformer.h.0.mlp.c_fc.weight", {2, 3}});
  EXPECT_EQ(matrix.name, "blk.0.ffn_up.weight");
  EXPECT_EQ(matrix.shape, (std::vector<std::int64_t>{3, 2}));
  std::vector<float> transposed(6);
  to_gguf(matrix, std::vector<float>{1, 2, 3, 4, 5, 6}, transposed);
  EXPECT_EQ(transposed, (std::vector<float>{1, 4, 2, 5, 3, 6}));
}

TEST_F(ConvertTest, AWindowShorterThanTheContextLimitsTheContextAndIsNoted) {
  const ModelConfig config = config_of(Family::starcoder2);
  ASSERT_LT(config.window, config.context);
  const ConvertSummary summary = must(to_gguf_file(make_model("model", config), NumberFormat::f32));
  ASSERT_EQ(summary.notes.size(), 1U);
  EXPECT_NE(summary.notes[0].find("the context is 5 of 12"), std::string::npos) << summary.notes[0];
  const GgufFile written = must(GgufFile::open(env_, file("model.gguf")));
  EXPECT_EQ(written.integer("starcoder2.context_length").value(), 5);
  must(from_gguf_file("back"));
  EXPECT_EQ(must(load_model_config(env_, file("back"))).window, 5);
}

TEST_F(ConvertTest, MistralIsLlamaThere) {
  ModelConfig config = config_of(Family::mistral);
  config.window = 0;
  config.head_width = config.rotary_size = 16;
  const std::string model = make_model("model", config);
  must(to_gguf_file(model, NumberFormat::f32));
  must(from_gguf_file("back"));
  const ModelConfig back = must(load_model_config(env_, file("back")));
  EXPECT_EQ(back.family, Family::llama);
  EXPECT_EQ(back.head_size(), 16);
  EXPECT_EQ(tensors_of(file("back")), tensors_of(model));
}

TEST_F(ConvertTest, RowsThatAreNoWholeBlocksBecomeF16AndAreNoted) {
  ModelConfig config = config_of(Family::gpt2);
  config.width = 48;
  config.heads = 6;
  const ConvertSummary summary =
      must(to_gguf_file(make_model("model", config), NumberFormat::q8_0));
  // All but the network's second product, whose rows have 192 values: 3 of each block, the table.
  ASSERT_EQ(summary.notes.size(), 1U);
  EXPECT_NE(summary.notes[0].find("7 matrices are f16"), std::string::npos) << summary.notes[0];
}

TEST_F(ConvertTest, ModelsThatLlamaCppDoesNotRunAreRefusedWithTheRemedy) {
  ModelConfig unscaled = config_of(Family::gpt2);
  unscaled.attention_scale = 1;
  for (const ModelConfig& config :
       {config_of(Family::gpt_neo), config_of(Family::codegen), unscaled}) {
    const std::string model = make_model(std::string(name_of(config.family)), config);
    const auto refused = to_gguf_file(model, NumberFormat::f32);
    ASSERT_FALSE(refused.ok()) << name_of(config.family);
    EXPECT_EQ(refused.error().code(), ErrorCode::unsupported);
    EXPECT_NE(refused.error().message().find("--out DIRECTORY"), std::string::npos);
    EXPECT_FALSE(env_.exists(file("model.gguf")));
  }
}

TEST_F(ConvertTest, IgnoreMergesIsWrittenOnlyIfMergesLeadToTheSame) {
  const std::string model = make_model("model", config_of(Family::gpt2));
  const std::string path = file("model/tokenizer.json");
  const std::string original = bytes_of(path);
  Json json = must(parse_json(original, path));
  json["model"]["ignore_merges"] = true;
  check(write_file_atomic(env_, path, to_json_pretty(json)));
  EXPECT_TRUE(to_gguf_file(model, NumberFormat::f32).ok());
  json["model"]["merges"].erase(json["model"]["merges"].size() - 1);
  check(write_file_atomic(env_, path, to_json_pretty(json)));
  const auto refused = to_gguf_file(model, NumberFormat::f32);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::unsupported);
  EXPECT_NE(refused.error().message().find("looked for whole"), std::string::npos);
}

TEST_F(ConvertTest, AStopOrAFullDiskLeavesNoModel) {
  const std::string model = make_model("model", config_of(Family::llama));
  must(to_gguf_file(model, NumberFormat::f32));
  const std::string before = bytes_of(file("model.gguf"));
  env_.fill_disk_after(30000);
  EXPECT_EQ(to_gguf_file(model, NumberFormat::f16).error().code(), ErrorCode::io);
  env_.fill_disk_after(-1);
  stop_.request();
  EXPECT_EQ(to_gguf_file(model, NumberFormat::f16).error().code(), ErrorCode::interrupted);
  EXPECT_EQ(from_gguf_file("back").error().code(), ErrorCode::interrupted);
  EXPECT_FALSE(env_.exists(file("back/model.safetensors")));
  EXPECT_FALSE(env_.exists(file("back/model.safetensors.tmp")));
  EXPECT_EQ(bytes_of(file("model.gguf")), before);
}

TEST_F(ConvertTest, ADirectoryIsWrittenInPartsAndReadBack) {
  const std::string model = make_model("model", config_of(Family::qwen2));
  const auto summary = must(export_directory(
      env_, stop_, model, file("parts"), {.format = NumberFormat::f32, .file_bytes_max = 20000}));
  const Json index =
      must(parse_json(bytes_of(file("parts/model.safetensors.index.json")), "index"));
  EXPECT_EQ(index["metadata"]["total_size"], summary.bytes);
  EXPECT_EQ(std::ssize(index["weight_map"]), summary.tensors);
  EXPECT_EQ(tensors_of(file("parts")), tensors_of(model));
  const std::string first = index["weight_map"].begin().value();
  EXPECT_TRUE(first.starts_with("model-00001-of-0000")) << first;
  // Again in one file, whose tensors are then f16 for transformers too.
  must(export_directory(env_, stop_, file("parts"), file("half"), {.format = NumberFormat::f16}));
  EXPECT_EQ(must(parse_json(bytes_of(file("half/config.json")), "c"))["torch_dtype"], "float16");
  EXPECT_EQ(must(WeightFiles::open(env_, file("half"))).find("model.norm.weight")->dtype, "F16");
}

TEST_F(ConvertTest, ADirectoryThatHoldsAModelIsNotWrittenTo) {
  const std::string model = make_model("model", config_of(Family::gpt2));
  must(to_gguf_file(model, NumberFormat::f32));
  EXPECT_EQ(export_directory(env_, stop_, model, model, {}).error().code(),
            ErrorCode::invalid_argument);
  EXPECT_EQ(from_gguf_file("model").error().code(), ErrorCode::invalid_argument);
  EXPECT_EQ(export_directory(env_, stop_, model, file("new"), {.format = NumberFormat::q8_0})
                .error()
                .code(),
            ErrorCode::invalid_argument);
}

TEST_F(ConvertTest, APatternThatLlamaCppDoesNotKnowIsRefused) {
  const std::string model = make_model("model", config_of(Family::llama));
  Json tokenizer = parse_json(env_.read_file(model + "/tokenizer.json").value(), "t").value();
  BpeTrainer trainer({.vocabulary_size = 281, .pattern = Pattern::code_lines});
  check(trainer.train().value().save(env_, file("code.json")));
  const Json code = parse_json(env_.read_file(file("code.json")).value(), "code").value();
  tokenizer["pre_tokenizer"] = code["pre_tokenizer"];
  check(write_file_atomic(env_, model + "/tokenizer.json", to_json_pretty(tokenizer)));
  const auto refused = export_gguf(env_, stop_, model, file("model.gguf"), NumberFormat::f32);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::unsupported);
  EXPECT_NE(refused.error().message().find("code_lines"), std::string::npos);
  EXPECT_FALSE(env_.exists(file("model.gguf")));
}

/// A GGUF file of a tiny GPT-2 whose keys and tensors a test may change before it is written.
class ImportTest : public ConvertTest {
 protected:
  struct Contents {
    std::string architecture = "gpt2";
    std::string tokenizer = "gpt2";
    std::string pattern = "gpt-2";
    std::vector<std::string> tokens;
    std::vector<std::int32_t> types;
    std::vector<std::string> merges;
    std::map<std::string, std::uint32_t> sizes;
    std::map<std::string, std::string> texts;
    std::map<std::string, std::vector<std::int64_t>> tensors;  ///< row-major
    std::optional<bool> adds_token = false;                    ///< nothing: the file does not say
    bool head_is_table = false;  ///< else each tensor has values of its own
  };

  static Contents good() {
    Contents contents;
    const Vocabulary vocabulary = make_vocabulary();
    for (const Token& token : vocabulary.tokens) {
      contents.tokens.push_back(token.bytes);
      contents.types.push_back(token.from_pieces ? 1 : 3);
    }
    contents.merges = {"r e"};
    contents.sizes = {{"block_count", 1},
                      {"embedding_length", 8},
                      {"context_length", 4},
                      {"feed_forward_length", 16},
                      {"attention.head_count", 1}};
    contents.tensors = {{"token_embd.weight", {258, 8}},      {"position_embd.weight", {4, 8}},
                        {"output_norm.weight", {8}},          {"output_norm.bias", {8}},
                        {"blk.0.attn_norm.weight", {8}},      {"blk.0.attn_norm.bias", {8}},
                        {"blk.0.attn_qkv.weight", {24, 8}},   {"blk.0.attn_qkv.bias", {24}},
                        {"blk.0.attn_output.weight", {8, 8}}, {"blk.0.attn_output.bias", {8}},
                        {"blk.0.ffn_norm.weight", {8}},       {"blk.0.ffn_norm.bias", {8}},
                        {"blk.0.ffn_up.weight", {16, 8}},     {"blk.0.ffn_up.bias", {16}},
                        {"blk.0.ffn_down.weight", {8, 16}},   {"blk.0.ffn_down.bias", {8}}};
    return contents;
  }

  /// The 256 bytes as they are written, "re" and <|endoftext|>.
  static Vocabulary make_vocabulary() {
    Vocabulary vocabulary;
    for (int value = 0; value < 256; ++value)
      vocabulary.tokens.push_back(
          {.bytes = to_byte_alphabet(std::string(1, static_cast<char>(value)))});
    vocabulary.tokens.push_back({.bytes = "re"});
    vocabulary.tokens.push_back({.bytes = std::string(kEndOfText), .from_pieces = false});
    return vocabulary;
  }

  void write(const Contents& contents) {
    GgufHeader header;
    header.add("general.architecture", contents.architecture);
    for (const auto& [key, value] : contents.sizes)
      header.add(contents.architecture + "." + key, value);
    for (const auto& [key, value] : contents.texts)
      header.add(contents.architecture + "." + key, value);
    header.add(contents.architecture + ".attention.layer_norm_epsilon", 1e-5F);
    header.add("tokenizer.ggml.model", contents.tokenizer);
    header.add("tokenizer.ggml.pre", contents.pattern);
    header.add("tokenizer.ggml.tokens", contents.tokens);
    header.add("tokenizer.ggml.token_type", contents.types);
    header.add("tokenizer.ggml.merges", contents.merges);
    if (contents.adds_token) header.add("tokenizer.ggml.add_bos_token", *contents.adds_token);
    header.add("tokenizer.ggml.bos_token_id", std::uint32_t{257});
    std::vector<std::vector<float>> data;
    for (const auto& [name, shape] : contents.tensors) {
      header.add_tensor(name, shape, NumberFormat::f32);
      const bool is_table = name == "token_embd.weight" || name == "output.weight";
      const float value =
          is_table && contents.head_is_table ? 0.5F : static_cast<float>(data.size());
      data.emplace_back(ModelTensor{name, shape}.size(), value);
    }
    check(write_gguf(env_, file("model.gguf"), header, [&](std::size_t i) {
      return Result<std::span<const std::byte>>(std::as_bytes(std::span(data[i])));
    }));
  }
  void expect_error(const Contents& contents, ErrorCode code, const std::string& part) {
    write(contents);
    const auto refused = from_gguf_file("out");
    ASSERT_FALSE(refused.ok()) << part;
    EXPECT_EQ(refused.error().code(), code) << refused.error().message();
    EXPECT_NE(refused.error().message().find(part), std::string::npos) << refused.error().message();
    EXPECT_EQ(refused.error().message().find('\n'), std::string::npos) << "one line";
    EXPECT_FALSE(env_.exists(file("out"))) << "nothing is written";
  }
};

TEST_F(ImportTest, WhereAFileDoesNotSayItsPatternDoes) {
  for (const std::string pattern : {"gpt-2", "llama-bpe"}) {
    Contents contents = good();
    contents.pattern = pattern;
    contents.adds_token.reset();
    write(contents);
    const auto imported = from_gguf_file(pattern);
    ASSERT_TRUE(imported.ok()) << imported.error().message();
    const Tokenizer tokenizer = Tokenizer::load(env_, file(pattern + "/tokenizer.json")).value();
    EXPECT_EQ(tokenizer.prefix().size(), pattern == "llama-bpe" ? 1U : 0U);
  }
}

// The names of Granite, SmolLM, CodeShell, DeepSeek's distillations and older files of Llama 3.
TEST_F(ImportTest, OtherNamesOfAPatternAreRead) {
  const std::vector<std::pair<std::string, std::string>> layouts{
      {"refact", "starcoder"},    {"smollm", "starcoder"},
      {"codeshell", "starcoder"}, {"deepseek-r1-qwen", "qwen2+nfc"},
      {"llama3", "llama3"},       {"llama-v3", "llama3"},
      {"smaug-bpe", "llama3"}};
  for (const auto& [name, layout] : layouts) {
    Contents contents = good();
    contents.pattern = name;
    write(contents);
    must(from_gguf_file(name));
    const Tokenizer tokenizer = Tokenizer::load(env_, file(name + "/tokenizer.json")).value();
    EXPECT_EQ(tokenizer.layout(), layout) << name;
  }
}

TEST_F(ImportTest, TheEndOfATextMayBeNamedAsDeepSeekDoes) {
  Contents contents = good();
  contents.tokens[257] = "<\uFF5Cend\u2581of\u2581sentence\uFF5C>";
  write(contents);
  must(from_gguf_file("out"));
  EXPECT_EQ(Tokenizer::load(env_, file("out/tokenizer.json")).value().end_of_text(), 257);
}

TEST_F(ImportTest, ThePatternAndTheTokenBeforeATextComeAlongAndGoBack) {
  for (const std::string pattern : {"gpt-2", "starcoder", "qwen2", "llama-bpe", "dbrx", "tekken",
                                    "gpt-4o", "deepseek-coder", "deepseek-llm"})
    for (const bool adds_token : {false, true}) {
      Contents contents = good();
      contents.pattern = pattern;
      contents.adds_token = adds_token;
      write(contents);
      const std::string out = fmt::format("{}-{}", pattern, adds_token);
      const auto imported = from_gguf_file(out);
      ASSERT_TRUE(imported.ok()) << imported.error().message();
      const Tokenizer tokenizer = Tokenizer::load(env_, file(out + "/tokenizer.json")).value();
      EXPECT_EQ(tokenizer.prefix().size(), adds_token ? 1U : 0U) << out;
      EXPECT_EQ(tokenizer.layout(), pattern == "gpt-2"          ? "gpt2"
                                    : pattern == "llama-bpe"    ? "llama3"
                                    : pattern == "dbrx"         ? "llama3"
                                    : pattern == "tekken"       ? "tekken"
                                    : pattern == "gpt-4o"       ? "o200k"
                                    : pattern == "qwen2"        ? "qwen2+nfc"
                                    : pattern == "starcoder"    ? "starcoder"
                                    : pattern == "deepseek-llm" ? "deepseek_llm"
                                                                : "deepseek_coder");
      must(export_gguf(env_, stop_, file(out), file(out + ".gguf"), NumberFormat::f32));
      const GgufFile again = GgufFile::open(env_, file(out + ".gguf")).value();
      EXPECT_EQ(again.text("tokenizer.ggml.pre").value(), pattern);
      EXPECT_EQ(again.boolean("tokenizer.ggml.add_bos_token").value(), adds_token);
    }
}

TEST_F(ImportTest, AFileBuiltByHandBecomesACheckpoint) {
  write(good());
  must(from_gguf_file("out"));
  const Checkpoint loaded = must(load_checkpoint(env_, file("out"), *backend_));
  EXPECT_EQ(loaded.config.width, 8);
  EXPECT_EQ(loaded.config.inner(), 16);
  EXPECT_TRUE(loaded.config.tied_head);
  EXPECT_EQ(loaded.tokenizer.encode("are"), (std::vector<TokenId>{'a', 256}));
  EXPECT_EQ(loaded.tokenizer.end_of_text(), 257);
}

TEST_F(ImportTest, AHeadThatIsACopyOfTheTableIsATiedOne) {
  Contents contents = good();
  contents.tensors["output.weight"] = {258, 8};
  write(contents);
  must(from_gguf_file("own"));
  EXPECT_FALSE(must(load_model_config(env_, file("own"))).tied_head);
  contents.head_is_table = true;
  write(contents);
  must(from_gguf_file("copy"));
  EXPECT_TRUE(must(load_model_config(env_, file("copy"))).tied_head);
}

TEST_F(ImportTest, OtherArchitecturesTokenizersAndVariantsAreUnsupported) {
  const auto refused = [&](const std::string& part, const auto& change) {
    Contents contents = good();
    change(contents);
    expect_error(contents, ErrorCode::unsupported, part);
  };
  refused("expected one of gpt2, starcoder,", [](Contents& c) { c.architecture = "gptneox"; });
  refused("only 'gpt2' (byte-level BPE) and 'llama'", [](Contents& c) { c.tokenizer = "bert"; });
  refused("cuts text as 'falcon' does", [](Contents& c) { c.pattern = "falcon"; });
  refused("no control token", [](Contents& c) { c.types.back() = 1; });
  refused("is of type 6", [](Contents& c) { c.types.front() = 6; });
  refused("alphabet of bytes", [](Contents& c) { c.tokens[3] = "\u2603"; });
  refused("'gpt2.expert_count' is 8", [](Contents& c) { c.sizes["expert_count"] = 8; });
  refused("key_length' is 4", [](Contents& c) { c.sizes["attention.key_length"] = 4; });
  refused("head_count_kv' is 3", [](Contents& c) { c.sizes["attention.head_count_kv"] = 3; });
  refused("attention.scale' is set", [](Contents& c) { c.sizes["attention.scale"] = 1; });
  refused("unexpected tensor 'rope_freqs.weight'",
          [](Contents& c) { c.tensors["rope_freqs.weight"] = {4}; });
}

TEST_F(ImportTest, WrongKeysTensorsAndTokensAreInvalid) {
  const auto refused = [&](const std::string& part, const auto& change) {
    Contents contents = good();
    change(contents);
    expect_error(contents, ErrorCode::invalid_data, part);
  };
  refused("'gpt2.block_count' is missing", [](Contents& c) { c.sizes.erase("block_count"); });
  refused("'gpt2.context_length' is 0", [](Contents& c) { c.sizes["context_length"] = 0; });
  refused("expected a multiple of 8", [](Contents& c) { c.sizes["attention.head_count"] = 2; });
  refused("'blk.1.", [](Contents& c) { c.sizes["block_count"] = 2; });
  refused("'output_norm.bias' is missing",
          [](Contents& c) { c.tensors.erase("output_norm.bias"); });
  refused("has shape (8), expected (16)",
          [](Contents& c) { c.tensors["blk.0.ffn_up.bias"] = {8}; });
  refused("'token_embd.weight' is missing",
          [](Contents& c) { c.tensors.erase("token_embd.weight"); });
  refused("258 tokens have 257 types", [](Contents& c) { c.types.pop_back(); });
  refused("stands there twice", [](Contents& c) { c.tokens[1] = c.tokens[0]; });
  refused("is not two tokens that make a third", [](Contents& c) { c.merges = {"e r"}; });
  refused("is not two tokens", [](Contents& c) { c.merges = {"re"}; });
}

TEST_F(ImportTest, MoreTokensThanRowsAreInvalid) {
  Contents contents = good();
  contents.tokens.insert(contents.tokens.end(), {"ar", "er"});
  contents.types.insert(contents.types.end(), {1, 1});
  expect_error(contents, ErrorCode::invalid_data, "260 tokens but the token table has 258 rows");
}

}  // namespace
}  // namespace scribe
