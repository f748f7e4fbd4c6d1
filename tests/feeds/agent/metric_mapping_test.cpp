// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/metric_mapping.h"
#include "feeds/embedded_resources.h"

#include "tests/support/catch.h"
#include "tests/support/damage.h"
#include "tests/support/temporary_folder.h"

#include <fstream>
#include <random>
#include <string>

using namespace surgescope::feeds;
using namespace surgescope::tests;

namespace {

std::string mappingRefusal(const std::string& text) {
    const auto mapping = parseMapping(text, "m.toml");
    INFO(text);
    REQUIRE_FALSE(mapping);
    return mapping.error();
}

} // namespace

TEST_CASE("a mapping says what becomes what", "[agent][openmetrics]") {
    const auto mapping = parseMapping(R"(version = 1
server = { name = "thing", version_of = 'thing_info{a="b"}', label = "version" }
up = 'thing_up'
absent_is_zero = true
[counters]
requests = 'thing_requests_total'
cache_misses = { sum = ['lookups', 'more'], less = 'hits', times = 1000 }
[gauges]
connections = 'thing_connections'
[distributions]
metadata_latency = { buckets = 'thing_seconds_bucket', times = 1e6 }
[utilisation]
memory = { free = 'thing_free', capacity = 'thing_size' }
nic = [{ busy = 'thing_in', per_second = 1.25e9 }, { busy = 'thing_out', per_second = 1.25e9, each = "device" }]
)",
                                      "m.toml");
    REQUIRE(mapping);
    CHECK(mapping->server == "thing");
    CHECK(mapping->versionSeries->metric() == "thing_info");
    CHECK(mapping->versionLabel == "version");
    CHECK(mapping->up.size() == 1);
    CHECK(mapping->absentIsZero);
    CHECK(mapping->utilisations.size() == 3);
    FieldSet fields;
    for (const auto field : {Counter::requests, Counter::cache_misses, Counter::connection_seconds})
        fields.add(field);
    fields.add(Distribution::metadata_latency);
    CHECK(mapping->fields() == fields);
}

TEST_CASE("each mistake of a mapping is told with its line and what was expected", "[agent][openmetrics]") {
    CHECK(mappingRefusal("version = 1\n[counters]\nrequets = 'x'\n") ==
          "m.toml:3: counters has no 'requets', expected one such as requests, retries, api_requests");
    CHECK(mappingRefusal("version = 1\n[counters]\nrequests = 'x{'\nretries = 7\n") ==
          "m.toml:3: counters.requests: 'x{': expected a label and =, !=, =~ or !~ at ''\n"
          "m.toml:4: counters.retries: expected a selector, 'METRIC{LABEL=\"VALUE\"}', or a list of some");
    const std::vector<std::pair<std::string, std::string>> wrong{
        {"version = 1", "nothing is mapped, expected sections"},
        {"version = 2\n[counters]\nrequests = 'x'", "m.toml:1: version is 2, expected 1"},
        {"[counters]\nrequests = 'x'", "no version, expected version = 1"},
        {"version = 1\ncounters = 'x'", "m.toml:2: counters: expected a section [counters]"},
        {"version = 1\n[counter]\nrequests = 'x'", "nothing is called 'counter' here, expected"},
        {"version = 1\n[counters]\nnode_seconds = 'x'", "counters has no 'node_seconds'"},
        {"version = 1\n[counters]\nmessages_lost = 'x'", "counters has no 'messages_lost'"},
        {"version = 1\n[counters]\nrequests = []", "has 0 selectors, expected 1 to 100"},
        {"version = 1\n[counters]\nrequests = { less = 'x' }", "counters.requests.sum is missing"},
        {"version = 1\n[counters]\nrequests = { sum = 'x', factor = 2 }",
         "no key 'factor'; there are: sum, less, times"},
        {"version = 1\n[counters]\nrequests = { sum = 'x', times = 0 }", "expected a number from"},
        {"version = 1\n[gauges]\nconnection_seconds = 'x'",
         "gauges has no 'connection_seconds', expected one"},
        {"version = 1\n[distributions]\nttfb = { buckets = 'x', times = 1 }", "such as ttfb_hit, ttfb_miss"},
        {"version = 1\n[distributions]\nttfb_hit = 'x'", "expected { buckets = SELECTORS, times ="},
        {"version = 1\n[distributions]\nttfb_hit = { buckets = 'x' }", "ttfb_hit.times is missing"},
        {"version = 1\n[utilisation]\nfans = { used = 'x', capacity = 1 }", "utilisation has no 'fans'"},
        {"version = 1\n[utilisation]\ncpu = 1", "utilisation.cpu: expected { … }"},
        {"version = 1\n[utilisation]\ncpu = { used = 'x' }", "expected used or free, and capacity"},
        {"version = 1\n[utilisation]\ncpu = { used = 'x', total = 'y' }",
         "expected used or free, and capacity"},
        {"version = 1\n[utilisation]\ncpu = { idle = 'x', capacity = 'y' }", "or busy or idle, and total"},
        {"version = 1\n[utilisation]\ncpu = { idle = 'x', busy = 'x', total = 'y' }", "has both"},
        {"version = 1\n[utilisation]\ncpu = { busy = 'x', total = 'y', each = 'cpu' }",
         "utilisation.cpu.each: expected a number for total"},
        {"version = 1\nserver = { name = 'x' }\n[counters]\nrequests = 'x'", "server.version_of is missing"},
        {"version = 1\nabsent_is_zero = 'yes'\n[counters]\nrequests = 'x'", "expected true or false"},
        {"version = 1\n[counters]\nrequests = 'x'\nrequests = 'y'", "m.toml:4: "},
        {"version = 1\n" + std::string(70'000, '#'), "m.toml: expected at most 65536 bytes"}};
    for (const auto& [text, expected] : wrong)
        CHECK_THAT(mappingRefusal(text), containsText(expected));
}

TEST_CASE("a mapping is loaded from a file", "[agent][openmetrics]") {
    const TemporaryFolder folder;
    const auto path = (folder.path() / "own.toml").string();
    CHECK_FALSE(loadMapping(path));
    std::ofstream(path) << "version = 1\n[counters]\nrequests = 'x'\n";
    CHECK(loadMapping(path));
    std::ofstream(path) << "version = 1\n[counters]\nx = 'x'\n";
    CHECK_THAT(loadMapping(path).error(), containsText(path + ":3: "));
}

TEST_CASE("the presets are read, and one there is not is refused", "[agent][openmetrics]") {
    CHECK(presetNames().size() == 7);
    for (const auto name : presetNames()) {
        const auto preset = presetMapping(name);
        INFO(name << (preset ? "" : ": " + preset.error()));
        REQUIRE(preset);
    }
    CHECK(presetMapping("squid").error() == "'squid' is no preset, expected one of caddy, envoy, haproxy, "
                                            "nginx-vts, node_exporter, traefik, varnish_exporter");
}

TEST_CASE("damaged mappings are read or refused", "[agent][openmetrics]") {
    std::mt19937_64 random(1);
    for (const auto& file : embedded::mappings())
        for (int i = 0; i < 200; ++i) {
            const auto mapping = parseMapping(damaged(std::string(file.text), random), "m.toml");
            if (!mapping) CHECK(mapping.error().starts_with("m.toml:"));
        }
}
