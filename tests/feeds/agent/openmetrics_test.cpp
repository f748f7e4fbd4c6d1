// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/openmetrics.h"

#include "tests/support/captures.h"
#include "tests/support/catch.h"
#include "tests/support/damage.h"

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::tests;

namespace {

struct ReadSample {
    std::string name;
    std::vector<std::pair<std::string, std::string>> labels;
    double value = 0;
    bool operator==(const ReadSample&) const = default;
};

struct ReadPage {
    std::vector<ReadSample> samples;
    std::string error;
};

ReadPage readPage(const std::string& text) {
    ReadPage read;
    MetricsPage page(text);
    while (const auto* sample = page.next()) {
        ReadSample copy{std::string(sample->name), {}, sample->value};
        for (const auto& label : sample->labels)
            copy.labels.emplace_back(label.name, label.value);
        read.samples.push_back(std::move(copy));
    }
    if (page.error()) read.error = page.error()->text;
    return read;
}

/// The one sample of a page of one line.
ReadSample only(const std::string& line) {
    const auto read = readPage(line + "\n");
    INFO(line << ": " << read.error);
    REQUIRE(read.samples.size() == 1);
    REQUIRE(read.error.empty());
    return read.samples.front();
}

std::string refusal(const std::string& text) {
    const auto read = readPage(text);
    INFO(text);
    REQUIRE_FALSE(read.error.empty());
    return read.error;
}

} // namespace

TEST_CASE("samples are read with their labels", "[agent][openmetrics]") {
    CHECK(only("up 1") == ReadSample{"up", {}, 1});
    CHECK(only("a:b_c9{} 2.5e3") == ReadSample{"a:b_c9", {}, 2500});
    CHECK(only("x{a=\"1\",b=\"\"} -3") == ReadSample{"x", {{"a", "1"}, {"b", ""}}, -3});
    CHECK(only("  x \t{ a = \"1\" , } \t 7") == ReadSample{"x", {{"a", "1"}}, 7});
    CHECK(only("x{le=\"+Inf\"} +12") == ReadSample{"x", {{"le", "+Inf"}}, 12});
    CHECK(only("x{zone=\"\xc3\xa4}{,=\"} 1") == ReadSample{"x", {{"zone", "\xc3\xa4}{,="}}, 1});
    CHECK(only("seconds 000").value == 0); // as nginx-module-vts writes it
}

TEST_CASE("escapes in labels are undone, one after the other", "[agent][openmetrics]") {
    CHECK(only(R"(x{a="C:\\n\n\"q\"",b="\\",c="plain",d="\d"} 1)") ==
          ReadSample{"x", {{"a", "C:\\n\n\"q\""}, {"b", "\\"}, {"c", "plain"}, {"d", "\\d"}}, 1});
    const std::string much(2000, 'y');
    CHECK(only("x{a=\"\\n" + much + "\",b=\"" + much + "\\n\"} 1") ==
          ReadSample{"x", {{"a", "\n" + much}, {"b", much + "\n"}}, 1});
}

TEST_CASE("values may be no number and infinite", "[agent][openmetrics]") {
    CHECK(std::isnan(only("x NaN").value));
    CHECK(only("x +Inf").value == std::numeric_limits<double>::infinity());
    CHECK(only("x -Inf").value == -std::numeric_limits<double>::infinity());
    CHECK(only("x 2.194448724e+09").value == 2194448724.0);
}

TEST_CASE("time stamps and exemplars are checked and passed over", "[agent][openmetrics]") {
    CHECK(only("x 1 1395066363000").value == 1);
    CHECK(only("x 1 -3982045").value == 1);
    CHECK(only("x_total 17 1520879607.789").value == 17);
    CHECK(only("x_bucket{le=\"0.1\"} 8 # {} 0.054").value == 8);
    CHECK(only("x_bucket{le=\"1\"} 11 1520879607.7 # {trace_id=\"Kq \\\" x\"} 0.67 1520879607.789").labels ==
          std::vector<std::pair<std::string, std::string>>{{"le", "1"}});
    for (const char* line : {"x 1 soon", "x 1 2 3", "x 1 NaN", "x 1 # 0.5", "x 1 # {a=\"b\"}",
                             "x 1 # {a=\"b\"} y", "x 1 # {a=\"b\"} 1 2 3", "x 1 # {a=b} 1", "x 1 #"})
        CHECK_THAT(refusal(std::string(line) + "\n"), containsText("line 1: "));
}

TEST_CASE("comments, HELP, TYPE and UNIT say nothing here", "[agent][openmetrics]") {
    const auto read = readPage("# HELP x Any \\\\ text {\n# TYPE x counter\n# UNIT x seconds\n#\n\n # x 1\n"
                               "x 1\n# TYPE y unknown\ny 2\n");
    CHECK(read.error.empty());
    CHECK(read.samples == std::vector<ReadSample>{{"x", {}, 1}, {"y", {}, 2}});
}

TEST_CASE("nothing may follow # EOF, and a torn page is refused", "[agent][openmetrics]") {
    CHECK(readPage("x 1\n# EOF\n").samples.size() == 1);
    CHECK(readPage("x 1\n# EOF\n").error.empty());
    CHECK_THAT(refusal("x 1\n# EOF\ny 2\n"), containsText("line 2: # EOF"));
    CHECK_THAT(refusal("x 1\nx 12"), containsText("line 2: the page ends within it"));
    CHECK(readPage("").error.empty());
}

TEST_CASE("what is no page of metrics is refused with the line and what was expected",
          "[agent][openmetrics]") {
    CHECK(refusal("<html>404</html>\n") == "line 1: '<html>404</html>', expected a metric's name or #");
    CHECK(refusal("x 1\ny\n") == "line 2: no value behind 'y', expected a number");
    for (const char* line : {"x y", "9x 1", "x-y 1", "x-1", "{a=\"b\"} 1", "x{a=\"b\" 1", "x{a=b} 1",
                             "x{a} 1", "x{a=\"b} 1", "x{a=\"b\\", "x{=\"b\"} 1", "x{a=\"b\"c=\"d\"} 1",
                             "x{,} 1", "x 1e999", "x +-1", "x 0x10", "x 1\r", "x{a:b=\"c\"} 1"})
        CHECK_THAT(refusal(std::string(line) + "\n"), containsText("expected"));
}

TEST_CASE("pages are bounded", "[agent][openmetrics]") {
    const std::string name(MetricsPage::kMostNameBytes, 'n');
    CHECK(only(name + " 1").name == name);
    refusal(name + "n 1\n");
    const std::string value(MetricsPage::kMostValueBytes, 'v');
    CHECK(only("x{a=\"" + value + "\"} 1").labels.front().second == value);
    refusal("x{a=\"v" + value + "\"} 1\n");
    refusal("x{a=\"\\\\" + value + "\"} 1\n");
    std::string labels;
    for (std::size_t i = 0; i < MetricsPage::kMostLabels; ++i)
        labels += "l" + std::to_string(i) + "=\"v\",";
    CHECK(only("x{" + labels + "} 1").labels.size() == MetricsPage::kMostLabels);
    refusal("x{" + labels + "more=\"v\"} 1\n");

    std::string many;
    for (std::size_t i = 0; i < MetricsPage::kMostSamples; ++i)
        many += "x 1\n";
    CHECK(readPage(many).error.empty());
    CHECK_THAT(refusal(many + "x 1\n"), containsText("line 100001: expected at most 100000 samples"));
    CHECK_THAT(refusal(std::string(MetricsPage::kMostBytes, '#') + "\n"), containsText("at most 1048576"));
}

TEST_CASE("the captured pages of exporters are read whole", "[agent][openmetrics]") {
    for (const char* name :
         {"prometheus-node-exporter-1.5.0_metrics.txt", "prometheus-varnish-exporter-1.6.1_metrics.txt",
          "haproxy-2.6.12_prometheus.txt", "caddy-2.6.2_metrics.txt"}) {
        INFO(name);
        const auto text = capture(name);
        std::size_t lines = 0; // that are no comments
        for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1)
            lines += text[at] != '#' ? 1 : 0;
        REQUIRE(lines > 100);
        const auto read = readPage(text);
        CHECK(read.error.empty());
        CHECK(read.samples.size() == lines);
    }
}

TEST_CASE("damaged pages are read or refused", "[agent][openmetrics]") {
    const auto text = capture("haproxy-2.6.12_prometheus.txt").substr(0, 6000);
    std::mt19937_64 random(1);
    std::size_t refused = 0;
    for (int i = 0; i < 2000; ++i) {
        const auto read = readPage(damaged(text, random));
        refused += read.error.empty() ? 0 : 1;
        if (!read.error.empty()) CHECK(read.error.starts_with("line "));
    }
    CHECK(refused > 100);
}
