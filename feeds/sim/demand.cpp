// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/demand.h"

#include <date/tz.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace surgescope::feeds::sim {
namespace {

constexpr double kSkippingSeconds = 1'200; // how long people skip through a new album
constexpr double kSessionSeconds = 2'700;
constexpr double kOpenEverySeconds = 3'100; // a listener's app opens, without a release
constexpr double kRefreshPerSecond = 0.1;   // by those who wait
constexpr double kWaitingGrowsSeconds = 240;
constexpr double kWaitingEndsSeconds = 120;
constexpr double kSegmentOverhead = 1.3; // prefetch, retries of range requests
constexpr double kBitsOfKbit = 1e3;
constexpr int kStaggerSteps = 32;

/// A Gaussian bump on the clock face.
double bump(double hour, double centre, double width) {
    double distance = std::fabs(hour - centre);
    distance = std::fmin(distance, 24 - distance);
    return std::exp(-0.5 * (distance / width) * (distance / width));
}

double weekdayActivity(double hour) {
    return 0.33 + 1.05 * bump(hour, 9.5, 2.3) + 0.55 * bump(hour, 13.8, 2.2) + 1.45 * bump(hour, 18.5, 3.0) +
           0.35 * bump(hour, 22.5, 1.6);
}

/// No morning peak and no lunch dip; evenings last longer.
double weekendActivity(double hour) {
    return 0.36 + 0.95 * bump(hour, 13.5, 3.6) + 1.25 * bump(hour, 18.5, 3.0) + 0.45 * bump(hour, 22.8, 1.9);
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

/// Opens over what they are at most, `t` after a release: those told at once, and over a while.
double shock(const Scenario& scenario, double t) {
    if (t < 0) return 0;
    return (1 - std::exp(-t / scenario.riseSeconds)) *
           std::pow(1 + t / scenario.relaxationSeconds, -scenario.relaxationExponent);
}
double shockStaggered(const Scenario& scenario, double t) {
    if (scenario.staggerSeconds <= 0) return shock(scenario, t);
    double sum = 0;
    for (int step = 0; step < kStaggerSteps; ++step)
        sum += shock(scenario, t - scenario.staggerSeconds * (step + 0.5) / kStaggerSteps);
    return sum / kStaggerSteps;
}

double affinityOf(const Scenario& scenario, const PopCatalogue& catalogue, const Pop& pop) {
    if (const auto country = scenario.affinityOfCountry.find(pop.country);
        country != scenario.affinityOfCountry.end())
        return country->second;
    const auto region = scenario.affinityOfRegion.find(catalogue.regions()[pop.region.value]);
    return region == scenario.affinityOfRegion.end() ? 1 : region->second;
}

/// Seconds from `at` to the next midnight there.
double untilMidnight(double utcOffsetHours, FeedSecond at) {
    const double local = std::fmod(static_cast<double>(unixSeconds(at)) + utcOffsetHours * 3600, 86'400);
    return local == 0 ? 0 : 86'400 - local;
}

} // namespace

PopDemand& PopDemand::operator+=(const PopDemand& other) {
    listeners += other.listeners;
    releaseListeners += other.releaseListeners;
    waiting += other.waiting;
    apiPerSecond += other.apiPerSecond;
    pollsPerSecond += other.pollsPerSecond;
    audioPerSecond += other.audioPerSecond;
    releaseAudioPerSecond += other.releaseAudioPerSecond;
    egressBitsPerSecond += other.egressBitsPerSecond;
    return *this;
}

PopDemand PopDemand::operator*(double share) const {
    return {listeners * share,
            releaseListeners * share,
            waiting * share,
            apiPerSecond * share,
            pollsPerSecond * share,
            audioPerSecond * share,
            releaseAudioPerSecond * share,
            egressBitsPerSecond * share};
}

double activityAtLocalHour(double hour, bool weekend) {
    static const double mean = [] {
        double sum = 0;
        for (int i = 0; i < 2'400; ++i)
            sum += weekdayActivity(i / 100.0);
        return sum / 2'400;
    }();
    hour = std::fmod(hour + 48, 24);
    return (weekend ? weekendActivity(hour) : weekdayActivity(hour)) / mean;
}

double opensPerSecond(const Scenario& scenario, double t) {
    double opens = scenario.opensAtPeakPerSecond * shockStaggered(scenario, t);
    for (const auto& release : scenario.furtherReleases)
        opens += release.opensAtPeakPerSecond * shockStaggered(scenario, t - release.at);
    return opens;
}

double waitingPeople(const Scenario& scenario, double t) {
    const auto share = [](double since) {
        return std::exp(since < 0 ? since / kWaitingGrowsSeconds : -since / kWaitingEndsSeconds);
    };
    double waiting = scenario.waitingPool * share(t);
    for (const auto& release : scenario.furtherReleases)
        waiting += release.waitingPool * share(t - release.at);
    return waiting;
}

double dwellSeconds(const Scenario& scenario, double t) {
    double latest = 0;
    for (const auto& release : scenario.furtherReleases)
        if (release.at <= t) latest = release.at;
    t -= latest;
    return kTrackSeconds -
           (kTrackSeconds - scenario.skipDwellSeconds) * std::exp(-std::fmax(t, 0) / kSkippingSeconds);
}

std::vector<double> audienceShares(const PopCatalogue& catalogue) {
    std::vector<double> shares;
    const bool own = catalogue.isInventory(); // regions mean what its file says, and its people all listen
    for (const auto& pop : catalogue.pops())
        shares.push_back(pop.catchment * (own ? 1 : adoption(catalogue.regions()[pop.region.value])));
    const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
    for (auto& share : shares)
        share /= sum;
    return shares;
}

Demand::Demand(const PopCatalogue& catalogue, const Scenario& scenario)
    : m_scenario(scenario), m_active(catalogue.size()), m_pops(catalogue.size()),
      m_usualApi(catalogue.size()) {
    const auto shares = audienceShares(catalogue);
    for (std::size_t i = 0; i < catalogue.size(); ++i) {
        const double offset = utcOffsetHours(catalogue.pops()[i].timeZone, scenario.start());
        const double waits = scenario.releaseMode == ReleaseMode::localMidnight
                                 ? untilMidnight(offset, scenario.releaseAt)
                                 : 0;
        m_places.push_back({.share = shares[i],
                            .affinity = affinityOf(scenario, catalogue, catalogue.pops()[i]),
                            .utcOffsetHours = offset,
                            .waitsSeconds = waits});
    }
}

PopDemand Demand::demandOf(double listeners, double releaseListeners, double opens, double waiting,
                           double t) const {
    PopDemand d;
    d.listeners = listeners + releaseListeners;
    d.releaseListeners = releaseListeners;
    d.waiting = waiting;
    const double starts = listeners / kTrackSeconds + releaseListeners / dwellSeconds(m_scenario, t);
    d.pollsPerSecond = kRefreshPerSecond * waiting;
    d.apiPerSecond = m_scenario.apiPerTrack * starts +
                     m_scenario.apiPerOpen * (listeners / kOpenEverySeconds + opens) + d.pollsPerSecond;
    d.audioPerSecond = kSegmentOverhead * d.listeners / kSegmentSeconds;
    d.releaseAudioPerSecond = kSegmentOverhead * releaseListeners / kSegmentSeconds;
    d.egressBitsPerSecond =
        kBitsOfKbit * (m_scenario.bitrateKbit * listeners + m_scenario.releaseBitrateKbit * releaseListeners);
    return d;
}

void Demand::step(FeedSecond second, double jitter) {
    const double t = static_cast<double>((second - m_scenario.releaseAt).count());
    // Who opens the app is who is awake: shares follow the local hour.
    double caring = 0;
    for (std::size_t i = 0; i < m_places.size(); ++i) {
        const double local = static_cast<double>(unixSeconds(second)) / 3600 + m_places[i].utcOffsetHours;
        const auto weekday =
            static_cast<int>(std::fmod(std::floor(local / 24) + 4, 7)); // 1970 began on a Thursday
        m_active[i] =
            m_places[i].share * activityAtLocalHour(std::fmod(local, 24), weekday == 0 || weekday == 6);
        caring += m_active[i] * m_places[i].affinity;
    }
    for (std::size_t i = 0; i < m_places.size(); ++i) {
        auto& place = m_places[i];
        const double since = t - place.waitsSeconds;
        const double share = caring > 0 ? m_active[i] * place.affinity / caring : 0;
        place.opening += opensPerSecond(m_scenario, since) * share;
        const double opens = place.opening * (jitter > 0 ? -std::expm1(-1 / jitter) : 1);
        place.opening -= opens;
        place.listenersForIt += opens - place.listenersForIt / kSessionSeconds;
        const double usual = m_scenario.meanListeners * m_active[i];
        m_pops[i] =
            demandOf(usual, place.listenersForIt, opens, waitingPeople(m_scenario, since) * share, since);
        m_usualApi[i] =
            (m_scenario.apiPerTrack / kTrackSeconds + m_scenario.apiPerOpen / kOpenEverySeconds) * usual;
    }
}

PopDemand Demand::dailyPeak(PopIndex pop) const {
    static const double peak = [] {
        double highest = 0;
        for (int i = 0; i < 240; ++i)
            highest = std::fmax(highest, activityAtLocalHour(i / 10.0));
        return highest;
    }();
    return demandOf(m_scenario.meanListeners * m_places[pop.value].share * peak, 0, 0, 0, -1e9);
}

} // namespace surgescope::feeds::sim
