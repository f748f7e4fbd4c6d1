// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/alarm/rules.h"

#include "tests/support/catch.h"

#include <algorithm>
#include <string>

using namespace surgescope::feeds;
using std::chrono::seconds;
using surgescope::tests::containsText;

namespace {

const std::string kHead = "version = 1\n";
const std::string kRule = "[[rule]]\nid = 'a/b'\neach = 'world'\nvalue = 'error_ratio'\n"
                          "warning = ['>1%', '0.5%', 10]\ndo = 'look'\n";

std::string refusal(const std::string& text) {
    const auto rules = Rules::parse(text, "mine.toml");
    REQUIRE_FALSE(rules);
    return rules.error();
}

Rule one(const std::string& text) {
    const auto rules = Rules::parse(kHead + text, "mine.toml");
    if (!rules) FAIL(rules.error());
    REQUIRE(rules->all().size() == 1);
    return rules->all().front();
}

const Rule* find(const Rules& rules, const std::string& id) {
    const auto found = std::ranges::find(rules.all(), id, &Rule::id);
    return found == rules.all().end() ? nullptr : &*found;
}

/// A rule with this key in addition, or instead.
std::string with(const std::string& key) {
    return kHead + kRule + key + "\n";
}

} // namespace

TEST_CASE("the rules built in are read", "[rules-file]") {
    const auto& rules = Rules::builtIn();
    CHECK(rules.all().size() == 15);
    for (const auto& rule : rules.all()) {
        INFO(rule.id);
        CHECK_FALSE(rule.todo.empty());
        CHECK(explain(rule).find(rule.todo) != std::string::npos);
    }
    const auto* silent = find(rules, "pops/silent");
    REQUIRE(silent);
    CHECK(silent->each == Each::pop);
    CHECK(silent->isGroupedByRegion);
    CHECK(silent->value.kind == RuleValue::Kind::age);
    CHECK(silent->limit(Severity::critical) ==
          Limit{.isAbove = true, .limit = 30, .clear = 3, .hold = seconds(0)});
    CHECK(silent->criticalShare == Approx(0.002));
    CHECK(silent->minCoverage == 0);
    CHECK(silent->clearFor == seconds(20));
    CHECK(silent->from == seconds(-1'800));
}

TEST_CASE("who inhibits comes before those it explains", "[rules-file]") {
    const auto& all = Rules::builtIn().all();
    for (std::size_t i = 0; i < all.size(); ++i)
        for (const auto& id : all[i].inhibits) {
            INFO(all[i].id << " inhibits " << id);
            CHECK(std::ranges::find(all, id, &Rule::id) - all.begin() > static_cast<std::ptrdiff_t>(i));
        }
}

TEST_CASE("each key of a rule is read", "[rules-file]") {
    const auto rule =
        one("[[rule]]\nid = 'latency/api'\neach = 'region'\ngroup = 'world'\nvalue = 'metadata_p99_us'\n"
            "warning = ['>250ms', '200ms', 20]\nwindow = '30s'\nwithin = '1m'\nclear_for = '90s'\n"
            "latch = false\nno_data = 'fire'\nno_data_after = '45s'\nmin_coverage = '50%'\n"
            "min_samples = 100\ngroup_wait = '5s'\nremind = '20m'\nfrom = 'T+01:02:03'\nblind = true\n"
            "text = 'p99 {value} in {group}'\ndo = 'look'\nrunbook = 'https://example.org/api'\n");
    Rule expected;
    expected.id = "latency/api";
    expected.each = Each::region;
    expected.value.measure = Measure::metadata_p99_us;
    expected.limits[0] = Limit{.isAbove = true, .limit = 250e3, .clear = 200e3, .hold = seconds(20)};
    expected.window = seconds(30);
    expected.within = seconds(60);
    expected.clearFor = seconds(90);
    expected.latches = false;
    expected.firesWithoutData = true;
    expected.noDataAfter = seconds(45);
    expected.minCoverage = 0.5;
    expected.minSamples = 100;
    expected.groupWait = seconds(5);
    expected.remind = seconds(1'200);
    expected.from = seconds(3'723);
    expected.blinds = true;
    expected.text = "p99 {value} in {group}";
    expected.todo = "look";
    expected.runbook = "https://example.org/api";
    CHECK(rule == expected);
}

TEST_CASE("the values of rules are read", "[rules-file]") {
    const auto valueOf = [](const std::string& value, const std::string& limits,
                            const std::string& each = "world") {
        return one("[[rule]]\nid = 'a/b'\neach = '" + each + "'\nvalue = '" + value +
                   "'\nwarning = " + limits + "\ndo = 'x'\n");
    };
    const auto share = valueOf("share(requests_per_second, saturation >= 90%)", "['>10%', '7%', 0]").value;
    CHECK(share.kind == RuleValue::Kind::share);
    CHECK(share.measure == Measure::requests_per_second);
    CHECK(share.condition.measure == Measure::saturation);
    CHECK(share.condition.isInclusive);
    CHECK(share.condition.limit == Approx(0.9));
    const auto nodes = valueOf("share(nodes, age > 10s)", "['>60%', '40%', 5]", "region").value;
    CHECK(nodes.isOfNodes);
    CHECK_FALSE(nodes.condition.measure);
    CHECK(nodes.condition.limit == 10);
    CHECK(valueOf("drain_time(invalidations_pending)", "['>2m', '60s', 30]").limits[0]->limit == 120);
    const auto before = valueOf("to_before(origin_fetches_per_second, 10m)", "['>3', '2', 15]").value;
    CHECK(before.kind == RuleValue::Kind::toBefore);
    CHECK(before.before == seconds(600));
    const auto below = valueOf("below_baseline(hit_ratio)", "['>5pp', '3pp', 60]");
    CHECK(below.value.kind == RuleValue::Kind::belowBaseline);
    CHECK(below.limits[0]->limit == Approx(0.05));
    CHECK(valueOf("clock_offset", "['>500ms', '400ms', 60]", "publisher").limits[0]->limit == Approx(0.5));
    CHECK(valueOf("dropped_messages", "['>0', '0', 0]", "recorder").value.kind ==
          RuleValue::Kind::droppedMessages);
}

TEST_CASE("what is wrong in a file of rules is told with its line and what was expected", "[rules-file]") {
    struct Row {
        std::string text;
        const char* line;
        const char* what;
    };
    const Row rows[] = {
        {kRule, "mine.toml: ", "version = 1"},
        {"version = 2\n" + kRule, ":1: ", "version = 1"},
        {kHead + "[[rules]]\nid = 'a/b'\n", ":2: ", "nothing is called 'rules'"},
        {kHead + "[defaults]\ntext = 'x'\n", ":3: ", "no key 'text'"},
        {kHead + "[[rule]]\nid = 'Silent'\n", ":3: ", "PAGE/NAME"},
        {kHead + "[[rule]]\neach = 'pop'\n", ":2: ", "id is missing"},
        {kHead + kRule + kRule, ":9: ", "stands twice"},
        {kHead + "[[rule]]\nid = 'a/b'\noff = true\n", ":3: ", "no such rule"},
        {with("colour = 'red'"), ":8: ", "no key 'colour'"},
        {kHead + "[[rule]]\nid = 'a/b'\neach = 'world'\nvalue = 'error_ratio'\nwarning = ['>1%', '1%', 0]\n",
         ":2: ", "do is missing"},
        {kHead + "[[rule]]\nid = 'a/b'\neach = 'world'\nvalue = 'error_ratio'\ndo = 'x'\n",
         ":2: ", "warning, critical or both"},
        {kHead + "[[rule]]\nid = 'a/b'\neach = 'town'\nvalue = 'error_ratio'\ndo = 'x'\n",
         ":4: ", "world, region"},
        {kHead + "[[rule]]\nid = 'a/b'\neach = 'world'\nvalue = 'metadata_p96_us'\ndo = 'x'\n",
         ":5: ", "metadata_p95_us"},
        {kHead + "[[rule]]\nid = 'a/b'\neach = 'world'\nvalue = 'requests'\ndo = 'x'\n",
         ":5: ", "requests_per_second"},
        {kHead + "[[rule]]\nid = 'a/b'\neach = 'world'\nvalue = 'mean(cpu)'\ndo = 'x'\n",
         ":5: ", "drain_time"},
        {kHead + "[[rule]]\nid = 'a/b'\neach = 'world'\nvalue = 'share(requests_per_second)'\ndo = 'x'\n",
         ":5: ", "CONDITION"},
        {kHead + "[[rule]]\nid = 'a/b'\neach = 'world'\nvalue = 'share(nodes, age > 10)'\ndo = 'x'\n",
         ":5: ", "10s"},
        {kHead + "[[rule]]\nid = 'a/b'\neach = 'world'\nvalue = 'share(cpu, age > 10s)'\ndo = 'x'\n",
         ":5: ", "adds up"},
        {kHead + "[[rule]]\nid = 'a/b'\neach = 'world'\nvalue = 'to_before(cpu, 2h)'\ndo = 'x'\n",
         ":5: ", "1m to 60m"},
        {kHead +
             "[[rule]]\nid = 'a/b'\neach = 'pop'\nvalue = 'drain_time(streams)'\nwarning = ['>1s', '1s', 0]\n"
             "do = 'x'\n",
         ":2: ", "world or region"},
        {kHead + "[[rule]]\nid = 'a/b'\neach = 'pop'\nvalue = 'metadata_p95_us'\nwarning = ['>1s', '1s', 0]\n"
                 "do = 'x'\n",
         ":2: ", "window = \"1s\""},
        {with("critical = ['>0.1', '0.05', 0]"), ":8: ", "90%"},
        {with("critical = ['2%', '1%', 0]"), ":8: ", "> or <"},
        {with("critical = ['>2%', '1%']"), ":8: ", "SECONDS TO HOLD"},
        {with("critical = ['>2%', '3%', 0]"), ":8: ", "clears beyond"},
        {with("critical = ['>0.5%', '0.4%', 0]"), ":2: ", "reached first"},
        {with("critical = ['<2%', '3%', 0]"), ":2: ", "reached first"},
        {with("critical = ['>2%', '1%', 301]"), ":8: ", "0 to 300"},
        {with("window = '301s'"), ":8: ", "1s to 300s"},
        {with("window = 30"), ":8: ", "in quotes"},
        {with("within = '5s'"), ":2: ", "at least 10s"},
        {with("from = 'T-30:00'"), ":8: ", "T-00:30:00"},
        {with("from = 'T-00:60:00'"), ":8: ", "T-00:30:00"},
        {with("no_data = 'clear'"), ":8: ", "\"keep\" or \"fire\""},
        {with("latch = 'yes'"), ":8: ", "true or false"},
        {with("group = 'region'"), ":8: ", "\"world\""},
        {with("min_per_node = 5"), ":2: ", "min_samples"},
        {with("critical_share = '1%'"), ":2: ", "PoPs alone"},
        {with("inhibits = ['c/d']"), ":8: ", "no rule 'c/d'"},
        {with("inhibits = ['a/b']"), "mine.toml: ", "circle"},
        {with("text = 'too {much}'"), ":2: ", "{names}"},
        {with("text = ''"), ":8: ", "one line"},
        {"version = \n", ":1: ", ""},
    };
    for (const auto& row : rows) {
        INFO(row.text);
        const auto told = refusal(row.text);
        CHECK_THAT(told, containsText("mine.toml"));
        CHECK_THAT(told, containsText(row.line));
        CHECK_THAT(told, containsText(row.what));
    }
}

TEST_CASE("a file of rules is bounded", "[rules-file]") {
    std::string many = kHead;
    for (int i = 0; i < 201; ++i)
        many += "[[rule]]\nid = 'a/b" + std::to_string(i) + "'\n";
    CHECK_THAT(refusal(many), containsText("at most 200"));
    CHECK_THAT(refusal(kHead + "# " + std::string(300'000, 'x')), containsText("bytes"));
}

TEST_CASE("a user's file changes keys by id, removes rules and adds some", "[rules-file]") {
    const auto& builtIn = Rules::builtIn();
    const auto rules = builtIn.with(kHead +
                                        "[[rule]]\nid = 'pops/silent'\nclear_for = '40s'\n"
                                        "[[rule]]\nid = 'security/people'\noff = true\n" +
                                        kRule,
                                    "mine.toml");
    if (!rules) FAIL(rules.error());
    CHECK(rules->all().size() == 15);
    CHECK_FALSE(find(*rules, "security/people")); // others still say that they inhibit it
    CHECK(find(*rules, "a/b"));
    auto silent = *find(builtIn, "pops/silent");
    silent.clearFor = seconds(40);
    CHECK(*find(*rules, "pops/silent") == silent);
}

TEST_CASE("a changed rule is checked as a whole", "[rules-file]") {
    const auto rules = Rules::builtIn().with(
        kHead + "[[rule]]\nid = 'latency/metadata'\nvalue = 'error_ratio'\n", "mine.toml");
    REQUIRE_FALSE(rules);
    CHECK_THAT(rules.error(), containsText("warning, critical or both")); // limits were of another unit
    CHECK_FALSE(Rules::builtIn().with(
        kHead + "[[rule]]\nid = 'pops/load'\ninhibits = ['traffic/load-share']\n", "mine.toml"));
}

TEST_CASE("a rule is explained in words", "[rules-file]") {
    const auto text = explain(*find(Rules::builtIn(), "latency/errors"));
    for (const char* part :
         {"each region", "error ratio", "over 10 s", "above 0.50 % for 30 s", "above 2 % for 15 s",
          "0.30 % or less for 60 s", "4 k", "80 %", "30 min before T-0"})
        CHECK_THAT(text, containsText(part));
}
