// Tests of what is read about the machine.
#include "base/machine.h"

#include <gtest/gtest.h>

#include <map>

#include "base/testing/faulty_env.h"

namespace scribe {
namespace {

/// Has these files below /sys/class/powercap, and no others there.
class PoweredMachine : public FaultyEnv {
 public:
  Result<std::string> read_file(const std::string& path) override {
    const auto found = files.find(path.substr(path.find(':') + 1));
    if (found == files.end()) return error(ErrorCode::not_found, "'{}'", path);
    return found->second;
  }

  std::map<std::string, std::string> files;
};

TEST(EnergyMeterTest, JoulesOfAllPackagesCountFromTheLastQuestion) {
  PoweredMachine machine;
  machine.files = {{"0/energy_uj", "1000000\n"},
                   {"0/max_energy_range_uj", "5000000\n"},
                   {"1/energy_uj", "2000000\n"},
                   {"1/max_energy_range_uj", "5000000\n"}};
  std::optional<EnergyMeter> meter = EnergyMeter::open(machine);
  ASSERT_TRUE(meter);
  machine.files["0/energy_uj"] = "1500000\n";
  machine.files["1/energy_uj"] = "4000000\n";
  EXPECT_DOUBLE_EQ(meter->joules().value(), 2.5);
  EXPECT_DOUBLE_EQ(meter->joules().value(), 0);
}

TEST(EnergyMeterTest, ACounterThatStartedAgainGoesOn) {
  PoweredMachine machine;
  machine.files = {{"0/energy_uj", "4000000\n"}, {"0/max_energy_range_uj", "5000000\n"}};
  std::optional<EnergyMeter> meter = EnergyMeter::open(machine);
  ASSERT_TRUE(meter);
  machine.files["0/energy_uj"] = "500000\n";
  EXPECT_DOUBLE_EQ(meter->joules().value(), 1.5);
}

TEST(EnergyMeterTest, WithoutCountersThereIsNoMeterAndADamagedOneIsAnError) {
  PoweredMachine machine;
  EXPECT_FALSE(EnergyMeter::open(machine));
  machine.files = {{"0/energy_uj", "1\n"}, {"0/max_energy_range_uj", "5000000\n"}};
  std::optional<EnergyMeter> meter = EnergyMeter::open(machine);
  ASSERT_TRUE(meter);
  machine.files["0/energy_uj"] = "none\n";
  EXPECT_EQ(meter->joules().error().code(), ErrorCode::invalid_data);
}

TEST(MachineTest, MemoryHeldIsSeen) {
  const double before = resident_bytes_max();
  std::vector<char> block(std::size_t{64} << 20, 1);
  EXPECT_GE(resident_bytes_max(), before);
  EXPECT_GE(resident_bytes_max(), static_cast<double>(block.size()));
}

}  // namespace
}  // namespace scribe
