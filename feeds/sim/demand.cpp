// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/demand.h"

#include <date/tz.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace surgescope::feeds::sim {
namespace {

constexpr double kTrackSeconds = 190;
constexpr double kSessionSeconds = 2'700;
constexpr double kOpenEverySeconds = 3'100; // a listener's app opens, without a release
constexpr double kApiPerTrack = 4;
constexpr double kApiPerOpen = 40;
constexpr double kRefreshPerSecond = 0.1; // by those who wait
constexpr double kSegmentSeconds = 10;
constexpr double kSegmentOverhead = 1.3; // prefetch, retries of range requests
constexpr double kBitrate = 256e3;
constexpr double kReleaseBitrate = 600e3; // a mix with lossless
constexpr double kBaseBots = 0.04;

/// A Gaussian bump on the clock face.
double bump(double hour, double centre, double width) {
    double distance = std::fabs(hour - centre);
    distance = std::fmin(distance, 24 - distance);
    return std::exp(-0.5 * (distance / width) * (distance / width));
}

double rawActivity(double hour) {
    return 0.33 + 1.05 * bump(hour, 9.5, 2.3) + 0.55 * bump(hour, 13.8, 2.2) + 1.45 * bump(hour, 18.5, 3.0) +
           0.35 * bump(hour, 22.5, 1.6);
}

double adoption(std::string_view region) {
    if (region == "NA" || region == "EU") return 1.0;
    if (region == "OC") return 0.9;
    if (region == "SA") return 0.7;
    if (region == "ME") return 0.35;
    return region == "AS" ? 0.12 : 0.08;
}

double utcOffsetHours(const std::string& zone, FeedSecond at) {
    try {
        return static_cast<double>(date::locate_zone(zone)->get_info(at).offset.count()) / 3600;
    } catch (const std::runtime_error&) {
        return 0; // a system without zone data: UTC
    }
}

} // namespace

double activityAtLocalHour(double hour) {
    static const double mean = [] {
        double sum = 0;
        for (int i = 0; i < 2'400; ++i)
            sum += rawActivity(i / 100.0);
        return sum / 2'400;
    }();
    return rawActivity(std::fmod(hour + 48, 24)) / mean;
}

double opensPerSecond(const Scenario& scenario, double t) {
    if (t < 0) return 0;
    return scenario.opensAtPeakPerSecond * (1 - std::exp(-t / 45)) * std::pow(1 + t / 400, -1.4);
}

std::vector<double> audienceShares(const PopCatalogue& catalogue) {
    std::vector<double> shares;
    for (const auto& pop : catalogue.pops())
        shares.push_back(pop.catchment * adoption(catalogue.regions()[pop.region.value]));
    const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
    for (auto& share : shares)
        share /= sum;
    return shares;
}

Demand::Demand(const PopCatalogue& catalogue, const Scenario& scenario)
    : m_scenario(scenario), m_shares(audienceShares(catalogue)), m_extra(catalogue.size(), 0.0),
      m_pops(catalogue.size()) {
    for (const auto& pop : catalogue.pops())
        m_utcOffsetHours.push_back(utcOffsetHours(pop.timeZone, scenario.start()));
}

PopDemand Demand::demandOf(double listeners, double releaseListeners, double opens, double waiting,
                           double t) const {
    const double dwell =
        kTrackSeconds - (kTrackSeconds - m_scenario.skipDwellSeconds) * std::exp(-std::fmax(t, 0) / 1200);
    PopDemand d;
    d.listeners = listeners + releaseListeners;
    d.releaseListeners = releaseListeners;
    const double starts = listeners / kTrackSeconds + releaseListeners / dwell;
    d.pollsPerSecond = kRefreshPerSecond * waiting;
    d.apiPerSecond =
        kApiPerTrack * starts + kApiPerOpen * (listeners / kOpenEverySeconds + opens) + d.pollsPerSecond;
    const double burst =
        t < 0 ? 0 : m_scenario.botShareInBurst * (1 - std::exp(-t / 30)) * std::exp(-t / 900);
    d.botsPerSecond = d.apiPerSecond * (kBaseBots + burst);
    d.audioPerSecond = kSegmentOverhead * d.listeners / kSegmentSeconds;
    d.releaseAudioPerSecond = kSegmentOverhead * releaseListeners / kSegmentSeconds;
    d.egressBitsPerSecond = kBitrate * listeners + kReleaseBitrate * releaseListeners;
    return d;
}

void Demand::step(FeedSecond second) {
    const double t = static_cast<double>((second - m_scenario.releaseAt).count());
    const double opens = opensPerSecond(m_scenario, t);
    const double waiting = m_scenario.waitingPool * (t < 0 ? std::exp(t / 240) : std::exp(-t / 120));
    const double utcHour = static_cast<double>(unixSeconds(second) % 86'400) / 3600;

    // Who opens the app is who is awake: shares follow the local hour.
    std::vector<double> active(m_shares.size());
    double sum = 0;
    for (std::size_t i = 0; i < m_shares.size(); ++i)
        sum += active[i] = m_shares[i] * activityAtLocalHour(utcHour + m_utcOffsetHours[i]);
    for (std::size_t i = 0; i < m_shares.size(); ++i) {
        const double share = active[i] / sum;
        m_extra[i] += opens * share - m_extra[i] / kSessionSeconds;
        m_pops[i] =
            demandOf(m_scenario.meanListeners * active[i], m_extra[i], opens * share, waiting * share, t);
    }
}

PopDemand Demand::dailyPeak(PopIndex pop) const {
    static const double peak = [] {
        double highest = 0;
        for (int i = 0; i < 240; ++i)
            highest = std::fmax(highest, activityAtLocalHour(i / 10.0));
        return highest;
    }();
    return demandOf(m_scenario.meanListeners * m_shares[pop.value] * peak, 0, 0, 0, -1e9);
}

} // namespace surgescope::feeds::sim
