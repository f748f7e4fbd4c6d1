// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/chrony_client.h"

#include "tests/support/catch.h"
#include "tests/support/collecting.h"
#include "tests/support/damage.h"
#include "tests/support/process.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_clock.h"
#include "tests/support/wait.h"

#include <fstream>
#include <pwd.h>
#include <random>
#include <string>
#include <unistd.h>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using namespace std::chrono_literals;

namespace {

/// As chronyd 4.3 gives it, with this sequence, leap status and correction.
std::string trackingAnswer(std::uint32_t sequence, std::uint32_t leap, std::uint32_t correction) {
    std::string packet(104, '\0');
    const auto put = [&packet](std::size_t at, std::uint32_t value, std::size_t bytes) {
        for (std::size_t i = 0; i < bytes; ++i)
            packet[at + i] = static_cast<char>(value >> (8 * (bytes - 1 - i)));
    };
    packet[0] = 6;
    packet[1] = 2;
    put(4, 33, 2);
    put(6, 5, 2);
    put(16, sequence, 4);
    put(52, 5, 2); // stratum
    put(54, leap, 2);
    put(68, correction, 4);
    return packet;
}

/// Exponent and coefficient.
std::uint32_t chronyFloat(int exponent, int coefficient) {
    return static_cast<std::uint32_t>(exponent) << 25U |
           (static_cast<std::uint32_t>(coefficient) & 0x1FFFFFFU);
}

} // namespace

TEST_CASE("chronyd's answer tells how far the clock is off, either way", "[agent][host]") {
    const auto offset = [](std::uint32_t correction) {
        return ChronyClient::readAnswer(trackingAnswer(7, 0, correction), 7).value();
    };
    CHECK(offset(0) == 0us);
    CHECK(offset(chronyFloat(1, 1 << 23)) == 500'000us);                   // 2^23 × 2^(1 - 25)
    CHECK(offset(chronyFloat(1, -(1 << 23))) == 500'000us);                // slow, or fast
    CHECK(offset(chronyFloat(-9, 16'777'215)) == 977us);                   // just below 2^-10 s
    CHECK(offset(chronyFloat(-64 & 127, 1)) == 0us);                       // as small as there is
    CHECK(offset(chronyFloat(63, 16'777'215)) == 1'000'000'000'000'000us); // bounded
}

TEST_CASE("an answer that tells nothing is refused", "[agent][host]") {
    const auto refusal = [](const std::string& datagram) {
        return ChronyClient::readAnswer(datagram, 7).error();
    };
    CHECK_THAT(refusal(trackingAnswer(7, 3, 0)), containsText("no source of time"));
    CHECK_THAT(refusal(trackingAnswer(8, 0, 0)), containsText("no chronyd")); // to another request
    CHECK_THAT(refusal(""), containsText("no chronyd"));
    CHECK_THAT(refusal(trackingAnswer(7, 0, 0).substr(0, 103)), containsText("no chronyd"));
    auto refused = trackingAnswer(7, 0, 0).substr(0, 28);
    refused[9] = 2; // unauthorised
    CHECK_THAT(refusal(refused), containsText("refuses"));
    std::mt19937_64 random(1);
    for (int i = 0; i < 2000; ++i) {
        const auto offset =
            ChronyClient::readAnswer(damaged(trackingAnswer(7, 0, chronyFloat(1, 99)), random), 7);
        if (offset) CHECK(offset->count() >= 0);
    }
}

TEST_CASE("where no chronyd is, or none answers any more, the offset is not known", "[agent][host]") {
    EventLoop loop;
    TestClock clock;
    ChronyClient client(loop, clock, static_cast<std::uint16_t>(freeUdpPort()));
    CHECK_THAT(client.offset().error(), containsText("not answered yet"));
    client.ask();
    REQUIRE(eventually([&] {
        loop.turn(20ms);
        return client.offset().error().find("does not answer: ") != std::string::npos;
    }));
}

TEST_CASE("a real chronyd tells how far the clock is off", "[agent][host][real]") {
    const std::string program = "/usr/sbin/chronyd";
    if (skippedWithout(program, "chrony")) return;
    const TemporaryFolder folder;
    const auto port = std::to_string(freeUdpPort());
    const passwd* self = ::getpwuid(::geteuid());
    REQUIRE(self != nullptr);
    const auto configuration = (folder.path() / "chrony.conf").string();
    std::ofstream(configuration)
        << "local stratum 5\nport 0\nbindcmdaddress 127.0.0.1\nbindcmdaddress /\nuser " << self->pw_name
        << "\ncmdport " << port << "\npidfile " << (folder.path() / "pid").string() << "\n";
    ServerProcess server;
    // -x: it leaves this machine's clock alone.
    server.start({program, "-x", "-U", "-d", "-f", configuration}, "Disabled control of system clock");
    EventLoop loop;
    TestClock clock;
    ChronyClient client(loop, clock, static_cast<std::uint16_t>(std::stoi(port)));
    REQUIRE(eventually([&] {
        client.ask();
        loop.turn(20ms);
        return static_cast<bool>(client.offset());
    }));
    CHECK(client.offset().value() < 1s); // of itself
    clock.advance(ChronyClient::kFresh + 1ms);
    CHECK_THAT(client.offset().error(), containsText("any more"));

    Collecting host("host chrony=" + port);
    CHECK(eventually([&] {
        const auto second = host.second();
        host.loop.turn(20ms);
        return second.totals.measuredByAll.has(Distribution::clock_offset);
    }));
    CHECK(host.collector->capability().measures.has(Distribution::clock_offset));
}
