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
    rollup.sinceStart[Counter::bytes_out] = limits::kSum;
    rollup.pops[0].totals[Counter::bytes_out] = limits::kCount * 10;
    FleetRollup read;
    REQUIRE(readPlainRollup(bytesOf(rollup), read));
    CHECK(read == rollup);
    CHECK(byLibrary(bytesOf(rollup)) == rollup);
    ++rollup.sinceStart[Counter::bytes_out];
    CHECK_FALSE(readPlainRollup(bytesOf(rollup), read));
    CHECK_FALSE(byLibrary(bytesOf(rollup)));
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
