// SPDX-License-Identifier: GPL-3.0-or-later
// What history costs with a real VictoriaMetrics: minutes of 391 PoPs in a launch written, and read back; and
// the charts of a night. history_bench [MINUTES [MINUTES of the night]], 10 and 480 unless said.
#include "feeds/history/chart_reader.h"
#include "feeds/history/fetch.h"
#include "feeds/history/history_reader.h"
#include "feeds/history/open_slots.h"
#include "feeds/history/remote_store.h"
#include "feeds/history/series.h"
#include "feeds/sim/scenario_file.h"
#include "feeds/sim/simulator.h"
#include "feeds/util/own_process.h"

#include "tests/support/history_store.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace surgescope;
using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::seconds;

namespace {

constexpr std::uint64_t kNodes = 40'000;
constexpr int kBeforeRelease = 90'000; // so many seconds at most

/// What the store has taken: the only child.
double storeCpuSeconds() {
    std::ifstream children("/proc/self/task/" + std::to_string(::getpid()) + "/children");
    std::string pid;
    children >> pid;
    std::ifstream stat("/proc/" + pid + "/stat");
    std::string field;
    double seconds = 0;
    for (int i = 1; i <= 15 && stat >> field; ++i)
        if (i >= 14) seconds += std::stod(field) / static_cast<double>(::sysconf(_SC_CLK_TCK));
    return seconds;
}

/// Wall clock and processor time between two moments.
class Cost {
  public:
    double wall() const { return secondsBetween(m_begin, m_clock.steady()); }
    double cpu() const { return processCpuSeconds() - m_cpu; }
    double store() const { return storeCpuSeconds() - m_store; }

  private:
    SystemClock m_clock;
    SteadyTime m_begin = m_clock.steady();
    double m_cpu = processCpuSeconds();
    double m_store = storeCpuSeconds();
};

/// Of the minutes behind T-0, ten seconds each.
std::vector<FleetRollup> launch(int minutes) {
    sim::Simulator simulator(PopCatalogue::builtIn(), *sim::findScenario("triple-drop"), kNodes, 1);
    const SystemClock clock;
    OpenSlots slots;
    simulator.step();
    const auto release = simulator.global().releaseAtUs / 1'000'000;
    for (int i = 0; i < kBeforeRelease && unixSeconds(simulator.now()) < static_cast<std::int64_t>(release);
         ++i)
        simulator.step();
    std::vector<FleetRollup> rollups;
    const auto until =
        feedSecond(unixSeconds(simulator.now()) / 10 * 10 + 10) + std::chrono::minutes(minutes);
    while (simulator.now() < until) {
        simulator.step();
        for (const auto& report : simulator.reports())
            slots.add(report.pop, simulator.now(), report.totals, kNodes / 391, clock.steady());
        for (auto& rollup : slots.take(clock.steady(), simulator.now() == until))
            rollups.push_back(std::move(rollup));
    }
    return rollups;
}

/// `times`: so often, one after the other.
void write(const std::vector<FleetRollup>& rollups, const HistoryStore& store, const std::string& job,
           std::size_t times) {
    const Cost cost;
    double making = 0;
    std::uint64_t samples = 0, bytes = 0;
    auto to =
        RemoteStore::make({.url = store.writeUrl(), .query = {}, .form = HistogramForm::vmrange, .http = {}});
    WriteRequests requests(PopCatalogue::builtIn(), job, "bench", HistogramForm::vmrange);
    auto end = rollups.front().end;
    for (std::size_t i = 0; i < times * rollups.size(); ++i) {
        auto rollup = rollups[i % rollups.size()];
        rollup.end = std::exchange(end, end + rollup.width);
        const Cost its;
        const auto made = requests.of(rollup);
        making += its.cpu();
        for (const auto& request : made) {
            samples += request.samples;
            bytes += request.bytes.size();
            if (to.value().write(request).kind != RemoteStore::Outcome::Kind::stored) std::abort();
        }
    }
    const auto points = static_cast<double>(times * rollups.size());
    std::printf(
        "write: %.0f points of %zu PoPs, %.0f samples each, %.0f kB; of a core %.0f ms each to make, %.0f ms "
        "more to send and %.0f ms the store's\n",
        points, rollups.front().pops.size(), static_cast<double>(samples) / points,
        static_cast<double>(bytes) / points / 1e3, 1e3 * making / points,
        1e3 * (cost.cpu() - making) / points, 1e3 * cost.store() / points);
}

/// A PoP for each region, with all that its PoPs have: a night that is written soon, and whose charts are the
/// same.
std::vector<FleetRollup> onePopARegion(const std::vector<FleetRollup>& rollups) {
    const auto& catalogue = PopCatalogue::builtIn();
    std::vector<FleetRollup> all;
    for (const auto& rollup : rollups) {
        auto& merged = all.emplace_back();
        merged.end = rollup.end;
        merged.width = rollup.width;
        std::vector<FleetRollup::Pop> regions(catalogue.regions().size());
        for (const auto& pop : rollup.pops) {
            auto& region = regions[catalogue[*catalogue.find(pop.pop)].region.value];
            if (region.pop.empty()) region.pop = pop.pop;
            region.end = pop.end;
            region.observed |= pop.observed;
            region.expectedNodes += pop.expectedNodes;
            region.totals.merge(pop.totals);
        }
        for (auto& region : regions)
            if (!region.pop.empty()) merged.pops.push_back(std::move(region));
    }
    return all;
}

void charts(const HistoryStore& store, const std::string& job, FeedSecond from, FeedSecond to) {
    for (int i = 0; i < 4; ++i) {
        const Cost cost;
        const auto read = readCharts({.url = store.url(), .job = job, .http = {}}, from, to, chartStep(from, to));
        if (!read) {
            std::puts(read.error().c_str());
            return;
        }
        std::printf(
            "charts: %.1f hours, %zu points in %.2f s, of a core %.2f s ours and %.2f s the store's\n",
            static_cast<double>((to - from).count()) / 3'600, read->points.size(), cost.wall(), cost.cpu(),
            cost.store());
    }
}

void print(const Cost& cost, seconds length) {
    const auto minutes = static_cast<double>(length.count()) / 60;
    std::printf("  a minute in %.2f s, of a core %.2f s ours and %.2f s the store's; 8 hours in %.0f s; %.0f "
                "MiB resident\n",
                cost.wall() / minutes, cost.cpu() / minutes, cost.store() / minutes,
                480 * cost.wall() / minutes, residentMebibytes());
}

/// The same questions, and nothing read of the answers.
void askOnly(const HistoryStore& store, FeedSecond from, FeedSecond to) {
    auto http = HttpClient::make({});
    auto names = history::namesOfSeries();
    for (std::size_t i = 0; i < kChartedEverywhere; ++i) // for Grafana alone
        std::erase(names, history::nameOfSeries(kCharted[i]));
    const Cost cost;
    double bytes = 0;
    for (auto begin = from; begin < to; begin += HistoryReader::kStretch)
        for (const auto& name : names) {
            const auto end = std::min<FeedSecond>(begin + HistoryReader::kStretch, to);
            const auto answer = http.value().get(
                store.url() + "/api/v1/query?nocache=1&time=" + std::to_string(unixSeconds(end)) + "&query=" +
                percentEncoded(name + "{job=\"surgescope\"}[" + std::to_string((end - begin).count() + 10) +
                               "s]"));
            if (!answer.isGood()) std::abort();
            bytes += static_cast<double>(answer.body.size());
        }
    std::printf("ask: %.0f MB of answers\n", bytes / 1e6);
    print(cost, to - from);
}

void read(const HistoryStore& store, FeedSecond from, FeedSecond to) {
    const Cost cost;
    auto reader = HistoryReader::make({.url = store.url(), .job = "surgescope", .http = {}});
    std::size_t slots = 0;
    for (auto begin = from; begin < to;) {
        const auto stretch = reader.value().read(begin, to);
        if (!stretch) std::abort();
        slots += stretch->rollups.size();
        begin = stretch->until;
    }
    std::printf("read: %zu points\n", slots);
    print(cost, to - from);
}

void fetch(const HistoryStore& store, FeedSecond from, FeedSecond to) {
    const TemporaryFolder folder;
    const Cost cost;
    FetchOptions options;
    options.store.url = store.url();
    options.from = from;
    options.to = to;
    options.library = "bench";
    const auto fetched =
        fetchHistory((folder.path() / "back.mcap").string(), PopCatalogue::builtIn(), options);
    if (!fetched) std::abort();
    std::printf("fetch: %llu points, %llu reports\n", static_cast<unsigned long long>(fetched->points),
                static_cast<unsigned long long>(fetched->reports));
    print(cost, to - from);
}

} // namespace

int main(int argc, char** argv) {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    if (!std::filesystem::exists("/usr/bin/victoria-metrics")) {
        std::puts("skipped: there is no victoria-metrics");
        return 0;
    }
    const int minutes = argc > 1 ? std::atoi(argv[1]) : 10;
    const int minutesOfNight = argc > 2 ? std::atoi(argv[2]) : 480;
    if (minutes < 1 || minutesOfNight < 1) return 2;
    HistoryStore store(HistoryStore::Kind::victoriaMetrics);
    const auto rollups = launch(minutes);
    std::size_t pops = 0;
    for (const auto& rollup : rollups)
        pops = std::max(pops, rollup.pops.size());
    std::printf("%d min of %zu PoPs behind T-0\n", minutes, pops);
    write(rollups, store, "surgescope", 1);
    const auto from = rollups.front().end - rollups.front().width, to = rollups.back().end;
    const auto known =
        store.askUntil("surgescope_requests_total{%}", to, [&](const auto& v) { return v.size() == pops; });
    if (known.size() != pops) return 1;
    askOnly(store, from, to);
    read(store, from, to);
    fetch(store, from, to);

    const auto night = onePopARegion({rollups.begin(), rollups.begin() + 6});
    const auto times = static_cast<std::size_t>(minutesOfNight);
    write(night, store, "night", times);
    const auto end = from + std::chrono::minutes(minutesOfNight);
    const auto regions = night.front().pops.size();
    store.askUntil("surgescope_requests_total{job=\"night\",%}", end,
                   [&](const auto& v) { return v.size() == regions; });
    charts(store, "night", from, end);
}
