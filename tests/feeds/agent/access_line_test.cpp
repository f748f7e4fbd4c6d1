// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/access_line.h"

#include "tests/support/captures.h"
#include "tests/support/catch.h"

#include <map>
#include <random>
#include <string>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using namespace std::chrono_literals;
using surgescope::tests::containsText;

namespace {

const std::string kLine =
    R"({"ts":"1795449208.851","m":"GET","uri":"/audio/1.m4s","status":"200","bytes":"65903","rt":"0.001",)"
    R"("cache":"MISS","uht":"0.002","urt":"0.003","ubytes":"65888","ustatus":"200","limit":"PASSED",)"
    R"("purge_id":"drop-1","purge_seq":"17","purge_issued":"1795449208800123"})";

std::string with(std::string line, const std::string& from, const std::string& to) {
    const auto at = line.find(from);
    REQUIRE(at != std::string::npos);
    return line.replace(at, from.size(), to);
}

} // namespace

TEST_CASE("a line of our own format is read field by field", "[agent][access]") {
    for (const std::string& text : {kLine, "<190>Nov 23 15:53:28 vm surgescope: " + kLine,
                                    "<190>Nov 23 15:53:28 surgescope: " + kLine}) {
        const auto line = parseAccessLine(text);
        REQUIRE(line);
        CHECK(line->time == WallTime(1795449208851000us));
        CHECK(line->method == "GET");
        CHECK(line->uri == "/audio/1.m4s");
        CHECK(line->status == 200);
        CHECK(line->bytes == 65903);
        CHECK(line->duration == 1ms);
        CHECK(line->cache == CacheStatus::miss);
        CHECK(line->askedUpstream);
        CHECK(line->ttfb == 2ms);
        CHECK(line->upstreamBytes == 65888);
        CHECK_FALSE(line->denied);
        CHECK(line->purgeId == "drop-1");
        CHECK(line->purgeSequence == 17U);
        CHECK(line->purgeIssuedAt == WallTime(1795449208800123us));
        CHECK_FALSE(line->purgeStampRefused);
    }
}

TEST_CASE("several tries at an upstream make one time and one sum", "[agent][access]") {
    std::string text = with(kLine, R"("uht":"0.002")", R"("uht":"-, 0.010 : 0.020")");
    text = with(text, R"("urt":"0.003")", R"("urt":"0.100, 0.030 : 0.040")");
    text = with(text, R"("ubytes":"65888")", R"("ubytes":"0, 100 : 200")");
    text = with(text, R"("ustatus":"200")", R"("ustatus":"502, 404 : 200")");
    const auto line = parseAccessLine(text);
    REQUIRE(line);
    CHECK(line->ttfb == 150ms); // two tries lost, and the header of the third
    CHECK(line->upstreamBytes == 300);

    const auto failed = parseAccessLine(with(kLine, R"("uht":"0.002")", R"("uht":"-")"));
    REQUIRE(failed);
    CHECK_FALSE(failed->ttfb);
}

TEST_CASE("the captured lines of nginx 1.22.1 are all read", "[agent][access]") {
    // Counted with grep -o '"cache":"[A-Z]*"' | sort | uniq -c, and the like for status.
    struct Expected {
        const char* file;
        std::map<CacheStatus, int> cache;
        std::map<unsigned, int> status;
        int rejected;
    };
    const auto expected =
        GENERATE(Expected{"nginx-1.22.1_syslog_udp.txt",
                          {{CacheStatus::none, 80}, {CacheStatus::hit, 119}, {CacheStatus::miss, 113}},
                          {{200, 258}, {429, 54}},
                          54},
                 Expected{"nginx-1.22.1_access_json_tail.log",
                          {{CacheStatus::none, 163},
                           {CacheStatus::bypass, 30},
                           {CacheStatus::hit, 95},
                           {CacheStatus::miss, 52}},
                          {{200, 281}, {400, 2}, {404, 1}, {429, 54}, {503, 1}, {505, 1}},
                          54});
    std::map<CacheStatus, int> cache;
    std::map<unsigned, int> status;
    int rejected = 0;
    for (const std::string& text : captureLines(expected.file)) {
        const auto line = parseAccessLine(text);
        INFO(text);
        REQUIRE(line);
        ++cache[line->cache];
        ++status[line->status];
        rejected += line->denied ? 1 : 0;
    }
    CHECK(cache == expected.cache);
    CHECK(status == expected.status);
    CHECK(rejected == expected.rejected);
}

TEST_CASE("a damaged line is refused with the reason", "[agent][access]") {
    const auto reason = [](const std::string& text) {
        const auto line = parseAccessLine(text);
        REQUIRE_FALSE(line);
        return line.error();
    };
    CHECK_THAT(reason(""), containsText("not JSON"));
    CHECK_THAT(reason("GET / 200"), containsText("not JSON"));
    CHECK_THAT(reason("<190>Nov 23 15:53:28 vm edge: GET /"), containsText("syslog"));
    CHECK_THAT(reason(kLine.substr(0, kLine.size() / 2)), containsText("not JSON"));
    CHECK_THAT(reason(kLine + kLine), containsText("not JSON"));
    CHECK_THAT(reason("[" + kLine + "]"), containsText("array"));
    CHECK_THAT(reason(std::string(50'000, '[')), containsText("array"));
    CHECK_THAT(reason("\"text\""), containsText("not an object"));
    CHECK_THAT(reason("7"), containsText("not an object"));
    CHECK_THAT(reason("{}"), containsText("\"ts\" is missing"));
    CHECK_THAT(reason(with(kLine, R"("bytes":"65903",)", "")), containsText("\"bytes\" is missing"));
    CHECK_THAT(reason(with(kLine, R"("GET")", R"({"a":1})")), containsText("object inside"));
    CHECK_THAT(reason(with(kLine, R"("GET")", "null")), containsText("null"));
    CHECK_THAT(reason(with(kLine, R"("GET")", "true")), containsText("true or false"));
    CHECK_THAT(reason(with(kLine, R"("200")", "-200")), containsText("negative"));
    CHECK_THAT(reason(with(kLine, R"("200")", R"("20x")")), containsText("status"));
    CHECK_THAT(reason(with(kLine, R"("200")", R"("1000")")), containsText("status"));
    CHECK_THAT(reason(with(kLine, R"("65903")", "18446744073709551615")), containsText("bytes"));
    CHECK_THAT(reason(with(kLine, R"("65903")", "1e400")), containsText("not JSON"));
    CHECK_THAT(reason(with(kLine, R"("0.001")", R"("inf")")), containsText("rt"));
    CHECK_THAT(reason(with(kLine, R"("0.001")", R"("1e3")")), containsText("rt"));
    CHECK_THAT(reason(with(kLine, R"("0.001")", "1000001")), containsText("rt"));
    CHECK_THAT(reason(with(kLine, R"("1795449208.851")", R"("12.5")")), containsText("ts"));
    CHECK_THAT(reason(with(kLine, R"("1795449208.851")", R"("-")")), containsText("ts"));
    CHECK_THAT(reason(with(kLine, "MISS", "PERHAPS")), containsText("cache"));
    CHECK_THAT(reason(with(kLine, R"("0.003")", R"("0.003, x")")), containsText("upstream"));
    CHECK_THAT(reason(std::string(kAccessLineBytes + 1, ' ')), containsText("64 KiB"));
}

TEST_CASE("each server's own units and words are read", "[agent][access]") {
    const std::string few = R"("m":"GET","uri":"/a","status":"200","bytes":"5")";
    const auto us = parseAccessLine(
        "{" + few +
        R"(,"ts_us":"1795449208851007","rt_us":"1500","ttfb_us":"16","lb_us":"48","denied":"1"})");
    REQUIRE(us);
    CHECK(us->time == WallTime(1795449208851007us));
    CHECK(us->duration == 1500us);
    CHECK(us->ttfb == 16us);
    CHECK(us->lbTime == 48us);
    CHECK(us->denied);
    CHECK_FALSE(us->askedUpstream);
    const auto ms = parseAccessLine(
        "{" + few + R"(,"ts":"1795449208.5","rt_ms":"12","ttfb_ms":"0.25","lb_ms":"2","bytes":"-"})");
    REQUIRE(ms);
    CHECK(ms->duration == 12ms);
    CHECK(ms->ttfb == 250us);
    CHECK(ms->lbTime == 2ms);
    CHECK(ms->bytes == 0);
    const auto silent = parseAccessLine("{" + few + R"(,"ts":"1795449208.5","rt":"-","ttfb":""})");
    REQUIRE(silent);
    CHECK_FALSE(silent->duration);
    CHECK_FALSE(silent->ttfb);
    CHECK_FALSE(parseAccessLine("{" + few + R"(,"ts_us":"-5"})"));
    CHECK_FALSE(parseAccessLine("{" + few + R"(,"ts":"1795449208.5","ttfb_us":"soon"})"));
}

TEST_CASE("bytes written as hexadecimal escapes are no JSON, and hide nothing", "[agent][access]") {
    const auto line = parseAccessLine(with(kLine, "/audio/1", R"(/a\x22b\\x\xff)"));
    REQUIRE(line);
    CHECK(line->uri == R"(/a?b\x?.m4s)");
    CHECK_FALSE(parseAccessLine(kLine.substr(0, kLine.size() - 2) + R"(\x)"));
    CHECK_FALSE(parseAccessLine(R"({"ts":"\)"));
}

TEST_CASE("nobody hides a request behind bytes that are no UTF-8", "[agent][access]") {
    // escape=json leaves them as they are: GET /a%FF is logged with a byte FF.
    const auto line = parseAccessLine(with(kLine, "/audio/1", "/api/\xff\xc3(\xed\xa0\x80"));
    REQUIRE(line);
    CHECK(line->uri == "/api/?"
                       "?(???.m4s");
    const auto fine = parseAccessLine(with(kLine, "/audio/1", "/bj\xc3\xb6rk"));
    REQUIRE(fine);
    CHECK(fine->uri == "/bj\xc3\xb6rk.m4s");
    const auto escaped = parseAccessLine(with(kLine, "/audio/1", R"(/\"\\\u0001)"));
    REQUIRE(escaped);
    CHECK(escaped->uri == "/\"\\\x01.m4s");
}

TEST_CASE("a wrong purge stamp spoils the stamp and not the line", "[agent][access]") {
    for (const char* stamp : {"1795449208.800", "1795449208", "1795449208800", "soon", "-5",
                              "99999999999999999999", "9223372036854775807"}) {
        const auto line = parseAccessLine(with(kLine, "1795449208800123", stamp));
        INFO(stamp);
        REQUIRE(line);
        CHECK_FALSE(line->purgeIssuedAt);
        CHECK(line->purgeStampRefused);
    }
    const auto sequence = parseAccessLine(with(kLine, R"("17")", R"("17a")"));
    REQUIRE(sequence);
    CHECK_FALSE(sequence->purgeSequence);
    CHECK(sequence->purgeStampRefused);
    const auto id = parseAccessLine(with(kLine, "drop-1", std::string(5000, 'x')));
    REQUIRE(id);
    CHECK(id->purgeId.size() == 256);
}

TEST_CASE("whatever becomes of a line on its way, reading it ends", "[agent][access]") {
    const auto lines = captureLines("nginx-1.22.1_syslog_udp.txt");
    REQUIRE(lines.size() == 312);
    std::mt19937_64 random(20261124);
    int read = 0;
    constexpr int kRounds = 10'000;
    for (int i = 0; i < kRounds; ++i) {
        std::string text = i % 4 == 0 ? kLine : lines[random() % lines.size()];
        for (std::uint64_t change = 0, changes = 1 + random() % 4; change < changes && !text.empty();
             ++change) {
            const std::size_t at = random() % text.size();
            switch (random() % 4) {
            case 0: text[at] = static_cast<char>(random()); break;
            case 1: text.erase(at, 1 + random() % 16); break;
            case 2: text.insert(at, text.substr(random() % text.size(), random() % 32)); break;
            default: text.resize(at); break;
            }
        }
        if (parseAccessLine(text)) ++read;
    }
    CHECK(read > 0);
    CHECK(read < kRounds / 2);
}
