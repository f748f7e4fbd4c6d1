// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/transport/allow_list.h"
#include "feeds/transport/keys.h"

#include "tests/support/catch.h"
#include "tests/support/messages.h"

#include <string>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using namespace std::chrono_literals;

namespace {

const std::string kKey = KeyPair::make().publicKey;
constexpr WallTime kNow{std::chrono::seconds(kStart)};

std::string refusalOf(const std::string& text) {
    const auto list = AllowList::parse(text, "allowed.toml");
    return list ? std::string() : list.error();
}

std::string head(const std::string& name = "EWR/edge-1") {
    return "[[key]]\nname = '" + name + "'\npublic = \"" + kKey + "\"\n";
}

Permit permitOf(const std::string& text) {
    const auto list = AllowList::parse(text, "allowed.toml");
    if (!list) FAIL(list.error());
    REQUIRE(list->permits().size() == 1);
    return *list->permits().front();
}

} // namespace

TEST_CASE("an allow-list says who may do what", "[allow]") {
    const auto permit = permitOf(head() + "publish = ['EWR']\nnodes = ['edge-1', 'edge-2*']\nlisten = true\n"
                                          "until = 2027-01-01T00:00:00Z\n");
    CHECK(permit.name == "EWR/edge-1");
    CHECK(permit.key == kKey);
    CHECK((permit.as == std::vector<std::string>{"EWR/edge-1"}));
    CHECK_FALSE(permit.whyNot(Purpose::publish, kNow));
    CHECK_FALSE(permit.whyNot(Purpose::listen, kNow));
    CHECK_THAT(*permit.whyNot(Purpose::control, kNow), containsText("not allowed to control"));
    CHECK_THAT(*permit.whyNot(Purpose::publish, kNow + 24h * 365),
               containsText("until 2027-01-01 00:00:00 UTC"));
}

TEST_CASE("what is written is what is read", "[allow]") {
    AllowList list;
    Permit full{"site-7", kKey, {"site-7", "sim-*"}, {"EWR", "LHR"}, {"edge-*"}, true, true, true,
                true,     true};
    full.from = kNow;
    full.until = kNow + 1h;
    full.revoked = true;
    list.put(full);
    list.put({"wall", KeyPair::make().publicKey, {"wall"}, {}, {}, false, false, true});
    const auto read = AllowList::parse(list.text(), "allowed.toml");
    if (!read) FAIL(read.error());
    CHECK(read->text() == list.text());
    const auto again = read->find(kKey);
    REQUIRE(again);
    CHECK((again->as == full.as && again->pops == full.pops && again->nodes == full.nodes));
    CHECK((again->from == full.from && again->until == full.until && again->revoked && again->relay));
}

TEST_CASE("a name is read as it was written, whatever is in it", "[allow]") {
    AllowList list;
    const std::string odd = R"(EWR/"\'#[$(id)=)";
    list.put({odd, kKey, {odd, "a"}, {"EWR"}, {odd}});
    const auto read = AllowList::parse(list.text(), "allowed.toml");
    if (!read) FAIL(read.error());
    CHECK(read->permits().front()->name == odd);
    CHECK((read->permits().front()->as == std::vector{odd, std::string("a")}));
    // What is no name does not become something else either.
    for (const std::string name : {"EWR\"]\nglobal = true\n#", "a\nb", "a\x1b[31m", "a\x7f", "ä", ""}) {
        AllowList foul;
        foul.put({"a", kKey, {"a"}, {name}, {name}});
        CHECK_THAT(refusalOf(foul.text()), containsText("expected"));
    }
}

TEST_CASE("a command that lets a key in is one for a shell, too", "[allow]") {
    Permit relay{"EWR/relay-1", kKey, {}, {"EWR", "*"}, {"edge-*"}};
    relay.relay = true;
    CHECK(allowCommand(relay) == "surgescope-keys allow '" + kKey +
                                     "' 'EWR/relay-1' --relay --publish 'EWR' --publish '*' --node 'edge-*'");
    CHECK(allowCommand({"a'b;$(id)", kKey}) == "surgescope-keys allow '" + kKey + "' 'a'\\''b;$(id)'");
    CHECK(allowCommand({"", kKey}) == "surgescope-keys allow '" + kKey + "' NAME");
}

TEST_CASE("an allow-list with a mistake is refused whole, in words", "[allow]") {
    CHECK_THAT(refusalOf("[key"), containsText("allowed.toml:1"));
    CHECK_THAT(refusalOf("keys = 1\n"), containsText("'keys'"));
    CHECK_THAT(refusalOf("[[key]]\nname = 'a'\n"), containsText("a key is missing"));
    CHECK_THAT(refusalOf("[[key]]\npublic = \"" + kKey + "\"\n"), containsText("has no name"));
    CHECK_THAT(refusalOf("[[key]]\nname = 'a'\npublic = 'b'\n"), containsText("allowed.toml:3: public"));
    CHECK_THAT(refusalOf(head("a b")), containsText("one word"));
    CHECK_THAT(refusalOf(head() + "publish = ['ewr']\n"), containsText("'ewr' is no PoP"));
    CHECK_THAT(refusalOf(head() + "publish = 'EWR'\n"), containsText("a list"));
    CHECK_THAT(refusalOf(head() + "listen = 'yes'\n"), containsText("true or false"));
    CHECK_THAT(refusalOf(head() + "until = 2027-01-01\n"), containsText("expected a time"));
    CHECK_THAT(refusalOf(head() + "until = 2027-13-41T00:00:00Z\n"), containsText("allowed.toml:4"));
    CHECK_THAT(refusalOf(head() + "role = 'publish'\n"), containsText("'role'"));
    CHECK_THAT(refusalOf(head() + head("b")), containsText("'b' is here already"));
    CHECK(refusalOf("").empty()); // nobody
}

TEST_CASE("a key speaks in its own name, of its own PoPs and nodes", "[allow]") {
    const auto permit = permitOf(head() + "publish = ['EWR']\nnodes = ['edge-1']\n");
    CHECK_FALSE(permit.whyNotSay("pop/EWR", "EWR/edge-1"));
    CHECK_FALSE(permit.whyNotSay("roster/EWR", "EWR/edge-1"));
    CHECK_THAT(*permit.whyNotSay("pop/LHR", "EWR/edge-1"), containsText("the PoP 'LHR'"));
    CHECK_THAT(*permit.whyNotSay("pop/EWR", "EWR/edge-2"), containsText("speaks as 'EWR/edge-2'"));
    CHECK(permit.whyNotSay("pop/EWR", ""));
    CHECK(permit.whyNotSay("pop/", "EWR/edge-1"));
    CHECK(permit.whyNotSay("pop", "EWR/edge-1"));
    CHECK(permit.whyNotSay("", "EWR/edge-1"));
    CHECK(permit.whyNotSay("event", "EWR/edge-1"));
    CHECK(permit.whyNotSay("global", "EWR/edge-1"));
    CHECK(permit.whyNotSay("event/EWR/EWR", "EWR/edge-1"));

    CHECK_FALSE(permit.whyNotSay(popReport({.nodes = 1})));
    CHECK_THAT(*permit.whyNotSay(popReport({.nodes = 2})), containsText("speaks of 2 nodes, its key of 1"));
    CHECK_THAT(*permit.whyNotSay(nodeColumns({.nodes = 5})), containsText("speaks of 5 nodes"));
    Roster names;
    names.nodes.resize(1);
    names.nodes[0].name = "edge-1";
    CHECK_FALSE(permit.whyNotSay(names));
    names.nodes[0].name = "edge-10";
    CHECK_THAT(*permit.whyNotSay(names), containsText("'edge-10'"));
}

TEST_CASE("only who may relay adds to reports and speaks for agents", "[allow]") {
    auto permit = permitOf(head() + "publish = ['EWR']\n");
    auto correction = popReport({.pop = "EWR"});
    correction.header.correction = true;
    auto twins = popReport({.pop = "EWR"});
    twins.twinNodes = 1;
    auto merged = roster({.pop = "EWR"});
    merged.agents.push_back({"EWR/edge-1", 1, {}});
    CHECK(permit.whyNotSay(correction));
    CHECK(permit.whyNotSay(twins));
    CHECK_THAT(*permit.whyNotSay(merged), containsText("surgescope-keys allow … --relay"));
    permit.relay = true;
    CHECK_FALSE(permit.whyNotSay(correction));
    CHECK_FALSE(permit.whyNotSay(twins));
    CHECK_FALSE(permit.whyNotSay(merged));
}

TEST_CASE("a star stands for anything behind it", "[allow]") {
    const auto permit = permitOf(
        head("sim") + "as = ['sim-*']\npublish = ['*']\nnodes = ['a-*']\nglobal = true\nevent = true\n");
    CHECK_FALSE(permit.whyNotSay("pop/LHR", "sim-7"));
    CHECK_FALSE(permit.whyNotSay("event", "sim-7"));
    CHECK_FALSE(permit.whyNotSay("global", "sim-7"));
    CHECK(permit.whyNotSay("pop/LHR", "sim"));
    CHECK_FALSE(permit.whyNotSay(popReport({.nodes = 1'000'000})));
    CHECK(permit.whyNotSay(roster({.publisher = "b", .nodes = 1})));
    CHECK_FALSE(permit.whyNotSay(roster({.publisher = "a", .nodes = 3})));
}
