// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/wire/decode.h"
#include "feeds/wire/encode.h"
#include "feeds/wire/replay_mark.h"

#include "tests/support/catch.h"
#include "tests/support/messages.h"

using namespace surgescope::feeds;
using namespace surgescope::tests;

namespace {

PopReport decoded(std::string_view payload) {
    Decoder decoder;
    const auto message = decoder.decode("pop/LHR", payload);
    REQUIRE(std::holds_alternative<const PopReport*>(message));
    return *std::get<const PopReport*>(message);
}

} // namespace

TEST_CASE("a message sent again says so, and is otherwise what was received", "[replay-mark]") {
    Encoder encoder;
    // With a short header and one so long that its length takes two bytes once it is marked.
    for (const auto& publisher : {std::string("a"), std::string(64, 'x')}) {
        const auto report = popReport({.publisher = publisher, .nodes = 3, .requests = 12'345});
        const std::string bytes(encoder.encode(report));
        const auto received = report.header.sent + std::chrono::milliseconds(17);
        std::string marked;
        REQUIRE(markRecorded(bytes, received, 99, marked));
        auto again = decoded(marked);
        CHECK(again.header.timeSource == TimeSource::recorded);
        CHECK(again.header.received == received);
        CHECK(again.header.session != report.header.session); // each replay is a session of its own
        CHECK(again.totals == report.totals);
        again.header.session = report.header.session;
        again.header.timeSource = TimeSource::clock;
        again.header.received = {};
        CHECK(again == report);

        // What was sent again and recorded may be sent again.
        std::string twice;
        REQUIRE(markRecorded(marked, received + std::chrono::hours(1), 100, twice));
        CHECK(decoded(twice).header.received == received + std::chrono::hours(1));
    }
}

TEST_CASE("what has no header is sent again as it is", "[replay-mark]") {
    std::string marked;
    CHECK_FALSE(markRecorded("rubbish", {}, 1, marked));
    CHECK(marked == "rubbish");
    CHECK_FALSE(markRecorded("", {}, 1, marked));
    CHECK(marked.empty());
}
