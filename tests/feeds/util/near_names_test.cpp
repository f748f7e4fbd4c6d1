// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/util/near_names.h"

#include "tests/support/catch.h"

#include <string>

using surgescope::feeds::nearNames;

TEST_CASE("names that differ by a letter come before others, and so do those that hold what was written") {
    CHECK(nearNames("FRX", {"AMS", "FRA", "LHR", "FRU", "SIN"}).starts_with("FRA, FRU, "));
    CHECK(nearNames("requests", {"latency", "api_requests_per_second", "lag"}).starts_with("api_requests"));
}

TEST_CASE("fewer names than are shown, none, and one without an end are no trouble") {
    CHECK(nearNames("LHR", {"AMS"}) == "AMS");
    CHECK(nearNames("LHR", {}).empty());
    CHECK(nearNames(std::string(1'000'000, 'x'), {"AMS", "FRA"}) == "AMS, FRA");
    CHECK(nearNames("", {"SINGAPORE", "AMS"}) == "AMS, SINGAPORE");
}
