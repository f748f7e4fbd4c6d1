// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/collector.h"
#include "feeds/agent/collector_settings.h"
#include "feeds/util/result.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace surgescope::feeds {

struct CollectorSetting {
    std::string_view name;
    std::string_view help; // "stub_status page: http://127.0.0.1:18088/stub_status"
};

/// A sort of server, or of source, that an agent can watch.
struct CollectorKind {
    std::string_view name; // "nginx"
    std::string_view help;
    std::string_view address; // the setting that is its URL; empty: it can be watched on its machine only
    std::span<const CollectorSetting> settings;
    Result<std::unique_ptr<Collector>> (*make)(const CollectorSettings&, const Surroundings&);
};

std::span<const CollectorKind> collectorKinds();

/// A kind's `address`; empty, too, when there is no such kind.
std::string_view addressSetting(std::string_view kind);

/// What to collect: a kind, and how it is set.
struct CollectorPlan {
    std::string kind;
    CollectorSettings settings;
    bool operator==(const CollectorPlan&) const = default;
};

/// "nginx status=http://127.0.0.1:18088/stub_status lines=udp:15140". Errors: no such kind, no such setting
/// (each with the names there are).
Result<CollectorPlan> readCollectorPlan(std::string_view text);
/// The same of a plan that came otherwise.
Result<CollectorPlan> checkCollectorPlan(CollectorPlan plan);

/// Errors begin with the kind: "nginx: status: 'ftp://x' does not begin with http://".
Result<std::unique_ptr<Collector>> makeCollector(const CollectorPlan& plan, const Surroundings& around);

} // namespace surgescope::feeds
