// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/wire/decode.h"
#include "feeds/wire/limits.h"
#include "feeds/wire/totals_reader.h"

#include "tests/support/catch.h"
#include "tests/support/damage.h"
#include "tests/support/messages.h"
#include "tests/support/simulated_launch.h"

#include <random>
#include <telemetry.pb.h>

using namespace surgescope::feeds;
using namespace surgescope::tests;
namespace pb = surgescope::v1;

namespace {

/// What the protobuf library makes of the same bytes; nothing: it, or limits.h, refuses them.
std::optional<PopTotals> totalsByLibrary(const std::string& bytes) {
    pb::PopTotals from;
    if (!from.ParseFromString(bytes) ||
        from.saturation_bins_size() > static_cast<int>(SaturationHistogram::kBins))
        return std::nullopt;
    const auto field = [&](int number) { return pb::PopTotals::descriptor()->FindFieldByNumber(number); };
    const auto* reflection = pb::PopTotals::GetReflection();
    const auto tooLarge = [](std::uint64_t v) { return v > limits::kCount; };
    PopTotals to;
    to.measuredByAny = FieldSet(from.measured_by_any());
    to.measuredByAll = FieldSet(from.measured_by_all());
    std::ranges::copy(from.saturation_bins(), to.saturation.bins.begin());
    for (std::size_t i = 0; i < kCounterCount; ++i)
        to.counters[i] = reflection->GetUInt64(from, field(fieldNumber(static_cast<Counter>(i))));
    if (std::ranges::any_of(to.counters, tooLarge) || std::ranges::any_of(to.saturation.bins, tooLarge))
        return std::nullopt;
    for (std::size_t i = 0; i < kDistributionCount; ++i) {
        const auto& message = reflection->GetMessage(from, field(fieldNumber(static_cast<Distribution>(i))));
        const auto& histogram = static_cast<const pb::Histogram&>(message);
        const std::vector<std::uint64_t> counts(histogram.counts().begin(), histogram.counts().end());
        auto& distribution = to.distributions[i];
        if (std::ranges::any_of(counts, tooLarge) || tooLarge(histogram.zero_count()) ||
            !distribution.addBuckets(histogram.offset(), counts))
            return std::nullopt;
        distribution.addZeros(histogram.zero_count());
        distribution.addSummary(histogram.sum(), histogram.max());
        if (tooLarge(distribution.count())) return std::nullopt;
    }
    return to;
}

/// The totals of each report of some seconds of a launch, as bytes.
std::vector<std::string> launchTotals(int seconds) {
    SimulatedLaunch launch("triple-drop", 4'000, false);
    std::vector<std::string> all;
    for (int s = 0; s < seconds; ++s)
        for (const auto& wire : launch.second())
            if (pb::PopReport report; wire.topic.starts_with("pop/") && report.ParseFromString(wire.payload))
                all.push_back(report.totals().SerializeAsString());
    return all;
}

template <class Change> std::string changedTotals(Change change) {
    pb::PopTotals totals;
    totals.set_requests(5);
    totals.mutable_ttfb_hit()->set_offset(-1);
    totals.mutable_ttfb_hit()->add_counts(3);
    change(totals);
    return totals.SerializeAsString();
}

} // namespace

TEST_CASE("the totals of a launch are read as the protobuf library reads them", "[wire]") {
    PopTotals totals;
    for (const auto& bytes : launchTotals(20)) {
        REQUIRE(readPlainTotals(bytes, totals));
        REQUIRE(totals == totalsByLibrary(bytes));
    }
    CHECK(readPlainTotals("", totals));
    CHECK(totals == totalsByLibrary(""));
}

TEST_CASE("totals of broken bytes are read as the protobuf library reads them, or left to it", "[wire]") {
    std::mt19937_64 random(7);
    PopTotals totals;
    std::size_t read = 0;
    for (const auto& whole : launchTotals(1)) {
        for (int i = 0; i < 200; ++i) {
            const auto bytes = damaged(whole, random);
            if (!readPlainTotals(bytes, totals)) continue;
            ++read;
            REQUIRE(totals == totalsByLibrary(bytes));
        }
    }
    CHECK(read > 1'000);
}

TEST_CASE("unusual totals are left to the protobuf library", "[wire]") {
    PopTotals totals;
    const auto isRead = [&](const std::string& bytes) { return readPlainTotals(bytes, totals); };
    const auto usual = changedTotals([](pb::PopTotals&) {});
    CHECK(isRead(usual));
    CHECK_FALSE(isRead(usual + usual));                                  // fields come twice
    CHECK_FALSE(isRead(usual + "\x58\x05"));                             // requests a second time
    CHECK_FALSE(isRead(usual + "\xf8\x3e\x01"));                         // a later version's field
    CHECK_FALSE(isRead(usual.substr(0, usual.size() - 1)));              // torn
    CHECK_FALSE(isRead(std::string("\x58\x85\x00", 3)));                 // a number longer than it need be
    CHECK_FALSE(isRead("\x58\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f")); // of more than 64 bits
    CHECK_FALSE(isRead("\x18\x05"));                                     // a bin that is not packed
    CHECK_FALSE(isRead("\x5d\x01\x01\x01\x01"));                         // requests of another type
    CHECK_FALSE(isRead(changedTotals([](pb::PopTotals& t) { t.set_requests(limits::kCount + 1); })));
    CHECK_FALSE(isRead(changedTotals([](pb::PopTotals& t) { t.mutable_ttfb_hit()->set_offset(-2); })));
    CHECK_FALSE(isRead(changedTotals([](pb::PopTotals& t) { t.mutable_ttfb_hit()->set_offset(320); })));
    CHECK_FALSE(
        isRead(changedTotals([](pb::PopTotals& t) { t.mutable_ttfb_hit()->add_counts(limits::kCount); })));
    CHECK_FALSE(isRead(changedTotals([](pb::PopTotals& t) {
        for (int i = 0; i < 33; ++i)
            t.add_saturation_bins(1);
    })));
    CHECK_FALSE(isRead(changedTotals([](pb::PopTotals& t) {
        for (int i = 0; i < 400; ++i)
            t.mutable_ttfb_hit()->add_counts(1);
    })));
}
