// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/transport/nats_endpoint.h"
#include "feeds/transport/nats_jetstream.h"
#include "feeds/transport/nats_parts.h"
#include "feeds/transport/nats_subject.h"
#include "feeds/transport/trust.h"

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

#include <string>

using namespace surgescope::feeds;
using namespace surgescope::tests;

TEST_CASE("topics are subjects, and what would mean others is none", "[nats]") {
    for (const auto& [topic, subject] :
         {std::pair{"pop/LHR", "surgescope.pop.LHR"}, std::pair{"node/FRA-2", "surgescope.node.FRA-2"},
          std::pair{"roster/LHR", "surgescope.roster.LHR"}, std::pair{"event", "surgescope.event"},
          std::pair{"global", "surgescope.global"}}) {
        CHECK(subjectOf(topic) == subject);
        CHECK(topicOf(subject) == topic);
    }
    for (const char* hostile : {"pop/*", "pop/>", "pop/LHR.x", "pop/", "pop", "pop/L HR", "pop/lhr", "",
                                "points/LHR", "event/LHR", "pop/LHR\r\nPUB x 1", "global.>"})
        CHECK_FALSE(subjectOf(hostile));
    for (const char* hostile : {"surgescope.pop.*", "surgescope.pop.LHR.x", "surgescope.want.node.LHR",
                                "surgescope.", "other.pop.LHR", "surgescope.pop"})
        CHECK_FALSE(topicOf(hostile));
    CHECK(subjectsOf("pop/") == "surgescope.pop.*");
    CHECK(subjectsOf("node/LHR") == "surgescope.node.LHR");
    CHECK(wishOf("node/LHR") == "surgescope.want.node.LHR");
    CHECK(wishOf("node/") == "surgescope.want.node.all");
    CHECK_FALSE(wishOf("node/>"));
}

TEST_CASE("an address of NATS is a cluster's servers, without a password in it", "[nats]") {
    CHECK(isNats("nats://a"));
    CHECK(isNats("tls://a"));
    CHECK_FALSE(isNats("tcp://a:1"));
    const auto servers = natsServersOf("tls://a,b:4333,tls://[2001:db8::1]", nullptr);
    REQUIRE(servers);
    CHECK(servers->urls ==
          std::vector<std::string>{"tls://a:4222", "tls://b:4333", "tls://[2001:db8::1]:4222"});
    CHECK_FALSE(servers->plain);
    for (const char* wrong : {"tls://", "tls://a:0", "tls://a:70000", "tls://a/x", "tls://a,,b", "tls://a b"})
        CHECK_THAT(natsServersOf(wrong, nullptr).error(), containsText("expected tls://HOST"));
    const auto secret = natsServersOf("tls://me:secret@a", nullptr);
    CHECK_THAT(secret.error(), containsText("--nats-credentials"));
    CHECK(secret.error().find("secret") == std::string::npos);
    CHECK_THAT(natsServersOf("nats://wall", nullptr).error(), containsText("expected tls://"));
    CHECK_FALSE(natsServersOf("nats://127.0.0.1", nullptr)->plain);
    const TemporaryFolder folder;
    const Trust careless({.folder = folder.path().string(), .plainTcp = true});
    CHECK(natsServersOf("nats://wall", &careless)->plain);
}

TEST_CASE("messages in parts are whole again, and half a one is lost", "[nats]") {
    NatsParts parts;
    const auto add = [&](const char* word, std::size_t place, std::size_t of, std::string_view part) {
        return parts.add("s", NatsParts::placeOf(word, place, of), part);
    };
    CHECK_FALSE(add("a", 0, 3, "one "));
    CHECK_FALSE(add("b", 0, 2, "other "));
    CHECK_FALSE(add("a", 1, 3, "two "));
    CHECK(add("b", 1, 2, "words") == "other words");
    CHECK(add("a", 2, 3, "three") == "one two three");
    CHECK(parts.takeLost() == 0);
    CHECK(parts.bytes() == 0);

    CHECK_FALSE(add("c", 0, 3, "x"));
    CHECK_FALSE(add("c", 2, 3, "z"));
    CHECK(parts.takeLost() == 1);
    CHECK_FALSE(add("d", 1, 2, "z"));
    CHECK(parts.takeLost() == 1);
    for (const char* header : {"", "a", "a 1", "a 1 x", "a 5 3", " 0 1", "a 0 99999999", "a -1 2"})
        CHECK_FALSE(parts.add("s", header, "x"));
    CHECK(parts.takeLost() == 8);

    // Many that never end: bounded.
    for (int i = 0; i < 1'000; ++i)
        CHECK_FALSE(add(std::to_string(i).c_str(), 0, 2, std::string(1 << 20, 'x')));
    CHECK(parts.bytes() <= NatsParts::kMostOpen << 20U);
    CHECK(parts.takeLost() == 1'000 - NatsParts::kMostOpen);
}

TEST_CASE("where in a stream a message stood", "[nats]") {
    const auto place = streamPlaceIn("$JS.ACK.SURGESCOPE.abc.1.77.5.1795000000123456789.12");
    REQUIRE(place);
    CHECK(place->sequence == 77);
    CHECK(place->read == 5);
    CHECK(place->stored.time_since_epoch().count() == 1'795'000'000'123'456);
    CHECK(place->behind == 12);
    const auto domain =
        streamPlaceIn("$JS.ACK.hub.ACCHASH.SURGESCOPE.abc.1.77.5.1795000000123456789.12.token");
    REQUIRE(domain);
    CHECK(domain->sequence == 77);
    for (const char* wrong : {"", "$JS.ACK.", "$JS.ACK.a.b.c.d.e.f.g", "_INBOX.x", "$JS.ACK.S.c.1.2.3.4"})
        CHECK_FALSE(streamPlaceIn(wrong));
}
