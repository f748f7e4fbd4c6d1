// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/udp_lines.h"

#include "tests/support/catch.h"
#include "tests/support/udp_sender.h"

#include <string>

using namespace surgescope::feeds;
using namespace surgescope::tests;

TEST_CASE("datagrams come out one by one without their line ends", "[agent][udp]") {
    auto bound = UdpLines::bind(0);
    REQUIRE(bound);
    auto& lines = bound.value();
    REQUIRE(lines.port() != 0);
    CHECK(lines.bufferBytes() > 0);
    CHECK_FALSE(lines.next());
    UdpSender sender(lines.port());
    sender.send("first\n");
    sender.send("");
    const std::string longest(65'507, 'x');
    sender.send(longest);
    CHECK(lines.next() == "first"); // loopback delivers before send() returns
    CHECK(lines.next() == "");
    CHECK(lines.next() == longest);
    CHECK_FALSE(lines.next());
    CHECK(lines.takeDropped() == 0);

    const UdpLines moved = std::move(lines);
    CHECK(moved.port() != 0);
}

TEST_CASE("a port that is taken is refused with its number", "[agent][udp]") {
    const auto first = UdpLines::bind(0);
    REQUIRE(first);
    const auto second = UdpLines::bind(first->port());
    REQUIRE_FALSE(second);
    CHECK_THAT(second.error(), surgescope::tests::containsText(std::to_string(first->port())));
}

TEST_CASE("what the kernel drops is counted to the last datagram", "[agent][udp]") {
    auto bound = UdpLines::bind(0);
    REQUIRE(bound);
    auto& lines = bound.value();
    UdpSender sender(lines.port());
    const std::string datagram(60'000, 'x');
    const int sent = 4 * lines.bufferBytes() / static_cast<int>(datagram.size());
    for (int i = 0; i < sent; ++i)
        sender.send(datagram);
    int received = 0;
    while (lines.next())
        ++received;
    sender.send("the next brings the news");
    REQUIRE(lines.next());
    CHECK(received < sent);
    CHECK(lines.takeDropped() == static_cast<std::uint64_t>(sent - received));
    CHECK(lines.takeDropped() == 0);
}
