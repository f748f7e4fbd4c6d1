// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/frame_csv.h"

#include "tests/support/catch.h"
#include "tests/support/csv_reader.h"
#include "tests/support/sample_frame.h"

#include <algorithm>
#include <cmath>
#include <map>

using namespace surgescope;
using namespace surgescope::widgets;
using tests::CsvTable;
using tests::readCsv;

namespace {

/// Whatever a view's table says of nothing, it never says 0.
std::size_t emptyCells(const CsvTable& table, std::size_t column) {
    return static_cast<std::size_t>(
        std::ranges::count_if(table.rows, [column](const auto& row) { return row[column].empty(); }));
}

} // namespace

TEST_CASE("every view's table is strict CSV whose names carry units") {
    for (const auto& frame : {tests::sampleFrame(), tests::fewNodesFrame(), tests::emptyFrame()})
        for (const ExportView view : kExportViews) {
            INFO(viewName(view));
            const auto table = readCsv(csvOf(view, *frame, feeds::PopCatalogue::builtIn()));
            REQUIRE(table);
            CHECK(table->names.front() == "time [UTC]");
            for (const auto& row : table->rows)
                REQUIRE(row.size() == table->names.size());
        }
}

TEST_CASE("a chart's table has the numbers of the frame, in full, and gaps are empty") {
    const auto frame = tests::sampleFrame();
    const auto table = readCsv(csvOf(ExportView::requests, *frame, feeds::PopCatalogue::builtIn()));
    REQUIRE(table);
    REQUIRE(table->rows.size() == 300);
    CHECK(table->rows.back()[0] == "2026-11-23T05:12:34Z");
    const auto europe = table->column("requests Europe [1/s]");
    REQUIRE(europe);
    const auto& values = frame->parts[2].series[feeds::Measure::requests_per_second];
    std::size_t gaps = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::string& cell = table->rows[i][*europe];
        if (std::isnan(values[i])) {
            ++gaps;
            REQUIRE(cell.empty());
        } else {
            REQUIRE(std::stof(cell) == values[i]);
            REQUIRE(cell.find_first_of("eE,") == std::string::npos);
        }
    }
    CHECK(gaps > 0);
    CHECK(emptyCells(*table, *europe) == gaps);
    CHECK(table->column("requests world [1/s]"));
    CHECK(table->column("requests baseline standard rollout [1/s]"));
    CHECK(table->column("coverage [ratio]"));
    const auto metadata = readCsv(csvOf(ExportView::metadata, *frame, feeds::PopCatalogue::builtIn()));
    REQUIRE(metadata);
    const auto p95 = metadata->column("metadata p95 world [us]");
    REQUIRE(p95);
    CHECK(std::stof(metadata->rows.back()[*p95]) == frame->series[feeds::Measure::metadata_p95_us].back());
}

TEST_CASE("the lag by PoP tells nothing purged from no data, and neither is a number") {
    const auto frame = tests::sampleFrame();
    const auto table = readCsv(csvOf(ExportView::lagByPop, *frame, feeds::PopCatalogue::builtIn()));
    REQUIRE(table);
    REQUIRE(table->names ==
            std::vector<std::string>{"time [UTC]", "PoP", "invalidation lag p99 [us]", "state"});
    REQUIRE(table->rows.size() == frame->heat.lagUs.size());
    std::map<std::string, int> states;
    for (std::size_t i = 0; i < table->rows.size(); ++i) {
        const auto& row = table->rows[i];
        const auto rows = frame->heat.rows.size();
        const float lag = frame->heat.at(static_cast<int>(i % rows), static_cast<int>(i / rows));
        ++states[row[3]];
        REQUIRE(row[1] == frame->heat.rows[i % rows]);
        if (row[3] == "measured")
            REQUIRE(std::stof(row[2]) == lag);
        else
            REQUIRE(row[2].empty());
        REQUIRE((row[3] == "no data") == std::isnan(lag));
        REQUIRE((row[3] == "nothing purged") == (lag == feeds::HeatGrid::kNothingPurged));
    }
    CHECK(states.size() == 3);
}

TEST_CASE("the lag distribution has a line a bin, and its shares add up") {
    const auto frame = tests::sampleFrame();
    const auto table = readCsv(csvOf(ExportView::lagDistribution, *frame, feeds::PopCatalogue::builtIn()));
    REQUIRE(table);
    REQUIRE(table->rows.size() == frame->lag.share.size());
    double sum = 0;
    for (std::size_t bin = 0; bin < feeds::LagBins::kCount; ++bin)
        sum += std::stod(table->rows[bin][3]);
    CHECK(sum == Approx(1).epsilon(0.001));
    CHECK(table->rows[0][1] == "0");
    CHECK(std::stod(table->rows[1][1]) == Approx(feeds::LagBins::upperBoundUs(0)));
    CHECK(table->rows[feeds::LagBins::kCount - 1][2].empty()); // it counts what is above, too
}

TEST_CASE("PoPs have each reading with its quality, and nothing unknown is a zero") {
    const auto frame = tests::sampleFrame();
    const auto table = readCsv(csvOf(ExportView::map, *frame, feeds::PopCatalogue::builtIn()));
    REQUIRE(table);
    REQUIRE(table->rows.size() == frame->pops.size());
    const auto requests = *table->column("requests [1/s]"), quality = *table->column("requests quality");
    const auto saturation = *table->column("saturation [ratio]");
    std::map<std::string, int> qualities, saturations;
    for (std::size_t i = 0; i < table->rows.size(); ++i) {
        const auto& row = table->rows[i];
        const feeds::PopFrame& pop = frame->pops[i];
        REQUIRE(row[1] == pop.code);
        ++qualities[row[quality]];
        ++saturations[row[saturation + 1]];
        REQUIRE(row[requests].empty() == !pop.summary[feeds::Measure::requests_per_second].hasValue());
        if (!row[requests].empty())
            REQUIRE(std::stod(row[requests]) == pop.summary[feeds::Measure::requests_per_second].value);
        REQUIRE(row[saturation].empty() == !pop.summary[feeds::Measure::saturation].hasValue());
    }
    for (const char* word : {"measured", "partial", "stale", "no data"})
        CHECK(qualities[word] > 0);
    CHECK(saturations["not measured"] > 0);
    const auto hottest = readCsv(csvOf(ExportView::hottest, *frame, feeds::PopCatalogue::builtIn()));
    REQUIRE(hottest);
    CHECK(hottest->rows.size() == table->rows.size());
    CHECK(std::stod(hottest->rows[0][saturation]) >= std::stod(hottest->rows[1][saturation]));
}

TEST_CASE("headline numbers come with their quality") {
    const auto frame = tests::sampleFrame();
    const auto table = readCsv(csvOf(ExportView::tiles, *frame, feeds::PopCatalogue::builtIn()));
    REQUIRE(table);
    const auto row = [&](const std::string& name) {
        const auto found = std::ranges::find_if(table->rows, [&](const auto& r) { return r[2] == name; });
        REQUIRE(found != table->rows.end());
        return *found;
    };
    CHECK(row("requests") == std::vector<std::string>{"2026-11-23T05:12:34Z", "world", "requests", "1/s",
                                                      "41800000", "partial"});
    CHECK(row("listeners")[4] == "61200000");
    const auto none = readCsv(csvOf(ExportView::tiles, *tests::emptyFrame(), feeds::PopCatalogue::builtIn()));
    REQUIRE(none);
    for (const auto& line : none->rows)
        CHECK(line[4].empty());
}

TEST_CASE("what needs quotes is quoted") {
    const auto frame = tests::sampleFrame();
    frame->baseline->name = "last \"big\" one, 2025\nsecond line";
    const auto table = readCsv(csvOf(ExportView::egress, *frame, feeds::PopCatalogue::builtIn()));
    REQUIRE(table);
    CHECK(table->column("egress baseline last \"big\" one, 2025\nsecond line [bit/s]"));
}
