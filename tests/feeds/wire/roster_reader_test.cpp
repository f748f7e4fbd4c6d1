// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/wire/limits.h"
#include "feeds/wire/roster_reader.h"

#include "tests/support/catch.h"
#include "tests/support/damage.h"
#include "tests/support/simulated_launch.h"

#include <algorithm>
#include <random>
#include <telemetry.pb.h>

using namespace surgescope::feeds;
using namespace surgescope::tests;
namespace pb = surgescope::v1;

namespace {

bool isSaneText(const std::string& text) {
    return text.size() <= limits::kTextBytes &&
           std::ranges::none_of(text, [](char c) { return (c >= 0 && c < ' ') || c == 127; });
}

/// What the protobuf library makes of the same bytes; nothing: it, or limits.h, refuses them.
std::optional<Roster> rosterByLibrary(const std::string& bytes) {
    pb::Roster from;
    if (!from.ParseFromString(bytes)) return std::nullopt;
    const int count = from.name_size();
    if (count > static_cast<int>(limits::kNodesPerMessage) || from.role_size() != count ||
        from.server_size() != count || from.measures_size() != count || from.nic_mbit_size() != count)
        return std::nullopt;
    Roster to;
    to.epoch = from.roster_epoch();
    for (int i = 0; i < count; ++i) {
        if (from.server(i) >= static_cast<std::uint32_t>(from.servers_size()) ||
            !pb::Role_IsValid(from.role(i)) || from.name(i).empty())
            return std::nullopt;
        to.nodes.push_back({from.name(i), static_cast<Role>(from.role(i)),
                            from.servers(static_cast<int>(from.server(i))), FieldSet(from.measures(i)),
                            from.nic_mbit(i)});
        if (!isSaneText(to.nodes.back().name) || !isSaneText(to.nodes.back().server)) return std::nullopt;
    }
    return to;
}

/// What follows header and PoP in each roster of a launch, as bytes.
std::vector<std::string> launchRosters() {
    SimulatedLaunch launch("triple-drop", 4'000, false);
    std::vector<std::string> all;
    for (const auto& wire : launch.second())
        if (pb::Roster roster; wire.topic.starts_with("roster/") && roster.ParseFromString(wire.payload)) {
            roster.clear_header();
            roster.clear_pop();
            all.push_back(roster.SerializeAsString());
        }
    return all;
}

template <class Change> std::string changedRoster(Change change) {
    pb::Roster roster;
    roster.set_roster_epoch(7);
    for (const char* name : {"a", "b"}) {
        roster.add_name(name);
        roster.add_role(pb::SHIELD);
        roster.add_server(0);
        roster.add_measures(3);
        roster.add_nic_mbit(0);
    }
    roster.add_servers("nginx 1.22.1");
    change(roster);
    return roster.SerializeAsString();
}

} // namespace

TEST_CASE("the rosters of a launch are read as the protobuf library reads them", "[wire]") {
    Roster roster;
    const auto all = launchRosters();
    REQUIRE(all.size() > 100);
    for (const auto& bytes : all) {
        REQUIRE(readPlainNodes(bytes, roster));
        REQUIRE(roster == rosterByLibrary(bytes));
    }
    CHECK(readPlainNodes("", roster));
    CHECK(roster == rosterByLibrary(""));
}

TEST_CASE("rosters of broken bytes are read as the protobuf library reads them, or left to it", "[wire]") {
    std::mt19937_64 random(7);
    Roster roster;
    std::size_t read = 0;
    for (const auto& whole : launchRosters()) {
        for (int i = 0; i < 100; ++i) {
            const auto bytes = damaged(whole, random);
            if (!readPlainNodes(bytes, roster)) continue;
            ++read;
            REQUIRE(roster == rosterByLibrary(bytes));
        }
    }
    CHECK(read > 1'000);
}

TEST_CASE("unusual rosters are left to the protobuf library", "[wire]") {
    Roster roster;
    const auto isRead = [&](const std::string& bytes) { return readPlainNodes(bytes, roster); };
    const auto usual = changedRoster([](pb::Roster&) {});
    CHECK(isRead(usual));
    CHECK_FALSE(isRead(usual + usual));
    CHECK_FALSE(isRead(usual + "\x50\x01")); // a later version's field
    CHECK_FALSE(isRead(usual.substr(0, usual.size() - 1)));
    CHECK_FALSE(isRead(changedRoster([](pb::Roster& r) { r.set_name(1, ""); })));
    CHECK_FALSE(isRead(changedRoster([](pb::Roster& r) { r.set_name(1, "caf\xc3\xa9"); })));
    CHECK_FALSE(isRead(changedRoster([](pb::Roster& r) { r.set_name(1, "a\nb"); })));
    CHECK_FALSE(isRead(changedRoster([](pb::Roster& r) { r.set_name(1, std::string(257, 'a')); })));
    CHECK_FALSE(isRead(changedRoster([](pb::Roster& r) { r.set_role(0, static_cast<pb::Role>(4)); })));
    CHECK_FALSE(isRead(changedRoster([](pb::Roster& r) { r.set_server(0, 1); })));
    CHECK_FALSE(isRead(changedRoster([](pb::Roster& r) { r.clear_servers(); })));
    CHECK_FALSE(isRead(changedRoster([](pb::Roster& r) { r.mutable_measures()->RemoveLast(); })));
    CHECK_FALSE(isRead(changedRoster([](pb::Roster& r) { r.add_nic_mbit(1); })));
    CHECK_FALSE(isRead(changedRoster([](pb::Roster& r) {
        for (std::size_t i = 2; i <= limits::kNodesPerMessage; ++i) {
            r.add_name("n");
            r.add_role(pb::EDGE);
            r.add_server(0);
            r.add_measures(0);
            r.add_nic_mbit(0);
        }
    })));
}
