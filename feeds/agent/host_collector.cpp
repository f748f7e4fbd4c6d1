// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/host_collector.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <utility>

namespace surgescope::feeds {
namespace {

constexpr std::size_t kFileBytes = 256U
                                   << 10; // /proc/stat of a big machine is long, but only its top matters

std::string_view nextLine(std::string_view& text) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    return line;
}

/// Takes a whole number off the front, blanks before it included.
std::optional<std::uint64_t> nextNumber(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

template <std::size_t N> std::optional<std::array<std::uint64_t, N>> numbers(std::string_view text) {
    std::array<std::uint64_t, N> values{};
    for (auto& value : values) {
        const auto number = nextNumber(text);
        if (!number) return std::nullopt;
        value = *number;
    }
    return values;
}

double share(std::uint64_t part, std::uint64_t whole) {
    return std::min(1.0, static_cast<double>(part) / static_cast<double>(whole));
}

} // namespace

HostCollector::HostCollector(Options options) : m_options(std::move(options)) {}

HostReading HostCollector::read(SteadyTime now) {
    HostReading reading;
    readCpu(reading);
    readMemory(reading);
    readLink(reading, now);
    return reading;
}

std::string HostCollector::text(std::string_view file) const {
    std::ifstream in(m_options.proc / file, std::ios::binary);
    std::string content(kFileBytes, '\0');
    in.read(content.data(), static_cast<std::streamsize>(content.size()));
    content.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
    return content;
}

void HostCollector::readCpu(HostReading& reading) {
    const std::string content = text("stat");
    std::string_view rest = content;
    std::string_view line = nextLine(rest);
    std::optional<CpuTimes> now;
    if (line.starts_with("cpu ")) now = numbers<kCpuFields>(line.substr(4));
    const auto before = std::exchange(m_cpu, now);
    if (!now || !before) return;
    std::uint64_t total = 0;
    CpuTimes spent{};
    for (std::size_t i = 0; i < kCpuFields; ++i) {
        // The kernel's iowait can go backwards by a little; the whole line going backwards is a restored
        // machine.
        spent[i] = (*now)[i] > (*before)[i] ? (*now)[i] - (*before)[i] : 0;
        total += spent[i];
    }
    const std::uint64_t idle = spent[3] + spent[4];
    const std::uint64_t steal = spent[7];
    if (total == 0) return;
    reading.steal = share(steal, total);
    // A machine that is robbed of half its time is full when it is busy for the other half. Guest time stands
    // in user time already, which is why the two last fields of the line are not read.
    if (total > steal)
        reading.cpu = share(total - steal - idle, total - steal);
    else
        reading.cpu = 1.0;
}

void HostCollector::readMemory(HostReading& reading) {
    const std::string content = text("meminfo");
    std::string_view rest = content;
    std::optional<std::uint64_t> total;
    std::optional<std::uint64_t> available;
    while (!rest.empty() && !(total && available)) {
        std::string_view line = nextLine(rest);
        const auto value = [&line](std::string_view name) -> std::optional<std::uint64_t> {
            if (!line.starts_with(name)) return std::nullopt;
            std::string_view number = line.substr(name.size());
            return nextNumber(number);
        };
        if (const auto v = value("MemTotal:")) total = v;
        if (const auto v = value("MemAvailable:")) available = v;
    }
    if (!total || !available || *total == 0 || *available > *total) return;
    reading.memory = share(*total - *available, *total);
}

void HostCollector::readLink(HostReading& reading, SteadyTime now) {
    if (m_options.interface.empty()) return;
    const std::string content = text("net/dev");
    std::string_view rest = content;
    std::optional<Traffic> traffic;
    while (!rest.empty() && !traffic) {
        std::string_view line = nextLine(rest);
        line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
        if (!line.starts_with(m_options.interface + ":")) continue;
        // bytes packets errs drop fifo frame compressed multicast, received first and sent behind
        const auto values = numbers<9>(line.substr(m_options.interface.size() + 1));
        if (!values) break;
        traffic = Traffic{(*values)[0], (*values)[8], now};
    }
    const auto before = std::exchange(m_traffic, traffic);
    if (!traffic || !before || traffic->in < before->in || traffic->out < before->out) return;
    reading.bytesIn = traffic->in - before->in;
    reading.bytesOut = traffic->out - before->out;
    const double elapsed = secondsBetween(before->at, now);
    if (m_options.linkMbit == 0 || elapsed <= 0) return;
    const auto fuller = static_cast<double>(std::max(*reading.bytesIn, *reading.bytesOut));
    reading.nic = fuller * 8 / elapsed / (m_options.linkMbit * 1e6);
}

} // namespace surgescope::feeds
