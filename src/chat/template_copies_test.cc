// Tests, by counting what is allocated, that templates do not copy the conversation at each step.
#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>

#include "chat/chat_template.h"

namespace {

std::atomic<std::size_t> allocated_bytes = 0;

void* counted(std::size_t size) noexcept {
  allocated_bytes += size;
  return std::malloc(size == 0 ? 1 : size);  // NOLINT: operator new stands on it.
}

}  // namespace

void* operator new(std::size_t size) {  // NOLINT: it counts.
  if (void* const memory = counted(size)) return memory;
  std::abort();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {  // NOLINT: it counts.
  return counted(size);
}
// Inlined, they would look to GCC as if free() had another partner than malloc().
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);  // NOLINT: operator delete stands on it.
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);  // NOLINT: operator delete stands on it.
}

namespace scribe {
namespace {

/// What a conversation of so many messages makes the template allocate.
std::size_t bytes_for(std::string_view source, std::size_t messages) {
  const ChatTemplate parsed = ChatTemplate::parse(source).value();
  Json context{{"messages", Json::array()}, {"add_generation_prompt", true}};
  for (std::size_t i = 0; i < messages; ++i)
    context["messages"].push_back({{"role", i % 2 == 0 ? "user" : "assistant"},
                                   {"content", std::string(200, 'x')},
                                   {"tool_calls", Json::array({"one", "two"})}});
  const std::size_t before = allocated_bytes;
  EXPECT_TRUE(parsed.render(context).ok()) << source;
  return allocated_bytes - before;
}

TEST(TemplateCopiesTest, WhatIsAllocatedGrowsInStepWithTheConversation) {
  for (const char* const body :
       {"{{ messages[loop.index0].content }}", "{{ messages[0]['role'] }}",
        "{{ messages[-1].get('role') }}", "{{ (messages | last).role }}", "{{ messages | length }}",
        "{% if messages is iterable and messages %}{{ m.content }}{% endif %}",
        "{{ m.content | trim }}{{ m.tool_calls | join }}",
        "{% if loop.previtem %}{{ loop.previtem.role }}{% endif %}",
        "{{ 'a' if m in messages[0].tool_calls else m.role }}",
        "{% set ns.last = m %}{{ ns.last.role }}{{ f(m) }}"}) {
    const std::string source = std::string("{% macro f(x) %}{{ x.role }}{% endmacro %}") +
                               "{% set ns = namespace(last='') %}{% for m in messages %}" + body +
                               "{% endfor %}";
    // Four times the messages; with a copy of them at each it would be near sixteen times as much.
    EXPECT_LT(bytes_for(source, 400), 5 * bytes_for(source, 100)) << body;
  }
}

}  // namespace
}  // namespace scribe
