// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/abuse.h"

#include "tests/support/catch.h"

using namespace surgescope::feeds::sim;

namespace {

Scenario spike() {
    Scenario scenario;
    scenario.botsInBurst = 0.5;
    scenario.botsAt = 60;
    return scenario;
}

} // namespace

TEST_CASE("a botnet comes when it should and tires", "[sim]") {
    const auto scenario = spike();
    CHECK(abuseOf(scenario, 1'000, 1'000, 1, 59, {}).bots == Approx(40));
    CHECK(abuseOf(scenario, 1'000, 1'000, 1, 160, {}).bots > 400);
    CHECK(abuseOf(scenario, 1'000, 1'000, 2, 160, {}).bots > 800); // a PoP that it likes twice as much
    CHECK(abuseOf(scenario, 1'000, 1'000, 1, 7'000, {}).bots < 45);
}

TEST_CASE("the firewall's errors are those of its ROC", "[sim]") {
    Scenario scenario;
    scenario.fuzzShare = 0;
    const auto people = abuseOf(scenario, 1e6, 1e6, 1, -1, {});
    const double flagged = people.blocked + people.challenged;
    // Phi(3.2 - 2.6) = 0.7257 of the machines, 1 - Phi(2.6) = 0.00466 of the people.
    CHECK(flagged == Approx(0.7257 * people.bots + 0.00466 * 1e6).epsilon(1e-3));
    CHECK(people.peopleTurnedAway == Approx(0.5 * 0.00466 * 1e6 * 1.1).epsilon(1e-2));
    CHECK(people.botsPassed == Approx(people.bots * (1 - 0.7257 * (0.5 + 0.5 * 0.98))).epsilon(1e-3));
}

TEST_CASE("a crowd looks more like machines", "[sim]") {
    Scenario scenario;
    scenario.bots = 0;
    const auto usual = abuseOf(scenario, 1'000, 1'000, 1, 0, {});
    const auto crowd = abuseOf(scenario, 5'000, 1'000, 1, 0, {});
    CHECK(crowd.blocked / 5'000 > 2 * usual.blocked / 1'000);
    CHECK(crowd.challengesPassed == Approx(0.9 * crowd.challenged));
}

TEST_CASE("blocking by signature stops most machines and few more people", "[sim]") {
    const auto scenario = spike();
    const auto open = abuseOf(scenario, 1e6, 1e6, 1, 200, {});
    const auto blocked = abuseOf(scenario, 1e6, 1e6, 1, 200, {.blockBotnet = true});
    CHECK(blocked.bots == open.bots);
    CHECK(blocked.botsPassed < 0.1 * open.botsPassed);
    CHECK(blocked.peopleTurnedAway - open.peopleTurnedAway == Approx(0.001 * 1e6).epsilon(0.01));
}

TEST_CASE("prefixes never seen before tell a botnet from a crowd", "[sim]") {
    const auto scenario = spike();
    Scenario without;
    const auto botnet = abuseOf(scenario, 1'000, 1'000, 1, 200, {});
    const auto crowd = abuseOf(without, 5'000, 1'000, 1, 200, {});
    CHECK(botnet.newPrefixes / (1'000 + botnet.bots) > 0.2);
    CHECK(crowd.newPrefixes / (5'000 + crowd.bots) < 0.1);
    CHECK(botnet.malformed == Approx(0.05 * 0.6 * botnet.bots));
}

TEST_CASE("stolen passwords and scans come through or are stopped by rules of their own", "[sim]") {
    auto scenario = spike();
    scenario.loginShare = 0.3;
    scenario.scanShare = 0.2;
    const auto open = abuseOf(scenario, 1e5, 1e5, 1, 200, {});
    CHECK(open.logins == Approx(0.3 * open.botsPassed));
    CHECK(open.scans == Approx(0.2 * open.botsPassed));
    const auto limited = abuseOf(scenario, 1e5, 1e5, 1, 200, {.limitLogins = true});
    CHECK(limited.logins == Approx(0.1 * open.logins));
    CHECK(limited.scans == open.scans);
    CHECK(limited.blocked - open.blocked == Approx(0.9 * open.logins));
    const auto ruled = abuseOf(scenario, 1e5, 1e5, 1, 200, {.managedRules = true});
    CHECK(ruled.scans == Approx(0.05 * open.scans));
    CHECK(ruled.logins == open.logins);
    CHECK(open.botsPassed - ruled.botsPassed == Approx(0.95 * open.scans));
}

TEST_CASE("who classifies machines does not know them all, and takes some people for them", "[sim]") {
    Scenario scenario;
    scenario.fuzzShare = 0;
    const auto usual = abuseOf(scenario, 1e6, 1e6, 1, -1, {});
    // Phi(1.6) = 0.945 of the machines, half of 0.47 % of the people.
    CHECK(usual.classified == Approx(0.945 * usual.bots + 0.5 * 0.00466 * 1e6).epsilon(0.01));
    const auto adapted = abuseOf(scenario, 1e6, 1e6, 1, -1, {.distance = 2.2});
    CHECK(adapted.classified < usual.classified);
    CHECK(adapted.blocked < 0.6 * usual.blocked);
    CHECK(abuseOf(scenario, 1e6, 1e6, 1, -1, {.mistakes = 2}).peopleTurnedAway ==
          Approx(2 * usual.peopleTurnedAway));
}
