// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/trafficserver_stats.h"

#include "feeds/agent/outside_text.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace surgescope::feeds {
namespace {

constexpr std::size_t kServerVersionBytes = 64;
constexpr std::string_view kReadySince = "proxy.node.restarts.proxy.cache_ready_time";

// In the order of TrafficserverStat.
constexpr std::array<std::string_view, kTrafficserverStats> kStatNames{
    "proxy.process.http.completed_requests",
    "proxy.process.http.2xx_responses",
    "proxy.process.http.3xx_responses",
    "proxy.process.http.4xx_responses",
    "proxy.process.http.5xx_responses",
    "proxy.process.http.user_agent_response_document_total_size",
    "proxy.process.http.user_agent_response_header_total_size",
    "proxy.process.http.origin_server_response_document_total_size",
    "proxy.process.http.origin_server_response_header_total_size",
    "proxy.process.http.outgoing_requests",
    "proxy.process.http.cache_hit_fresh",
    "proxy.process.http.cache_hit_revalidated",
    "proxy.process.http.cache_hit_ims",
    "proxy.process.http.cache_hit_stale_served",
    "proxy.process.http.cache_hit_rww",
    "proxy.process.http.cache_miss_cold",
    "proxy.process.http.cache_miss_changed",
    "proxy.process.http.cache_miss_ims",
    "proxy.process.http.total_client_connections",
    "proxy.process.net.connections_throttled_in",
    "proxy.process.http.current_client_connections",
    "proxy.process.net.connections_currently_open"};

/// Keeps the values of the known names. Others may be anything: host names, fractions, 2^64 - 1.
class StatsReader final : public nlohmann::json_sax<nlohmann::json> {
  public:
    TrafficserverStats stats;
    std::string complaint = "is not JSON";

    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return take("a negative number"); }
    bool number_unsigned(number_unsigned_t value) override { return take(std::to_string(value)); }
    bool number_float(number_float_t, const string_t& text) override { return take(text); }
    bool string(string_t& text) override { return take(text); }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return ++m_depth <= 2 || refuse("has an object too many"); }
    bool end_object() override { return --m_depth >= 0; }
    bool start_array(std::size_t) override { return refuse("has an array"); }
    bool end_array() override { return true; }
    bool key(string_t& name) override {
        m_global = m_depth == 1 ? name == "global" : m_global;
        m_name = m_depth == 2 && m_global ? name : std::string();
        return true;
    }
    bool parse_error(std::size_t at, const std::string&, const nlohmann::detail::exception&) override {
        complaint = "is not JSON from byte " + std::to_string(at) + " on";
        return false;
    }

  private:
    bool take(const std::string& text) {
        if (m_name == "server") stats.version = text.substr(0, kServerVersionBytes);
        if (m_name == kReadySince) stats.readySince = countIn(text).value_or(0);
        const auto found = std::ranges::find(kStatNames, m_name);
        if (found == kStatNames.end()) return true;
        const auto index = static_cast<std::size_t>(found - kStatNames.begin());
        stats.values[index] = countIn(text);
        // Sums over threads that are taken one by one: what is of now may be below zero for a moment.
        if (stats.values[index] || isOfNow(TrafficserverStat(index))) return true;
        return refuse("has " + m_name + " " + shown(text) + ", expected a count");
    }
    bool refuse(std::string why) {
        complaint = std::move(why);
        return false;
    }

    int m_depth = 0;
    bool m_global = false;
    std::string m_name; // of the value that comes next, when it is one of "global"
};

} // namespace

Result<TrafficserverStats> parseTrafficserverStats(std::string_view page) {
    StatsReader reader;
    if (!nlohmann::json::sax_parse(page.begin(), page.end(), &reader)) return Error{reader.complaint};
    if (!reader.stats[TrafficserverStat::completed_requests])
        return Error{"has no " + std::string(kStatNames[0]) + ": expected a page of stats_over_http"};
    std::ranges::replace_if(
        reader.stats.version, [](char c) { return c < ' ' || c > '~'; }, '?');
    return reader.stats;
}

} // namespace surgescope::feeds
