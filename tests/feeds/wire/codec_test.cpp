// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/wire/decode.h"
#include "feeds/wire/encode.h"
#include "feeds/wire/limits.h"

#include "tests/support/catch.h"
#include "tests/support/messages.h"

#include <random>
#include <telemetry.pb.h>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using surgescope::tests::containsText;

namespace {

template <class Message> std::string bytesOf(const Message& message) {
    Encoder encoder;
    return std::string(encoder.encode(message));
}

template <class Message> void checkRoundTrip(const Message& message) {
    Decoder decoder;
    const auto decoded = decoder.decode(topicOf(message), bytesOf(message));
    const auto* const* got = std::get_if<const Message*>(&decoded);
    if (const auto* refused = std::get_if<Refused>(&decoded)) FAIL(refused->text);
    REQUIRE(got != nullptr);
    CHECK(**got == message);
}

Refused refusal(std::string_view topic, std::string_view bytes) {
    Decoder decoder;
    const auto decoded = decoder.decode(topic, bytes);
    REQUIRE(std::holds_alternative<Refused>(decoded));
    return std::get<Refused>(decoded);
}

/// A report after the hand of somebody else: `change` edits the protobuf message.
template <class Change> std::string changedReport(Change change) {
    surgescope::v1::PopReport report;
    REQUIRE(report.ParseFromString(bytesOf(popReport({}))));
    change(report);
    return report.SerializeAsString();
}

} // namespace

TEST_CASE("every message survives the wire unchanged", "[wire]") {
    auto report = popReport({.nodes = 3, .requests = 12'345});
    for (std::size_t i = 0; i < kCounterCount; ++i)
        report.totals.counters[i] = i * i + 1;
    for (std::size_t i = 0; i < kDistributionCount; ++i)
        for (std::uint64_t v = 0; v < 50; ++v)
            report.totals.distributions[i].record(v * v * (i + 1), v + 1);
    FieldSet some;
    some.add(Counter::requests);
    some.add(Distribution::invalidation_lag);
    report.totals.setMeasured(some);
    checkRoundTrip(report);
    checkRoundTrip(PopReport{header({}), "LHR", {}});

    auto columns = nodeColumns({.nodes = 13});
    columns.heard = {0xff, 0x0f};
    columns[NodeColumn::cache_hits].clear(); // not measured
    checkRoundTrip(columns);
    checkRoundTrip(roster({.nodes = 5}));
    checkRoundTrip(roster({.nodes = 0}));
    checkRoundTrip(Event{header({}), EventKind::release, "albums live"});
    checkRoundTrip(Global{header({}), "triple-drop", true, 1'795'000'120'000'000U, 20'000'000, 77, 28'000'000,
                          1'500, 250, 42});
}

TEST_CASE("the measured bits stand for the numbers of the fields", "[wire]") {
    const auto& fields = *surgescope::v1::PopTotals::descriptor();
    for (std::size_t i = 0; i < kCounterCount; ++i) {
        const auto counter = static_cast<Counter>(i);
        CHECK(fields.FindFieldByName(std::string(nameOf(counter)))->number() == fieldNumber(counter));
    }
    for (std::size_t i = 0; i < kDistributionCount; ++i) {
        const auto distribution = static_cast<Distribution>(i);
        CHECK(fields.FindFieldByName(std::string(nameOf(distribution)))->number() ==
              fieldNumber(distribution));
    }
    FieldSet some;
    some.add(Counter::requests);
    some.add(Distribution::clock_offset);
    CHECK(some.bits() == ((std::uint64_t{1} << 1) | (std::uint64_t{1} << 46)));
}

TEST_CASE("a decoder used again forgets what it held", "[wire]") {
    Decoder decoder;
    decoder.decode("node/LHR", bytesOf(nodeColumns({.nodes = 50})));
    auto report = popReport({});
    report.totals[Distribution::ttfb_hit].record(17, 4);
    decoder.decode("pop/LHR", bytesOf(report));
    const auto small = nodeColumns({.nodes = 2});
    auto decoded = decoder.decode("node/LHR", bytesOf(small));
    CHECK(*std::get<const NodeColumns*>(decoded) == small);
    decoded = decoder.decode("pop/LHR", bytesOf(popReport({})));
    CHECK(*std::get<const PopReport*>(decoded) == popReport({}));
}

TEST_CASE("what cannot be is refused with reason, place and expectation", "[wire]") {
    const std::string good = bytesOf(popReport({}));

    CHECK(refusal("nonsense", good).reason == Refusal::topic);
    CHECK(refusal("pop/CDG", good).reason == Refusal::topic); // the message says LHR
    CHECK(refusal("pop/LHR", std::string(limits::kSmallMessageBytes + 1, 'x')).reason == Refusal::oversized);
    CHECK(refusal("node/LHR", std::string(limits::kMessageBytes + 1, 'x')).reason == Refusal::oversized);
    CHECK(refusal("pop/LHR", "\xff\xff\xff").reason == Refusal::unparseable);
    CHECK(refusal("pop/LHR", "").reason == Refusal::schemaVersion);

    const auto check = [](Refusal reason, const char* words, auto change) {
        const auto refused = refusal("pop/LHR", changedReport(change));
        CHECK(refused.reason == reason);
        CHECK_THAT(refused.text, containsText(words) && containsText("'pop/LHR'"));
    };
    using Report = surgescope::v1::PopReport;
    check(Refusal::schemaVersion, "schema version 2, expected 1",
          [](Report& r) { r.mutable_header()->set_schema_version(2); });
    check(Refusal::header, "publisher ''", [](Report& r) { r.mutable_header()->clear_publisher(); });
    check(Refusal::header, "publisher 'a?b'", [](Report& r) { r.mutable_header()->set_publisher("a\nb"); });
    check(Refusal::header, "sequence 0", [](Report& r) { r.mutable_header()->set_sequence(0); });
    check(Refusal::time, "whole second", [](Report& r) { r.mutable_header()->set_interval_end_us(1); });
    check(Refusal::time, "whole second", [](Report& r) { r.mutable_header()->set_interval_end_us(~0ULL); });
    check(Refusal::time, "whole second",
          [](Report& r) { r.mutable_header()->set_interval_end_us(kStart * 1'000'000ULL + 1); });
    check(Refusal::time, "500 ms", [](Report& r) { r.mutable_header()->set_interval_ms(500); });
    check(Refusal::time, "sent 5", [](Report& r) { r.mutable_header()->set_sent_us(5); });
    check(Refusal::time, "time source 2, received 0",
          [](Report& r) { r.mutable_header()->set_time_source(surgescope::v1::RECORDED); });
    check(Refusal::value, "requests is", [](Report& r) { r.mutable_totals()->set_requests(~0ULL); });
    check(Refusal::value, "saturation bins", [](Report& r) {
        for (int i = 0; i < 100; ++i)
            r.mutable_totals()->add_saturation_bins(1);
    });
    check(Refusal::value, "ttfb_miss", [](Report& r) {
        r.mutable_totals()->mutable_ttfb_miss()->set_offset(100'000);
        r.mutable_totals()->mutable_ttfb_miss()->add_counts(1);
    });
    check(Refusal::value, "lb_latency", [](Report& r) {
        r.mutable_totals()->mutable_lb_latency()->add_counts(~0ULL);
        r.mutable_totals()->mutable_lb_latency()->add_counts(2);
    });

    const auto badPop = refusal("pop/lhr", changedReport([](Report& r) { r.set_pop("lhr"); }));
    CHECK(badPop.reason == Refusal::popCode);
}

TEST_CASE("a name cannot turn the writing beside it around", "[wire]") {
    Encoder encoder;
    Decoder decoder;
    const auto isRefused = [&](const std::string& name) {
        auto message = roster({.nodes = 2});
        message.nodes[1].name = name;
        const auto decoded = decoder.decode("roster/LHR", encoder.encode(message));
        const auto* refused = std::get_if<Refused>(&decoded);
        if (refused) CHECK(refused->reason == Refusal::value);
        return refused != nullptr;
    };
    for (const char* bad :
         {"edge\u202e7", "edge\u2066", "\u200fedge", "edge\u0085", "edge\u2028", "edge\ufeff", "e\x7f"})
        CHECK(isRefused(bad));
    for (const char* good : {"edge-7", "münchen-1", "東京-7", "لندن", "edge \U0001F600"})
        CHECK_FALSE(isRefused(good));
}

TEST_CASE("columns of unequal length are refused", "[wire]") {
    auto columns = nodeColumns({.nodes = 4});
    columns[NodeColumn::cpu].pop_back();
    CHECK(refusal("node/LHR", bytesOf(columns)).reason == Refusal::unequalColumns);
    columns = nodeColumns({.nodes = 4});
    columns.heard = {1, 2};
    CHECK(refusal("node/LHR", bytesOf(columns)).reason == Refusal::unequalColumns);
    columns = nodeColumns({.nodes = 4});
    columns.nodeCount = 4'000'000'000;
    CHECK(refusal("node/LHR", bytesOf(columns)).reason == Refusal::value);

    surgescope::v1::Roster short1;
    REQUIRE(short1.ParseFromString(bytesOf(roster({.nodes = 3}))));
    short1.mutable_measures()->RemoveLast();
    CHECK(refusal("roster/LHR", short1.SerializeAsString()).reason == Refusal::unequalColumns);
    REQUIRE(short1.ParseFromString(bytesOf(roster({.nodes = 3}))));
    short1.set_server(1, 9);
    CHECK(refusal("roster/LHR", short1.SerializeAsString()).reason == Refusal::value);
}

TEST_CASE("a later version's fields are dropped, counted and harmless", "[wire]") {
    Decoder decoder;
    std::string bytes = bytesOf(popReport({}));
    bytes += "\xf8\x3e\x01"; // field 1007, varint 1
    const auto decoded = decoder.decode("pop/LHR", bytes);
    REQUIRE(std::holds_alternative<const PopReport*>(decoded));
    CHECK(*std::get<const PopReport*>(decoded) == popReport({}));
    CHECK(decoder.withUnknownFields() == 1);
}

TEST_CASE("a PoP code may have digits, hyphens and 16 characters", "[wire]") {
    for (const auto* code : {"FRA-2", "E1", "US-EAST-1-ASHBN"}) {
        checkRoundTrip(popReport({.pop = code}));
        checkRoundTrip(nodeColumns({.pop = code, .nodes = 3}));
        checkRoundTrip(roster({.pop = code, .nodes = 2}));
        FleetRollup rollup;
        rollup.end = feedSecond(kStart);
        rollup.width = std::chrono::seconds(10);
        rollup.pops.push_back({code, feedSecond(kStart), 3, popReport({.pop = code}).totals, 0x3ff});
        checkRoundTrip(rollup);
    }
}

TEST_CASE("an unknown PoP code is no reason to refuse", "[wire]") {
    checkRoundTrip(popReport({.pop = "XQZ"}));
}

TEST_CASE("a truncated or flipped message never does harm", "[wire]") {
    Decoder decoder;
    auto report = popReport({});
    for (std::uint64_t v = 1; v < 100'000; v *= 3)
        report.totals[Distribution::invalidation_lag].record(v);
    const std::vector<std::pair<std::string, std::string>> seeds{
        {"pop/LHR", bytesOf(report)},
        {"node/LHR", bytesOf(nodeColumns({.nodes = 9}))},
        {"roster/LHR", bytesOf(roster({.nodes = 3}))},
        {"event", bytesOf(Event{header({}), EventKind::purge, "album1"})},
        {"global", bytesOf(Global{header({}), "triple-drop", true, 0, 1, 2})}};
    std::mt19937_64 random(11);
    for (const auto& [topic, bytes] : seeds) {
        for (std::size_t length = 0; length < bytes.size(); ++length)
            decoder.decode(topic, std::string_view(bytes).substr(0, length));
        for (int i = 0; i < 5'000; ++i) {
            std::string broken = bytes;
            for (std::uint64_t n = random() % 4 + 1; n > 0; --n)
                broken[random() % broken.size()] = static_cast<char>(random());
            const auto decoded = decoder.decode(topic, broken);
            if (const auto* columns = std::get_if<const NodeColumns*>(&decoded))
                for (const auto& column : (*columns)->columns)
                    REQUIRE((column.empty() || column.size() == (*columns)->nodeCount));
        }
        const auto decoded = decoder.decode(topic, bytes);
        CHECK_FALSE(std::holds_alternative<Refused>(decoded));
    }
}
