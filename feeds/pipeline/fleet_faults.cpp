// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/fleet_faults.h"

#include "feeds/sim/random.h"
#include "feeds/util/number_text.h"
#include "feeds/util/toml_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

namespace surgescope::feeds {
namespace {

constexpr std::size_t kMostBytes = 64U << 10U;
constexpr double kMostOffset = 10 * 365.25 * 86'400; // ten years: a clock that was never set
constexpr double kMostEvery = 86'400;
constexpr double kMostQueued = 600; // what is kept meanwhile has to fit in memory
constexpr double kTwinSeconds = 7;

using Kind = VoiceFault::Kind;
constexpr std::array<std::pair<Kind, std::string_view>, 7> kKinds{{{Kind::none, "none"},
                                                                   {Kind::clock, "clock"},
                                                                   {Kind::restart, "restart"},
                                                                   {Kind::twin, "twin"},
                                                                   {Kind::loss, "loss"},
                                                                   {Kind::queue, "queue"},
                                                                   {Kind::twoWays, "two-ways"}}};

class FaultsReader : TomlValues {
  public:
    explicit FaultsReader(std::string file) : TomlValues(std::move(file)) {}

    Result<FleetFaults> read(const toml::table& root) {
        for (const auto& [key, node] : root) {
            const auto* list = node.as_array();
            if (key != "fault" || !list || !list->is_homogeneous(toml::node_type::table)) {
                refuse(node, "expected sections [[fault]] and nothing else");
                continue;
            }
            for (const auto& entry : *list)
                readFault(*entry.as_table());
        }
        if (error()) return *error();
        return std::move(m_faults);
    }

  private:
    /// The number under this key; refused when it is not there or out of range. `fallback` makes it optional.
    double number(const toml::table& table, const char* key, double least, double most,
                  std::optional<double> fallback = std::nullopt) {
        m_known.emplace_back(key);
        const auto* node = table.get(key);
        if (!node && fallback) return *fallback;
        const auto what = std::string("fault.") + key;
        if (node) return TomlValues::number(*node, what, least, most).value_or(0);
        refuse(table,
               what + " is missing, expected a number from " + numberText(least) + " to " + numberText(most));
        return 0;
    }

    void readFault(const toml::table& table) {
        m_known = {"kind"};
        FleetFaults::Entry entry;
        const auto name = table["kind"].value<std::string>().value_or("");
        const auto kind = std::ranges::find_if(
            kKinds, [&](const auto& k) { return k.second == name && k.first != Kind::none; });
        if (kind == kKinds.end())
            return refuse(
                table,
                "fault.kind: expected \"clock\", \"restart\", \"twin\", \"loss\", \"queue\" or \"two-ways\"");
        auto& fault = entry.fault;
        fault.kind = kind->first;
        if (table.contains("share"))
            entry.share = number(table, "share", 0, 1);
        else
            entry.publishers = static_cast<std::size_t>(number(table, "publishers", 1, 1e6));
        switch (fault.kind) {
        case Kind::none: break;
        case Kind::clock:
            fault.seconds = number(table, "offset_s", -kMostOffset, kMostOffset);
            entry.spreadSeconds = number(table, "spread_s", 0, kMostOffset, 0);
            break;
        case Kind::restart: fault.everySeconds = number(table, "every_s", 1, kMostEvery); break;
        case Kind::twin: fault.seconds = kTwinSeconds; break;
        case Kind::loss: fault.share = number(table, "lost", 0, 1); break;
        case Kind::queue:
            fault.everySeconds = number(table, "every_s", 2, kMostEvery);
            fault.seconds = number(table, "for_s", 1, kMostQueued);
            if (fault.seconds >= fault.everySeconds) refuse(table, "fault.for_s: expected less than every_s");
            break;
        case Kind::twoWays: break;
        }
        for (const auto& [key, node] : table)
            if (std::ranges::find(m_known, key.str()) == m_known.end())
                refuse(node, "no key fault." + std::string(key.str()) + " of a " + name);
        m_faults.entries.push_back(entry);
    }

    FleetFaults m_faults;
    std::vector<std::string> m_known; // keys of the section at hand
};

} // namespace

std::string_view nameOf(VoiceFault::Kind kind) {
    return kKinds[static_cast<std::size_t>(kind)].second;
}

Result<FleetFaults> parseFaults(std::string_view text, const std::string& file) {
    const auto root = parseToml(text, kMostBytes, file);
    if (!root) return Error{root.error()};
    return FaultsReader(file).read(*root);
}

Result<FleetFaults> loadFaults(const std::string& path) {
    const auto text = readTextFile(path, kMostBytes);
    if (!text) return Error{text.error()};
    return parseFaults(*text, path);
}

Result<std::vector<VoiceFault>> assignFaults(const FleetFaults& faults, std::size_t publishers,
                                             std::uint64_t seed) {
    constexpr std::uint64_t kOrder = 0xfa17;
    constexpr std::uint64_t kSpread = 0x5bead;
    std::vector<VoiceFault> assigned(publishers);
    std::vector<std::size_t> order;
    for (std::size_t i = 1; i < publishers; ++i)
        order.push_back(i);
    std::ranges::sort(order, {}, [&](std::size_t i) { return sim::hash(seed, kOrder, i); });
    std::size_t next = 0;
    for (const auto& entry : faults.entries) {
        const auto count =
            entry.publishers > 0
                ? entry.publishers
                : static_cast<std::size_t>(std::llround(entry.share * static_cast<double>(publishers)));
        if (count > order.size() - next)
            return Error{"faults: expected at most " + std::to_string(order.size()) +
                         " publishers with one, of " + std::to_string(publishers) +
                         "; the first never has any"};
        for (std::size_t i = 0; i < count; ++i) {
            const auto who = order[next++];
            assigned[who] = entry.fault;
            assigned[who].seconds +=
                entry.spreadSeconds > 0
                    ? entry.spreadSeconds * (2 * sim::uniform(sim::hash(seed, kSpread, who)) - 1)
                    : 0;
        }
    }
    return assigned;
}

} // namespace surgescope::feeds
