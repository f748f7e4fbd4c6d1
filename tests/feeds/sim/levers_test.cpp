// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/levers.h"

#include "tests/support/catch.h"

using namespace surgescope::feeds;
using namespace surgescope::feeds::sim;
using surgescope::tests::containsText;

namespace {

Result<std::string> pull(Levers& levers, std::string_view text) {
    const auto setting = parseLever(text);
    if (!setting) return Error{setting.error()};
    return levers.pull(*setting, PopCatalogue::builtIn());
}

} // namespace

TEST_CASE("each lever moves what it says and tells it", "[sim]") {
    Levers levers;
    CHECK(pull(levers, "prewarm=0.98").value() == "prewarm set to 0.98");
    CHECK(levers.prewarm == 0.98);
    CHECK(pull(levers, "staged_purges=200"));
    CHECK(levers.stagedPurges == 200);
    CHECK(pull(levers, "metadata_scale=4"));
    CHECK(levers.metadataScale == 4);
    CHECK(pull(levers, "admission_limit=0.9"));
    CHECK(levers.admissionLimit == 0.9);
    CHECK(pull(levers, "spill_radius=32"));
    CHECK(levers.spillRadius == 32);
    CHECK(pull(levers, "edge_capacity=1.5"));
    CHECK(levers.edgeCapacity == 1.5);
    CHECK(pull(levers, "client_jitter=30"));
    CHECK(levers.clientJitter == 30);
    CHECK(pull(levers, "block_botnet=on").value() == "botnet blocked");
    CHECK(levers.blockBotnet);
    CHECK(pull(levers, "block_botnet=off").value() == "botnet no longer blocked");
    CHECK_FALSE(levers.blockBotnet);
    CHECK(pull(levers, "drain=LHR").value() == "LHR drained");
    CHECK(levers.drained == std::set<std::string>{"LHR"});
    CHECK(pull(levers, "restore=LHR").value() == "LHR takes clients again");
    CHECK(levers.drained.empty());
}

TEST_CASE("what is no lever is refused with what would be, and moves nothing", "[sim]") {
    for (const auto& [text, expected] : {std::pair{"", "NAME=VALUE"},
                                         {"prewarm", "NAME=VALUE"},
                                         {"=1", "NAME=VALUE"},
                                         {"prewarm=", "NAME=VALUE"},
                                         {"prewarm=1.5", "from 0 to 1"},
                                         {"prewarm=nan", "from 0 to 1"},
                                         {"prewarm=half", "got 'half'"},
                                         {"prewarm=0.5x", "from 0 to 1"},
                                         {"metadata_scale=0", "from 1 to 16"},
                                         {"spill_radius=3.5", "a whole number from 0 to 64"},
                                         {"edge_capacity=0.5", "from 1 to 8"},
                                         {"block_botnet=1", "on or off"},
                                         {"drain=XXX", "no PoP 'XXX'"},
                                         {"warp=9", "there are: prewarm, staged_purges"}}) {
        Levers levers;
        const auto answer = pull(levers, text);
        INFO(text);
        REQUIRE_FALSE(answer);
        CHECK_THAT(answer.error(), containsText(expected));
        CHECK(levers == Levers{});
    }
}
