// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/scenario_file.h"

#include "feeds/embedded_resources.h"
#include "feeds/util/number_text.h"
#include "feeds/util/toml_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <iterator>

namespace surgescope::feeds::sim {
namespace {

constexpr std::size_t kMostBytes = 1U << 20;
constexpr std::size_t kMostLine = 200;
constexpr double kDay = 86'400;

struct NumberKey {
    std::string_view section;
    std::string_view key;
    double Scenario::*value;
    double least;
    double most;
    std::string_view means;
};

/// What a file may set, what is allowed, and what it means: the one place that says so.
constexpr std::array kNumbers{
    NumberKey{"release", "albums", &Scenario::albums, 1, 20, "albums released at once"},
    NumberKey{"release", "opens_per_s", &Scenario::opensAtPeakPerSecond, 0, 1e6,
              "app opens because of it, before they relax"},
    NumberKey{"release", "rise_s", &Scenario::riseSeconds, 1, 3'600, "in which opens rise"},
    NumberKey{"release", "relaxation_s", &Scenario::relaxationSeconds, 10, kDay,
              "after which opens fall as a power law"},
    NumberKey{"release", "relaxation_exponent", &Scenario::relaxationExponent, 0.5, 3,
              "of that law: 1.4 a shock, less by word of mouth"},
    NumberKey{"release", "waiting_people", &Scenario::waitingPool, 0, 1e9, "who refresh before the release"},
    NumberKey{"release", "skip_dwell_s", &Scenario::skipDwellSeconds, 5, 600,
              "a new track is listened to at first"},
    NumberKey{"audience", "mean_listeners", &Scenario::meanListeners, 1e3, 1e9,
              "around the world, over a day"},
    NumberKey{"audience", "record_listeners", &Scenario::recordListeners, 0, 1e9,
              "the most ever at once, 0: not known"},
    NumberKey{"cache", "catalogue_tracks", &Scenario::catalogueTracks, 1e3, 1e9,
              "that people listen to at all"},
    NumberKey{"cache", "catalogue_zipf", &Scenario::catalogueZipf, 0.3, 2, "exponent of their popularity"},
    NumberKey{"cache", "edge_tracks", &Scenario::edgeTracks, 1, 1e9, "a PoP's caches hold"},
    NumberKey{"cache", "shield_tracks", &Scenario::shieldTracks, 1, 1e9, "a shield's caches hold"},
    NumberKey{"purges", "keys_per_s", &Scenario::purgesPerSecond, 0, 1e6, "invalidated all the time"},
    NumberKey{"purges", "burst_keys_per_s", &Scenario::purgeBurstPerSecond, 0, 1e6,
              "invalidated because of the release"},
    NumberKey{"purges", "burst_s", &Scenario::purgeBurstSeconds, 1, kDay, "that burst's length"},
    NumberKey{"purges", "every_s", &Scenario::purgeEverySeconds, 0, kDay,
              "from burst to burst, 0: one burst only"},
    NumberKey{"purges", "loss", &Scenario::purgeLoss, 0, 0.9,
              "share of purge messages lost on the way to a node"},
    NumberKey{"purges", "loss_in_burst", &Scenario::purgeLossInBurst, 0, 0.9,
              "the same for two minutes from a burst on"},
    NumberKey{"metadata", "retry_budget", &Scenario::retryBudget, 0, 2,
              "retries over requests a client may send"},
    NumberKey{"metadata", "retry_timeout_s", &Scenario::retryTimeoutSeconds, 0.05, 60,
              "after which a client asks again"},
    NumberKey{"metadata", "autoscale_after_s", &Scenario::autoscaleAfterSeconds, 0, kDay,
              "of overload, before it grows"},
    NumberKey{"metadata", "autoscale_per_s", &Scenario::autoscalePerSecond, 0, 1, "growth"},
    NumberKey{"metadata", "autoscale_most", &Scenario::autoscaleMost, 1, 100, "times its planned size"},
    NumberKey{"bots", "share", &Scenario::bots, 0, 10, "of people's API requests, all the time"},
    NumberKey{"bots", "burst_share", &Scenario::botsInBurst, 0, 10, "on top of that, at most"},
    NumberKey{"bots", "burst_at_s", &Scenario::botsAt, -kDay, kDay, "after T-0, when the burst begins"},
    NumberKey{"bots", "fuzz_share", &Scenario::fuzzShare, 0, 1, "of what they send"},
    NumberKey{"balancing", "spill_above", &Scenario::spillAbove, 0.1, 2,
              "saturation beyond which a PoP sends clients away"},
    NumberKey{"balancing", "lag_s", &Scenario::spillLagSeconds, 1, 3'600, "until clients follow"},
    NumberKey{"nodes", "failures_per_year", &Scenario::nodeFailuresPerYear, 0, 1e4,
              "of each node, five minutes long"},
};
constexpr double kLeastLead = 1;
constexpr double kMostLead = kDay;

class ScenarioReader : TomlValues {
  public:
    ScenarioReader(std::string name, std::string file, const PopCatalogue& catalogue)
        : TomlValues(std::move(file)), m_catalogue(catalogue) {
        m_scenario.name = std::move(name);
    }

    Result<Scenario> read(const toml::table& root) {
        for (const auto& [key, node] : root)
            readTop(key.str(), node);
        if (!root.contains("summary")) refuse("summary is missing: one line that says what happens");
        if (const auto refused = error()) return *refused;
        std::ranges::stable_sort(m_scenario.failures, {}, &Failure::at);
        std::ranges::stable_sort(m_scenario.levers, {}, &ScheduledLever::at);
        return std::move(m_scenario);
    }

  private:
    void readTop(std::string_view key, const toml::node& node) {
        if (key == "summary") {
            m_scenario.summary = line(node, "summary", kMostLine).value_or("");
        } else if (key == "failure" || key == "lever") {
            const auto* list = node.as_array();
            if (!list || !list->is_homogeneous(toml::node_type::table))
                return refuse(node, std::string(key) + ": expected sections [[" + std::string(key) + "]]");
            for (const auto& entry : *list)
                key == "failure" ? readFailure(*entry.as_table()) : readLever(*entry.as_table());
        } else if (const auto* section = node.as_table(); section && isSection(key)) {
            for (const auto& [name, value] : *section)
                readInSection(key, name.str(), value);
        } else {
            refuse(
                node,
                "nothing is called " + std::string(key) +
                    " here, expected summary, [release], [audience], [cache], [purges], [metadata], [bots], "
                    "[balancing], [nodes], [[failure]] or [[lever]]");
        }
    }

    static bool isSection(std::string_view name) {
        return std::ranges::any_of(kNumbers, [&](const auto& k) { return k.section == name; });
    }

    void readInSection(std::string_view section, std::string_view key, const toml::node& node) {
        const auto what = std::string(section) + "." + std::string(key);
        for (const auto& known : kNumbers) {
            if (known.section != section || known.key != key) continue;
            if (const auto value = number(node, what, known.least, known.most))
                m_scenario.*known.value = *value;
            return;
        }
        if (what == "release.at") return readReleaseAt(node);
        if (what == "release.mode") return readMode(node);
        if (what == "release.lead_s") {
            if (const auto value = number(node, what, kLeastLead, kMostLead))
                m_scenario.lead = std::chrono::seconds(std::llround(*value));
            return;
        }
        std::string keys;
        for (const auto& known : kNumbers)
            if (known.section == section) keys += (keys.empty() ? "" : ", ") + std::string(known.key);
        if (section == "release") keys += ", at, mode, lead_s";
        refuse(node, "no key " + what + "; there are: " + keys);
    }

    void readReleaseAt(const toml::node& node) {
        const auto value = node.value<toml::date_time>();
        if (!value || !value->offset)
            return refuse(node,
                          "release.at: expected a time with its zone, for example 2026-11-27T05:00:00Z");
        const auto& [date, time, offset] = *value;
        const auto at = std::chrono::sys_days(std::chrono::year(date.year) / date.month / date.day) +
                        std::chrono::hours(time.hour) + std::chrono::minutes(time.minute) +
                        std::chrono::seconds(time.second) - std::chrono::minutes(offset->minutes);
        if (date.year < 2021 || date.year > 2098)
            return refuse(node, "release.at: expected a year from 2021 to 2098");
        m_scenario.releaseAt = at;
    }

    void readMode(const toml::node& node) {
        const auto value = node.value<std::string>().value_or("");
        if (value == "simultaneous")
            m_scenario.releaseMode = ReleaseMode::simultaneous;
        else if (value == "local-midnight")
            m_scenario.releaseMode = ReleaseMode::localMidnight;
        else
            refuse(node, "release.mode: expected \"simultaneous\" or \"local-midnight\"");
    }

    void readFailure(const toml::table& table) {
        Failure failure;
        bool hasKind = false;
        for (const auto& [key, node] : table) {
            if (key == "kind") {
                static const std::map<std::string, Failure::Kind, std::less<>> kinds{
                    {"nodes", Failure::Kind::nodes},
                    {"pop", Failure::Kind::pop},
                    {"shield", Failure::Kind::shield},
                    {"origin", Failure::Kind::origin}};
                const auto kind = kinds.find(node.value<std::string>().value_or(""));
                if (kind == kinds.end())
                    return refuse(node, R"(failure.kind: expected "nodes", "pop", "shield" or "origin")");
                failure.kind = kind->second;
                hasKind = true;
            } else if (key == "pops") {
                readPops(node, failure.pops);
            } else if (key == "at_s") {
                failure.at = number(node, "failure.at_s", -kDay, kDay).value_or(0);
            } else if (key == "duration_s") {
                failure.seconds = number(node, "failure.duration_s", 1, kDay).value_or(0);
            } else if (key == "share") {
                failure.share = number(node, "failure.share", 0, 1).value_or(0);
            } else {
                return refuse(node, "no key failure." + std::string(key.str()) +
                                        "; there are: kind, pops, at_s, duration_s, share");
            }
        }
        if (!hasKind || failure.seconds <= 0) return refuse(table, "a failure needs kind and duration_s");
        if (table.contains("pops") == (failure.kind == Failure::Kind::origin))
            return refuse(table, "a failure needs pops, unless it is the origin's");
        m_scenario.failures.push_back(std::move(failure));
    }

    void readPops(const toml::node& node, std::vector<std::string>& pops) {
        const auto* list = node.as_array();
        if (!list)
            return refuse(node, "failure.pops: expected a list of codes, for example [\"FRA\", \"MUC\"]");
        for (const auto& entry : *list) {
            auto code = entry.value<std::string>().value_or("");
            if (!m_catalogue.find(code))
                return refuse(entry, "failure.pops: no PoP '" + code.substr(0, 40) + "' in the catalogue");
            pops.push_back(std::move(code));
        }
    }

    void readLever(const toml::table& table) {
        ScheduledLever lever;
        for (const auto& [key, node] : table) {
            if (key == "at_s") {
                lever.at = number(node, "lever.at_s", -kDay, kDay).value_or(0);
            } else if (key == "set") {
                auto setting = parseLever(node.value<std::string>().value_or(""));
                if (!setting) return refuse(node, setting.error());
                Levers trial;
                if (const auto told = trial.pull(*setting, m_catalogue); !told)
                    return refuse(node, told.error());
                lever.setting = std::move(setting.value());
            } else {
                return refuse(node, "no key lever." + std::string(key.str()) + "; there are: at_s, set");
            }
        }
        if (lever.setting.name.empty())
            return refuse(table, "a lever needs set, for example set = \"prewarm=0.98\"");
        m_scenario.levers.push_back(std::move(lever));
    }

    const PopCatalogue& m_catalogue;
    Scenario m_scenario;
};

} // namespace

Result<Scenario> parseScenario(std::string_view text, const std::string& name, const std::string& file,
                               const PopCatalogue& catalogue) {
    const auto root = parseToml(text, kMostBytes, file);
    if (!root) return Error{root.error()};
    return ScenarioReader(name, file, catalogue).read(*root);
}

Result<Scenario> loadScenario(const std::string& nameOrFile, const PopCatalogue& catalogue) {
    for (const auto& file : embedded::scenarios())
        if (file.name == nameOrFile)
            return parseScenario(file.text, nameOrFile, nameOrFile + ".toml", catalogue);
    const std::filesystem::path path(nameOrFile);
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) {
        std::string known;
        for (const auto& scenario : scenarios())
            known += (known.empty() ? "" : ", ") + scenario.name;
        return Error{"no scenario named '" + nameOrFile + "' and no such file; there are: " + known};
    }
    const auto text = readTextFile(nameOrFile, kMostBytes);
    if (!text) return Error{text.error()};
    return parseScenario(*text, path.stem().string(), nameOrFile, catalogue);
}

const std::vector<Scenario>& scenarios() {
    static const std::vector<Scenario> all = [] {
        std::vector<Scenario> parsed;
        for (const auto& file : embedded::scenarios()) {
            const std::string name(file.name);
            auto scenario = parseScenario(file.text, name, name + ".toml", PopCatalogue::builtIn());
            if (scenario) parsed.push_back(std::move(scenario.value()));
        }
        return parsed;
    }();
    return all;
}

std::optional<Scenario> findScenario(std::string_view name) {
    for (const auto& scenario : scenarios())
        if (scenario.name == name) return scenario;
    return std::nullopt;
}

std::vector<std::string> scenarioKeys() {
    const Scenario defaults;
    std::vector<std::string> lines{
        "summary  text: one line for --list", "release.at  time with zone, default 2026-11-27T05:00:00Z: T-0",
        "release.lead_s  " + numberText(kLeastLead) + ".." + numberText(kMostLead) +
            ", default 60: simulated before it",
        "release.mode  \"simultaneous\" or \"local-midnight\", each place at its midnight after T-0"};
    for (const auto& known : kNumbers)
        lines.push_back(std::string(known.section) + "." + std::string(known.key) + "  " +
                        numberText(known.least) + ".." + numberText(known.most) + ", default " +
                        numberText(defaults.*known.value) + ": " + std::string(known.means));
    lines.emplace_back(
        "[[failure]]  kind = \"nodes\", \"pop\", \"shield\" or \"origin\"; pops, at_s, duration_s, share");
    lines.emplace_back("[[lever]]  at_s, set = \"NAME=VALUE\"; the levers:");
    for (const auto& lever : leverDescriptions())
        lines.push_back("  " + lever);
    return lines;
}

} // namespace surgescope::feeds::sim
