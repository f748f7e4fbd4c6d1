// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/prometheus_collector.h"

#include <utility>

namespace surgescope::feeds {
namespace {

using enum Counter;

/// What a node reports of a resource's utilisation; of connections and workers only saturation tells.
std::optional<Counter> shareOf(Resource resource) {
    switch (resource) {
    case Resource::cpu: return cpu_permille_seconds;
    case Resource::memory: return memory_permille_seconds;
    case Resource::disk: return disk_permille_seconds;
    case Resource::nic: return nic_permille_seconds;
    case Resource::connections:
    case Resource::workers: break;
    }
    return std::nullopt;
}

FieldSet machineFields() {
    return FieldSet::of({node_seconds, cpu_permille_seconds, memory_permille_seconds, disk_permille_seconds,
                         nic_permille_seconds, saturation_permille_seconds, backlog_us_seconds},
                        {Distribution::clock_offset});
}

/// No single node can tell.
FieldSet fleetFields() {
    return FieldSet::of({messages_lost, messages_refused, spilled_in, spilled_out, spill_unplaced});
}

} // namespace

Result<std::unique_ptr<Collector>> PrometheusCollector::make(const CollectorSettings& settings,
                                                             const Surroundings& around) {
    if (!settings.has("url")) return Error{"nothing to read, expected url=http://127.0.0.1:9100/metrics"};
    const auto url = settings.url("url");
    if (!url) return Error{url.error()};
    const bool preset = settings.has("preset");
    if (preset == settings.has("mapping"))
        return Error{"expected either preset=NAME or mapping=FILE, which says what becomes what"};
    const auto name = settings.text(preset ? "preset" : "mapping");
    auto mapping = preset ? presetMapping(name) : loadMapping(name);
    if (!mapping) return Error{mapping.error()};
    std::unique_ptr<PrometheusCollector> collector(
        new PrometheusCollector(*url, std::move(mapping.value()), around));
    collector->m_mappingName = preset ? "preset " + name : name;
    return std::unique_ptr<Collector>(std::move(collector));
}

std::string PrometheusCollector::server() const {
    const auto& name = m_scrape.mapping().server;
    if (name.empty() || !m_answered) return {};
    return m_scrape.version().empty() ? name : name + " " + m_scrape.version();
}

Capability PrometheusCollector::capability() const {
    const auto& mapping = m_scrape.mapping();
    Capability capability{.measures = mapping.fields() | FieldSet::of({node_seconds})};
    for (const auto& utilised : mapping.utilisations)
        if (const auto field = shareOf(utilised.resource)) capability.measures.add(*field);
    const FieldSet expected =
        watchesServer() ? FieldSet::all() - machineFields() - fleetFields() : machineFields();
    capability.gaps.push_back({expected - capability.measures, m_mappingName + " has nothing for it",
                               "if the page tells it, write a mapping=FILE that says so"});
    return capability;
}

void PrometheusCollector::cut() {
    m_second.reset();
    m_cut = m_clock.steady();
    m_page.ask([this](Result<HttpResponse> response) { takePage(std::move(response)); });
}

void PrometheusCollector::takePage(Result<HttpResponse> response) {
    if (!response) return noPage(response.error());
    auto second = m_scrape.read(response->body, m_cut);
    if (!second) return noPage(m_page.url() + ": " + second.error());
    m_answered = true;
    m_trouble.clear();
    m_second = std::move(second.value());
}

void PrometheusCollector::noPage(const std::string& why) {
    m_scrape.skip();
    m_trouble = why;
}

CollectedSecond PrometheusCollector::take() {
    if (m_page.asking()) {
        m_page.giveUp();
        noPage(m_page.url() + " did not answer in time");
    }
    auto second = std::exchange(m_second, std::nullopt).value_or(CollectedSecond{});
    if (second.heard) second.totals[node_seconds] = 1;
    second.totals.setMeasured(second.totals.measuredByAny | FieldSet::of({node_seconds}));
    return second;
}

} // namespace surgescope::feeds
