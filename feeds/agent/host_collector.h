// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/clock.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace surgescope::feeds {

/// Shares from 0 to 1 since the read before. Nothing: not measured, be it that this was the first read, that
/// a counter went backwards, or that the file is not there.
struct HostReading {
    std::optional<double> cpu{};             // busy, of the time the hypervisor left us
    std::optional<double> steal{};           // of all time
    std::optional<double> memory{};          // in use and not at once available
    std::optional<double> nic{};             // the fuller direction, of the configured link speed
    std::optional<std::uint64_t> bytesOut{}; // through the interface
    std::optional<std::uint64_t> bytesIn{};
};

/// Reads how full this machine is from /proc. Never fails: what cannot be read is not measured. One thread at
/// a time.
class HostCollector {
  public:
    struct Options {
        std::filesystem::path proc = "/proc";
        std::string interface {};   // empty: no link is measured
        std::uint32_t linkMbit = 0; // what a virtual NIC says of its speed is nonsense, so it is configured
    };

    explicit HostCollector(Options options);

    /// Shares are taken over the time since the last call. `now` paces the link's share.
    HostReading read(SteadyTime now);

  private:
    static constexpr std::size_t kCpuFields = 8; // user nice system idle iowait irq softirq steal
    using CpuTimes = std::array<std::uint64_t, kCpuFields>;
    struct Traffic {
        std::uint64_t in = 0;
        std::uint64_t out = 0;
        SteadyTime at;
    };

    void readCpu(HostReading& reading);
    void readMemory(HostReading& reading);
    void readLink(HostReading& reading, SteadyTime now);
    std::string text(std::string_view file) const;

    Options m_options;
    std::optional<CpuTimes> m_cpu;
    std::optional<Traffic> m_traffic;
};

} // namespace surgescope::feeds
