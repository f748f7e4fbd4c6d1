// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/model/pop_catalogue.h"

#include "tests/support/catch.h"

#include <string>

using namespace surgescope::feeds;
using surgescope::tests::containsText;

namespace {
const std::string kHead =
    "iata,city,country,region,latitude,longitude,time_zone,catchment_population,shield\n";
const std::string kLine = "EWR,Newark,US,NA,40.6895,-74.1745,America/New_York,9000000,IAD\n";
} // namespace

TEST_CASE("the built-in catalogue holds 391 PoPs in 7 regions, each with a known shield", "[catalogue]") {
    const auto& catalogue = PopCatalogue::builtIn();
    CHECK(catalogue.size() == 391);
    CHECK(catalogue.regions() == std::vector<std::string>{"AF", "AS", "EU", "ME", "NA", "OC", "SA"});
    for (const auto& pop : catalogue.pops()) {
        CHECK(catalogue.find(pop.shield).has_value());
        CHECK(pop.catchment > 0);
    }
    const auto newark = catalogue.find("EWR");
    REQUIRE(newark.has_value());
    CHECK(catalogue[*newark].city == "Newark");
    CHECK(catalogue.regionName(catalogue.regions()[catalogue[*newark].region.value]) == "North America");
    CHECK_FALSE(catalogue.find("XXX").has_value());
}

TEST_CASE("a catalogue is refused with the line and the reason", "[catalogue]") {
    CHECK(PopCatalogue::parse(kHead + kLine));
    const auto refusal = [](const std::string& csv) {
        const auto result = PopCatalogue::parse(csv);
        REQUIRE_FALSE(result);
        return result.error();
    };
    CHECK_THAT(refusal(kHead), containsText("no PoP"));
    CHECK_THAT(refusal(kHead + kLine + kLine), containsText("line 3") && containsText("EWR stands twice"));
    CHECK_THAT(refusal(kHead + "EWR,Newark\n"), containsText("line 2") && containsText("9 columns"));
    CHECK_THAT(refusal(kHead + "ewr,Newark,US,NA,40,-74,America/New_York,9,IAD\n"), containsText("'ewr'"));
    CHECK_THAT(refusal(kHead + "EWR,Newark,US,NA,95,-74,America/New_York,9,IAD\n"), containsText("latitude"));
    CHECK_THAT(refusal(kHead + "EWR,Newark,US,NA,nan,-74,America/New_York,9,IAD\n"),
               containsText("latitude"));
    CHECK_THAT(refusal(kHead + "EWR,Newark,US,NA,40,-74,America/New_York,many,IAD\n"),
               containsText("population"));
}

TEST_CASE("a PoP code is 2 to 16 capital letters and digits and hyphens", "[catalogue]") {
    for (const auto* good : {"LHR", "FRA-2", "E1", "US-EAST-1-ASHBN"})
        CHECK(isPopCode(good));
    for (const auto* bad : {"", "L", "lhr", "L R", "L/R", "FRA_2", "ABCDEFGHIJKLMNOPQ"})
        CHECK_FALSE(isPopCode(bad));
}
