// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/wire/decode.h"
#include "feeds/wire/encode.h"
#include "feeds/wire/limits.h"
#include "feeds/wire/rollup_reader.h"

#include "tests/support/catch.h"
#include "tests/support/damage.h"
#include "tests/support/messages.h"

#include <random>
#include <telemetry.pb.h>

using namespace surgescope::feeds;
using namespace surgescope::tests;
namespace pb = surgescope::v1;

namespace {

FleetRollup sample() {
    FleetRollup rollup;
    rollup.end = feedSecond(kStart / 10 * 10);
    rollup.width = std::chrono::seconds(10);
    for (const char* code : {"LHR", "CDG", "EWR"}) {
        FleetRollup::Pop pop;
        pop.pop = code;
        pop.end = rollup.end;
        pop.expectedNodes = 12;
        pop.observed = 0x3ff;
        pop.totals = popReport({.nodes = 12, .requests = 12'345}).totals;
        for (std::uint64_t v = 1; v < 90; ++v)
            pop.totals[Distribution::ttfb_hit].record(v * v, v);
        rollup.sinceStart.merge(pop.totals);
        rollup.pops.push_back(std::move(pop));
    }
    rollup.silent.push_back(rollup.pops.back());
    rollup.silent.back().end = rollup.end - std::chrono::seconds(300);
    return rollup;
}

std::string bytesOf(const FleetRollup& rollup) {
    Encoder encoder;
    return std::string(encoder.encode(rollup));
}

/// By way of a later version's field, which makes the plain reader leave it to the library.
std::optional<FleetRollup> byLibrary(const std::string& bytes) {
    const std::string laterField = "\x98\x06\x01"; // 99: 1
    Decoder decoder;
    const auto decoded = decoder.decode("rollup", bytes + laterField);
    const auto* const* rollup = std::get_if<const FleetRollup*>(&decoded);
    return rollup ? std::optional(**rollup) : std::nullopt;
}

template <class Change> std::string changed(Change change) {
    pb::Rollup rollup;
    REQUIRE(rollup.ParseFromString(bytesOf(sample())));
    change(rollup);
    return rollup.SerializeAsString();
}

} // namespace

TEST_CASE("a rollup is read as the protobuf library reads it", "[wire]") {
    const auto bytes = bytesOf(sample());
    FleetRollup rollup;
    rollup.pops.resize(7); // what was there before goes
    REQUIRE(readPlainRollup(bytes, rollup));
    CHECK(rollup == sample());
    CHECK(byLibrary(bytes) == sample());
}

TEST_CASE("a rollup's sums may be larger than what one interval can bring", "[wire]") {
    auto rollup = sample();
    const std::uint64_t days = 86'400;
    rollup.sinceStart[Counter::bytes_out] = 60 * days * 1'250'000'000'000; // at 10 Tbit/s
    rollup.sinceStart[Distribution::invalidation_lag].record(1'000, limits::kCount * 4);
    rollup.sinceStart[Distribution::invalidation_lag].record(0, limits::kCount * 2);
    rollup.sinceStart.saturation.record(500, limits::kCount * 3);
    rollup.pops[0].totals[Counter::bytes_out] = limits::kCount * 10;
    FleetRollup read;
    REQUIRE(readPlainRollup(bytesOf(rollup), read));
    CHECK(read == rollup);
    CHECK(byLibrary(bytesOf(rollup)) == rollup);
}

TEST_CASE("sums of a rollup that have nowhere to go stop there, and are read again", "[wire]") {
    auto rollup = sample();
    auto& sums = rollup.sinceStart;
    PopTotals most;
    most.setMeasured(FieldSet::all());
    most[Counter::bytes_out] = UINT64_MAX - 5;
    most[Distribution::ttfb_hit].record(7, UINT64_MAX - 5);
    most[Distribution::ttfb_hit].record(700, UINT64_MAX - 5);
    most.saturation.record(500, UINT64_MAX - 5);
    for (int i = 0; i < 3; ++i)
        sums.merge(most);
    CHECK(sums[Counter::bytes_out] == UINT64_MAX);
    CHECK(sums[Distribution::ttfb_hit].count() == UINT64_MAX);
    CHECK(sums.saturation.bins[10] == UINT64_MAX);
    CHECK(sums[Distribution::ttfb_hit].quantile(0.99) <= 700.0);
    CHECK(sums[Distribution::ttfb_hit].quantile(0.01) >= 0.0);
    FleetRollup read;
    REQUIRE(readPlainRollup(bytesOf(rollup), read));
    CHECK(read == rollup);
    CHECK(byLibrary(bytesOf(rollup)) == rollup);
}

TEST_CASE("what one interval brings is bounded as before", "[wire]") {
    auto report = popReport({});
    SECTION("a counter") {
        report.totals[Counter::bytes_out] = limits::kCount + 1;
    }
    SECTION("a distribution") {
        report.totals[Distribution::ttfb_hit].record(5, limits::kCount + 1);
    }
    SECTION("a bin") {
        report.totals.saturation.record(500, limits::kCount);
    }
    Encoder encoder;
    Decoder decoder;
    const auto decoded = decoder.decode("pop/LHR", encoder.encode(report));
    const auto* refused = std::get_if<Refused>(&decoded);
    REQUIRE(refused);
    CHECK_THAT(refused->text, containsText("2^53"));
}

TEST_CASE("rollups of broken bytes are read as the protobuf library reads them, or left to it", "[wire]") {
    std::mt19937_64 random(7);
    const auto whole = bytesOf(sample());
    FleetRollup rollup;
    std::size_t read = 0;
    for (int i = 0; i < 20'000; ++i) {
        const auto bytes = damaged(whole, random);
        if (!readPlainRollup(bytes, rollup)) continue;
        ++read;
        REQUIRE(rollup == byLibrary(bytes));
    }
    CHECK(read > 500);
}

TEST_CASE("unusual rollups are left to the protobuf library", "[wire]") {
    FleetRollup rollup;
    const auto isRead = [&](const std::string& bytes) { return readPlainRollup(bytes, rollup); };
    const auto usual = changed([](pb::Rollup&) {});
    CHECK(isRead(usual));
    CHECK_FALSE(isRead(usual + usual));
    CHECK_FALSE(isRead(usual.substr(0, usual.size() - 1)));
    CHECK_FALSE(isRead(""));
    CHECK_FALSE(isRead(changed([](pb::Rollup& r) { r.clear_since_start(); })));
    CHECK_FALSE(isRead(changed([](pb::Rollup& r) { r.set_interval_ms(2'000); })));
    CHECK_FALSE(isRead(changed([](pb::Rollup& r) { r.set_interval_end_us(5); })));
    CHECK_FALSE(isRead(changed([](pb::Rollup& r) { r.mutable_pops(1)->set_pop("lhr"); })));
    CHECK_FALSE(isRead(changed([](pb::Rollup& r) { r.mutable_pops(1)->clear_totals(); })));
    CHECK_FALSE(isRead(changed([](pb::Rollup& r) { r.mutable_silent(0)->clear_interval_end_us(); })));
}
