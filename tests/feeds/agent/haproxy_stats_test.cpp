// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/haproxy_stats.h"

#include "tests/support/captures.h"
#include "tests/support/catch.h"

#include <string>

using namespace surgescope::feeds;
using namespace surgescope::tests;

namespace {

const std::string kInfo =
    "Name: HAProxy\nVersion: 2.6.12\nPid: 7\nUptime_sec: 5\nCurrConns: 3\nMaxconn: 400\nIdle_pct: 25\n";
const std::string kHeader = "# pxname,svname,scur,bout,mode,desc,\n";

std::string haproxyRows(const std::string& rows) {
    return kInfo + "\n" + kHeader + rows + "\n";
}

} // namespace

TEST_CASE("HAProxy 2.6's answer under load is read", "[agent][haproxy]") {
    const auto reading = parseHaproxyReading(capture("haproxy-2.6.12_answer.txt"));
    REQUIRE(reading);
    CHECK(reading->version == "2.6.12-1+deb12u4");
    CHECK(reading->pid == 10847);
    CHECK(reading->uptimeSeconds == 5);
    CHECK(reading->processes == 1);
    CHECK(reading->mostConnections == 4000);
    CHECK(reading->busy == Approx(0.84));  // Idle_pct 16
    REQUIRE(reading->proxies.size() == 5); // the three rows of servers are left out
    const HaproxyProxy& fe = reading->proxies[0];
    CHECK(fe.name == "fe");
    CHECK(fe.frontend);
    CHECK(fe.http);
    CHECK(fe[HaproxyColumn::req_tot] == 33'344U);
    CHECK(fe[HaproxyColumn::hrsp_2xx] == 33'338U);
    CHECK(fe[HaproxyColumn::hrsp_4xx] == 5U);
    CHECK(fe[HaproxyColumn::dreq] == 2U);
    CHECK(fe[HaproxyColumn::ereq] == 2U);
    CHECK(fe[HaproxyColumn::conn_tot] == 44U);
    CHECK(fe[HaproxyColumn::bout] == 2'194'448'724U);
    const HaproxyProxy& edges = reading->proxies[2];
    CHECK(edges.name == "edges");
    CHECK_FALSE(edges.frontend);
    CHECK_FALSE(edges[HaproxyColumn::ereq]); // empty there
    CHECK(edges[HaproxyColumn::cache_lookups] == 6U);
    CHECK(edges[HaproxyColumn::cache_hits] == 5U);
}

TEST_CASE("HAProxy 3.0's answer is read, which has more columns", "[agent][haproxy]") {
    const auto reading = parseHaproxyReading(capture("haproxy-3.0.11_answer.txt"));
    REQUIRE(reading);
    CHECK(reading->version == "3.0.11-1+deb13u4");
    CHECK(reading->busy == Approx(0.0));
    REQUIRE(reading->proxies.size() == 5);
    CHECK(reading->proxies[0][HaproxyColumn::req_tot] == 9U);
    CHECK(reading->proxies[0][HaproxyColumn::dreq] == 3U);
    CHECK(reading->proxies[0][HaproxyColumn::hrsp_4xx] == 6U);
}

TEST_CASE("a value in quotation marks may hold commas, marks and line ends", "[agent][haproxy]") {
    const auto reading = parseHaproxyReading(
        haproxyRows("\"a,\"\"b\"\"\nc\",FRONTEND,1,2,tcp,\"x,y\",\nd,BACKEND,,5,http,,\n"));
    REQUIRE(reading);
    REQUIRE(reading->proxies.size() == 2);
    CHECK(reading->proxies[0].name == "a,\"b\"\nc");
    CHECK_FALSE(reading->proxies[0].http);
    CHECK(reading->proxies[1][HaproxyColumn::bout] == 5U);
    CHECK_FALSE(reading->proxies[1][HaproxyColumn::scur]);
    CHECK_FALSE(reading->proxies[1][HaproxyColumn::req_tot]); // no such column here
    CHECK(reading->processes == 1);                           // nor such a line
}

TEST_CASE("a process that polls busily does not tell how busy it is", "[agent][haproxy]") {
    const auto reading = parseHaproxyReading(kInfo + "BusyPolling: 1\n\n" + kHeader + "\n");
    REQUIRE(reading);
    CHECK_FALSE(reading->busy);
}

TEST_CASE("an answer that was cut off anywhere is refused", "[agent][haproxy]") {
    const std::string whole = haproxyRows("a,FRONTEND,1,2,http,\"x\",\nb,BACKEND,1,2,http,,\n");
    REQUIRE(parseHaproxyReading(whole));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        INFO(size);
        const auto reading = parseHaproxyReading(whole.substr(0, size));
        REQUIRE_FALSE(reading);
        CHECK_FALSE(reading.error().empty());
    }
}

TEST_CASE("whatever is no such answer is refused, and it is said what it was", "[agent][haproxy]") {
    const auto refusal = [](const std::string& answer) {
        const auto reading = parseHaproxyReading(answer);
        REQUIRE_FALSE(reading);
        return reading.error();
    };
    CHECK_THAT(refusal("Permission denied\n"), containsText("'Permission denied'"));
    CHECK_THAT(refusal("Name: HAProxy\n\n# pxname,svname,mode,\n\n"), containsText("lacks Pid"));
    CHECK_THAT(refusal(kInfo + "\n# pxname,mode,\n\n"), containsText("svname"));
    CHECK_THAT(refusal(haproxyRows("a,FRONTEND,1,2,http,\n")), containsText("6 values, and 7"));
    CHECK_THAT(refusal(haproxyRows("a,FRONTEND,-1,2,http,,\n")), containsText("scur of 'a' is '-1'"));
    CHECK_THAT(refusal(haproxyRows("a,FRONTEND,1,18446744073709551615,http,,\n")),
               containsText("bout of 'a'"));
    CHECK_THAT(refusal(haproxyRows("") + "more\n"), containsText("goes on"));
    CHECK_THAT(refusal("Name: HAProxy\nIdle_pct: 101\n\n"), containsText("lacks"));
    CHECK_THAT(refusal("Name: HAProxy\n\x01rubbish\n"), containsText("'?rubbish'"));
    CHECK_THAT(refusal(std::string(kHaproxyAnswerBytes + 1, 'x')), containsText("1 MiB"));
    CHECK_THAT(refusal(kInfo + "\n" + std::string(100'000, ',') + "\n\n"), containsText("header"));
}
