// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as an agent's file, and as what is said of a collector on the command line.
#include "feeds/agent/agent_file.h"
#include "feeds/agent/collector_kinds.h"
#include "feeds/agent/purger.h"

#include "tests/fuzz/promise.h"

#include <string_view>

using namespace surgescope::feeds;
using surgescope::tests::promise;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto file = readAgentFile(text, "agent.toml", "host");
    if (file) {
        promise(!file->nodes.empty() && file->nodes.size() <= kAgentNodes, "it names nodes, and not too many");
        for (const NodePlan& node : file->nodes)
            for (const CollectorPlan& what : node.collect)
                promise(bool(checkCollectorPlan(what)), "what is collected can be");
    } else {
        promise(file.error().starts_with("agent.toml"), "a refusal says where");
    }
    const auto plan = readCollectorPlan(text);
    promise(plan || !plan.error().empty(), "a refusal says why");
    const auto targets = readPurgeTargets(text, "edges.txt");
    promise(targets || targets.error().starts_with("edges.txt:"), "a refusal says where");
    return 0;
}
