// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/httpd_status.h"

#include "tests/support/captures.h"
#include "tests/support/catch.h"

#include <string>

using namespace surgescope::feeds;
using namespace surgescope::tests;

TEST_CASE("mod_status' page for machines is read", "[agent][httpd]") {
    const auto status = parseHttpdStatus(capture("httpd-2.4.71_status_auto.txt"));
    REQUIRE(status);
    CHECK(status->version == "Apache/2.4.71 (Debian)");
    CHECK(status->restartTime == "Saturday, 28-Nov-2026 03:28:19 UTC");
    CHECK(status->accesses == 5U);
    CHECK(status->busyWorkers == 1);
    CHECK(status->idleWorkers == 15);
}

TEST_CASE("without ExtendedStatus there are workers and no count", "[agent][httpd]") {
    const auto status = parseHttpdStatus("BusyWorkers: 3\r\nIdleWorkers: 5\r\nScoreboard: WWW_____\r\n");
    REQUIRE(status);
    CHECK(status->busyWorkers == 3);
    CHECK_FALSE(status->accesses);
    CHECK(status->version.empty());
}

TEST_CASE("what is no page of mod_status is refused", "[agent][httpd]") {
    const auto refusal = [](const std::string& page) {
        const auto status = parseHttpdStatus(page);
        REQUIRE_FALSE(status);
        return status.error();
    };
    CHECK_THAT(refusal("<html><h1>Apache Server Status</h1>"), containsText("?auto"));
    CHECK_THAT(refusal(""), containsText("BusyWorkers"));
    CHECK_THAT(refusal("BusyWorkers: 3\n"), containsText("IdleWorkers"));
    CHECK_THAT(refusal("Total Accesses: -1\nBusyWorkers: 3\nIdleWorkers: 5\n"),
               containsText("'Total Accesses: -1'"));
    CHECK_THAT(refusal("BusyWorkers: 3x\nIdleWorkers: 5\n"), containsText("expected a count"));
    CHECK_THAT(refusal("BusyWorkers: 99999999999999999999\nIdleWorkers: 5\n"),
               containsText("expected a count"));
}
