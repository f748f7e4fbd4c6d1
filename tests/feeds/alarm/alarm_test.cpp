// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/alarm/alarm.h"

#include "tests/support/catch.h"

#include <optional>
#include <string>

using namespace surgescope::feeds;
using std::chrono::seconds;
using Stage = Alarm::Stage;

namespace {

/// A warning above 90 held 3 s, a critical one above 100 held 2 s; clear at 80 and 95 for 4 s.
Rule loadRule() {
    Rule rule;
    rule.id = "pops/load";
    rule.each = Each::pop;
    rule.limits[0] = Limit{.isAbove = true, .limit = 90, .clear = 80, .hold = seconds(3)};
    rule.limits[1] = Limit{.isAbove = true, .limit = 100, .clear = 95, .hold = seconds(2)};
    rule.clearFor = seconds(4);
    rule.noDataAfter = seconds(5);
    return rule;
}

/// Steps through a second for each letter: C clear, H in between, B beyond the warning, X beyond both, M
/// missing, '-' a second that never comes. What it was after each: n, p, w, c.
std::string stagesOf(const Rule& rule, const std::string& inputs, Alarm& alarm, int from = 1) {
    std::string stages;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const auto second = feedSecond(from + static_cast<int>(i));
        Alarm::Evidence evidence{.share = 1};
        switch (inputs[i]) {
        case 'C': evidence.value = 50; break;
        case 'H': evidence.value = 85; break;
        case 'B': evidence.value = 93; break;
        case 'I': evidence.value = 98; break; // clear of neither
        case 'X': evidence.value = 110; break;
        default: break;
        }
        if (inputs[i] != '-') alarm.step(rule, second, evidence);
        if (alarm.stage == Stage::firing)
            stages += alarm.severity() == Severity::critical ? 'c' : 'w';
        else
            stages += alarm.stage == Stage::pending ? 'p' : 'n';
    }
    return stages;
}

std::string stagesOf(const Rule& rule, const std::string& inputs) {
    Alarm alarm;
    return stagesOf(rule, inputs, alarm);
}

} // namespace

TEST_CASE("an alarm goes through its stages as the table says", "[alarm]") {
    const Rule rule = loadRule();
    struct Row {
        const char* what;
        const char* inputs;
        const char* stages;
    };
    const Row rows[] = {
        {"nothing is wrong", "CHHC", "nnnn"},
        {"beyond, but not for long enough", "BBCCC", "ppppn"},
        {"the seconds must lie within the time", "BBHBBB",
         "ppppp"
         "w"},
        {"long enough", "BBB", "ppw"},
        {"critical comes by its own time", "XX", "pc"},
        {"and first as what it is", "BBBXX", "ppwwc"},
        {"in between it stays what it was", "BBBHHHHHHHH", "ppwwwwwwwww"},
        {"clear for long enough", "BBBCCCC", "ppwwwwn"},
        {"clearing begins anew", "BBBCCCHCCCC", "ppwwwwwwwwn"},
        {"and anew beyond the limit", "BBBCCCBCCCC", "ppwwwwwwwwn"},
        {"critical falls to a warning", "XXBBBB", "pccccw"},
        {"not while it is clear of neither", "XXIIIIII", "pccccccc"},
        {"all of it ends at once", "XXCCCC", "pccccn"},
        {"missing data clears nothing", "BBBMMMMMMMMMMM", "ppwwwwwwwwwwww"},
        {"timers stand still meanwhile", "BBBCCMMC", "ppwwwwww"},
        {"and go on", "BBBCCMMCC", "ppwwwwwwn"},
        {"one that is pending stands still, too", "BBMMB", "ppppw"},
        {"but not for ever", "BBMMMMMMB", "pppppppnp"},
        {"seconds that never come are missing", "BB-B", "pppw"},
        {"for ever as well", "BB-------B",
         "ppppppppp"
         "p"},
        {"nothing missing makes one", "MMMMMMMMMM", "nnnnnnnnnn"},
    };
    for (const auto& row : rows) {
        INFO(row.what << ": " << row.inputs);
        CHECK(stagesOf(rule, row.inputs) == row.stages);
    }
}

TEST_CASE("an alarm is told since when", "[alarm]") {
    Alarm alarm;
    stagesOf(loadRule(), "CCBBB", alarm);
    CHECK(alarm.stage == Stage::firing);
    CHECK(alarm.since == feedSecond(3));
}

TEST_CASE("seconds of breach may lie within a longer time", "[alarm]") {
    Rule rule = loadRule();
    rule.within = seconds(6);
    CHECK(stagesOf(rule, "BCBCB") == "ppppw");
    CHECK(stagesOf(rule, "BCCCBCCB") == "pppppppp");
    CHECK(stagesOf(rule, "BCCCCCC") == "ppppppn");
}

TEST_CASE("a rule may fire without data", "[alarm]") {
    Rule rule = loadRule();
    rule.firesWithoutData = true;
    CHECK(stagesOf(rule, "CMMMMMM") == "nnnnnnw");
    CHECK(stagesOf(rule, "CMMMMMCM") == "nnnnnnnn");
    CHECK(stagesOf(rule, "CMMMMMMCCCC") == "nnnnnnwwwwn");
}

TEST_CASE("what is too small is never critical", "[alarm]") {
    Rule rule = loadRule();
    rule.criticalShare = 0.1;
    Alarm alarm;
    for (int i = 1; i < 10; ++i)
        alarm.step(rule, feedSecond(i), {.value = 110, .share = 0.05});
    CHECK(alarm.severity() == Severity::warning);
    for (int i = 10; i < 12; ++i)
        alarm.step(rule, feedSecond(i), {.value = 110, .share = 0.2});
    CHECK(alarm.severity() == Severity::critical);
}

TEST_CASE("an alarm says that it is blind, and that it sees again", "[alarm]") {
    Alarm alarm;
    stagesOf(loadRule(), "BBBMMMMM", alarm);
    CHECK_FALSE(alarm.isBlind);
    stagesOf(loadRule(), "M", alarm, 9);
    CHECK(alarm.isBlind);
    stagesOf(loadRule(), "H", alarm, 10);
    CHECK_FALSE(alarm.isBlind);
}

TEST_CASE("a second twice or an older one changes nothing", "[alarm]") {
    Alarm alarm;
    stagesOf(loadRule(), "BB", alarm);
    const Alarm before = alarm;
    alarm.step(loadRule(), feedSecond(2), {.value = 93});
    alarm.step(loadRule(), feedSecond(1), {.value = 110});
    CHECK(alarm == before);
}

TEST_CASE("a limit that a newer rule has no more holds nothing up", "[alarm]") {
    Rule rule = loadRule();
    Alarm alarm;
    CHECK(stagesOf(rule, "XX", alarm) == "pc");
    rule.limits[1].reset();
    CHECK(stagesOf(rule, "BCCCC", alarm, 3) == "wwwwn");
}

TEST_CASE("limits below count the other way", "[alarm]") {
    Rule rule;
    rule.limits[0] = Limit{.isAbove = false, .limit = 0.95, .clear = 0.97, .hold = seconds(0)};
    rule.clearFor = seconds(1);
    Alarm alarm;
    alarm.step(rule, feedSecond(1), {.value = 0.95});
    CHECK(alarm.stage == Stage::normal);
    alarm.step(rule, feedSecond(2), {.value = 0.94});
    CHECK(alarm.stage == Stage::firing);
    alarm.step(rule, feedSecond(3), {.value = 0.96});
    CHECK(alarm.stage == Stage::firing);
    alarm.step(rule, feedSecond(4), {.value = 0.97});
    CHECK(alarm.stage == Stage::normal);
}
