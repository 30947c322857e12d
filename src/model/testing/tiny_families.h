// One tiny model of every family, for tests.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/config.h"

namespace scribe {

/// Small enough for the reference backend; every part of a family shows in it.
inline ModelConfig tiny_config(Family family) {
  ModelConfig config = family_defaults(family);
  config.layers = 2;
  config.width = 32;
  config.heads = 4;
  config.vocabulary_size = 24;
  config.context = 12;
  if (config.rotary_size > 0) config.rotary_size = family == Family::codegen ? 4 : 8;
  if (config.kv_heads == 0 && config.norm == NormKind::rms) config.kv_heads = 2;
  if (family == Family::starcoder2) config.kv_heads = 2;
  if (family == Family::qwen3) config.head_width = config.rotary_size = 16;  // More than width.
  if (config.gated) config.inner_width = 56;
  if (config.window > 0) config.window = 5;
  return config;
}

inline std::string family_name(const testing::TestParamInfo<Family>& family) {
  return std::string(name_of(family.param));
}

}  // namespace scribe
