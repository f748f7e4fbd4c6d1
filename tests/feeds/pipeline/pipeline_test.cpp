// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/pipeline.h"
#include "feeds/publish/publisher.h"
#include "feeds/source/zmq_source.h"

#include "tests/support/catch.h"
#include "tests/support/messages.h"
#include "tests/support/wait.h"

#include <thread>

using namespace surgescope::feeds;
using namespace surgescope::tests;

TEST_CASE("a frame is due when its second settles, not on the grid alone", "[pipeline]") {
    const SystemClock clock;
    auto context = std::make_shared<ZmqContext>();
    const auto publisher = Publisher::open(
        {.name = "agent", .bind = {"inproc://agent"}, .lossless = true, .context = context}, clock);
    REQUIRE(publisher);
    auto source = ZmqSource::open({.connect = {"inproc://agent"}, .context = context});
    REQUIRE(source);
    // On the grid there is one frame in an hour.
    Pipeline pipeline(std::move(source.value()), PopCatalogue::builtIn(), clock,
                      {.frameEvery = std::chrono::hours(1)});
    std::shared_ptr<const Frame> frame;
    const auto nextFrame = [&] {
        return eventually([&] {
            std::this_thread::yield();
            publisher.value()->tick();
            frame = pipeline.frames().take();
            return frame != nullptr;
        });
    };
    REQUIRE(nextFrame());
    CHECK_FALSE(frame->settled);
    REQUIRE(eventually([&] {
        publisher.value()->tick();
        return publisher.value()->wanted("pop/LHR");
    }));
    auto report = popReport({});
    const auto before = clock.steady();
    REQUIRE(publisher.value()->publish(report));
    REQUIRE(nextFrame());
    CHECK(frame->settled == feedSecond(kStart));
    REQUIRE(frame->health.settledReportAt);
    CHECK(*frame->health.settledReportAt >= before);
    CHECK(*frame->health.settledReportAt <= clock.steady());
}
