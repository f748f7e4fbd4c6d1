// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/metric_selector.h"

#include "tests/support/catch.h"

#include <string>

using namespace surgescope::feeds;
using namespace surgescope::tests;

namespace {

bool selects(const std::string& selector, std::vector<MetricLabel> labels) {
    const auto parsed = MetricSelector::parse(selector);
    INFO(selector << (parsed ? "" : ": " + parsed.error()));
    REQUIRE(parsed);
    CHECK(parsed->metric() == "x");
    return parsed->matches({.name = "x", .labels = std::move(labels), .value = 1});
}

std::string selectorRefusal(const std::string& selector) {
    const auto parsed = MetricSelector::parse(selector);
    INFO(selector);
    REQUIRE_FALSE(parsed);
    return parsed.error();
}

} // namespace

TEST_CASE("a selector without labels takes all of a metric", "[agent][openmetrics]") {
    CHECK(selects("x", {}));
    CHECK(selects(" x { } ", {{"a", "1"}}));
}

TEST_CASE("labels are equal or not, and one that is missing is empty", "[agent][openmetrics]") {
    CHECK(selects("x{a=\"1\"}", {{"b", "2"}, {"a", "1"}}));
    CHECK_FALSE(selects("x{a=\"1\"}", {{"a", "12"}}));
    CHECK_FALSE(selects("x{a=\"1\"}", {}));
    CHECK(selects("x{a=\"\"}", {}));
    CHECK(selects("x{a!=\"1\"}", {}));
    CHECK_FALSE(selects("x{a!=\"1\"}", {{"a", "1"}}));
    CHECK(selects("x{a=\"1\" , b!=\"2\",}", {{"a", "1"}, {"b", "3"}}));
    CHECK_FALSE(selects("x{a=\"1\",b!=\"2\"}", {{"a", "1"}, {"b", "2"}}));
    CHECK(selects(R"(x{a="q\"\\n\n"})", {{"a", "q\"\\n\n"}}));
    CHECK(selects("x{a=\"1.|2\"}", {{"a", "1.|2"}})); // no pattern
}

TEST_CASE("a few of regular expressions are known, and match whole values", "[agent][openmetrics]") {
    CHECK(selects("x{code=~\"429|50.\"}", {{"code", "429"}}));
    CHECK(selects("x{code=~\"429|50.\"}", {{"code", "503"}}));
    CHECK_FALSE(selects("x{code=~\"429|50.\"}", {{"code", "5030"}}));
    CHECK_FALSE(selects("x{code=~\"429|50.\"}", {{"code", "50"}}));
    CHECK_FALSE(selects("x{code!~\"429|50.\"}", {{"code", "503"}}));
    CHECK(selects("x{code!~\"429|50.\"}", {}));
    CHECK(selects("x{d=~\"dm-.*\"}", {{"d", "dm-"}}));
    CHECK(selects("x{d=~\".*@file|.*@.*b\"}", {{"d", "a@b@c@bb"}}));
    CHECK_FALSE(selects("x{d=~\".*@file\"}", {{"d", "a@fileserver"}}));
    CHECK_FALSE(selects("x{d=~\".+\"}", {}));
    CHECK(selects("x{d=~\".+\"}", {{"d", "1"}}));
    CHECK(selects("x{d=~\"\"}", {}));
    CHECK(selects("x{d=~\"a\\\\.b\"}", {{"d", "a.b"}}));
    CHECK_FALSE(selects("x{d=~\"a\\\\.b\"}", {{"d", "a-b"}}));
}

TEST_CASE("patterns take no time that grows with their possibilities", "[agent][openmetrics]") {
    std::string pattern;
    for (int i = 0; i < 30; ++i)
        pattern += "a.*";
    const std::string value(4096, 'a');
    CHECK_FALSE(selects("x{d=~\"" + pattern + "b\"}", {{"d", value}})); // tried one by one: never
}

TEST_CASE("what is no selector is refused with what was expected", "[agent][openmetrics]") {
    CHECK_THAT(selectorRefusal(""), containsText("expected METRIC"));
    CHECK_THAT(selectorRefusal("rate(x[5m])"), containsText("begins with no metric's name"));
    CHECK_THAT(selectorRefusal("x{a}"), containsText("expected a label and =, !=, =~ or !~"));
    CHECK_THAT(selectorRefusal("x{a=1}"), containsText("expected a value in \" behind the label 'a'"));
    CHECK_THAT(selectorRefusal("x{a!1}"), containsText("expected =, !=, =~ or !~ behind the label 'a'"));
    CHECK_THAT(selectorRefusal("x{a=\"1}"), containsText("expected a value in"));
    CHECK_THAT(selectorRefusal("x{a=\"1\" b=\"2\"}"), containsText("expected , or } behind the label 'a'"));
    CHECK_THAT(selectorRefusal("x{a=\"1\"} + 2"), containsText("expected nothing behind }"));
    CHECK_THAT(selectorRefusal("x{a=\"1\""), containsText("expected , or }"));
    CHECK_THAT(selectorRefusal("x{a=~\"(1|2)\"}"),
               containsText("more of a regular expression than is known here"));
    CHECK_THAT(selectorRefusal("x{a=\"" + std::string(2000, '1') + "\"}"),
               containsText("at most 1000 bytes"));
}
