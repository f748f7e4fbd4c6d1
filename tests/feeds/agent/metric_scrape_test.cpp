// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/metric_scrape.h"

#include "tests/support/catch.h"

#include <chrono>
#include <string>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using namespace std::chrono_literals;

namespace {

/// A target whose pages come a second apart.
struct Scraped {
    MetricScrape scrape;
    SteadyTime now{1h};

    explicit Scraped(const std::string& mapping) : scrape(parsed("version = 1\n" + mapping)) {}

    static MetricMapping parsed(const std::string& text) {
        auto mapping = parseMapping(text, "m.toml");
        if (!mapping) FAIL(mapping.error());
        return std::move(mapping.value());
    }
    CollectedSecond page(const std::string& text) {
        now += 1s;
        auto second = scrape.read(text, now);
        if (!second) FAIL(second.error());
        return std::move(second.value());
    }
    std::string refused(const std::string& text) {
        now += 1s;
        const auto second = scrape.read(text, now);
        REQUIRE_FALSE(second);
        return second.error();
    }
    /// Requests of the page's second; nothing: not measured.
    std::optional<std::uint64_t> requests(const std::string& text) {
        const auto second = page(text);
        if (!second.totals.measuredByAll.has(Counter::requests)) {
            CHECK(second.totals[Counter::requests] == 0);
            return std::nullopt;
        }
        return second.totals[Counter::requests];
    }
};

const std::optional<std::uint64_t> kNotMeasured;
const std::string kRequests = "[counters]\nrequests = 'r{kind!=\"own\"}'\n";

} // namespace

TEST_CASE("a counter is the difference of two pages", "[agent][openmetrics]") {
    Scraped target(kRequests);
    CHECK(target.requests("r 100\nr{kind=\"own\"} 5\n") == kNotMeasured);
    CHECK(target.requests("r 130\nr{kind=\"own\"} 50\n") == 30U);
    CHECK(target.requests("r 130\nr{kind=\"own\"} 60\n") == 0U);
}

TEST_CASE("differences are taken series by series, and summed", "[agent][openmetrics]") {
    Scraped target(
        "[counters]\nrequests = ['r', 's']\nbytes_out = { sum = 'r', less = 's', times = 1024 }\n");
    target.page("r{a=\"1\"} 10\nr{a=\"2\"} 20\ns 5\n");
    const auto second = target.page("r{a=\"2\"} 23\nr{a=\"1\"} 11\ns 6\n"); // in another order
    CHECK(second.totals[Counter::requests] == 5);
    CHECK(second.totals[Counter::bytes_out] == 3 * 1024);
    const auto third = target.page("r{a=\"2\"} 23\nr{a=\"1\"} 11\ns 7\n"); // less than nothing
    CHECK(third.totals[Counter::bytes_out] == 0);
}

TEST_CASE("a series that two selectors of a sum choose counts once", "[agent][openmetrics]") {
    Scraped target("[counters]\nrequests = ['r{a=\"1\"}', 'r', 's']\nretries = 'r{a=\"1\"}'\n");
    target.page("r{a=\"1\"} 10\nr{a=\"2\"} 20\ns 1\n");
    const auto second = target.page("r{a=\"1\"} 11\nr{a=\"2\"} 22\ns 5\n");
    CHECK(second.totals[Counter::requests] == 7);
    CHECK(second.totals[Counter::retries] == 1);
}

TEST_CASE("numbers as large as there are stay numbers", "[agent][openmetrics]") {
    Scraped target("[gauges]\nconnections = 'c'\nstreams = { sum = 'c', less = 'd' }\n[utilisation]\n"
                   "memory = { used = 'c', capacity = 'd' }\ndisk = { free = 'e', capacity = 1 }\n");
    const auto second = target.page("c{a=\"1\"} 1e308\nc{a=\"2\"} 1e308\nd{a=\"1\"} 1e308\nd{a=\"2\"} 1e308\n"
                                    "e{a=\"1\"} 1e308\ne{a=\"2\"} 1e308\n");
    CHECK(second.connections == 9'000'000'000'000'000'000U);
    CHECK(second.totals[Counter::stream_seconds] == 0);
    CHECK_FALSE(second[Resource::memory]);
    CHECK_FALSE(second[Resource::disk]);
}

TEST_CASE("a series that goes backwards began anew, the others did not", "[agent][openmetrics]") {
    Scraped target(kRequests);
    target.page("r{a=\"1\"} 1000\nr{a=\"2\"} 5000\n");
    CHECK(target.requests("r{a=\"1\"} 7\nr{a=\"2\"} 5002\n") == 9U);
    CHECK(target.requests("r{a=\"1\"} 8\nr{a=\"2\"} 5002\n") == 1U);
}

TEST_CASE("when the start is another, all series began anew, whatever they show", "[agent][openmetrics]") {
    Scraped target("started = 'start{job=\"a\"}'\n" + kRequests);
    target.page(
        "r{a=\"1\"} 10\nr{a=\"2\"} 500\n# HELP start x\nstart{job=\"b\"} 7\nstart{job=\"a\"} 1000.5\n");
    CHECK(target.requests("r{a=\"1\"} 11\nr{a=\"2\"} 500\nstart{job=\"b\"} 8\nstart{job=\"a\"} 1000.5\n") ==
          1U);
    // One shows more, one as much, and one was not there.
    CHECK(target.requests("r{a=\"1\"} 15\nr{a=\"2\"} 500\nr{a=\"3\"} 2\nstart{job=\"a\"} 1007.25\n") == 517U);
    CHECK(target.requests("r{a=\"1\"} 16\nr{a=\"2\"} 500\nr{a=\"3\"} 2\nstart{job=\"a\"} 1007.25\n") == 1U);
    // Without a page between nobody knows when.
    target.scrape.skip();
    CHECK(target.requests("r{a=\"1\"} 99\nstart{job=\"a\"} 2000\n") == kNotMeasured);
    CHECK(target.requests("r{a=\"1\"} 100\nstart{job=\"a\"} 2000\n") == 1U);
    CHECK(target.requests("r{a=\"1\"} 101\n") == 1U); // not told: as without
}

TEST_CASE("what happened while there was no page is nobody's second", "[agent][openmetrics]") {
    Scraped target(kRequests);
    target.page("r 100\n");
    CHECK(target.requests("r 110\n") == 10U);
    target.scrape.skip();
    target.now += 1s;
    CHECK(target.requests("r 999\n") == kNotMeasured);
    CHECK(target.requests("r 1000\n") == 1U);
}

TEST_CASE("a page that is refused counts as none, and moves nothing", "[agent][openmetrics]") {
    Scraped target(kRequests);
    target.page("r 100\n");
    CHECK_THAT(target.refused("r 200\nr{a=\"1\"} x\n"), containsText("line 2: no value behind 'r'"));
    CHECK(target.requests("r 300\n") == kNotMeasured);
    CHECK(target.requests("r 301\n") == 1U);
    CHECK_THAT(target.refused("r 302\nr 303\n"), containsText("'r' stands on the page twice"));
    CHECK_THAT(target.refused("other 1\nr{kind=\"own\"} 3\n"),
               containsText("nothing that is mapped is on the page"));
    CHECK_THAT(target.refused(""), containsText("nothing that is mapped is on the page"));
}

TEST_CASE("a series that is new counts from the next page on", "[agent][openmetrics]") {
    Scraped target(kRequests);
    target.page("r{a=\"1\"} 100\n");
    CHECK(target.requests("r{a=\"1\"} 101\nr{a=\"2\"} 7000\n") == 1U);
    CHECK(target.requests("r{a=\"1\"} 102\nr{a=\"2\"} 7005\n") == 6U);
    CHECK(target.requests("r{a=\"1\"} 103\n") == 1U); // gone
    CHECK(target.requests("r{a=\"1\"} 104\nr{a=\"2\"} 9000\n") == 1U);
}

TEST_CASE("where absent is zero, a new series has counted in this second", "[agent][openmetrics]") {
    Scraped target("absent_is_zero = true\n[counters]\nrequests = 'r'\nstatus_5xx = 'r{code=~\"5..\"}'\n");
    const auto first = target.page("r{code=\"200\"} 100\n");
    CHECK(first.totals.measuredByAll == FieldSet());
    const auto second = target.page("r{code=\"200\"} 101\n");
    CHECK(second.totals.measuredByAll.has(Counter::status_5xx)); // the metric is there, the series is not
    CHECK(second.totals[Counter::status_5xx] == 0);
    const auto third = target.page("r{code=\"200\"} 101\nr{code=\"503\"} 9\n");
    CHECK(third.totals[Counter::status_5xx] == 9);
    CHECK(third.totals[Counter::requests] == 9);
    // One that was known and gone for a page has not.
    target.page("r{code=\"200\"} 101\n");
    CHECK(target.page("r{code=\"200\"} 101\nr{code=\"503\"} 20\n").totals[Counter::requests] == 0);
    // Nor has one that appeared while there was no page; and a metric that is not there is not measured.
    target.scrape.skip();
    CHECK(target.page("r{code=\"200\"} 101\nr{code=\"404\"} 5\n").totals.measuredByAll == FieldSet());
    CHECK(target.page("other 1\n").totals.measuredByAll == FieldSet());
}

TEST_CASE("a counter that is no number or below zero is not there", "[agent][openmetrics]") {
    Scraped target(kRequests);
    target.page("r 100\n");
    CHECK(target.requests("r NaN\n") == kNotMeasured);
    CHECK(target.requests("r 200\n") == kNotMeasured);
    CHECK(target.requests("r 201\n") == 1U);
    CHECK(target.requests("r -5\n") == kNotMeasured);
    CHECK(target.requests("r +Inf\n") == kNotMeasured);
    target.page("r 0\n");
    CHECK(target.requests("r 1e300\n") == 9'000'000'000'000'000'000U);
}

TEST_CASE("gauges are values of the second's end", "[agent][openmetrics]") {
    Scraped target("[gauges]\nconnections = 'c'\ninv_pending = { sum = 'p', less = 'q' }\n");
    const auto second = target.page("c{a=\"1\"} 10\nc{a=\"2\"} 5\np 7\nq 4\n");
    CHECK(second.connections == 15U);
    CHECK(second.totals[Counter::connection_seconds] == 15);
    CHECK(second.totals[Counter::inv_pending_seconds] == 3);
    CHECK(second.invalidationsPending == 3U);
    const auto without = target.page("c NaN\np 7\n");
    CHECK_FALSE(without.connections);
    CHECK(without.totals.measuredByAll == FieldSet());
}

TEST_CASE("a histogram is taken over bucket by bucket", "[agent][openmetrics]") {
    Scraped target("[distributions]\nmetadata_latency = { buckets = 'h_bucket{job!=\"x\"}', times = 1e6 }\n");
    target.page("h_bucket{le=\"0.001\"} 5\nh_bucket{le=\"0.004\"} 10\nh_bucket{le=\"+Inf\"} 10\n");
    const auto second =
        target.page("h_bucket{le=\"+Inf\"} 18\nh_bucket{le=\"0.001\"} 6\nh_bucket{le=\"0.004\"} "
                    "13\nh_bucket{job=\"x\",le=\"0.001\"} 99\n");
    REQUIRE(second.totals.measuredByAll.has(Distribution::metadata_latency));
    ExponentialHistogram expected;
    expected.record(500, 1);  // below the first bound: half of it
    expected.record(2000, 2); // between 1 and 4 ms: their geometric middle
    expected.record(4000, 5); // beyond the last: the last bound
    CHECK(second.totals[Distribution::metadata_latency] == expected);
    CHECK(second.totals[Distribution::metadata_latency].max() == 4000);
}

TEST_CASE("a bucket's values are off by at most the root of its bounds' ratio", "[agent][openmetrics]") {
    Scraped target("[distributions]\nttfb_miss = { buckets = 'h_bucket', times = 1e6 }\n");
    target.page("h_bucket{le=\"0.25\"} 0\nh_bucket{le=\"1\"} 0\nh_bucket{le=\"+Inf\"} 0\n");
    const auto second =
        target.page("h_bucket{le=\"0.25\"} 0\nh_bucket{le=\"1\"} 1000\nh_bucket{le=\"+Inf\"} 1000\n");
    const double median = second.totals[Distribution::ttfb_miss].quantile(0.5).value();
    // Whatever they were between 250 ms and 1 s; and a bucket of ours is a factor of 1.09 wide.
    CHECK(median < 250'000 * 2 * 1.1);
    CHECK(median > 1'000'000 / 2 / 1.1);
}

TEST_CASE("a histogram that began anew counts whole, and by its own buckets", "[agent][openmetrics]") {
    Scraped target("[distributions]\nttfb_hit = { buckets = 'h_bucket', times = 1 }\n");
    target.page("h_bucket{i=\"1\",le=\"100\"} 1\nh_bucket{i=\"1\",le=\"+Inf\"} 500\n"
                "h_bucket{i=\"2\",le=\"100\"} 7\nh_bucket{i=\"2\",le=\"+Inf\"} 7\n");
    // The first began anew, though not each of its buckets shows less.
    const auto second = target.page("h_bucket{i=\"1\",le=\"100\"} 3\nh_bucket{i=\"1\",le=\"+Inf\"} 5\n"
                                    "h_bucket{i=\"2\",le=\"100\"} 8\nh_bucket{i=\"2\",le=\"+Inf\"} 8\n");
    ExponentialHistogram expected;
    expected.record(50, 4);
    expected.record(100, 2);
    CHECK(second.totals[Distribution::ttfb_hit] == expected);
}

TEST_CASE("buckets that contradict each other or have no bound count nothing twice", "[agent][openmetrics]") {
    Scraped target("[distributions]\nttfb_hit = { buckets = 'h_bucket', times = 1 }\n");
    target.page("h_bucket{le=\"1\"} 0\nh_bucket{le=\"2\"} 0\nh_bucket{le=\"+Inf\"} 0\nh_bucket 0\n"
                "h_bucket{le=\"x\"} 0\nh_bucket{a=\"1\",le=\"+Inf\"} 0\n");
    const auto second =
        target.page("h_bucket{le=\"1\"} 10\nh_bucket{le=\"2\"} 4\nh_bucket{le=\"+Inf\"} 12\nh_bucket 50\n"
                    "h_bucket{le=\"x\"} 60\nh_bucket{a=\"1\",le=\"+Inf\"} 70\n");
    CHECK(second.totals[Distribution::ttfb_hit].count() == 12);
}

TEST_CASE("utilisations: used and free of a capacity", "[agent][openmetrics]") {
    Scraped target(
        "[utilisation]\nmemory = { free = 'free', capacity = 'size' }\n"
        "connections = { used = 'open', capacity = 4000 }\nworkers = { free = 'idle', capacity = 100 }\n");
    const auto second = target.page("free 25\nsize 100\nopen 1000\nidle 16\n");
    CHECK(second[Resource::memory].value() == Approx(0.75));
    CHECK(second[Resource::connections].value() == Approx(0.25));
    CHECK(second[Resource::workers].value() == Approx(0.84));
    CHECK_FALSE(second[Resource::cpu]);
    const auto odd = target.page("free 25\nsize 0\nopen 9000\n");
    CHECK_FALSE(odd[Resource::memory]);
    CHECK(odd[Resource::connections].value() == Approx(1.0));
    CHECK_FALSE(odd[Resource::workers]);
}

TEST_CASE("utilisations: idle time of all time, and what went backwards did not move",
          "[agent][openmetrics]") {
    Scraped target(
        "[utilisation]\ncpu = { idle = 's{mode=~\"idle|iowait\"}', total = 's{mode!=\"steal\"}' }\n");
    const auto at = [](int user, int idle, int iowait, int steal) {
        return "s{mode=\"user\"} " + std::to_string(user) + "\ns{mode=\"idle\"} " + std::to_string(idle) +
               "\ns{mode=\"iowait\"} " + std::to_string(iowait) + "\ns{mode=\"steal\"} " +
               std::to_string(steal) + "\n";
    };
    CHECK_FALSE(target.page(at(10, 100, 10, 0))[Resource::cpu]);
    CHECK(target.page(at(11, 102, 11, 50))[Resource::cpu].value() == Approx(0.25));
    CHECK(target.page(at(12, 103, 9, 50))[Resource::cpu].value() == Approx(0.5));
    CHECK_FALSE(target.page(at(12, 103, 9, 50))[Resource::cpu]); // no time passed
    CHECK_FALSE(target.page(at(1, 2, 1, 0))[Resource::cpu]);     // the machine began anew
}

TEST_CASE("utilisations: the busiest of several, by the time that passed", "[agent][openmetrics]") {
    Scraped target("[utilisation]\ndisk = { busy = 'b', per_second = 1, each = \"device\" }\n"
                   "nic = [{ busy = 'rx', per_second = 1000 }, { busy = 'tx', per_second = 1000 }]\n");
    target.page("b{device=\"a\"} 1\nb{device=\"b\"} 1\nrx 0\ntx 0\n");
    target.now += 1s; // two seconds between these pages
    const auto second = target.page("b{device=\"a\"} 1.5\nb{device=\"b\"} 2.6\nrx 200\ntx 1000\n");
    CHECK(second[Resource::disk].value() == Approx(0.8));
    CHECK(second[Resource::nic].value() == Approx(0.5));
}

TEST_CASE("an exporter whose server is gone was not heard", "[agent][openmetrics]") {
    Scraped target("server = { name = \"thing\", version_of = 'info', label = \"v\" }\nup = 'up'\n" +
                   kRequests);
    CHECK_FALSE(target.page("up 1\nr 100\ninfo{v=\"1.2 \xff\"} 1\n").heard); // one page alone says nothing
    CHECK(target.page("up 1\nr 100\n").heard);
    CHECK(target.scrape.version() == "1.2??");
    CHECK_THAT(target.refused("up 0\nr 100\n"), containsText("'up' is 0"));
    CHECK_THAT(target.refused("r 100\n"), containsText("no 'up' on the page"));
    CHECK(target.requests("up 1\nr 150\n") == kNotMeasured);
    CHECK(target.requests("up 1\nr 151\n") == 1U);
}

TEST_CASE("series that come and go are forgotten, and those that stay are not", "[agent][openmetrics]") {
    Scraped target(kRequests);
    for (int i = 0; i < 300; ++i) {
        std::string page = "r " + std::to_string(i) + "\n";
        for (int k = 0; k < 50; ++k)
            page += "r{id=\"" + std::to_string(i) + "-" + std::to_string(k) + "\"} 5\n";
        const auto requests = target.requests(page);
        if (i > 0) CHECK(requests == 1U);
    }
}
