// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/pipeline/feed_step.h"

#include "tests/support/machine.h"
#include "tests/support/messages.h"
#include "tests/support/sockets.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

/// A wall and its agents, with keys, over real sockets.
namespace surgescope::tests {

inline const std::string kAnywhere = "tcp://0.0.0.0:*"; // as for other machines

/// Who was not let in tries again after up to 5.5 s, and that may happen several times.
template <class Done> bool comesTo(Done done) {
    return eventually(done, std::chrono::seconds(90));
}

inline feeds::Permit agentPermit(const std::string& key) {
    return {"EWR/edge-1", key, {"EWR/edge-1"}, {"EWR"}, {"edge-1"}};
}

/// A wall that waits for agents.
struct TrustedWall : Machine {
    std::unique_ptr<feeds::ZmqSource> source = openSource({.bind = {kAnywhere}, .context = context});
    feeds::SystemClock clock;
    feeds::FeedStep step{*source, feeds::PopCatalogue::builtIn(), clock,
                         feeds::NodeColumnsWanted::ofSelectedPop};

    std::string endpoint() const { return source->endpoints().front().name; }
    feeds::EndpointStatus status() const { return source->endpoints().front(); }
    feeds::FeedHealth health() {
        step.receive(std::chrono::milliseconds(10));
        return step.buildFrame(0)->health;
    }
    std::uint64_t refused() {
        for (const auto& one : health().refused)
            if (one.reason == feeds::wordsFor(feeds::Refusal::notAllowed)) return one.count;
        return 0;
    }
};

/// One agent that connects to it.
struct TrustedAgent : Machine {
    feeds::SystemClock clock;
    std::string name = "EWR/edge-1";
    std::string pop = "EWR";
    std::string problem;
    std::string over;
    std::unique_ptr<feeds::Publisher> publisher;

    void connect(const std::string& endpoint) {
        publisher = openPublisher({.name = name,
                                   .connect = {endpoint},
                                   .warn = [this](const std::string& text) { problem = text; },
                                   .inform = [this](const std::string& text) { over = text; },
                                   .context = context},
                                  clock);
    }
    void speak() {
        publisher->tick();
        auto report = popReport({.publisher = name, .pop = pop});
        report.header.intervalEnd = std::chrono::floor<std::chrono::seconds>(clock.wall());
        publisher->publish(report);
    }
};

/// It knows the wall, may speak for its node, and connects.
inline void letIn(TrustedWall& wall, TrustedAgent& agent) {
    agent.knows(wall.key());
    wall.allows(agentPermit(agent.key()));
    agent.connect(wall.endpoint());
}

inline bool hears(TrustedWall& wall, TrustedAgent& agent) {
    return comesTo([&] {
        agent.speak();
        return wall.health().nodesHeard == 1;
    });
}

inline bool tells(const feeds::EndpointStatus& status, const std::string& words) {
    return std::ranges::any_of(status.troubles, [&](const feeds::Counted& one) {
        return one.what.find(words) != std::string::npos;
    });
}

} // namespace surgescope::tests
