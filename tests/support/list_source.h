// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/source/source.h"
#include "feeds/wire/encode.h"

#include <deque>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

namespace surgescope::tests {

/// Yields what the test put in.
class ListSource final : public feeds::Source {
  public:
    struct Item {
        std::string topic;
        std::string payload;
    };
    using Next = std::variant<Item, feeds::Refused, SeekBegins, SeekIsNear, SeekEnds>;
    std::deque<Next> items;
    std::vector<std::string> subscriptions;
    const feeds::Clock* clock = nullptr; // stamps arrival; null: everything arrives at once

    Capabilities capabilities() const override { return {}; }
    Received receive(std::chrono::milliseconds) override {
        if (items.empty()) return Nothing{};
        m_current = std::move(items.front());
        items.pop_front();
        return std::visit(
            [this](const auto& next) -> Received {
                if constexpr (std::is_same_v<std::decay_t<decltype(next)>, Item>)
                    return feeds::RawMessage{next.topic, next.payload,
                                             clock ? clock->wall()
                                                   : feeds::WallTime(std::chrono::seconds(1'795'000'000)),
                                             clock ? clock->steady() : feeds::SteadyTime{}};
                else
                    return next;
            },
            m_current);
    }
    void subscribe(const std::string& prefix) override { subscriptions.push_back(prefix); }
    void unsubscribe(const std::string& prefix) override { std::erase(subscriptions, prefix); }
    std::vector<Endpoint> endpoints() const override { return {{"list", false, 1}}; }
    void wake() override {}

    template <class Message> void add(const Message& message) {
        feeds::Encoder encoder;
        items.push_back(Item{topicOf(message), std::string(encoder.encode(message))});
    }

  private:
    Next m_current;
};

} // namespace surgescope::tests
