// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/prefix_sketch.h"

#include "tests/support/catch.h"

#include <string>

using namespace surgescope::feeds;
using namespace std::chrono_literals;

namespace {

constexpr SteadyTime kStart{1h};

std::string address(int i) {
    return "10." + std::to_string(i / 65'536 % 256) + "." + std::to_string(i / 256 % 256) + "." +
           std::to_string(i % 256);
}

} // namespace

TEST_CASE("a network is new until it has been there for ten minutes", "[agent][prefixes]") {
    PrefixSketch sketch(kStart, 7);
    CHECK_FALSE(sketch.hasLearned());
    CHECK(sketch.note("192.0.2.1") == true);
    sketch.turn(kStart + 9min);
    CHECK_FALSE(sketch.hasLearned());
    sketch.turn(kStart + 10min);
    CHECK(sketch.hasLearned());
    CHECK(sketch.note("192.0.2.1") == false);
    CHECK(sketch.note("192.0.2.200") == false); // the same /24
    CHECK(sketch.note("192.0.3.1") == true);
    CHECK(sketch.note("192.0.3.1") == true);         // all its requests, not the first alone
    CHECK(sketch.note("::ffff:192.0.2.9") == false); // the same network, heard over IPv6
    CHECK(sketch.note("2001:db8:1::5") == true);
    sketch.turn(kStart + 20min);
    CHECK(sketch.note("192.0.3.1") == false);
    CHECK(sketch.note("2001:db8:1:ffff::1") == false); // the same /48
    CHECK(sketch.note("2001:db8:2::5") == true);
}

TEST_CASE("a network that stays away for two days is forgotten", "[agent][prefixes]") {
    PrefixSketch sketch(kStart, 7);
    sketch.note("192.0.2.1");
    sketch.note("198.51.100.1");
    sketch.turn(kStart + 10min);
    sketch.turn(kStart + 24h);
    CHECK(sketch.note("192.0.2.1") == false); // of the day before, and it is there again
    sketch.turn(kStart + 25h);
    sketch.turn(kStart + 48h);
    CHECK(sketch.note("192.0.2.1") == false);
    CHECK(sketch.note("198.51.100.1") == true);
}

TEST_CASE("what is no address is neither new nor known", "[agent][prefixes]") {
    PrefixSketch sketch(kStart, 7);
    for (const char* text : {"", "-", "unix:", "10.0.0", "10.0.0.256", "example.com", "::g", "1.2.3.4.5"})
        CHECK_FALSE(sketch.note(text));
    CHECK_FALSE(sketch.note(std::string(1 << 20, '1')));
}

TEST_CASE("of many networks few new ones are taken for known", "[agent][prefixes]") {
    PrefixSketch sketch(kStart, 7);
    constexpr int kNetworks = 200'000;
    for (int i = 0; i < kNetworks; ++i)
        sketch.note(address(i * 256));
    sketch.turn(kStart + 10min);
    int missed = 0;
    for (int i = 0; i < kNetworks; ++i)
        missed += sketch.note(address(i * 256)) == false ? 0 : 1;
    CHECK(missed == 0); // a known one is never taken for new
    int mistaken = 0;
    for (int i = 0; i < 10'000; ++i)
        mistaken +=
            sketch.note("172." + std::to_string(i / 256) + "." + std::to_string(i % 256) + ".1") == false;
    CHECK(mistaken < 30); // (1 - e^(-4·200,000/2^23))^4 = 0.00007
}
