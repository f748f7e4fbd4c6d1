// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/prometheus_collector.h"

#include "tests/support/captures.h"
#include "tests/support/catch.h"
#include "tests/support/collecting.h"
#include "tests/support/http_responder.h"
#include "tests/support/metric_pages.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/wait.h"

#include <fstream>
#include <functional>
#include <string>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using namespace std::chrono_literals;

namespace {

const std::string kRequestsSeries = R"(haproxy_frontend_http_requests_total{proxy="fe"})";

std::string haproxyPage(int requests) {
    return HttpResponder::page(
        withValue(capture("haproxy-2.6.12_prometheus.txt"), kRequestsSeries, std::to_string(requests)));
}

std::string fileIn(const TemporaryFolder& folder, const std::string& name, const std::string& text) {
    const auto path = (folder.path() / name).string();
    std::ofstream(path) << text;
    return path;
}

std::string refusedPlan(const std::string& what) {
    const SystemClock clock;
    EventLoop loop;
    const auto plan = readCollectorPlan(what);
    REQUIRE(plan);
    const auto made = makeCollector(*plan, {loop, clock});
    REQUIRE_FALSE(made);
    return made.error();
}

/// Seconds cut as fast as they settle, added up until `whole`.
PopTotals addedUp(Collecting& watched, const std::function<bool(const PopTotals&)>& whole) {
    PopTotals sum;
    eventually([&] {
        sum.merge(watched.second().totals);
        if (!whole(sum)) watched.loop.turn(20ms);
        return whole(sum);
    });
    return sum;
}

bool awaitHeard(Collecting& watched) {
    return eventually([&] {
        const bool heard = watched.second().heard;
        if (!heard) watched.loop.turn(20ms);
        return heard;
    });
}

} // namespace

TEST_CASE("a target is named by its address and by what becomes what", "[agent][openmetrics]") {
    CHECK_THAT(refusedPlan("prometheus preset=haproxy"), containsText("expected url="));
    CHECK_THAT(refusedPlan("prometheus url=http://127.0.0.1:1/"),
               containsText("either preset=NAME or mapping=FILE"));
    CHECK_THAT(refusedPlan("prometheus url=http://127.0.0.1:1/ preset=haproxy mapping=/x"),
               containsText("either preset=NAME or mapping=FILE"));
    CHECK_THAT(refusedPlan("prometheus url=http://127.0.0.1:1/ preset=squid"), containsText("is no preset"));
    CHECK_THAT(refusedPlan("prometheus url=http://127.0.0.1:1/ mapping=/none.toml"),
               containsText("/none.toml"));
    CHECK_THAT(refusedPlan("prometheus url=ftp://127.0.0.1:1/ preset=haproxy"), containsText("url"));
    // The help names the presets there are.
    for (const auto& kind : collectorKinds())
        for (const auto& setting : kind.settings)
            if (setting.name == "preset")
                for (const auto preset : presetNames())
                    CHECK_THAT(std::string(setting.help), containsText(std::string(preset)));
}

TEST_CASE("what a mapping does not have is a gap, and no gap is measured", "[agent][openmetrics]") {
    const auto proxy =
        Collecting("prometheus preset=haproxy url=http://127.0.0.1:1/").collector->capability();
    CHECK(proxy.measures.has(Counter::requests));
    CHECK_FALSE(proxy.measures.has(Counter::overload_errors));
    REQUIRE(proxy.gaps.size() == 1);
    CHECK(proxy.gaps[0].fields.has(Counter::overload_errors));
    CHECK(proxy.gaps[0].fields.has(Distribution::ttfb_miss));
    CHECK((proxy.gaps[0].fields & proxy.measures) == FieldSet());
    CHECK_THAT(proxy.gaps[0].because, containsText("preset haproxy has nothing for it"));
    CHECK_THAT(proxy.gaps[0].remedy, containsText("mapping=FILE"));

    const Collecting machine("prometheus preset=node_exporter url=http://127.0.0.1:1/");
    CHECK_FALSE(machine.collector->watchesServer());
    const auto host = machine.collector->capability();
    CHECK(host.measures.has(Counter::disk_permille_seconds));
    CHECK(host.gaps.at(0).fields.has(Counter::nic_permille_seconds));
    CHECK_FALSE(host.gaps.at(0).fields.has(Counter::requests));
}

TEST_CASE("a target is heard from its second page on, and again after it was away", "[agent][openmetrics]") {
    HttpResponder responder(haproxyPage(1000));
    Collecting watched("prometheus preset=haproxy url=" + responder.url());
    auto second = watched.second();
    CHECK_FALSE(second.heard);
    CHECK(second.totals.measuredByAny.has(Counter::connection_seconds)); // a gauge needs one page
    CHECK_FALSE(second.totals.measuredByAny.has(Counter::requests));
    responder.setAnswer(haproxyPage(1030));
    second = watched.second();
    CHECK(second.heard);
    CHECK(second.totals[Counter::node_seconds] == 1);
    CHECK(second.totals[Counter::requests] == 30);
    CHECK(watched.collector->server() == "haproxy 2.6.12-1+deb12u4");
    CHECK(watched.collector->trouble().empty());
    responder.setAnswer("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
    second = watched.second();
    CHECK_FALSE(second.heard);
    CHECK(second.totals[Counter::node_seconds] == 0);
    CHECK(second.totals.measuredByAny == FieldSet::of({Counter::node_seconds}));
    CHECK_THAT(watched.collector->trouble(), containsText("503"));
    responder.setAnswer(haproxyPage(2000));
    second = watched.second();
    CHECK_FALSE(second.heard);
    CHECK(second.totals[Counter::requests] == 0); // nobody knows in which second they were
    responder.setAnswer(haproxyPage(2001));
    CHECK(watched.second().totals[Counter::requests] == 1);
}

TEST_CASE("what is no page of metrics, or another server's, is told", "[agent][openmetrics]") {
    HttpResponder responder(HttpResponder::page("<html></html>\n"));
    Collecting watched("prometheus preset=haproxy url=" + responder.url());
    CHECK_FALSE(watched.second().heard);
    CHECK_THAT(watched.collector->trouble(), containsText(responder.url() + ": line 1: '<html></html>'"));
    CHECK(watched.collector->server().empty());
    responder.setAnswer(HttpResponder::page(capture("prometheus-node-exporter-1.5.0_metrics.txt")));
    CHECK_FALSE(watched.second().heard);
    CHECK_THAT(watched.collector->trouble(), containsText("nothing that is mapped is on the page"));
    responder.setAnswer(HttpResponder::page(std::string(EventLoop::kBodyBytes + 1, '#') + "\n"));
    CHECK_FALSE(watched.second().heard);
    CHECK_FALSE(watched.collector->trouble().empty());
}

TEST_CASE("a page that comes later than its second is not waited for, nor used", "[agent][openmetrics]") {
    HttpResponder responder("");
    Collecting watched("prometheus preset=haproxy url=" + responder.url());
    watched.collector->cut();
    CHECK_FALSE(watched.collector->settled());
    CHECK_FALSE(watched.collector->take().heard);
    CHECK(watched.collector->settled());
    CHECK_THAT(watched.collector->trouble(), containsText("did not answer in time"));
    responder.setAnswer(haproxyPage(10));
    CHECK_FALSE(watched.second().heard); // the first page
    responder.setAnswer(haproxyPage(12));
    CHECK(watched.second().totals[Counter::requests] == 2);
}

TEST_CASE("totals equal the load of a real HAProxy, through a restart", "[agent][openmetrics][real]") {
    const std::string program = "/usr/sbin/haproxy";
    if (skippedWithout(program, "haproxy")) return;
    const TemporaryFolder folder;
    const auto port = freeTcpPort();
    const auto metrics = freeTcpPort();
    const auto configuration = fileIn(folder, "haproxy.cfg", R"(
global
  maxconn 100
defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
frontend fe
  bind 127.0.0.1:)" + std::to_string(port) + R"(
  http-request deny deny_status 403 if { path /denied }
  http-request return status 503 if { path /busy }
  http-request return status 200 content-type text/plain string "hello" if { path / }
  http-request return status 404
frontend metrics
  bind 127.0.0.1:)" + std::to_string(metrics) + R"(
  http-request use-service prometheus-exporter if { path /metrics }
)");
    const std::vector<std::string> command{program, "-W", "-f", configuration};
    ServerProcess server;
    server.start(command, "Loading success.");
    Collecting watched("prometheus preset=haproxy url=http://127.0.0.1:" + std::to_string(metrics) +
                       "/metrics");
    REQUIRE(awaitHeard(watched));
    CHECK(watched.collector->server().starts_with("haproxy "));

    const auto load = [&](int times) {
        for (int i = 0; i < times; ++i) {
            REQUIRE(askHttp(port, "/").status == 200);
            REQUIRE(askHttp(port, "/denied").status == 403);
            REQUIRE(askHttp(port, "/none").status == 404);
            REQUIRE(askHttp(port, "/busy").status == 503);
        }
        REQUIRE(sendHttp(port, "rubbish\r\n\r\n").status == 400);
    };
    const auto check = [&](int times) {
        const auto n = static_cast<std::uint64_t>(times);
        // HAProxy counts a malformed request when its connection has ended.
        const auto sum = addedUp(watched, [n](const PopTotals& t) {
            return t[Counter::status_4xx] > 2 * n && t[Counter::malformed] > 0;
        });
        CHECK(sum[Counter::requests] == 4 * n + 1);
        CHECK(sum[Counter::status_2xx] == n);
        CHECK(sum[Counter::status_4xx] == 2 * n + 1);
        CHECK(sum[Counter::status_5xx] == n);
        CHECK(sum[Counter::waf_blocked] == n);
        CHECK(sum[Counter::malformed] == 1);
        CHECK(sum[Counter::connections_accepted] == 4 * n + 1);
        CHECK(sum[Counter::bytes_out] > 0);
    };
    load(20);
    check(20);
    REQUIRE(watched.second().heard);

    // A new process behind the same address, and no page missed: all it has counted is of this second. It
    // tells its start in whole seconds.
    const auto started = std::chrono::floor<std::chrono::seconds>(watched.clock.wall());
    while (watched.clock.wall() < started + 1s)
        watched.loop.turn(20ms);
    server.kill();
    server.start(command, "Loading success.");
    load(5);
    check(5);

    // Away for a while: what was served meanwhile is nobody's.
    server.kill();
    CHECK_FALSE(watched.second().heard);
    server.start(command, "Loading success.");
    load(3);
    const auto first = watched.second();
    CHECK_FALSE(first.heard);
    CHECK_FALSE(first.totals.measuredByAny.has(Counter::requests));
    CHECK(watched.second().totals[Counter::requests] == 0);
}

TEST_CASE("a real node_exporter tells how full this machine is", "[agent][openmetrics][real]") {
    const std::string program = "/usr/bin/prometheus-node-exporter";
    if (skippedWithout(program, "prometheus-node-exporter")) return;
    // Version 1.9 crashes where it is not mounted.
    if (skippedWithout("/sys/devices/system/cpu", "a mounted /sys")) return;
    ServerProcess server;
    const auto port = std::to_string(freeTcpPort());
    server.start({program, "--web.listen-address=127.0.0.1:" + port}, "Listening on");
    Collecting watched("prometheus preset=node_exporter url=http://127.0.0.1:" + port + "/metrics");
    Collecting host("host");
    REQUIRE(awaitHeard(watched));
    CollectedSecond second;
    REQUIRE(eventually([&] { // the kernel counts in steps of 10 ms
        watched.loop.turn(50ms);
        second = watched.second();
        return second[Resource::cpu].has_value();
    }));
    CHECK(second.heard);
    CHECK(*second[Resource::cpu] >= 0);
    CHECK(*second[Resource::cpu] <= 1);
    CHECK(second[Resource::disk].value() <= 1);
    CHECK(second[Resource::memory].value() == Approx(host.second()[Resource::memory].value()).margin(0.1));
    CHECK(second.totals.measuredByAny.has(Counter::connections_rejected));
}

TEST_CASE("totals equal the load of a real Caddy, as far as it counts", "[agent][openmetrics][real]") {
    const std::string program = "/usr/bin/caddy";
    if (skippedWithout(program, "caddy")) return;
    const TemporaryFolder folder;
    const auto port = freeTcpPort();
    const auto admin = std::to_string(freeTcpPort());
    fileIn(folder, "index.html", "hello\n");
    const auto configuration = fileIn(
        folder, "Caddyfile",
        "{\n\tadmin 127.0.0.1:" + admin +
            "\n\tauto_https off\n\tservers {\n\t\tmetrics\n\t}\n}\nhttp://edge:" + std::to_string(port) +
            " {\n\tbind 127.0.0.1\n\troot * " + folder.path().string() +
            "\n\tredir /old /\n\tfile_server\n}\n");
    ServerProcess server;
    server.start(
        {"/usr/bin/env", "HOME=" + folder.path().string(), program, "run", "--config", configuration},
        "serving initial configuration");
    Collecting watched("prometheus preset=caddy url=http://127.0.0.1:" + admin + "/metrics");
    REQUIRE(awaitHeard(watched));
    for (int i = 0; i < 12; ++i)
        REQUIRE(askHttp(port, "/").status == 200);
    for (int i = 0; i < 3; ++i)
        REQUIRE(askHttp(port, "/none").status == 404);
    for (int i = 0; i < 2; ++i)
        REQUIRE(askHttp(port, "/old").status == 302);
    const auto sum = addedUp(watched, [](const PopTotals& t) { return t[Counter::requests] >= 17; });
    CHECK(sum[Counter::requests] == 17);
    CHECK(sum[Counter::status_2xx] == 12);
    CHECK(sum[Counter::status_3xx] == 2);
    CHECK_FALSE(sum.measuredByAny.has(Counter::status_4xx)); // it does not count those of file_server
    CHECK(sum[Counter::bytes_out] == 12 * 6);
}
