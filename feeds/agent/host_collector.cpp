// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/host_collector.h"

#include "feeds/agent/clock_offset.h"

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

std::string_view nextWord(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    const auto word = text.substr(0, text.find_first_of(" \t"));
    text.remove_prefix(word.size());
    return word;
}

/// The disk that a partition is of, going by names: sda1 is of sda, nvme0n1p2 of nvme0n1.
std::string_view diskOf(std::string_view partition) {
    auto disk = partition.substr(0, partition.find_last_not_of("0123456789") + 1);
    const bool numbered =
        disk.size() > 2 && disk.back() == 'p' && disk[disk.size() - 2] >= '0' && disk[disk.size() - 2] <= '9';
    if (numbered) disk.remove_suffix(1);
    return disk;
}

/// Kept in memory, made of other disks, or no disk at all.
bool isNoDisk(std::string_view device) {
    constexpr std::array<std::string_view, 8> kinds{"loop", "ram", "zram", "dm-", "md", "sr", "fd", "nbd"};
    return std::ranges::any_of(kinds, [device](std::string_view kind) { return device.starts_with(kind); });
}

/// Of a file such as /proc/net/snmp, which has lines in pairs: names, and values in the same order.
std::optional<std::uint64_t> pairedNumber(std::string_view content, std::string_view protocol,
                                          std::string_view wanted) {
    while (!content.empty()) {
        std::string_view names = nextLine(content);
        std::string_view values = nextLine(content);
        if (!names.starts_with(protocol)) continue;
        while (!names.empty()) {
            const auto name = nextWord(names);
            std::string_view value = nextWord(values);
            if (name == wanted) return nextNumber(value);
        }
    }
    return std::nullopt;
}

double share(std::uint64_t part, std::uint64_t whole) {
    return std::min(1.0, static_cast<double>(part) / static_cast<double>(whole));
}

} // namespace

Result<std::unique_ptr<Collector>> HostCollector::make(const CollectorSettings& settings,
                                                       const Surroundings& around) {
    const auto chrony = settings.whole("chrony", 1, 65'535, ChronyClient::kPort);
    if (!chrony) return Error{chrony.error()};
    std::unique_ptr<HostCollector> host(new HostCollector(around, static_cast<std::uint16_t>(*chrony)));
    host->m_proc = settings.text("proc", "/proc");
    host->m_otherProc = settings.has("proc");
    const std::string disks = settings.text("disks");
    for (std::size_t from = 0; from < disks.size();) {
        const auto comma = std::min(disks.find(',', from), disks.size());
        host->m_disks.push_back(disks.substr(from, comma - from));
        if (host->m_disks.back().empty()) return Error{"disks: '" + disks + "', expected names: sda,nvme0n1"};
        from = comma + 1;
    }
    host->m_interface = settings.text("interface");
    if (settings.has("interface") != settings.has("link-mbit"))
        return Error{
            "interface and link-mbit go together: what a virtual card says of its speed is nonsense"};
    const auto speed = settings.whole("link-mbit", 1, 10'000'000, 0);
    if (!speed) return Error{speed.error()};
    host->m_linkMbit = static_cast<std::uint32_t>(*speed);
    host->readClock(); // so that what can be measured is known before the first second
    return std::unique_ptr<Collector>(std::move(host));
}

Capability HostCollector::capability() const {
    using enum Counter;
    Capability capability{
        .measures =
            FieldSet::of({node_seconds, cpu_permille_seconds, memory_permille_seconds, disk_permille_seconds,
                          connections_rejected, tcp_segments, tcp_retransmits, saturation_permille_seconds}),
        .linkMbit = m_linkMbit};
    if (m_interface.empty())
        capability.gaps.push_back({FieldSet::of({nic_permille_seconds}), "no network interface was named",
                                   "set interface=eth0 link-mbit=10000 of the collector host"});
    else
        capability.measures.add(nic_permille_seconds);
    const FieldSet waiting = FieldSet::of({cpu_waiting_us, memory_waiting_us, io_waiting_us});
    if (waited("cpu"))
        capability.measures = capability.measures | waiting;
    else
        capability.gaps.push_back({waiting, "this kernel keeps no pressure figures (PSI)",
                                   "start it with psi=1, where it knows them"});
    const FieldSet offset = FieldSet::of({}, {Distribution::clock_offset});
    if (m_clockUnknown.empty())
        capability.measures = capability.measures | offset;
    else
        capability.gaps.push_back(
            {offset, m_clockUnknown, "run systemd-timesyncd, ntpd or chrony on this machine"});
    capability.gaps.push_back(
        {FieldSet::of({backlog_us_seconds}),
         "the kernel's pressure figures tell how much of a second anything waited for a "
         "core, not how long the newest request does",
         ""});
    return capability;
}

void HostCollector::cut() {
    using enum Counter;
    m_second = {};
    m_second.totals.setMeasured(FieldSet::of({node_seconds}));
    m_second[Resource::cpu] = readCpu();
    m_second[Resource::memory] = readMemory();
    m_second[Resource::nic] = readLink();
    m_second[Resource::disk] = readDisks();
    readCounts();
    readClock();
    m_second.heard = true;
    m_second.totals[node_seconds] = 1;
}

CollectedSecond HostCollector::take() {
    return std::exchange(m_second, {});
}

std::string HostCollector::trouble() const {
    return m_cpu ? std::string() : (m_proc / "stat").string() + " cannot be read";
}

std::string HostCollector::text(std::string_view file) const {
    std::ifstream in(m_proc / file, std::ios::binary);
    std::string content(kFileBytes, '\0');
    in.read(content.data(), static_cast<std::streamsize>(content.size()));
    content.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
    return content;
}

/// Of the machine's network. /proc/net is the reader's own: that of an agent in a container is another one,
/// and the machine's first process is in the machine's.
std::string HostCollector::netText(std::string_view file) const {
    if (m_otherProc)
        if (auto machine = text("1/net/" + std::string(file)); !machine.empty()) return machine;
    return text("net/" + std::string(file));
}

std::optional<double> HostCollector::readCpu() {
    const std::string content = text("stat");
    std::string_view rest = content;
    std::string_view line = nextLine(rest);
    std::optional<CpuTimes> now;
    if (line.starts_with("cpu ")) now = numbers<kCpuFields>(line.substr(4));
    const auto before = std::exchange(m_cpu, now);
    if (!now || !before) return std::nullopt;
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
    if (total == 0) return std::nullopt;
    // A machine that is robbed of half its time is full when it is busy for the other half. Guest time stands
    // in user time already, which is why the two last fields of the line are not read.
    return total > steal ? share(total - steal - idle, total - steal) : 1.0;
}

std::optional<double> HostCollector::readMemory() const {
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
    if (!total || !available || *total == 0 || *available > *total) return std::nullopt;
    return share(*total - *available, *total);
}

std::optional<double> HostCollector::readLink() {
    if (m_interface.empty()) return std::nullopt;
    const SteadyTime now = m_clock.steady();
    const std::string content = netText("dev");
    std::string_view rest = content;
    std::optional<Traffic> traffic;
    while (!rest.empty() && !traffic) {
        std::string_view line = nextLine(rest);
        line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
        if (!line.starts_with(m_interface + ":")) continue;
        // bytes packets errs drop fifo frame compressed multicast, received first and sent behind
        const auto values = numbers<9>(line.substr(m_interface.size() + 1));
        if (!values) break;
        traffic = Traffic{(*values)[0], (*values)[8], now};
    }
    const auto before = std::exchange(m_traffic, traffic);
    if (!traffic || !before || traffic->in < before->in || traffic->out < before->out) return std::nullopt;
    const double elapsed = secondsBetween(before->at, now);
    if (elapsed <= 0) return std::nullopt;
    const auto fuller = static_cast<double>(std::max(traffic->in - before->in, traffic->out - before->out));
    return fuller * 8 / elapsed / (m_linkMbit * 1e6);
}

/// /proc/diskstats: of each disk, the milliseconds in which it had something to do.
HostCollector::BusyTimes HostCollector::busyTimes() const {
    BusyTimes busy;
    const std::string content = text("diskstats");
    std::string_view rest = content;
    while (!rest.empty()) {
        std::string_view line = nextLine(rest);
        nextWord(line); // major
        nextWord(line); // minor
        const auto name = nextWord(line);
        // reads (done, merged, sectors, ms), writes (the same), under way, busy ms
        const auto values = numbers<10>(line);
        if (values) busy.emplace(name, static_cast<std::uint32_t>(values->back()));
    }
    std::erase_if(busy, [&](const auto& disk) {
        if (!m_disks.empty()) return std::ranges::find(m_disks, disk.first) == m_disks.end();
        const auto whole = diskOf(disk.first);
        return isNoDisk(disk.first) || (whole != disk.first && busy.contains(whole));
    });
    return busy;
}

std::optional<double> HostCollector::readDisks() {
    const auto before = std::exchange(m_busy, Disks{busyTimes(), m_clock.steady()});
    if (!before) return std::nullopt;
    const double elapsed = secondsBetween(before->at, m_busy->at) * 1000;
    std::optional<double> busiest;
    for (const auto& [disk, now] : m_busy->busy) {
        const auto then = before->busy.find(disk);
        if (then == before->busy.end() || elapsed <= 0) continue;
        // The kernel's number has 32 bits. A disk is not busy for longer than there was time: it is another
        // one.
        const double busy = now - then->second;
        if (busy <= 2 * elapsed) busiest = std::max(busiest.value_or(0), std::min(1.0, busy / elapsed));
    }
    return busiest;
}

/// /proc/pressure: "some avg10=0.00 avg60=0.00 avg300=0.00 total=4880268548", the last in microseconds.
std::optional<std::uint64_t> HostCollector::waited(std::string_view what) const {
    const std::string content = text("pressure/" + std::string(what));
    std::string_view rest = content;
    std::string_view line = nextLine(rest);
    const auto total = line.find("total=");
    if (!line.starts_with("some ") || total == std::string_view::npos) return std::nullopt;
    line.remove_prefix(total + 6);
    return nextNumber(line);
}

/// What the kernel has counted since it started: what is new of it happened in this second.
void HostCollector::readCounts() {
    using enum Counter;
    const std::string netstat = netText("netstat"), snmp = netText("snmp");
    const std::array<std::pair<Counter, std::optional<std::uint64_t>>, 6> counts{{
        {connections_rejected, pairedNumber(netstat, "TcpExt:", "ListenDrops")},
        {tcp_segments, pairedNumber(snmp, "Tcp:", "OutSegs")},
        {tcp_retransmits, pairedNumber(snmp, "Tcp:", "RetransSegs")},
        {cpu_waiting_us, waited("cpu")},
        {memory_waiting_us, waited("memory")},
        {io_waiting_us, waited("io")},
    }};
    FieldSet measured = m_second.totals.measuredByAny;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const auto& [counter, now] = counts.at(i);
        const auto before = std::exchange(m_counts.at(i), now);
        if (!now || !before || *now < *before) continue;
        m_second.totals[counter] = *now - *before;
        measured.add(counter);
    }
    m_second.totals.setMeasured(measured);
}

/// By the kernel where its own loop keeps the clock, otherwise by chronyd's answer to the second before.
void HostCollector::readClock() {
    auto offset = kernelClockOffset();
    m_clockUnknown = offset ? std::string() : offset.error();
    if (!offset) {
        offset = m_chrony.offset();
        if (!offset) m_clockUnknown += ", and " + offset.error();
        m_chrony.ask();
    }
    if (!offset) return;
    m_clockUnknown.clear();
    m_second.totals[Distribution::clock_offset].record(static_cast<std::uint64_t>(offset->count()));
    m_second.totals.setMeasured(m_second.totals.measuredByAny |
                                FieldSet::of({}, {Distribution::clock_offset}));
}

} // namespace surgescope::feeds
