// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/publish/answering_socket.h"
#include "feeds/publish/publisher.h"
#include "feeds/sim/simulator.h"
#include "feeds/wire/limits.h"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>

namespace surgescope::feeds {

/// Publishes a simulated launch like any other publisher would, paced by the clock. What it sends is a
/// function of scenario, node count, seed and the levers pulled, but for the session: its times are the
/// simulated ones, and marked as such. Rosters alone are sent when somebody joins.
class Rehearsal {
  public:
    struct Options {
        sim::Scenario scenario;
        std::uint64_t nodes = 40'000;
        std::uint64_t seed = 1;
        double speed = 1; // simulated seconds per second, if that is no flood
        /// Sent to other processes at most; what would be more makes it slower.
        double messagesPerSecond = limits::kShareAtMost * limits::kPublisherMessagesPerSecond;
        double bytesPerSecond = limits::kShareAtMost * limits::kPublisherBytesPerSecond;
        std::optional<std::uint64_t> seconds; // stops after so many simulated seconds; nothing: never
        Publisher::Options publisher;
        std::string control; // endpoint for levers: each line is one, "prewarm=0.98"; empty: none
    };

    /// Refuses an endpoint that cannot be used, for telemetry or for levers.
    static Result<std::unique_ptr<Rehearsal>> open(const Options& options, const PopCatalogue& catalogue,
                                                   const Clock& clock);
    ~Rehearsal();

    /// Runs until stopped or done, in the calling thread.
    void run(const std::stop_token& stop);

    const Publisher& publisher() const;
    /// Null when there is none.
    const AnsweringSocket* control() const;

  private:
    struct Parts;
    explicit Rehearsal(std::unique_ptr<Parts> parts);
    void serveControl();
    bool waitUntil(SteadyTime time, const std::stop_token& stop);
    /// How long nothing may follow, for what it sent not to be part of a flood.
    SteadyTime::duration publishSecond(const std::stop_token& stop);

    std::unique_ptr<Parts> m_parts;
};

} // namespace surgescope::feeds
