// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/publish/publisher.h"
#include "feeds/source/zmq_source.h"

#include "tests/support/catch.h"
#include "tests/support/messages.h"
#include "tests/support/wait.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <variant>

/// A source that listens and a publisher that speaks; what cannot be opened fails the test.
namespace surgescope::tests {

inline std::unique_ptr<feeds::ZmqSource> openSource(const feeds::ZmqSource::Options& options) {
    auto source = feeds::ZmqSource::open(options);
    if (!source) FAIL(source.error());
    for (const char* topic : {"pop/", "roster/", "event", "global"})
        source.value()->subscribe(topic);
    return std::move(source.value());
}

inline std::unique_ptr<feeds::Publisher> openPublisher(const feeds::Publisher::Options& options,
                                                       const feeds::Clock& clock) {
    auto publisher = feeds::Publisher::open(options, clock);
    if (!publisher) FAIL(publisher.error());
    return std::move(publisher.value());
}

/// Publishes one report after the other until one arrives, then returns its topic.
inline std::string firstTopic(feeds::Publisher& publisher, feeds::ZmqSource& source) {
    std::string topic;
    std::int64_t second = kStart;
    eventually([&] {
        auto report = popReport({.second = ++second});
        publisher.tick();
        publisher.publish(report);
        const auto received = source.receive(std::chrono::milliseconds(20));
        if (const auto* message = std::get_if<feeds::RawMessage>(&received)) topic = message->topic;
        return !topic.empty();
    });
    return topic;
}

} // namespace surgescope::tests
