// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/feed_time.h"
#include "feeds/model/pop_catalogue.h"
#include "feeds/sim/levers.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace surgescope::feeds::sim {

/// Who gets the release when.
enum class ReleaseMode : std::uint8_t {
    simultaneous, // everybody at T-0
    localMidnight // each PoP at its first local midnight at or after T-0
};

/// Something that breaks, and for how long.
struct Failure {
    enum class Kind : std::uint8_t {
        nodes,  // a share of the nodes of some PoPs
        pop,    // whole PoPs fall silent; their clients go elsewhere
        shield, // PoPs go on serving, but nobody can fetch through them
        drain,  // PoPs get no clients
        origin  // nothing can be fetched from any origin
    };
    Kind kind = Kind::nodes;
    std::vector<std::string> pops; // codes; not for the origin
    double at = 0;                 // s after T-0
    double seconds = 0;
    double share = 1; // of the nodes
    bool operator==(const Failure&) const = default;
};

/// Something else that is released in the same night; its crowd comes and goes as the main release's.
struct FurtherRelease {
    double at = 0; // s after T-0
    double albums = 1;
    double opensAtPeakPerSecond = 0;
    double waitingPool = 0;
    bool operator==(const FurtherRelease&) const = default;
};

/// Keys that are invalidated besides those of the main release.
struct PurgeBurst {
    double at = 0; // s after T-0
    double keysPerSecond = 0;
    double seconds = 1;
    bool operator==(const PurgeBurst&) const = default;
};

/// A lever that pulls itself.
struct ScheduledLever {
    double at = 0; // s after T-0
    LeverSetting setting;
    bool operator==(const ScheduledLever&) const = default;
};

/// What is released and how the crowd and the platform behave. The default is a quiet night: nothing is
/// released. Units stand in the names; every number that a scenario file may set is described, with its
/// range, in scenario_keys.cpp, and where it comes from in SIMULATOR.md.
struct Scenario {
    std::string name;
    std::string summary; // one line for --list

    FeedSecond releaseAt =
        std::chrono::sys_days(std::chrono::year(2026) / 11 / 27) + std::chrono::hours(5); // 00:00 in New York
    std::chrono::seconds lead{60}; // how long before the release it begins
    ReleaseMode releaseMode = ReleaseMode::simultaneous;

    double albums = 1;
    double tracksPerAlbum = 18;
    double opensAtPeakPerSecond = 0; // of the app, because of the release
    double staggerSeconds = 0;       // over which people are told
    double riseSeconds = 45;
    double relaxationSeconds = 400;
    double relaxationExponent = 1.4;
    double waitingPool = 0;           // people who refresh before the release
    double deliveredSeconds = 86'400; // how long before T-0 the label delivers the tracks
    double skipDwellSeconds = 190;    // how long a new track is listened to at first

    std::vector<FurtherRelease> furtherReleases; // in order of time

    double meanListeners = kWorldListeners; // around the world, over a day
    double recordListeners = 28e6;
    // How much more people there care for it than elsewhere; a country's word counts before its region's.
    std::map<std::string, double> affinityOfRegion;  // by code
    std::map<std::string, double> affinityOfCountry; // by ISO 3166-1 alpha-2

    double apiPerTrack = 4;          // requests
    double apiPerOpen = 40;          // requests when an app is opened
    double bitrateKbit = 256;        // kbit/s
    double releaseBitrateKbit = 600; // kbit/s, a mix with lossless

    double catalogueTracks = 1e7;
    double catalogueZipf = 1.0;

    double purgesPerSecond = 5;          // keys issued at the origin all the time
    double purgeBurstPerSecond = 0;      // and because of the release
    double purgeBurstSeconds = 12;       // for so long
    double purgeEverySeconds = 0;        // and again; 0: once
    std::vector<PurgeBurst> purgeBursts; // besides, in order of time
    double purgeLoss = 0.002;            // of purge messages to a node, repaired by anti-entropy
    double purgeLossInBurst = 0.002;     // the same for two minutes from a burst on

    double retryBudget = 0.1;           // retries over requests that a client may make
    double retryTimeoutSeconds = 1;     // later answers come to nobody, and are asked for again
    double autoscaleAfterSeconds = 120; // of overload, before the metadata service grows
    double autoscalePerSecond = 0.005;  // by so much
    double autoscaleMost = 4;           // times its planned size

    double bots = 0.04;       // of people's API requests, all the time
    double botsInBurst = 0;   // on top of that, at most, after the release
    double botsAt = 0;        // s after T-0 when they come
    double fuzzShare = 0.05;  // of what bots send
    double loginShare = 0.02; // of what of theirs gets through: stolen passwords, tried
    double scanShare = 0.05;  // of the same: looking for holes
    double spillAbove = 0.85; // saturation beyond which a PoP sends clients away
    double spillLagSeconds = 30;
    double nodeFailuresPerYear = 2; // of each node

    std::vector<Failure> failures; // in order of time
    std::vector<ScheduledLever> levers;

    FeedSecond start() const { return releaseAt - lead; }
    /// Of all releases.
    double allAlbums() const;
    /// Of those, what comes out in the second that ends `t` s after T-0.
    double albumsLive(double t) const;
    /// All people it speaks of, so many times as many.
    void scalePeople(double times);
    /// What cannot be so, in words, though each value for itself could.
    std::vector<std::string> contradictions() const;
    /// The same night if nothing were released and nothing went wrong: what everything is compared with.
    Scenario quietTwin() const;
    bool operator==(const Scenario&) const = default;
};

} // namespace surgescope::feeds::sim
