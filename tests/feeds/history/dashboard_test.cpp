// SPDX-License-Identifier: GPL-3.0-or-later
// The dashboard for Grafana asks for what is written, and for nothing else.
#include "feeds/history/history_writer.h"
#include "feeds/history/series.h"

#include "tests/support/catch.h"
#include "tests/support/history_store.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <regex>

using namespace surgescope;
using namespace surgescope::feeds;
using namespace surgescope::tests;

namespace {

nlohmann::json grafana() {
    return nlohmann::json::parse(projectFile("resources/grafana/surgescope.json"));
}

/// Which panels show nothing of a minute of everything.
std::vector<std::string> emptyPanels(HistoryStore& store) {
    TemporaryFolder folder;
    const SystemClock clock;
    auto opened = HistoryWriter::open(
        {.store = {.url = store.writeUrl()}, .instance = "r", .queueFolder = (folder.path() / "q").string()},
        PopCatalogue::builtIn(), clock);
    if (!opened) FAIL(opened.error());
    auto& writer = *opened.value();
    REQUIRE(eventually([&] {
        ::poll(nullptr, 0, 20);
        return !writer.status().form.empty();
    }));
    auto second = someSlot();
    for (int i = 0; i < 60; ++i)
        writer.add(someReport("LHR", second += std::chrono::seconds(1), static_cast<unsigned>(i)), 12);
    writer.stop();
    REQUIRE(writer.status().points == 6);
    REQUIRE(!store.askUntil("surgescope_requests_total{%}", second, [](const auto& v) { return !v.empty(); })
                 .empty());
    std::vector<std::string> empty;
    const auto dashboard = grafana();
    for (const auto& panel : dashboard["panels"]) {
        bool any = false;
        for (const auto& target : panel["targets"]) {
            auto query = target["expr"].get<std::string>();
            replaceEach(query, "$job", "surgescope");
            replaceEach(query, "$pop", ".*");
            any = !store.ask(query, second).empty() || any;
        }
        if (!any) empty.push_back(panel["title"]);
    }
    return empty;
}

} // namespace

TEST_CASE("each series that the dashboard for Grafana names is one that is written", "[history]") {
    const auto names = history::namesOfSeries();
    const std::regex series("surgescope_[a-z0-9_]+");
    std::size_t panels = 0;
    const auto dashboard = grafana();
    for (const auto& panel : dashboard["panels"]) {
        ++panels;
        for (const auto& target : panel["targets"]) {
            const auto query = target["expr"].get<std::string>();
            std::size_t named = 0;
            for (std::sregex_iterator it(query.begin(), query.end(), series), end; it != end; ++it, ++named) {
                INFO(it->str());
                CHECK(std::ranges::count(names, it->str()) == 1);
            }
            CHECK(named > 0);
        }
    }
    CHECK(panels >= 10);
}

TEST_CASE("each panel of the dashboard for Grafana shows something", "[history]") {
    if (skippedWithout("/usr/bin/victoria-metrics", "victoria-metrics") ||
        skippedWithout("/usr/bin/prometheus", "prometheus"))
        return;
    const std::vector<std::string> none;
    {
        HistoryStore store(HistoryStore::Kind::victoriaMetrics);
        CHECK(emptyPanels(store) == none);
    }
    HistoryStore store(HistoryStore::Kind::prometheus, {"--enable-feature=native-histograms"});
    CHECK(emptyPanels(store) == none);
}
