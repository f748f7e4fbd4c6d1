// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/publish/publisher.h"

#include "tests/support/catch.h"
#include "tests/support/messages.h"
#include "tests/support/sockets.h"
#include "tests/support/test_clock.h"
#include "tests/support/wait.h"

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::milliseconds;

TEST_CASE("who speaks for many nodes lets fewer messages wait, for they may be large", "[publish]") {
    const auto waiting = [](std::uint64_t nodes) {
        TestClock clock;
        const std::string name(200, 'p'); // so that both sides' sockets hold fewer of its messages
        const auto publisher =
            openPublisher({.name = name, .bind = {"tcp://127.0.0.1:*"}, .lossless = true}, clock);
        publisher->setRoster(roster({.publisher = name, .nodes = nodes}));
        publisher->tick();
        const auto source =
            openSource({.connect = publisher->boundEndpoints(), .receiveHighWaterMark = 10, .clock = &clock});
        source->subscribe("pop/");
        REQUIRE(eventually([&] {
            publisher->tick();
            source->receive(milliseconds(0));
            return publisher->wanted("pop/LHR");
        }));
        // Nobody reads any more.
        auto report = popReport({});
        std::size_t count = 0;
        while (count < 80'000 && publisher->publish(report))
            ++count;
        return count;
    };
    CHECK(waiting(1) == 80'000);
    CHECK(waiting(20'000) < 50'000); // 400 of its columns; beside it, what both sides' sockets hold
}
