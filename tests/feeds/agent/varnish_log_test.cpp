// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/varnish_log.h"

#include "tests/support/catch.h"
#include "tests/support/varnish_records.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using namespace std::chrono_literals;

namespace {

struct VarnishRead {
    std::vector<Exchange> exchanges;
    std::vector<std::string> refused;
    std::size_t open = 0;
};

VarnishRead readVarnish(std::string_view lines, std::size_t headerWords = 3) {
    const auto format = varnishFormat(headerWords);
    VarnishLog log(format);
    VarnishRead result;
    for (const VarnishPart& part : varnishParts(lines, format)) {
        auto read = log.read(part.transaction, part.words);
        if (!read)
            result.refused.push_back(read.error());
        else if (*read)
            result.exchanges.push_back(**read);
    }
    result.open = log.open();
    return result;
}

/// A hit, with `more` before its end.
std::string hitRecords(const std::string& more = "") {
    return "5 Begin c req 4 rxreq\n"
           "5 Timestamp c Start: 1795449389.500000 0.000000 0.000000\n"
           "5 Timestamp c Req: 1795449389.500010 0.000010 0.000010\n"
           "5 ReqStart c 192.0.2.7 53752 a0\n"
           "5 ReqMethod c GET\n"
           "5 ReqURL c /a?b=c\n"
           "5 VCL_call c RECV\n"
           "5 Hit c 3 3599.972113 10.000000 0.000000\n"
           "5 VCL_call c HIT\n"
           "5 RespStatus c 200\n" +
           more +
           "5 Timestamp c Process: 1795449389.500215 0.000215 0.000205\n"
           "5 Timestamp c Resp: 1795449389.500350 0.000350 0.000135\n"
           "5 ReqAcct c 82 0 82 337 1000 1337\n"
           "5 End c \n";
}

Exchange onlyOne(const VarnishRead& read) {
    CHECK(read.refused.empty());
    CHECK(read.open == 0);
    REQUIRE(read.exchanges.size() == 1);
    return read.exchanges.front();
}

std::string captured() {
    std::ifstream in(SURGESCOPE_SOURCE_DIR "/tests/data/captures/varnish-7.1.1_varnishlog_raw.txt");
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void replaceOnce(std::string& text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
}

} // namespace

TEST_CASE("a request of Varnish's log is an exchange", "[agent][varnish]") {
    for (const std::size_t headerWords : {2U, 3U}) {
        const Exchange e = onlyOne(readVarnish(hitRecords(), headerWords));
        CHECK(e.address == "192.0.2.7");
        CHECK(e.method == "GET");
        CHECK(e.uri == "/a");
        CHECK(e.status == 200);
        CHECK(e.bytes == 1337);
        CHECK(e.cache == CacheStatus::hit);
        CHECK(e.ttfb == 205us);
        CHECK(e.duration == 350us);
        CHECK(e.time == WallTime(1'795'449'389'500'350us));
        CHECK_FALSE(e.denied);
    }
}

TEST_CASE("what a real Varnish logged is read, each request once", "[agent][varnish]") {
    const auto read = readVarnish(captured());
    CHECK(read.refused.empty());
    CHECK(read.open == 0);
    const auto count = [&read](auto what) { return std::ranges::count_if(read.exchanges, what); };
    const auto cached = [&count](CacheStatus s) {
        return count([s](const Exchange& e) { return e.cache == s; });
    };
    CHECK(read.exchanges.size() == 21); // 13, four purges, four that are odd
    CHECK(cached(CacheStatus::hit) == 4);
    CHECK(cached(CacheStatus::miss) == 7);
    CHECK(cached(CacheStatus::stale) == 1);
    CHECK(cached(CacheStatus::bypass) == 1);
    CHECK(cached(CacheStatus::none) == 8); // piped, refused, three purges, three not understood
    CHECK(count([](const Exchange& e) { return e.method.empty(); }) == 3);
    CHECK(count([](const Exchange& e) { return e.denied; }) == 1);
    CHECK(count([](const Exchange& e) { return e.address == "127.0.0.1"; }) == 19);
    CHECK(count([](const Exchange& e) { return e.status == 0 && e.bytes > 1000; }) == 1); // piped
    CHECK(count([](const Exchange& e) { return e.uri == "/???\"\\x"; }) == 0);
    CHECK(count([](const Exchange& e) { return e.uri == "/\?\?\"\\x"; }) == 1); // what is no ASCII
    for (const Exchange& e : read.exchanges)
        if (e.cache == CacheStatus::hit || e.cache == CacheStatus::miss) {
            CHECK(e.ttfb > 0us);
            CHECK(e.duration >= *e.ttfb);
        }
    CHECK(count([](const Exchange& e) {
              return e.purgeIssuedAt && e.time - *e.purgeIssuedAt > 250ms && e.time - *e.purgeIssuedAt < 2s;
          }) == 4);
}

TEST_CASE("a restarted request is one, with what both parts said", "[agent][varnish]") {
    const std::string first = "7 Begin c req 6 rxreq\n"
                              "7 Timestamp c Start: 1795449389.500000 0.000000 0.000000\n"
                              "7 Timestamp c Req: 1795449389.600000 0.100000 0.100000\n"
                              "7 ReqMethod c GET\n7 ReqURL c /again/a\n7 VCL_call c RECV\n"
                              "7 VCL_Log c surgescope:purge_seq=9\n"
                              "7 Timestamp c Restart: 1795449389.600100 0.100100 0.000100\n"
                              "7 Link c req 5 restart\n7 End c \n";
    std::string second = hitRecords();
    replaceOnce(second, "req 4 rxreq", "req 7 restart");
    replaceOnce(second, "5 Timestamp c Req: 1795449389.500010 0.000010 0.000010\n", "");
    replaceOnce(second, "0.000215", "0.100215");
    const Exchange e = onlyOne(readVarnish(first + second));
    CHECK(e.ttfb == 215us); // since its headers were read, before the first part
    CHECK(e.purgeSequence == 9U);
    CHECK(e.uri == "/a");
    const Exchange alone = onlyOne(readVarnish(second)); // we came in between
    CHECK(alone.ttfb == 100'215us);
    CHECK(readVarnish(first).open == 1);
}

TEST_CASE("a request may come in several parts, and others between them", "[agent][varnish]") {
    const std::string whole = hitRecords();
    const auto middle = whole.find("5 VCL_call c HIT");
    const std::string others = "6 Begin b bereq 5 fetch\n6 End b \n\n9 Begin c sess 0 HTTP/1\n9 End c \n\n"
                               "8 Begin c req 5 esi 1\n8 VCL_call c MISS\n8 End c \n\n10 End c \n";
    CHECK(onlyOne(readVarnish(whole.substr(0, middle) + others + whole.substr(middle))).cache ==
          CacheStatus::hit);
    CHECK(readVarnish(whole.substr(0, middle)).open == 1);
    CHECK(readVarnish(whole.substr(middle)).exchanges.empty()); // its beginning was before us
}

TEST_CASE("the last of what Varnish did with a request decides", "[agent][varnish]") {
    const auto after = [](const std::string& more) { return onlyOne(readVarnish(hitRecords(more))).cache; };
    CHECK(after("5 VCL_call c PASS\n") == CacheStatus::bypass);
    CHECK(after("5 VCL_call c SYNTH\n") == CacheStatus::none);
    CHECK(after("5 VCL_call c DELIVER\n") == CacheStatus::hit);
    CHECK(after("5 Timestamp c Waitinglist: 1795449389.500200 0.000200 0.000190\n") ==
          CacheStatus::collapsed);
    CHECK(after("5 Timestamp c Waitinglist: 1795449389.500200 0.000200 0.000190\n5 VCL_call c MISS\n") ==
          CacheStatus::miss);
    CHECK(after("5 Hit c 3 -0.250000 10.000000 0.000000\n") == CacheStatus::stale);
    CHECK(after("5 Hit c 3 0.000000 10.000000 0.000000 12 1000\n") == CacheStatus::stale);
}

TEST_CASE("stamps are believed when the VCL logs them", "[agent][varnish][purge]") {
    Exchange e = onlyOne(readVarnish(hitRecords("5 ReqHeader c X-Purge-Id: mine\n"
                                                "5 VCL_Log c surgescope:purge_id=drop\n"
                                                "5 VCL_Log c surgescope:purge_seq=12\n"
                                                "5 VCL_Log c surgescope:purge_issued=1795449389000000\n")));
    CHECK(e.purgeId == "drop");
    CHECK(e.purgeSequence == 12U);
    CHECK(e.purgeIssuedAt == WallTime(1'795'449'389'000'000us));
    CHECK(e.time == WallTime(1'795'449'389'500'215us)); // when its answer was ready
    CHECK_FALSE(e.purgeStampRefused);
    e = onlyOne(readVarnish(hitRecords("5 VCL_Log c purge_seq=12\n5 VCL_Log c surgescope:purge_seq=\n")));
    CHECK_FALSE(e.purgeSequence);
    CHECK_FALSE(e.purgeStampRefused);
    for (const char* bad : {"purge_seq=-1", "purge_seq=12x", "purge_issued=1795449389.5", "purge_issued=12",
                            "purge_issued=99999999999999999999"}) {
        e = onlyOne(readVarnish(hitRecords(std::string("5 VCL_Log c surgescope:") + bad + "\n")));
        CHECK(e.purgeStampRefused);
        CHECK_FALSE(e.purgeIssuedAt);
    }
}

TEST_CASE("a request that cannot be read is given up, with what is wrong", "[agent][varnish]") {
    const auto refusal = [](const std::string& from, const std::string& to) {
        std::string lines = hitRecords();
        replaceOnce(lines, from, to);
        const auto read = readVarnish(lines);
        CHECK(read.exchanges.empty());
        CHECK(read.open == 0);
        CHECK(read.refused.size() == 1);
        return read.refused.empty() ? std::string() : read.refused.front();
    };
    CHECK_THAT(refusal("RespStatus c 200", "RespStatus c 2OO"), containsText("RespStatus"));
    CHECK_THAT(refusal("RespStatus c 200", "RespStatus c 1000"), containsText("RespStatus"));
    CHECK_THAT(refusal("1337\n", "\n"), containsText("ReqAcct"));
    CHECK_THAT(refusal("1337\n", "99999999999999999\n"), containsText("ReqAcct"));
    CHECK_THAT(refusal("5 ReqAcct c 82 0 82 337 1000 1337\n", ""), containsText("ReqAcct"));
    CHECK_THAT(refusal("0.000215 0.000205", "now"), containsText("Timestamp"));
    CHECK_THAT(refusal("Process: 1795449389.500215", "Process: 12.500215"), containsText("Timestamp"));
    CHECK_THAT(refusal("Hit c 3 3599.972113 10.000000 0.000000", "Hit c 3"), containsText("Hit"));
    std::string masked = hitRecords();
    replaceOnce(masked, "5 VCL_call c RECV\n", "");
    replaceOnce(masked, "5 VCL_call c HIT\n", "");
    CHECK_THAT(readVarnish(masked).refused.at(0), containsText("VCL_call"));
}

TEST_CASE("records that are cut short are refused, and nothing behind them is read", "[agent][varnish]") {
    const auto format = varnishFormat();
    const auto parts = varnishParts(hitRecords(), format);
    REQUIRE(parts.size() == 1);
    const std::vector<std::uint32_t>& words = parts.front().words;
    for (std::size_t size = 0; size < words.size(); ++size) {
        VarnishLog log(format);
        const std::vector<std::uint32_t> part(words.begin(),
                                              words.begin() + static_cast<std::ptrdiff_t>(size));
        const auto read = log.read(5, part);
        CHECK((!read || !*read));
        CHECK((read ? log.open() <= 1 : log.open() == 0));
    }
    VarnishLog log(format); // a length that reaches far behind
    auto spoiled = words;
    spoiled[0] |= 0xffff;
    CHECK_FALSE(log.read(5, spoiled));
    CHECK(log.open() == 0);
}

TEST_CASE("a clock that went back makes no time negative", "[agent][varnish]") {
    std::string lines = hitRecords();
    replaceOnce(lines, "1795449389.500215 0.000215", "1795449389.400000 -0.100000");
    replaceOnce(lines, "1795449389.500350 0.000350", "1795449389.400135 -0.099865");
    const Exchange e = onlyOne(readVarnish(lines));
    CHECK(e.ttfb == 0us);
    CHECK(e.duration == 0us);
}

TEST_CASE("requests that never end are forgotten, and texts are cut", "[agent][varnish]") {
    const auto format = varnishFormat();
    VarnishLog log(format);
    std::vector<std::uint32_t> begin;
    appendRecord(begin, format, VarnishTag::begin, "req 1 rxreq");
    appendRecord(begin, format, VarnishTag::url, "/" + std::string(60'000, 'x'));
    for (std::uint64_t i = 1; i <= VarnishLog::kMostOpen + 10; ++i) {
        CHECK(log.read(i, begin));
        CHECK(log.open() <= VarnishLog::kMostOpen);
    }
    CHECK(log.forget() > 0);
    CHECK(log.open() == 0);
    std::string lines = hitRecords();
    replaceOnce(lines, "/a?b=c", "/" + std::string(60'000, 'x'));
    CHECK(onlyOne(readVarnish(lines)).uri.size() == VarnishLog::kTextBytes);
}
