// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/affinity.h"

#include "feeds/sim/random.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace surgescope::feeds::sim {
namespace {

constexpr double kCountrySigma = 0.25; // log-normal
constexpr double kPopSigma = 0.15;

struct Speakers {
    std::string_view language;
    std::string_view countries;
};
constexpr std::array kLanguages{
    Speakers{"en", "US CA GB IE AU NZ ZA NG GH KE UG ZM ZW JM TT BS BB GY BZ SG"},
    Speakers{"es", "ES MX CO AR CL PE VE EC BO PY UY GT HN NI CR PA DO CU PR SV"},
    Speakers{"pt", "BR PT AO MZ CV"},
    Speakers{"fr", "FR BE CI SN CM GA CG CD ML BF NE TG BJ RE HT"},
    Speakers{"de", "DE AT CH LI"},
    Speakers{"ar", "EG DZ MA TN LY SA AE QA KW BH OM IQ JO LB SY YE SD"},
    Speakers{"ru", "RU BY KZ KG"},
    Speakers{"zh", "CN TW HK MO"},
};

struct Appeal {
    std::string_view countries;
    double affinity;
};
// Countries first measured, then assumed; SIMULATOR.md says which.
constexpr std::array kAppeals{
    Appeal{"US", 2.3},
    Appeal{"CA", 2.1},
    Appeal{"GB IE AU NZ", 1.9},
    Appeal{"ZA", 1.7},
    Appeal{"SE NO DK FI IS NL DE AT CH", 1.2},
    Appeal{"PL CZ SK HU RO BG RS HR SI BA ME MK AL EE LV LT UA BY MD RU", 1.1},
    Appeal{"FR BE LU", 0.9},
    Appeal{"EG DZ MA TN LY", 0.6},
    Appeal{"ES PT IT TH VN ID MY PH SG", 0.5},
    Appeal{"IN PK BD LK NP", 0.4},
    Appeal{"BR", 0.25},
    Appeal{"JP KR CN", 0.15},
};
struct RegionalAppeal {
    std::string_view region;
    double affinity;
};
constexpr std::array kRegionalAppeals{RegionalAppeal{"AF", 1.0}, RegionalAppeal{"EU", 1.0},
                                      RegionalAppeal{"OC", 1.0}, RegionalAppeal{"NA", 0.6},
                                      RegionalAppeal{"ME", 0.6}, RegionalAppeal{"AS", 0.5},
                                      RegionalAppeal{"SA", 0.3}};

bool hasCountry(std::string_view countries, std::string_view country) {
    return country.size() == 2 && countries.find(country) != std::string_view::npos;
}

double usualAffinity(std::string_view country, std::string_view region) {
    if (country.empty()) return 1;
    for (const auto& appeal : kAppeals)
        if (hasCountry(appeal.countries, country)) return appeal.affinity;
    for (const auto& appeal : kRegionalAppeals)
        if (appeal.region == region) return appeal.affinity;
    return 1;
}

double affinityOf(const Scenario& scenario, const std::string& country, const std::string& region) {
    if (const auto told = scenario.affinityOfCountry.find(country); told != scenario.affinityOfCountry.end())
        return told->second;
    if (const auto told = scenario.affinityOfRegion.find(region); told != scenario.affinityOfRegion.end())
        return told->second;
    return usualAffinity(country, region);
}

} // namespace

std::string_view languageOf(std::string_view country) {
    for (const auto& speakers : kLanguages)
        if (hasCountry(speakers.countries, country)) return speakers.language;
    return country;
}

std::vector<double> affinities(const PopCatalogue& catalogue, const Scenario& scenario,
                               const std::vector<double>& audience, std::uint64_t seed) {
    std::vector<double> values;
    double mean = 0;
    for (std::size_t p = 0; p < catalogue.size(); ++p) {
        const auto& pop = catalogue.pops()[p];
        std::uint64_t country = 0;
        for (const char c : pop.country)
            country = country * 256 + static_cast<unsigned char>(c);
        const double z =
            kCountrySigma * normal(hash(seed, 0xaff, country)) + kPopSigma * normal(hash(seed, 0xaff1, p));
        values.push_back(affinityOf(scenario, pop.country, catalogue.regions()[pop.region.value]) *
                         std::exp(z));
        mean += audience[p] * values.back();
    }
    for (auto& value : values)
        value /= mean > 0 ? mean : 1;
    return values;
}

} // namespace surgescope::feeds::sim
