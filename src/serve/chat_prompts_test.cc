// Tests of a chat's tokens, where what stands before a text matters.
#include "serve/chat_prompts.h"

#include <gtest/gtest.h>

#include "tokenizer/testing/small_sentencepiece.h"
#include "tokenizer/tokenizer_impl.h"

namespace scribe {
namespace {

/// As transformers makes them: each part between special tokens begins with a space, or the first
/// alone, or none.
TEST(ChatPromptsTest, OfSentencePieceTextsBehindATokenBeginAsTheFileSays) {
  using Texts = std::vector<std::string>;
  for (const auto& [leading_space, expected] :
       {std::pair(LeadingSpace::always, Texts{" r", "</s>", " r", "</s>"}),
        {LeadingSpace::first_where_missing, Texts{" r", "</s>", "r", "</s>"}},
        {LeadingSpace::none, Texts{"r", "</s>", "r", "</s>"}}}) {
    const Tokenizer tokenizer = make_tokenizer(small_sentencepiece(leading_space));
    ChatFormat format{.chat_template = ChatTemplate::parse("{% for m in messages %}{{ m.content }}"
                                                           "{{ eos_token }}{% endfor %}")
                                           .value(),
                      .bos_token = "<s>",
                      .eos_token = "</s>"};
    const ChatPrompts prompts(std::move(format), tokenizer, nullptr);
    const Json messages = Json::array(
        {{{"role", "user"}, {"content", "r"}}, {{"role", "assistant"}, {"content", "r"}}});
    const std::vector<TokenId> tokens = prompts.tokens(messages, Json::object()).value();
    Texts texts;
    for (const TokenId id : tokens) texts.emplace_back(tokenizer.bytes_of(id));
    EXPECT_EQ(texts, expected);
  }
}

}  // namespace
}  // namespace scribe
