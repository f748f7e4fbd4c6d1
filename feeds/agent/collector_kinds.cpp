// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/collector_kinds.h"

#include "feeds/agent/canary_collector.h"
#include "feeds/agent/haproxy_collector.h"
#include "feeds/agent/host_collector.h"
#include "feeds/agent/httpd_collector.h"
#include "feeds/agent/nginx_collector.h"
#include "feeds/agent/prometheus_collector.h"
#include "feeds/agent/trafficserver_collector.h"
#include "feeds/agent/varnish_collector.h"

#include <algorithm>
#include <array>
#include <utility>

namespace surgescope::feeds {
namespace {

constexpr CollectorSetting kLines{"lines", "access lines: udp:15140, or a file's absolute path"};
constexpr CollectorSetting kApiPrefix{"api-prefix",
                                      "URIs that begin so are metadata and API requests; /api/ unless said"};

constexpr std::array kNginx{
    CollectorSetting{"status", "stub_status page: http://127.0.0.1:18088/stub_status"}, kLines, kApiPrefix,
    CollectorSetting{"max-connections", "connections nginx can take: processes × worker_connections"}};
constexpr std::array kCanary{
    CollectorSetting{"url", "the object, through the listener clients use: http://127.0.0.1/canary.txt"}};
constexpr std::array kVarnish{CollectorSetting{"name", "what varnishd was given as -n; left out as there"},
                              kApiPrefix,
                              CollectorSetting{"log", "no: counters alone, which is cheaper and tells less"}};
constexpr std::array kHaproxy{
    CollectorSetting{"socket", "its stats socket: /run/haproxy/surgescope.sock"},
    CollectorSetting{"frontend", "frontends that count, NAME,NAME; all but stats unless said"}, kLines,
    kApiPrefix};
constexpr std::array kTrafficserver{
    CollectorSetting{"stats", "page of stats_over_http: http://127.0.0.1:8080/_stats"}, kLines, kApiPrefix,
    CollectorSetting{"max-connections", "proxy.config.net.connections_throttle"}};
constexpr std::array kHttpd{
    CollectorSetting{"status", "page of mod_status: http://127.0.0.1:18089/server-status?auto"}, kLines,
    kApiPrefix, CollectorSetting{"max-workers", "MaxRequestWorkers"}};
constexpr std::array kHost{
    CollectorSetting{"interface", "network interface to watch: eth0"},
    CollectorSetting{"link-mbit", "that interface's speed in Mbit/s"},
    CollectorSetting{"disks", "disks to watch: sda,nvme0n1; all whole disks unless said"},
    CollectorSetting{"proc", "where the machine's /proc is, for an agent in a container: /host/proc"},
    CollectorSetting{"chrony", "UDP port of 127.0.0.1 where chronyd takes commands; 323 unless said"}};
constexpr std::array kPrometheus{
    CollectorSetting{"url", "page of metrics: http://127.0.0.1:9100/metrics"},
    CollectorSetting{"preset", "what becomes what: caddy, envoy, haproxy, nginx-vts, node_exporter, traefik, "
                               "varnish_exporter"},
    CollectorSetting{"mapping", "the same in a file of your own"}};

const std::array kKinds{
    CollectorKind{"nginx", "nginx: stub_status and access lines", "status", kNginx, &NginxCollector::make},
    CollectorKind{"canary", "an object whose text is when it was written: invalidation lag as clients see it",
                  "url", kCanary, &CanaryCollector::make},
    CollectorKind{"varnish", "Varnish: counters and log in shared memory", "", kVarnish,
                  &VarnishCollector::make},
    CollectorKind{"host", "this machine: processors, memory, link, disks, clock", "", kHost,
                  &HostCollector::make},
    CollectorKind{"prometheus", "whatever shows metrics as Prometheus and OpenMetrics have them", "url",
                  kPrometheus, &PrometheusCollector::make},
    CollectorKind{"haproxy", "HAProxy, a load balancer: stats socket and access lines", "", kHaproxy,
                  &HaproxyCollector::make},
    CollectorKind{"trafficserver", "Apache Traffic Server: stats_over_http and access lines", "stats",
                  kTrafficserver, &TrafficserverCollector::make},
    CollectorKind{"httpd", "Apache httpd with mod_cache: mod_status and access lines", "status", kHttpd,
                  &HttpdCollector::make},
};

const CollectorKind* kindOf(std::string_view name) {
    const auto found = std::ranges::find(kKinds, name, &CollectorKind::name);
    return found == kKinds.end() ? nullptr : &*found;
}

std::string namesOf(const auto& things) {
    std::string names;
    for (const auto& thing : things) {
        if (!names.empty()) names += ", ";
        names += thing.name;
    }
    return names;
}

std::string_view nextWord(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    return word;
}

} // namespace

std::span<const CollectorKind> collectorKinds() {
    return kKinds;
}

std::string_view addressSetting(std::string_view kind) {
    const CollectorKind* found = kindOf(kind);
    return found == nullptr ? std::string_view() : found->address;
}

Result<CollectorPlan> readCollectorPlan(std::string_view text) {
    CollectorPlan plan;
    plan.kind = nextWord(text);
    CollectorSettings::Values values;
    for (auto word = nextWord(text); !word.empty(); word = nextWord(text)) {
        const auto equals = word.find('=');
        if (equals == std::string_view::npos || equals == 0)
            return Error{plan.kind + ": '" + std::string(word) + "', expected NAME=VALUE"};
        const auto added =
            values.emplace(std::string(word.substr(0, equals)), std::string(word.substr(equals + 1)));
        if (!added.second) return Error{plan.kind + ": " + added.first->first + " is said twice"};
    }
    plan.settings = CollectorSettings(std::move(values));
    return checkCollectorPlan(std::move(plan));
}

Result<CollectorPlan> checkCollectorPlan(CollectorPlan plan) {
    const CollectorKind* kind = kindOf(plan.kind);
    if (kind == nullptr)
        return Error{"'" + plan.kind + "' is nothing that can be watched, expected one of " +
                     namesOf(kKinds)};
    for (const auto& [name, value] : plan.settings.values())
        if (std::ranges::find(kind->settings, name, &CollectorSetting::name) == kind->settings.end())
            return Error{plan.kind + ": there is no setting '" + name + "', expected one of " +
                         namesOf(kind->settings)};
    return plan;
}

Result<std::unique_ptr<Collector>> makeCollector(const CollectorPlan& plan, const Surroundings& around) {
    const CollectorKind* kind = kindOf(plan.kind);
    if (kind == nullptr) return Error{"'" + plan.kind + "' is nothing that can be watched"};
    auto made = kind->make(plan.settings, around);
    if (!made) return Error{plan.kind + ": " + made.error()};
    return made;
}

} // namespace surgescope::feeds
