// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/scenario_keys.h"

#include "feeds/util/number_text.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace surgescope::feeds::sim {
namespace {

constexpr double kDaySeconds = 86'400;

constexpr std::array<ScenarioKey, 38> kKeys{{
    {"release", "albums", &Scenario::albums, 1, 20, "albums released at once", true},
    {"release", "opens_per_s", &Scenario::opensAtPeakPerSecond, 0, 1e6,
     "app opens because of it, before they relax"},
    {"release", "rise_s", &Scenario::riseSeconds, 1, 3'600, "in which opens rise"},
    {"release", "relaxation_s", &Scenario::relaxationSeconds, 10, kDaySeconds,
     "after which opens fall as a power law"},
    {"release", "relaxation_exponent", &Scenario::relaxationExponent, 0.5, 3,
     "of that law: 1.4 a shock, less by word of mouth"},
    {"release", "waiting_people", &Scenario::waitingPool, 0, 1e9, "who refresh before the release"},
    {"release", "delivered_s", &Scenario::deliveredSeconds, 0, 14 * kDaySeconds,
     "before T-0 the label delivers the tracks"},
    {"release", "skip_dwell_s", &Scenario::skipDwellSeconds, 5, 600, "a new track is listened to at first"},
    {"release", "tracks_per_album", &Scenario::tracksPerAlbum, 1, 100, "on each album", true},
    {"release", "stagger_s", &Scenario::staggerSeconds, 0, 3'600,
     "over which people are told, 0: all at once"},
    {"audience", "mean_listeners", &Scenario::meanListeners, 1e3, 1e9, "around the world, over a day"},
    {"audience", "record_listeners", &Scenario::recordListeners, 0, 1e9,
     "the most ever at once, 0: not known"},
    {"traffic", "api_per_track", &Scenario::apiPerTrack, 0, 1e3, "API requests when a track begins"},
    {"traffic", "api_per_open", &Scenario::apiPerOpen, 0, 1e3, "API requests when an app is opened"},
    {"traffic", "kbit_per_s", &Scenario::bitrateKbit, 16, 1e4, "of what people listen to, kbit/s"},
    {"traffic", "release_kbit_per_s", &Scenario::releaseBitrateKbit, 16, 1e4, "of the release, kbit/s"},
    {"cache", "catalogue_tracks", &Scenario::catalogueTracks, 1e3, 1e9, "that people listen to at all"},
    {"cache", "catalogue_zipf", &Scenario::catalogueZipf, 0.3, 2, "exponent of their popularity"},
    {"purges", "keys_per_s", &Scenario::purgesPerSecond, 0, 1e6, "invalidated all the time"},
    {"purges", "burst_keys_per_s", &Scenario::purgeBurstPerSecond, 0, 1e6,
     "invalidated because of the release"},
    {"purges", "burst_s", &Scenario::purgeBurstSeconds, 1, kDaySeconds, "that burst's length"},
    {"purges", "every_s", &Scenario::purgeEverySeconds, 0, kDaySeconds,
     "from burst to burst, 0: one burst only"},
    {"purges", "loss", &Scenario::purgeLoss, 0, 0.9, "share of purge messages lost on the way to a node"},
    {"purges", "loss_in_burst", &Scenario::purgeLossInBurst, 0, 0.9,
     "the same for two minutes from a burst on"},
    {"metadata", "retry_budget", &Scenario::retryBudget, 0, 2, "retries over requests a client may send"},
    {"metadata", "retry_timeout_s", &Scenario::retryTimeoutSeconds, 0.05, 60,
     "after which a client asks again"},
    {"metadata", "autoscale_after_s", &Scenario::autoscaleAfterSeconds, 0, kDaySeconds,
     "of overload, before it grows"},
    {"metadata", "autoscale_per_s", &Scenario::autoscalePerSecond, 0, 1, "growth"},
    {"metadata", "autoscale_most", &Scenario::autoscaleMost, 1, 100, "times its planned size"},
    {"bots", "share", &Scenario::bots, 0, 10, "of people's API requests, all the time"},
    {"bots", "burst_share", &Scenario::botsInBurst, 0, 10, "on top of that, at most"},
    {"bots", "burst_at_s", &Scenario::botsAt, -kDaySeconds, kDaySeconds, "after T-0, when the burst begins"},
    {"bots", "fuzz_share", &Scenario::fuzzShare, 0, 1, "of what they send"},
    {"bots", "login_share", &Scenario::loginShare, 0, 0.5, "of what gets through: stolen passwords"},
    {"bots", "scan_share", &Scenario::scanShare, 0, 0.5, "of what gets through: looking for holes"},
    {"balancing", "spill_above", &Scenario::spillAbove, 0.1, 2,
     "saturation beyond which a PoP sends clients away"},
    {"balancing", "lag_s", &Scenario::spillLagSeconds, 1, 3'600, "until clients follow"},
    {"nodes", "failures_per_year", &Scenario::nodeFailuresPerYear, 0, 1e4, "of each node, five minutes long"},
}};

} // namespace

std::string ScenarioKey::refusal(double number) const {
    if (number >= least && number <= most && (!whole || number == std::floor(number))) return {};
    return std::string("expected a ") + (whole ? "whole " : "") + "number from " + numberText(least) +
           " to " + numberText(most);
}

std::span<const ScenarioKey> numberKeys() {
    return kKeys;
}

Result<Scenario> withNumber(Scenario scenario, std::string_view name, double value,
                            const PopCatalogue& catalogue) {
    constexpr std::string_view kLever = "lever.";
    const auto key = std::ranges::find_if(kKeys, [&](const auto& known) { return known.name() == name; });
    if (key != kKeys.end()) {
        if (const auto refusal = key->refusal(value); !refusal.empty())
            return Error{key->name() + " is " + numberText(value) + ", " + refusal};
        scenario.*key->value = value;
        if (const auto wrong = scenario.contradictions(); !wrong.empty()) return Error{wrong.front()};
        return scenario;
    }
    if (name.find('.') != std::string_view::npos && !name.starts_with(kLever))
        return Error{"no number is called '" + std::string(name.substr(0, 60)) +
                     "'; surgescope-sim --keys lists them, and the levers"};
    if (name.starts_with(kLever)) name.remove_prefix(kLever.size());
    const LeverSetting setting{std::string(name.substr(0, 60)), numberText(value)};
    Levers trial;
    if (const auto told = trial.pull(setting, catalogue); !told) return Error{told.error()};
    // It has stood there all the time: others of the same name would move it away.
    std::erase_if(scenario.levers, [&](const auto& lever) { return lever.setting.name == setting.name; });
    scenario.levers.insert(scenario.levers.begin(), {-kDaySeconds, setting});
    return scenario;
}

std::vector<std::string> scenarioKeys() {
    const Scenario defaults;
    std::vector<std::string> lines{
        "summary  text: one line for --list", "release.at  time with zone, default 2026-11-27T05:00:00Z: T-0",
        "release.lead_s  " + numberText(kLeastLeadSeconds) + ".." + numberText(kMostLeadSeconds) +
            ", default 60: simulated before it",
        "release.mode  \"simultaneous\" or \"local-midnight\", each place at its midnight after T-0"};
    for (const auto& known : kKeys)
        lines.push_back(known.name() + "  " + numberText(known.least) + ".." + numberText(known.most) +
                        (known.whole ? ", whole" : "") + ", default " + numberText(defaults.*known.value) +
                        ": " + std::string(known.means));
    const auto affinity = "  0.." + numberText(kMostAffinity) +
                          ", default as SIMULATOR.md says: how much more people there care";
    lines.emplace_back("affinity.region.CODE" + affinity);
    lines.emplace_back("affinity.country.XX" + affinity + ", before their region's");
    lines.emplace_back("[[another_release]]  at_s, albums, opens_per_s, waiting_people: as in [release]");
    lines.emplace_back("[[purge_burst]]  at_s, keys_per_s, duration_s: besides that of [purges]");
    lines.emplace_back(
        "[[failure]]  kind = \"nodes\", \"pop\", \"shield\", \"drain\" or \"origin\"; pops, at_s, "
        "duration_s, share");
    lines.emplace_back("[[lever]]  at_s, set = \"NAME=VALUE\"; the levers:");
    for (const auto& lever : leverDescriptions())
        lines.push_back("  " + lever);
    return lines;
}

} // namespace surgescope::feeds::sim
