// SPDX-License-Identifier: GPL-3.0-or-later
// What becomes of those who were let in when the allow-list, or a key, changes.
#include "tests/support/catch.h"
#include "tests/support/trusted_wall.h"

#include <chrono>
#include <fstream>
#include <sys/stat.h>

using namespace surgescope::feeds;
using namespace surgescope::tests;

TEST_CASE("whose key is revoked is not believed from then on", "[trust]") {
    TrustedWall wall;
    TrustedAgent agent;
    letIn(wall, agent);
    REQUIRE(hears(wall, agent));
    wall.revokes(agent.key());
    CHECK(comesTo([&] {
        agent.speak();
        return wall.refused() > 0;
    }));
    CHECK_THAT(wall.health().lastRefusal, containsText("its key was revoked"));
    // Nor is it let in again.
    agent.connect(wall.endpoint());
    CHECK(comesTo([&] {
        agent.speak();
        wall.health();
        return tells(wall.status(), "EWR/edge-1: its key was revoked");
    }));
}

TEST_CASE("a key that is over is not let in", "[trust]") {
    TrustedWall wall;
    TrustedAgent agent;
    agent.knows(wall.key());
    auto permit = agentPermit(agent.key());
    permit.until = SystemClock().wall() - std::chrono::hours(1);
    wall.allows(permit);
    agent.connect(wall.endpoint());
    CHECK(comesTo([&] {
        agent.speak();
        wall.health();
        return tells(wall.status(), "its key was good until");
    }));
}

TEST_CASE("a wall that changes its key is met by the other one that is known", "[trust]") {
    TrustedWall wall;
    TrustedAgent agent;
    agent.knows(KeyPair::make().publicKey); // the one before
    letIn(wall, agent);
    CHECK(hears(wall, agent));
}

TEST_CASE("an allow-list that becomes unreadable changes nothing, and says so", "[trust]") {
    TrustedWall wall;
    TrustedAgent agent;
    letIn(wall, agent);
    REQUIRE(hears(wall, agent));
    std::ofstream(wall.trust->files().allowedPath()) << "[[key]]\n";
    CHECK(comesTo([&] {
        wall.health();
        return tells(wall.status(), "the allow-list in use is an older one");
    }));
    const auto refused = wall.refused();
    agent.speak();
    CHECK(wall.refused() == refused);
}

TEST_CASE("an allow-list that others may write is not read, until they may no more", "[trust]") {
    TrustedWall wall;
    TrustedAgent agent;
    letIn(wall, agent);
    REQUIRE(hears(wall, agent));
    const auto& path = wall.trust->files().allowedPath();
    ::chmod(path.c_str(), 0666);
    std::ofstream(path) << ""; // by one of them
    const auto isOlder = [&] {
        agent.speak();
        wall.health();
        return tells(wall.status(), "allowed.toml: others may write it");
    };
    CHECK(comesTo(isOlder));
    const auto refused = wall.refused();
    agent.speak();
    CHECK(wall.refused() == refused);
    ::chmod(path.c_str(), 0600); // the same bytes, and they count now
    CHECK(comesTo([&] { return !isOlder() && wall.refused() > refused; }));
    ::chmod(wall.trust->files().folder().c_str(), 0777);
    CHECK(comesTo([&] {
        wall.health();
        return tells(wall.status(), "others may write it");
    }));
    ::chmod(wall.trust->files().folder().c_str(), 0700);
    CHECK(comesTo([&] { return !isOlder(); }));
}
