// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/scenario_file.h"

#include "feeds/embedded_resources.h"
#include "feeds/sim/scenario_keys.h"
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
constexpr std::size_t kMostListed = 1'000; // sections of a kind
constexpr double kDay = 86'400;

/// A number of a section that may stand several times.
struct ListedNumber {
    std::string_view key;
    double* value;
    double least;
    double most;
    bool whole = false;
};

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
        for (const auto& wrong : m_scenario.contradictions())
            refuse(wrong);
        if (const auto refused = error()) return *refused;
        std::ranges::stable_sort(m_scenario.furtherReleases, {}, &FurtherRelease::at);
        std::ranges::stable_sort(m_scenario.purgeBursts, {}, &PurgeBurst::at);
        std::ranges::stable_sort(m_scenario.failures, {}, &Failure::at);
        std::ranges::stable_sort(m_scenario.levers, {}, &ScheduledLever::at);
        if (!root["audience"]["mean_listeners"])
            m_scenario.scalePeople(m_catalogue.listeners() / kWorldListeners);
        return std::move(m_scenario);
    }

  private:
    void readTop(std::string_view key, const toml::node& node) {
        const auto* section = node.as_table();
        if (key == "summary")
            m_scenario.summary = line(node, "summary", kMostLine).value_or("");
        else if (key == "failure")
            readList(key, node, &ScenarioReader::readFailure);
        else if (key == "lever")
            readList(key, node, &ScenarioReader::readLever);
        else if (key == "another_release")
            readList(key, node, &ScenarioReader::readRelease);
        else if (key == "purge_burst")
            readList(key, node, &ScenarioReader::readPurgeBurst);
        else if (key == "affinity")
            readAffinity(node);
        else if (section && isSection(key))
            for (const auto& [name, value] : *section)
                readInSection(key, name.str(), value);
        else
            refuse(node, "nothing is called " + std::string(key.substr(0, 40)) + " here, expected summary, " +
                             knownSections() +
                             ", [affinity], [[another_release]], [[purge_burst]], [[failure]] or [[lever]]");
    }

    static bool isSection(std::string_view name) {
        return std::ranges::any_of(numberKeys(), [&](const auto& k) { return k.section == name; });
    }

    static std::string knownSections() {
        std::string all;
        for (std::string_view last; const auto& key : numberKeys())
            if (key.section != last) {
                all += (all.empty() ? "[" : ", [") + std::string(key.section) + "]";
                last = key.section;
            }
        return all;
    }

    void readList(std::string_view key, const toml::node& node,
                  void (ScenarioReader::*readOne)(const toml::table&)) {
        const auto* list = node.as_array();
        if (!list || !list->is_homogeneous(toml::node_type::table) || list->size() > kMostListed)
            return refuse(node, std::string(key) + ": expected sections [[" + std::string(key) +
                                    "]], at most " + std::to_string(kMostListed));
        for (const auto& entry : *list)
            (this->*readOne)(*entry.as_table());
    }

    void readInSection(std::string_view section, std::string_view key, const toml::node& node) {
        const auto what = std::string(section) + "." + std::string(key.substr(0, 40));
        for (const auto& known : numberKeys())
            if (known.section == section && known.key == key)
                return readNumber(node, what, known.least, known.most, known.whole, m_scenario.*known.value);
        if (what == "release.at") return readReleaseAt(node);
        if (what == "release.mode") return readMode(node);
        if (what == "release.lead_s") {
            if (const auto value = number(node, what, kLeastLeadSeconds, kMostLeadSeconds))
                m_scenario.lead = std::chrono::seconds(std::llround(*value));
            return;
        }
        std::string keys;
        for (const auto& known : numberKeys())
            if (known.section == section) keys += (keys.empty() ? "" : ", ") + std::string(known.key);
        if (section == "release") keys += ", at, mode, lead_s";
        refuse(node, "no key " + what + "; there are: " + keys);
    }

    void readNumber(const toml::node& node, const std::string& what, double least, double most, bool whole,
                    double& into) {
        const auto value = number(node, what, least, most);
        if (!value) return;
        if (whole && *value != std::floor(*value))
            return refuse(node, what + " is " + numberText(*value) + ", expected a whole number from " +
                                    numberText(least) + " to " + numberText(most));
        into = *value;
    }

    /// Reads all keys of a listed section, which are these numbers.
    void readNumbers(const toml::table& table, const std::string& of,
                     std::initializer_list<ListedNumber> numbers) {
        for (const auto& [key, node] : table) {
            const auto known = std::ranges::find(numbers, key.str(), &ListedNumber::key);
            if (known != numbers.end()) {
                readNumber(node, of + "." + std::string(known->key), known->least, known->most, known->whole,
                           *known->value);
                continue;
            }
            std::string keys;
            for (const auto& one : numbers)
                keys += (keys.empty() ? "" : ", ") + std::string(one.key);
            refuse(node,
                   "no key " + of + "." + std::string(key.str().substr(0, 40)) + "; there are: " + keys);
        }
    }

    /// What a listed section may say as the key of the same name in `section` does.
    static ListedNumber like(std::string_view section, std::string_view key, double& value,
                             std::string_view called = {}) {
        const auto known = std::ranges::find_if(
            numberKeys(), [&](const auto& k) { return k.section == section && k.key == key; });
        return {called.empty() ? key : called, &value, known->least, known->most, known->whole};
    }

    void readRelease(const toml::table& table) {
        FurtherRelease release;
        readNumbers(table, "another_release",
                    {{"at_s", &release.at, 0, kDay},
                     like("release", "albums", release.albums),
                     like("release", "opens_per_s", release.opensAtPeakPerSecond),
                     like("release", "waiting_people", release.waitingPool)});
        for (const char* needed : {"at_s", "opens_per_s"})
            if (!table.contains(needed))
                refuse(table, "another_release." + std::string(needed) + " is missing");
        m_scenario.furtherReleases.push_back(release);
    }

    void readPurgeBurst(const toml::table& table) {
        PurgeBurst burst;
        readNumbers(table, "purge_burst",
                    {{"at_s", &burst.at, -kDay, kDay},
                     like("purges", "burst_keys_per_s", burst.keysPerSecond, "keys_per_s"),
                     like("purges", "burst_s", burst.seconds, "duration_s")});
        for (const char* needed : {"at_s", "keys_per_s", "duration_s"})
            if (!table.contains(needed)) refuse(table, "purge_burst." + std::string(needed) + " is missing");
        m_scenario.purgeBursts.push_back(burst);
    }

    void readAffinity(const toml::node& node) {
        const auto* table = node.as_table();
        if (!table)
            return refuse(node, "affinity: expected sections [affinity.region] or [affinity.country]");
        for (const auto& [kind, list] : *table) {
            const bool isRegion = kind == "region";
            if ((!isRegion && kind != "country") || !list.is_table()) {
                refuse(list, "affinity: expected sections [affinity.region] or [affinity.country]");
                continue;
            }
            for (const auto& [key, value] : *list.as_table()) {
                const std::string code(key.str());
                const bool isKnown = isRegion ? std::ranges::binary_search(m_catalogue.regions(), code)
                                              : std::ranges::any_of(m_catalogue.pops(), [&](const Pop& pop) {
                                                    return pop.country == code;
                                                });
                if (!isKnown)
                    refuse(value, "affinity: no " + std::string(kind.str()) + " " + inQuotes(code) +
                                      " in the catalogue");
                else if (const auto read = number(value, "affinity." + std::string(kind.str()) + "." + code,
                                                  0, kMostAffinity))
                    (isRegion ? m_scenario.affinityOfRegion : m_scenario.affinityOfCountry)[code] = *read;
            }
        }
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
                    {"drain", Failure::Kind::drain},
                    {"origin", Failure::Kind::origin}};
                const auto kind = kinds.find(node.value<std::string>().value_or(""));
                hasKind = true;
                if (kind == kinds.end())
                    refuse(node, R"(failure.kind: expected "nodes", "pop", "shield", "drain" or "origin")");
                else
                    failure.kind = kind->second;
            } else if (key == "pops") {
                readPops(node, failure.pops);
            } else if (key == "at_s") {
                failure.at = number(node, "failure.at_s", -kDay, kDay).value_or(0);
            } else if (key == "duration_s") {
                failure.seconds = number(node, "failure.duration_s", 1, kDay).value_or(0);
            } else if (key == "share") {
                failure.share = number(node, "failure.share", 0, 1).value_or(0);
            } else {
                refuse(node, "no key failure." + std::string(key.str().substr(0, 40)) +
                                 "; there are: kind, pops, at_s, duration_s, share");
            }
        }
        if (!hasKind || !table.contains("duration_s"))
            return refuse(table, "a failure needs kind and duration_s");
        if (table.contains("pops") == (failure.kind == Failure::Kind::origin))
            return refuse(table, "a failure needs pops, unless it is the origin's");
        m_scenario.failures.push_back(std::move(failure));
    }

    void readPops(const toml::node& node, std::vector<std::string>& pops) {
        const auto* list = node.as_array();
        if (!list)
            return refuse(node, "failure.pops: expected a list of codes, for example [\"FRA\", \"MUC\"]");
        constexpr std::size_t kShown = 3;
        std::vector<std::string> unknown;
        for (const auto& entry : *list) {
            auto code = entry.value<std::string>().value_or("");
            if (!m_catalogue.find(code)) unknown.push_back(inQuotes(code));
            pops.push_back(std::move(code));
        }
        if (unknown.empty()) return;
        std::string names;
        for (std::size_t i = 0; i < std::min(kShown, unknown.size()); ++i)
            names += (i > 0 ? ", " : "") + unknown[i];
        if (unknown.size() > kShown) names += " and " + std::to_string(unknown.size() - kShown) + " more";
        refuse(node, "failure.pops: no PoP " + names + " in the catalogue");
    }

    void readLever(const toml::table& table) {
        ScheduledLever lever;
        for (const auto& [key, node] : table) {
            if (key == "at_s") {
                lever.at = number(node, "lever.at_s", -kDay, kDay).value_or(0);
            } else if (key == "set") {
                readSetting(node, lever.setting);
            } else {
                refuse(node,
                       "no key lever." + std::string(key.str().substr(0, 40)) + "; there are: at_s, set");
            }
        }
        if (!table.contains("set"))
            return refuse(table, "a lever needs set, for example set = \"prewarm=0.98\"");
        m_scenario.levers.push_back(std::move(lever));
    }

    void readSetting(const toml::node& node, LeverSetting& into) {
        auto setting = parseLever(node.value<std::string>().value_or(""));
        if (!setting) return refuse(node, setting.error());
        Levers trial;
        if (const auto told = trial.pull(*setting, m_catalogue); !told) return refuse(node, told.error());
        into = std::move(setting.value());
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

} // namespace surgescope::feeds::sim
