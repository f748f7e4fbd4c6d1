// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/transport/gate.h"

#include "tests/support/catch.h"
#include "tests/support/machine.h"

#include <string>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::tests;

TEST_CASE("ZAP is answered as its RFC says, and what is no request of its is not", "[gate]") {
    Machine machine;
    machine.key(); // from here on the owner may do everything
    const std::string stranger(32, '\x01');
    const WallTime now = SystemClock().wall();
    const auto ask = [&](std::vector<std::string_view> frames) {
        return Gate::answer(frames, *machine.trust, now);
    };
    const auto status = [&](std::vector<std::string_view> frames) {
        return std::string(ask(std::move(frames))->status);
    };
    CHECK(status({"1.0", "1", "publish", "10.0.0.7", "", "CURVE", stranger}) == "400");
    CHECK_THAT(ask({"1.0", "1", "publish", "10.0.0.7", "", "CURVE", stranger})->why,
               containsText("10.0.0.7"));
    CHECK(status({"1.0", "1", "publish", "10.0.0.7", "", "NULL", ""}) == "400");
    CHECK(status({"1.0", "1", "publish", "10.0.0.7", "", "PLAIN", "name", "word"}) == "400");
    CHECK(status({"1.0", "1", "elsewhere", "10.0.0.7", "", "CURVE", stranger}) == "400");
    CHECK(status({"1.0", "1", "publish", "10.0.0.7", "", "CURVE", "short"}) == "400");
    CHECK_FALSE(ask({"2.0", "1", "publish", "10.0.0.7", "", "CURVE", stranger}));
    CHECK_FALSE(ask({"1.0", "1", "publish"}));
    CHECK_FALSE(ask({}));
}

TEST_CASE("ZAP lets the owner do everything, and others what they may", "[gate]") {
    Machine machine;
    const auto own = machine.key();
    const auto pair = KeyPair::make();
    machine.allows({"listener", pair.publicKey, {}, {}, {}, false, false, true});
    REQUIRE_FALSE(machine.trust->follow());
    const auto ask = [&](const std::string& key, std::string_view domain) {
        std::string bytes(32, '\0');
        ::zmq_z85_decode(reinterpret_cast<std::uint8_t*>(bytes.data()), key.c_str());
        const std::vector<std::string_view> frames{"1.0", "1", domain, "10.0.0.7", "", "CURVE", bytes};
        return *Gate::answer(frames, *machine.trust, SystemClock().wall());
    };
    for (const char* domain : {"publish", "listen", "control"}) {
        CHECK(ask(own, domain).status == "200");
        CHECK(ask(own, domain).userId == own);
    }
    CHECK(ask(pair.publicKey, "listen").status == "200");
    CHECK(ask(pair.publicKey, "publish").status == "400");
    CHECK(ask(pair.publicKey, "publish").why == "listener: its key is not allowed to publish");
    CHECK(ask(pair.publicKey, "control").status == "400");
}
