// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a file that people write: an edge, a fleet's faults, a scenario, keys, rules.
#include "feeds/alarm/rules.h"
#include "feeds/model/edge_file.h"
#include "feeds/pipeline/fleet_faults.h"
#include "feeds/sim/scenario_file.h"
#include "feeds/transport/key_files.h"

#include "tests/fuzz/promise.h"

#include <string>
#include <string_view>

using namespace surgescope::feeds;
using surgescope::tests::promise;

namespace {

template <class Value> void check(const Result<Value>& result) {
    if (result) return;
    promise(result.error().starts_with("f.toml:"), "a refusal says where");
    promise(result.error().size() < 8'000, "a refusal is short");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto edge = parseEdge(text, "f.toml");
    check(edge);
    if (edge) promise(!edge->pops().empty() && !edge->regions().empty(), "an edge has PoPs in regions");
    check(parseFaults(text, "f.toml"));
    check(sim::parseScenario(text, "f", "f.toml", PopCatalogue::builtIn()));
    check(KeyFiles::parseServers(text, "f.toml"));
    check(KeyFiles::parseOwn(text, "f.toml"));
    const auto rules = Rules::parse(text, "f.toml");
    check(rules);
    if (rules)
        for (const auto& rule : rules->all())
            promise(rule.limits[0] || rule.limits[1], "a rule has a limit");
    check(Rules::builtIn().with(text, "f.toml"));
    const auto allowed = AllowList::parse(text, "f.toml");
    check(allowed);
    if (allowed) {
        const auto again = AllowList::parse(allowed->text(), "f.toml");
        promise(again && again->text() == allowed->text(), "what is written is what is read");
    }
    return 0;
}
