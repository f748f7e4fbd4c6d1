// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/pop_search.h"

#include "tests/support/catch.h"

using namespace surgescope;
using namespace surgescope::widgets;

namespace {

std::vector<std::string> codes(std::string_view text, std::size_t most = 6) {
    std::vector<std::string> found;
    for (const feeds::PopIndex pop : findPops(feeds::PopCatalogue::builtIn(), text, most))
        found.push_back(feeds::PopCatalogue::builtIn()[pop].code);
    return found;
}

} // namespace

TEST_CASE("PoPs are found by code or city, whatever the case") {
    CHECK(codes("lhr") == std::vector<std::string>{"LHR"});
    CHECK(codes("FRA").front() == "FRA"); // before other cities that begin so
    CHECK(codes("frankfurt") == std::vector<std::string>{"FRA"});
    CHECK(codes(" Tokyo").size() == 1);
    CHECK(codes("sao p") == codes("São P"));
    CHECK(codes("").empty());
    CHECK(codes("  ").empty());
    CHECK(codes("no such place").empty());
    CHECK(codes("m", 4).size() == 4);
    for (const std::string& code : codes("ma", 50)) {
        const auto& catalogue = feeds::PopCatalogue::builtIn();
        const std::string city = catalogue[*catalogue.find(code)].city;
        CHECK((code.starts_with("MA") || city.starts_with("Ma") || city.starts_with("Má")));
    }
}
