// SPDX-License-Identifier: GPL-3.0-or-later
// Prints what the agent's readers cost on one core. Run it on a quiet machine.
#include "feeds/agent/collector_kinds.h"
#include "feeds/agent/metric_scrape.h"

#include "tests/bench/measure.h"
#include "tests/support/captures.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_folder.h"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <sys/resource.h>
#include <utility>
#include <vector>

using namespace surgescope;
using namespace surgescope::feeds;

namespace {

constexpr std::size_t kTargets = 500;
constexpr std::size_t kPageBytes = 20'000;
constexpr std::uint64_t kSeed = 1; // of one second; of the next, 2

/// The first whole lines of a captured page, and each target's numbers a little different.
std::vector<std::string> pagesLike(const std::string& captured, std::size_t most, std::uint64_t seed) {
    auto page = tests::capture(captured);
    if (page.empty()) std::abort();
    page.resize(page.rfind('\n', std::min(most, page.size()) - 1) + 1);
    std::mt19937_64 random(seed);
    std::vector<std::string> pages(kTargets, page);
    for (auto& one : pages)
        for (auto at = one.find('\n'); at != std::string::npos; at = one.find('\n', at + 1))
            if (at > 0 && one[at - 1] >= '1' && one[at - 1] <= '9')
                one[at - 1] = static_cast<char>('1' + random() % 9);
    return pages;
}

/// A preset, or for want of one with histograms a mapping that has all of Caddy's.
MetricMapping mappingOf(const std::string& name) {
    auto mapping = name == "histograms"
                       ? parseMapping("version = 1\n[distributions]\nttfb_miss = { buckets = "
                                      "'caddy_http_response_duration_seconds_bucket', times = 1e6 }\n"
                                      "metadata_latency = { buckets = "
                                      "'caddy_http_request_duration_seconds_bucket', times = 1e6 }\n",
                                      name)
                       : presetMapping(name);
    if (!mapping) std::abort();
    return std::move(mapping.value());
}

/// Reading samples alone, and with all that comes of them.
void readTargets(const std::string& preset, const std::string& captured, std::size_t most) {
    const auto pages = pagesLike(captured, most, kSeed);
    const auto later = pagesLike(captured, most, kSeed + 1);
    double bytes = 0;
    double samples = 0;
    for (const auto& page : pages)
        bytes += static_cast<double>(page.size());
    const auto name = std::to_string(kTargets) + " × " + std::to_string(pages[0].size() / 1000) + " kB ";
    bench::measure("read " + name + captured.substr(0, 14), 20, bytes, [&](int) {
        samples = 0;
        for (const auto& text : pages) {
            MetricsPage page(text);
            while (page.next() != nullptr)
                ++samples;
            if (page.error()) std::abort();
        }
    });
    std::vector<std::unique_ptr<MetricScrape>> scrapes;
    for (std::size_t i = 0; i < kTargets; ++i)
        scrapes.push_back(std::make_unique<MetricScrape>(mappingOf(preset)));
    SteadyTime now{std::chrono::hours(1)};
    bench::measure("read and map " + name + preset, 20, bytes, [&](int run) {
        now += std::chrono::seconds(1);
        for (std::size_t i = 0; i < kTargets; ++i)
            if (!scrapes[i]->read(run % 2 == 0 ? pages[i] : later[i], now)) std::abort();
    });
    std::printf("%-44s %10.0f samples a target\n", "", samples / static_cast<double>(kTargets));
}

double processorMs() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto ms = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_usec) / 1e3;
    };
    return ms(used.ru_utime) + ms(used.ru_stime);
}

/// The same with everything an agent does for a second of 500 targets: they are one nginx that has the page.
void askTargets() {
    const std::string program = "/usr/sbin/nginx";
    if (tests::skippedWithout(program, "nginx-light")) return;
    const tests::TemporaryFolder folder;
    const auto path = folder.path().string();
    const auto port = std::to_string(tests::freeTcpPort());
    std::ofstream(path + "/metrics") << pagesLike("caddy-2.6.2_metrics.txt", kPageBytes, kSeed).front();
    std::ofstream(path + "/nginx.conf")
        << "daemon off; master_process off; pid nginx.pid; error_log stderr notice;\n"
           "events { worker_connections 2000; }\n"
           "http { access_log off; server { listen 127.0.0.1:"
        << port << " backlog=2000; root " << path << "; } }\n";
    tests::ServerProcess server;
    server.start({program, "-e", "stderr", "-p", path, "-c", path + "/nginx.conf"}, "event method");
    const SystemClock clock;
    EventLoop loop;
    std::vector<std::unique_ptr<Collector>> targets;
    for (std::size_t i = 0; i < kTargets; ++i) {
        const auto plan =
            readCollectorPlan("prometheus preset=caddy url=http://127.0.0.1:" + port + "/metrics");
        auto made = makeCollector(*plan, {loop, clock});
        if (!made) std::abort();
        targets.push_back(*std::move(made));
    }
    std::vector<double> times;
    std::size_t heard = 0;
    for (int second = 0; second < 20; ++second) {
        const double before = processorMs();
        for (const auto& target : targets)
            target->cut();
        for (const auto& target : targets)
            while (!target->settled())
                loop.turn(std::chrono::milliseconds(100));
        heard = 0;
        for (const auto& target : targets)
            heard += target->take().heard ? 1 : 0;
        times.push_back(processorMs() - before);
    }
    std::sort(times.begin(), times.end());
    std::printf("%-44s %10.2f %10.2f %10.2f %5zu  of processor time; %zu heard\n",
                "ask, read and map 500 × 20 kB, a second", times[times.size() / 2], times.front(),
                times.back(), times.size(), heard);
}

} // namespace

int main() {
    bench::printHead();
    readTargets("haproxy", "haproxy-2.6.12_prometheus.txt", 1U << 20);
    readTargets("node_exporter", "prometheus-node-exporter-1.5.0_metrics.txt", 1U << 20);
    readTargets("varnish_exporter", "prometheus-varnish-exporter-1.6.1_metrics.txt", 1U << 20);
    readTargets("caddy", "caddy-2.6.2_metrics.txt", kPageBytes);
    readTargets("histograms", "caddy-2.6.2_metrics.txt", kPageBytes);
    askTargets();
    return 0;
}
