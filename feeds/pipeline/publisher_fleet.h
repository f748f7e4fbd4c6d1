// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/pipeline/fleet_faults.h"
#include "feeds/pipeline/fleet_voice.h"
#include "feeds/sim/simulator.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// Plays a simulated launch as a fleet of publishers, each with a connection, a session and a clock of its
/// own and a share of the nodes, in real time: T-0 is so long after the beginning as the scenario's lead.
/// What they report of a second adds up to the simulator's totals exactly. Some may lie, as FleetFaults says;
/// what was really done is in the accounts. The first publisher also says what no PoP can know. One thread.
class PublisherFleet {
  public:
    struct Options {
        sim::Scenario scenario; // its date is replaced
        std::uint64_t nodes = 40'000;
        std::uint64_t seed = 1;
        std::size_t publishers = 100;
        FleetFaults faults;
        std::vector<std::string> connect;     // each publisher connects to all of them
        std::vector<std::string> relays;      // instead: to one of them at a time
        std::optional<std::uint64_t> seconds; // stops after so many; nothing: never
        // A fleet of several processes: each plays its part of the publishers, from the same second on.
        std::size_t process = 0;
        std::size_t processes = 1;
        std::optional<FeedSecond> start;     // end of the first second; nothing: the next one but one
        std::shared_ptr<ZmqContext> context; // for inproc endpoints; null: as many as it takes
        std::shared_ptr<Trust> trust;        // of those contexts; null: only endpoints within this machine
    };

    /// Opens all connections. Refuses an endpoint that cannot be used, fewer nodes than publishers, more
    /// faults than publishers, and when the process has not enough descriptors. `catalogue` and `clock` must
    /// outlive the fleet.
    static Result<std::unique_ptr<PublisherFleet>> open(const Options& options, const PopCatalogue& catalogue,
                                                        const Clock& clock);
    ~PublisherFleet();

    /// Runs until stopped or done, in the calling thread.
    void run(const std::stop_token& stop);

    /// The next second at once, by everybody: for whoever drives the clock by hand.
    void playSecond();
    /// Reads who subscribes, sends rosters that are due and what was kept. run() does it.
    void tick();

    /// A second as it was, to compare with.
    struct Second {
        FeedSecond end;
        std::uint64_t requests = 0;
        std::uint64_t nodes = 0; // heard
    };
    /// The whole fleet's, also of the publishers that other processes play; the last hours of them.
    const std::vector<Second>& seconds() const;
    const PopTotals& totals() const; // of all seconds
    /// Those this process plays.
    const std::vector<FleetVoice>& voices() const;
    /// The end of the second played last.
    FeedSecond now() const;
    /// How long after a second's end, by its clock, a publisher spoke at the latest: of a machine that is too
    /// slow for the fleet. Of run() only.
    double latest() const;
    /// The first error of a connection that had to be opened anew; empty: none.
    std::string problem() const;

    /// Descriptors that all publishers' connections take together. Refuses as open() does.
    static Result<std::size_t> descriptors(const Options& options);

  private:
    struct Parts;
    explicit PublisherFleet(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> m_parts;
};

} // namespace surgescope::feeds
