// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/relay/status_text.h"

#include "feeds/util/own_process.h"

#include "app/endpoints_json.h"

#include <nlohmann/json.hpp>

#include <cstdarg>
#include <cstdio>

namespace surgescope::app {
namespace {

using Json = nlohmann::ordered_json;
using namespace feeds;

Json quantile(const ExponentialHistogram& histogram, double q) {
    const auto value = histogram.quantile(q);
    return value ? Json(*value / 1000) : Json(nullptr);
}

Json historyJson(const std::optional<HistoryStatus>& history) {
    if (!history) return nullptr;
    const auto& h = *history;
    return {{"url", h.url},
            {"histograms", h.form},
            {"points", h.points},
            {"samples", h.samples},
            {"newest", h.newest ? Json(unixSeconds(*h.newest)) : Json(nullptr)},
            {"waiting", h.waiting},
            {"waiting_bytes", h.waitingBytes},
            {"refused_samples", h.refusedSamples},
            {"last_refusal", h.lastRefusal},
            {"lost_points", h.lost},
            {"trouble", h.trouble},
            {"disk_trouble", h.diskTrouble},
            {"note", h.note},
            {"thread_cpu_s", h.threadCpuSeconds}};
}

const char* stateOf(const std::optional<Recorder::Status>& recorder) {
    if (!recorder) return "off";
    return recorder->state == Recorder::State::failed ? "failed" : "recording";
}

unsigned long long number(std::uint64_t value) {
    return value;
}

/// A line of the page, as printf says.
[[gnu::format(printf, 2, 3)]] void add(std::string& page, const char* format, ...) {
    char line[512];
    std::va_list values;
    va_start(values, format);
    std::vsnprintf(line, sizeof line, format, values);
    va_end(values);
    page += line;
    page += '\n';
}

void addHistory(std::string& page, const HistoryStatus& h) {
    add(page, "history     %llu points in %s, %s histograms; %llu wait on disk (%.1f MB), %llu lost",
        number(h.points), h.url.c_str(), h.form.empty() ? "not yet known" : h.form.c_str(), number(h.waiting),
        static_cast<double>(h.waitingBytes) / 1e6, number(h.lost));
    if (!h.trouble.empty()) add(page, "            away: %s", h.trouble.c_str());
    if (h.refusedSamples > 0)
        add(page, "            %llu samples refused, the last: %s", number(h.refusedSamples),
            h.lastRefusal.c_str());
    if (!h.diskTrouble.empty()) add(page, "            disk: %s", h.diskTrouble.c_str());
    if (!h.note.empty()) add(page, "            %s", h.note.c_str());
}

} // namespace

std::string statsLine(const RelayReport& report) {
    const auto& s = report.status;
    Json refused = Json::object();
    for (const auto& reason : s.refused)
        refused[reason.what] = reason.count;
    const Json line{
        {"uptime_s", report.uptimeSeconds},
        {"stats_lines_dropped", report.linesDropped},
        {"name", report.name},
        {"pops", s.pops},
        {"agents", {{"live", s.liveAgents}, {"known", s.agents}}},
        {"nodes_expected", s.nodes},
        {"seconds", {{"whole", s.whole}, {"late", s.late}, {"corrections", s.corrections}}},
        {"held_ms",
         {{"count", s.newHeld.count()},
          {"p50", quantile(s.newHeld, 0.5)},
          {"p99", quantile(s.newHeld, 0.99)}}},
        {"feed",
         {{"thread_load", s.threadLoad},
          {"reports", s.reports},
          {"new_reports", s.newReports},
          {"lost", s.lost},
          {"duplicates", s.duplicates},
          {"corrected", s.corrected},
          {"complaint_count", s.complaintCount},
          {"complaints", s.complaints},
          {"endpoints", endpointsJson(s.endpoints)},
          {"refused", refused},
          {"last_refusal", s.lastRefusal}}},
        {"up", {{"messages", s.sentMessages}, {"bytes", s.sentBytes}, {"node_column_pops", s.columnPops}}},
        {"recorder",
         {{"state", stateOf(report.recorder)},
          {"reason", report.recorder ? report.recorder->reason : std::string()},
          {"dropped", report.recorder ? report.recorder->dropped : 0}}},
        {"history", historyJson(report.history)},
        {"state_trouble", report.rosterTrouble},
        {"cpu", report.cpuShare},
        {"memory_mib", residentMebibytes()}};
    return line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string statusPage(const RelayReport& report) {
    const auto& s = report.status;
    std::string page;
    add(page, "%s, up %.0f s, %.1f %% of a core, %.0f MiB", report.name.c_str(), report.uptimeSeconds,
        100 * report.cpuShare, residentMebibytes());
    add(page, "agents      %zu live of %zu known, in each PoP of theirs; %llu nodes expected, %zu PoPs",
        s.liveAgents, s.agents, number(s.nodes), s.pops);
    add(page, "seconds     %llu whole, %llu without some, %llu corrections", number(s.whole), number(s.late),
        number(s.corrections));
    if (!s.newHeld.empty())
        add(page, "held        p50 %.0f ms, p99 %.0f ms", *s.newHeld.quantile(0.5) / 1000,
            *s.newHeld.quantile(0.99) / 1000);
    add(page, "heard       %llu reports, %llu messages lost, %llu twice, %llu put right in time",
        number(s.reports), number(s.lost), number(s.duplicates), number(s.corrected));
    for (const auto& reason : s.refused)
        add(page, "refused     %llu: %s", number(reason.count), reason.what.c_str());
    if (!s.lastRefusal.empty()) add(page, "the last    %s", s.lastRefusal.c_str());
    for (const auto& complaint : s.complaints)
        add(page, "complaint   %s", complaint.c_str());
    for (const auto& endpoint : s.endpoints) {
        add(page, "%s %s, %d peers%s", endpoint.binds ? "bound to   " : "connected to", endpoint.name.c_str(),
            endpoint.peers,
            endpoint.plain  ? ", NOT ENCRYPTED"
            : endpoint.full ? ", full"
                            : "");
        for (const auto& trouble : endpoint.troubles)
            add(page, "            %llu: %s", number(trouble.count), trouble.what.c_str());
    }
    add(page, "sent up     %llu messages, %.1f MB; node columns of %zu PoPs are looked at",
        number(s.sentMessages), static_cast<double>(s.sentBytes) / 1e6, s.columnPops);
    if (report.recorder)
        add(page, "recorder    %s %s, %llu dropped", stateOf(report.recorder),
            (report.recorder->reason.empty() ? report.recorder->path : report.recorder->reason).c_str(),
            number(report.recorder->dropped));
    if (report.history) addHistory(page, *report.history);
    if (!report.rosterTrouble.empty()) add(page, "state       %s", report.rosterTrouble.c_str());
    return page;
}

} // namespace surgescope::app
