// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/demand.h"

#include "feeds/sim/affinity.h"
#include "feeds/sim/random.h"

#include <date/tz.h>

#include <algorithm>
#include <array>
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
constexpr std::array kOpenAsks{0.4, 0.25, 0.15, 0.12, 0.08}; // of what it asks for, second by second

// How a place's day differs from the usual one: sigmas.
constexpr Fluctuation::Weights kHabitsInCommon{0, 0, 0.1, 0.45, 0.45};
constexpr double kLaterHours = 1.2;
constexpr double kPeakSigma = 0.3;

// How demand goes up and down, and what PoPs have in common of that.
constexpr Fluctuation::Weights kUsualInCommon{0.06, 0, 0.10, 0.34, 0.50};
constexpr Fluctuation::Weights kReleaseInCommon{0.08, 0.35, 0.15, 0.25, 0.17};
constexpr double kDaySigma = 0.06;     // of a day against the usual one
constexpr double kReleaseSigma = 0.05; // at least
constexpr double kVariation = 0.039;   // of the requests in a minute, at so many a second
constexpr double kVariationAt = 113;
constexpr double kVariationFalls = 0.35;
constexpr double kLeastVariation = 0.005;
constexpr double kNormal95 = 1.645;
constexpr double kOfThree = 1.45; // each of three fluctuations over that

/// A Gaussian bump on the clock face.
double bump(double hour, double centre, double width) {
    double distance = std::fabs(hour - centre);
    distance = std::fmin(distance, 24 - distance);
    return std::exp(-0.5 * (distance / width) * (distance / width));
}

double weekdayActivity(double hour, const Habits& habits) {
    return 0.33 + habits.morning * 1.05 * bump(hour, 9.5, 2.3) + 0.55 * bump(hour, 13.8, 2.2) +
           habits.evening * 1.45 * bump(hour, 18.5, 3.0) + 0.35 * bump(hour, 22.5, 1.6);
}

/// No morning peak and no lunch dip; evenings last longer.
double weekendActivity(double hour, const Habits& habits) {
    return 0.36 + 0.95 * bump(hour, 13.5, 3.6) + habits.evening * 1.25 * bump(hour, 18.5, 3.0) +
           0.45 * bump(hour, 22.8, 1.9);
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

double activityAtLocalHour(double hour, bool weekend, const Habits& habits) {
    static const double mean = [] {
        double sum = 0;
        for (int i = 0; i < 2'400; ++i)
            sum += weekdayActivity(i / 100.0, {});
        return sum / 2'400;
    }();
    hour = std::fmod(hour - habits.hoursLater + 48, 24);
    return (weekend ? weekendActivity(hour, habits) : weekdayActivity(hour, habits)) / mean;
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

Demand::Demand(const PopCatalogue& catalogue, const Scenario& scenario, std::uint64_t seed)
    : m_scenario(scenario), m_seed(hash(seed, 0xde3a)), m_active(catalogue.size()), m_fans(catalogue.size()),
      m_day(catalogue, hash(m_seed, 1), kUsualInCommon, 43'200),
      m_slow(catalogue, hash(m_seed, 2), kUsualInCommon, 2'000),
      m_minutes(catalogue, hash(m_seed, 3), kUsualInCommon, 200),
      m_seconds(catalogue, hash(m_seed, 4), {}, 20),
      m_release(catalogue, hash(m_seed, 5), kReleaseInCommon, 200), m_pops(catalogue.size()),
      m_usualApi(catalogue.size()) {
    const auto shares = audienceShares(catalogue);
    const auto affinity = affinities(catalogue, scenario, shares, m_seed);
    // Habits are those of a country, and a little of the place: the same for every seed.
    Fluctuation later(catalogue, 0x1a7e, kHabitsInCommon, 1);
    Fluctuation morning(catalogue, 0x40a9, kHabitsInCommon, 1);
    Fluctuation evening(catalogue, 0xe7e9, kHabitsInCommon, 1);
    for (std::size_t i = 0; i < catalogue.size(); ++i) {
        const double offset = utcOffsetHours(catalogue.pops()[i].timeZone, scenario.start());
        const double waits = scenario.releaseMode == ReleaseMode::localMidnight
                                 ? untilMidnight(offset, scenario.releaseAt)
                                 : 0;
        const Habits habits{kLaterHours * later.at({})[i], std::exp(kPeakSigma * morning.at({})[i]),
                            std::exp(kPeakSigma * evening.at({})[i])};
        double mean = 0;
        for (int quarter = 0; quarter < 96; ++quarter)
            mean += activityAtLocalHour(quarter / 4.0, false, habits) / 96;
        const auto usual = demandOf(scenario.meanListeners * shares[i], 0,
                                    scenario.meanListeners * shares[i] / kOpenEverySeconds, 0, 0);
        const double requests = usual.apiPerSecond + usual.audioPerSecond;
        const double variation =
            std::fmax(kLeastVariation, kVariation * std::pow(requests / kVariationAt, -kVariationFalls));
        m_places.push_back({shares[i], affinity[i], offset, waits, habits, mean, kOfThree * variation});
    }
}

double Demand::activity(const Place& place, FeedSecond second) const {
    const double local = static_cast<double>(unixSeconds(second)) / 3600 + place.utcOffsetHours;
    const auto weekday =
        static_cast<int>(std::fmod(std::floor(local / 24) + 4, 7)); // 1970 began on a Thursday
    return activityAtLocalHour(std::fmod(local, 24), weekday == 0 || weekday == 6, place.habits) / place.mean;
}

PopDemand Demand::demandOf(double listeners, double releaseListeners, double opens, double waiting,
                           double t) const {
    PopDemand d;
    d.listeners = listeners + releaseListeners;
    d.releaseListeners = releaseListeners;
    d.waiting = waiting;
    const double starts = listeners / kTrackSeconds + releaseListeners / dwellSeconds(m_scenario, t);
    d.pollsPerSecond = kRefreshPerSecond * waiting;
    d.apiPerSecond = m_scenario.apiPerTrack * starts + m_scenario.apiPerOpen * opens + d.pollsPerSecond;
    d.audioPerSecond = kSegmentOverhead * d.listeners / kSegmentSeconds;
    d.releaseAudioPerSecond = kSegmentOverhead * releaseListeners / kSegmentSeconds;
    d.egressBitsPerSecond =
        kBitsOfKbit * (m_scenario.bitrateKbit * listeners + m_scenario.releaseBitrateKbit * releaseListeners);
    return d;
}

double Demand::opensFelt(Place& place, double opens, std::uint64_t draw) {
    std::shift_right(place.opened.begin(), place.opened.end(), 1);
    place.opened.front() = static_cast<double>(poisson(opens, draw));
    return std::inner_product(place.opened.begin(), place.opened.end(), kOpenAsks.begin(), 0.0);
}

void Demand::step(FeedSecond second, double jitter) {
    const double t = static_cast<double>((second - m_scenario.releaseAt).count());
    const auto& day = m_day.at(second);
    const auto& slow = m_slow.at(second);
    const auto& minutes = m_minutes.at(second);
    const auto& seconds = m_seconds.at(second);
    const auto& release = m_release.at(second);
    // Who opens the app is who is awake and cares: shares follow the local hour and the affinity.
    double fans = 0;
    for (std::size_t i = 0; i < m_places.size(); ++i) {
        const auto& place = m_places[i];
        const double sigma = place.sigma;
        m_active[i] =
            place.share * activity(place, second) *
            std::exp(kDaySigma * day[i] - kDaySigma * kDaySigma / 2 + sigma * (slow[i] + minutes[i] - sigma));
        const double releaseSigma = std::fmax(sigma, kReleaseSigma);
        fans += m_fans[i] =
            m_active[i] * place.affinity * std::exp(releaseSigma * (release[i] - releaseSigma / 2));
    }
    for (std::size_t i = 0; i < m_places.size(); ++i) {
        auto& place = m_places[i];
        const double since = t - place.waitsSeconds;
        const double share = fans > 0 ? m_fans[i] / fans : 0;
        place.opening += opensPerSecond(m_scenario, since) * share;
        const double opens = place.opening * (jitter > 0 ? -std::expm1(-1 / jitter) : 1);
        place.opening -= opens;
        place.listenersForIt += opens - place.listenersForIt / kSessionSeconds;
        const double usual = m_scenario.meanListeners * m_active[i];
        const double usualOpens = usual / kOpenEverySeconds;
        if (!m_started) place.opened.fill(usualOpens);
        const double felt = opensFelt(place, usualOpens + opens, hash(m_seed, 6, i, unixSeconds(second)));
        m_pops[i] =
            demandOf(usual, place.listenersForIt, felt, waitingPeople(m_scenario, since) * share, since);
        const double quick = std::exp(place.sigma * (seconds[i] - place.sigma / 2));
        m_pops[i].apiPerSecond *= quick;
        m_pops[i].pollsPerSecond *= quick;
        m_pops[i].audioPerSecond *= quick;
        m_pops[i].releaseAudioPerSecond *= quick;
        m_usualApi[i] =
            (m_scenario.apiPerTrack / kTrackSeconds + m_scenario.apiPerOpen / kOpenEverySeconds) * usual;
    }
    m_started = true;
}

PopDemand Demand::dailyPeak(PopIndex pop) const {
    const auto& place = m_places[pop.value];
    double peak = 0;
    for (int quarter = 0; quarter < 96; ++quarter)
        peak = std::fmax(peak, activityAtLocalHour(quarter / 4.0, false, place.habits) / place.mean);
    // The 95th percentile: three fluctuations, and people who open the app one by one.
    const double listeners =
        m_scenario.meanListeners * place.share * peak * std::exp(kNormal95 * std::sqrt(3.0) * place.sigma);
    const double opens = listeners / kOpenEverySeconds;
    return demandOf(listeners, 0, opens + kNormal95 * std::sqrt(opens) + 1, 0, -1e9);
}

} // namespace surgescope::feeds::sim
