// SPDX-License-Identifier: GPL-3.0-or-later
// The presets on the pages they were made for: captured ones, and for servers that were not run written ones.
#include "feeds/agent/metric_scrape.h"

#include "tests/support/captures.h"
#include "tests/support/catch.h"
#include "tests/support/metric_pages.h"

#include <chrono>
#include <map>
#include <string>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using namespace std::chrono_literals;

namespace {

using Values = std::vector<std::pair<std::string, std::string>>; // by series

/// The second between the page and the same with these values.
struct PresetSecond {
    MetricScrape scrape;
    CollectedSecond second;

    PresetSecond(const std::string& preset, const std::string& page, const Values& later)
        : scrape(std::move(presetMapping(preset).value())) {
        const auto first = scrape.read(page, SteadyTime(1h));
        INFO(preset << (first ? "" : ": " + first.error()));
        REQUIRE(first);
        std::string next = page;
        for (const auto& [series, value] : later)
            next = withValue(next, series, value);
        auto read = scrape.read(next, SteadyTime(1h + 1s));
        REQUIRE(read);
        second = std::move(read.value());
    }

    /// What it counted, of all it measured; fields that are 0 are left out.
    std::map<std::string, std::uint64_t> counts() const {
        std::map<std::string, std::uint64_t> counts;
        for (std::size_t i = 0; i < kCounterCount; ++i) {
            const auto counter = static_cast<Counter>(i);
            const bool mapped = scrape.mapping().fields().has(counter);
            CHECK(second.totals.measuredByAll.has(counter) == mapped);
            if (second.totals[counter] > 0) counts[std::string(nameOf(counter))] = second.totals[counter];
        }
        return counts;
    }
};

using Counts = std::map<std::string, std::uint64_t>;

} // namespace

TEST_CASE("preset node_exporter: a second of a real page", "[agent][openmetrics]") {
    const PresetSecond host("node_exporter", capture("prometheus-node-exporter-1.5.0_metrics.txt"),
                            {{"node_netstat_Tcp_OutSegs", "278979"},
                             {"node_netstat_Tcp_RetransSegs", "12"},
                             {"node_pressure_cpu_waiting_seconds_total", "26.913859"},
                             {R"(node_cpu_seconds_total{cpu="0",mode="idle"})", "944.3"},   // 0.5 s
                             {R"(node_cpu_seconds_total{cpu="0",mode="user"})", "65.08"},   // 0.5 s
                             {R"(node_cpu_seconds_total{cpu="1",mode="iowait"})", "21.81"}, // 0.25 s
                             {R"(node_cpu_seconds_total{cpu="1",mode="system"})", "44.46"}, // 0.25 s
                             {R"(node_cpu_seconds_total{cpu="1",mode="steal"})", "24.15"},
                             {R"(node_disk_io_time_seconds_total{device="vda"})", "31.968"},
                             {R"(node_disk_io_time_seconds_total{device="zram0"})", "0.9"},
                             {"node_netstat_TcpExt_ListenDrops", "3"}});
    CHECK(host.counts() == Counts{{"connections_rejected", 3},
                                  {"tcp_segments", 100},
                                  {"tcp_retransmits", 2},
                                  {"cpu_waiting_us", 250'000}});
    CHECK(host.second[Resource::cpu].value() == Approx(0.5));
    CHECK(host.second[Resource::memory].value() == Approx(1 - 2.4868384768e+10 / 2.5276510208e+10));
    CHECK(host.second[Resource::disk].value() == Approx(0.3));
    CHECK_FALSE(host.second[Resource::nic]);
    CHECK(host.scrape.mapping().server.empty());
}

TEST_CASE("preset haproxy: a second of a real page", "[agent][openmetrics]") {
    const PresetSecond proxy("haproxy", capture("haproxy-2.6.12_prometheus.txt"),
                             {{R"(haproxy_frontend_http_requests_total{proxy="fe"})", "33445"},
                              {R"(haproxy_frontend_http_requests_total{proxy="stats"})", "1000"},
                              {R"(haproxy_frontend_bytes_out_total{proxy="fe"})", "2194458724"},
                              {R"(haproxy_frontend_http_responses_total{proxy="fe",code="2xx"})", "33428"},
                              {R"(haproxy_frontend_http_responses_total{proxy="fe",code="4xx"})", "13"},
                              {R"(haproxy_frontend_http_responses_total{proxy="fe",code="5xx"})", "3"},
                              {R"(haproxy_backend_http_cache_lookups_total{proxy="edges"})", "16"},
                              {R"(haproxy_backend_http_cache_hits_total{proxy="edges"})", "9"},
                              {R"(haproxy_frontend_requests_denied_total{proxy="fe"})", "6"},
                              {R"(haproxy_frontend_request_errors_total{proxy="fe"})", "4"},
                              {R"(haproxy_frontend_connections_total{proxy="fe"})", "50"},
                              {R"(haproxy_frontend_denied_connections_total{proxy="fe"})", "7"},
                              {R"(haproxy_frontend_current_sessions{proxy="fe"})", "12"}});
    CHECK(proxy.counts() == Counts{{"requests", 100},
                                   {"bytes_out", 10'000},
                                   {"status_2xx", 90},
                                   {"status_4xx", 8},
                                   {"status_5xx", 2},
                                   {"cache_hits", 4},
                                   {"cache_misses", 6},
                                   {"waf_blocked", 4},
                                   {"malformed", 2},
                                   {"connections_accepted", 5},
                                   {"connections_rejected", 7},
                                   {"connection_seconds", 12}});
    CHECK(proxy.second[Resource::workers].value() == Approx(0.84));
    CHECK(proxy.second[Resource::connections].value() == Approx(1.0 / 4000));
    CHECK(proxy.scrape.version() == "2.6.12-1+deb12u4");
}

TEST_CASE("preset varnish_exporter: a second of a real page", "[agent][openmetrics]") {
    const auto page = capture("prometheus-varnish-exporter-1.6.1_metrics.txt");
    const auto value = [&page](const std::string& series) {
        const auto at = page.find("\n" + series + " ") + series.size() + 2;
        return std::stod(page.substr(at));
    };
    Values later;
    const std::vector<std::pair<std::string, int>> added{{"varnish_main_client_req", 100},
                                                         {"varnish_main_client_req_400", 3},
                                                         {"varnish_main_cache_hit", 80},
                                                         {"varnish_main_cache_hit_grace", 5},
                                                         {"varnish_main_cache_miss", 15},
                                                         {"varnish_main_busy_sleep", 7},
                                                         {"varnish_main_backend_req", 18},
                                                         {"varnish_main_s_resp_hdrbytes", 4000},
                                                         {"varnish_main_s_resp_bodybytes", 60'000},
                                                         {"varnish_main_sessions{type=\"conn\"}", 9},
                                                         {"varnish_main_sessions{type=\"dropped\"}", 2},
                                                         {"varnish_main_n_purges", 4}};
    for (const auto& [series, more] : added)
        later.emplace_back(series, std::to_string(value(series) + more));
    const PresetSecond cache("varnish_exporter", page, later);
    CHECK(cache.counts() == Counts{{"requests", 103},
                                   {"malformed", 3},
                                   {"cache_hits", 80},
                                   {"stale_served", 5},
                                   {"cache_misses", 15},
                                   {"collapsed", 7},
                                   {"origin_fetches", 18},
                                   {"bytes_out", 64'000},
                                   {"connections_accepted", 9},
                                   {"connections_rejected", 2},
                                   {"inv_received", 4},
                                   {"inv_applied", 4}});
    CHECK(cache.scrape.version() == "7.1.1");

    MetricScrape gone(std::move(presetMapping("varnish_exporter").value()));
    CHECK_FALSE(gone.read(withValue(page, "varnish_up", "0"), SteadyTime(1h)));
}

TEST_CASE("preset caddy: a second of a real page", "[agent][openmetrics]") {
    const auto labels = [](const std::string& handler, const std::string& code) {
        return "{code=\"" + code + "\",handler=\"" + handler + "\",method=\"GET\",server=\"srv0\"}";
    };
    const PresetSecond server(
        "caddy", capture("caddy-2.6.2_metrics.txt"),
        {{R"(caddy_http_requests_total{handler="subroute",server="srv0"})", "15"},
         {R"(caddy_http_requests_total{handler="static_response",server="srv1"})", "3"},
         {"caddy_http_response_duration_seconds_count" + labels("subroute", "200"), "11"},
         {"caddy_http_response_size_bytes_sum" + labels("subroute", "200"), "5023"}});
    CHECK(server.counts() == Counts{{"requests", 12}, {"status_2xx", 8}, {"bytes_out", 5000}});
    CHECK(server.second[Resource::connections].value() == Approx(15.0 / 20'000));
}

TEST_CASE("preset nginx-vts: a second of a page written after its source", "[agent][openmetrics]") {
    const PresetSecond server(
        "nginx-vts", writtenPage("nginx-vts.txt"),
        {{R"(nginx_vts_server_requests_total{host="*",code="2xx"})", "90092"},
         {R"(nginx_vts_server_requests_total{host="cdn.example",code="2xx"})", "90092"},
         {R"(nginx_vts_server_requests_total{host="*",code="5xx"})", "12"},
         {R"(nginx_vts_server_requests_total{host="*",code="total"})", "90424"},
         {R"(nginx_vts_server_bytes_total{host="*",direction="out"})", "5912114"},
         {R"(nginx_vts_server_cache_total{host="*",status="hit"})", "81070"},
         {R"(nginx_vts_server_cache_total{host="*",status="stale"})", "9"},
         {R"(nginx_vts_server_cache_total{host="*",status="bypass"})", "9"},
         {R"(nginx_vts_server_cache_total{host="*",status="miss"})", "9010"},
         {R"(nginx_vts_server_cache_total{host="*",status="expired"})", "31"},
         {R"(nginx_vts_upstream_requests_total{upstream="origin",backend="192.0.2.7:80",code="2xx"})",
          "9021"},
         {R"(nginx_vts_main_connections{status="accepted"})", "7071"},
         {R"(nginx_vts_main_connections{status="handled"})", "7066"}});
    CHECK(server.counts() == Counts{{"requests", 92},
                                    {"bytes_out", 10'000},
                                    {"status_2xx", 90},
                                    {"status_5xx", 2},
                                    {"cache_hits", 75},
                                    {"stale_served", 5},
                                    {"cache_misses", 11},
                                    {"origin_fetches", 11},
                                    {"connections_accepted", 10},
                                    {"connections_rejected", 3},
                                    {"connection_seconds", 42}});
    CHECK(server.scrape.version() == "1.24.0");
}

TEST_CASE("preset envoy: a second of a page written after its documentation", "[agent][openmetrics]") {
    const PresetSecond server(
        "envoy", writtenPage("envoy.txt"),
        {{R"(envoy_http_downstream_rq_completed{envoy_http_conn_manager_prefix="ingress_http"})", "2100"},
         {R"(envoy_http_downstream_rq_completed{envoy_http_conn_manager_prefix="admin"})", "4090"},
         {R"(envoy_http_downstream_rq_xx{envoy_response_code_class="2",envoy_http_conn_manager_prefix="ingress_http"})",
          "1990"},
         {R"(envoy_http_downstream_rq_xx{envoy_response_code_class="5",envoy_http_conn_manager_prefix="ingress_http"})",
          "20"},
         {R"(envoy_http_downstream_cx_tx_bytes_total{envoy_http_conn_manager_prefix="ingress_http"})",
          "1250000"},
         {R"(envoy_http_downstream_cx_total{envoy_http_conn_manager_prefix="ingress_http"})", "93"},
         {R"(envoy_listener_downstream_cx_overflow{envoy_listener_address="0.0.0.0_8080"})", "4"},
         {R"(envoy_listener_downstream_cx_overload_reject{envoy_listener_address="0.0.0.0_8080"})", "1"},
         {R"(envoy_cluster_upstream_rq_total{envoy_cluster_name="origin"})", "530"},
         {R"(envoy_cluster_upstream_cx_rx_bytes_total{envoy_cluster_name="api"})", "340000"}});
    CHECK(server.counts() == Counts{{"requests", 100},
                                    {"status_2xx", 90},
                                    {"status_5xx", 10},
                                    {"bytes_out", 50'000},
                                    {"connections_accepted", 3},
                                    {"connections_rejected", 5},
                                    {"origin_fetches", 30},
                                    {"bytes_fill", 40'000},
                                    {"connection_seconds", 17}});
}

TEST_CASE("preset traefik: a second of a page written after its documentation", "[agent][openmetrics]") {
    const PresetSecond server(
        "traefik", writtenPage("traefik.txt"),
        {{R"(traefik_entrypoint_requests_total{code="200",entrypoint="web",method="GET",protocol="http"})",
          "1090"},
         {R"(traefik_entrypoint_requests_total{code="200",entrypoint="traefik",method="GET",protocol="http"})",
          "79"},
         {R"(traefik_entrypoint_requests_total{code="404",entrypoint="web",method="GET",protocol="http"})",
          "7\ntraefik_entrypoint_requests_total{code=\"503\",entrypoint=\"web\",method=\"GET\",protocol="
          "\"http\"} 4"},
         {R"(traefik_entrypoint_responses_bytes_total{code="200",entrypoint="web",method="GET",protocol="http"})",
          "74000"},
         {R"(traefik_service_requests_total{code="200",method="GET",protocol="http",service="cache@file"})",
          "1090"},
         {R"(traefik_service_responses_bytes_total{code="200",method="GET",protocol="http",service="cache@file"})",
          "73000"}});
    CHECK(server.counts() == Counts{{"requests", 96},
                                    {"status_2xx", 90},
                                    {"status_4xx", 2},
                                    {"status_5xx", 4},
                                    {"overload_errors", 4},
                                    {"bytes_out", 10'000},
                                    {"origin_fetches", 90},
                                    {"bytes_fill", 9000},
                                    {"connection_seconds", 12}});
    CHECK(server.second[Resource::connections].value() == Approx(2048.0 / 1048576));
}

TEST_CASE("the example of a mapping of one's own, on Envoy's histogram", "[agent][openmetrics]") {
    auto mapping =
        parseMapping("version = 1\n[distributions]\nmetadata_latency = { buckets = "
                     "'envoy_http_downstream_rq_time_bucket{envoy_http_conn_manager_prefix=\"ingress_http\"}'"
                     ", times = 1e3 }\n",
                     "own.toml");
    REQUIRE(mapping);
    MetricScrape scrape(std::move(mapping.value()));
    const std::string bucket =
        "envoy_http_downstream_rq_time_bucket{envoy_http_conn_manager_prefix=\"ingress_http\",le=";
    auto page = writtenPage("envoy.txt");
    REQUIRE(scrape.read(page, SteadyTime(1h)));
    page = withValue(page, bucket + "\"5\"}", "1600"); // 100 more from 1 to 5 ms
    page = withValue(page, bucket + "\"10\"}", "2000");
    page = withValue(page, bucket + "\"25\"}", "2090");
    page = withValue(page, bucket + "\"+Inf\"}", "2101"); // and one beyond 25 ms
    const auto second = scrape.read(page, SteadyTime(1h + 1s));
    REQUIRE(second);
    ExponentialHistogram expected;
    expected.record(2236, 100); // √(1 × 5) ms
    expected.record(25'000, 1);
    CHECK(second->totals[Distribution::metadata_latency] == expected);
}
