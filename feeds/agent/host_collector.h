// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/chrony_client.h"
#include "feeds/agent/collector.h"
#include "feeds/agent/collector_settings.h"
#include "feeds/util/clock.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::feeds {

/// How full this machine is, what waits in it, what it turned away and sent again, from /proc, and how far
/// its clock is off, from the kernel or chronyd. What cannot be read is not measured. Settings: interface,
/// link-mbit, disks, proc, chrony; see collector_kinds.
class HostCollector final : public Collector {
  public:
    static Result<std::unique_ptr<Collector>> make(const CollectorSettings& settings,
                                                   const Surroundings& around);

    std::string source() const override { return "host"; }
    bool watchesServer() const override { return false; }
    std::string server() const override { return {}; }
    Capability capability() const override;
    void cut() override;
    bool settled() const override { return true; }
    CollectedSecond take() override;
    std::string trouble() const override;

  private:
    static constexpr std::size_t kCpuFields = 8; // user nice system idle iowait irq softirq steal
    using CpuTimes = std::array<std::uint64_t, kCpuFields>;
    struct Traffic {
        std::uint64_t in = 0;
        std::uint64_t out = 0;
        SteadyTime at;
    };
    using BusyTimes = std::map<std::string, std::uint32_t, std::less<>>; // milliseconds, by disk; wraps
    struct Disks {
        BusyTimes busy;
        SteadyTime at;
    };

    HostCollector(const Surroundings& around, std::uint16_t chronyPort)
        : m_clock(around.clock), m_chrony(around.loop, around.clock, chronyPort) {}

    // Each gives the share in use since the read before. Nothing: not measured, be it that this was the first
    // read, that a counter went backwards, or that the file is not there.
    std::optional<double> readCpu();
    std::optional<double> readMemory() const;
    std::optional<double> readLink();
    std::optional<double> readDisks();
    void readCounts();
    std::optional<std::uint64_t> waited(std::string_view what) const;
    void readClock();
    BusyTimes busyTimes() const;
    std::string text(std::string_view file) const;
    std::string netText(std::string_view file) const;

    const Clock& m_clock;
    std::filesystem::path m_proc;
    std::string m_interface;          // empty: no link is measured
    std::uint32_t m_linkMbit = 0;     // what a virtual NIC says of its speed is nonsense, so it is configured
    std::vector<std::string> m_disks; // empty: all whole disks
    bool m_otherProc = false;         // this process may live in another network than the machine
    std::optional<CpuTimes> m_cpu;
    std::optional<Traffic> m_traffic;
    std::optional<Disks> m_busy;
    std::array<std::optional<std::uint64_t>, 6> m_counts; // as they were read last, in readCounts()' order
    ChronyClient m_chrony;
    std::string m_clockUnknown; // why; empty: it is known
    CollectedSecond m_second;
};

} // namespace surgescope::feeds
