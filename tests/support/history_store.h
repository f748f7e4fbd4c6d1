// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/history/http_client.h"
#include "feeds/util/clock.h"
#include "feeds/wire/messages.h"

#include "tests/support/server_process.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/wait.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <poll.h>
#include <random>
#include <sstream>
#include <string>
#include <vector>

/// Stores of history, run for real on free ports, and what is written to them.
namespace surgescope::tests {

class HistoryStore {
  public:
    enum class Kind : std::uint8_t { victoriaMetrics, prometheus };

    explicit HistoryStore(Kind kind, std::vector<std::string> more = {})
        : m_kind(kind), m_more(std::move(more)), m_port(freeTcpPort()) {
        start();
    }
    /// What it had is still there.
    void start() {
        const auto data = (m_folder.path() / "data").string();
        const auto at = "127.0.0.1:" + std::to_string(m_port);
        std::vector<std::string> command;
        if (m_kind == Kind::victoriaMetrics) {
            command = {"/usr/bin/victoria-metrics", "-storageDataPath=" + data, "-httpListenAddr=" + at,
                       "-retentionPeriod=100y"};
        } else {
            const auto config = (m_folder.path() / "prometheus.yml").string();
            std::ofstream(config) << "global: {}\n";
            command = {"/usr/bin/prometheus", "--config.file=" + config, "--storage.tsdb.path=" + data,
                       "--web.listen-address=" + at, "--web.enable-remote-write-receiver"};
        }
        command.insert(command.end(), m_more.begin(), m_more.end());
        m_server.start(command, m_kind == Kind::victoriaMetrics ? "started VictoriaMetrics"
                                                                : "Server is ready to receive web requests");
        if (m_kind == Kind::victoriaMetrics) m_rowsBefore = sumOf(ownMetrics(), kRows);
    }
    void kill() { m_server.kill(); }

    std::string url() const { return "http://127.0.0.1:" + std::to_string(m_port); }
    std::string writeUrl() const { return url() + "/api/v1/write"; }

    /// The vector that a query gives at a time, by the label pop. Each time in other words, as one store
    /// remembers that it knew nothing: `%` stands for a matcher of everything.
    std::map<std::string, double> ask(std::string query, feeds::FeedSecond at) {
        const auto matcher = "ask!=\"" + std::to_string(++m_asked) + "\"";
        replaceEach(query, "%", matcher);
        auto http = feeds::HttpClient::make({});
        const auto answer = http.value().get(
            url() + "/api/v1/query?nocache=1&time=" + std::to_string(feeds::unixSeconds(at)) +
            "&query=" + feeds::percentEncoded(query));
        std::map<std::string, double> values;
        const auto json = nlohmann::json::parse(answer.body, nullptr, false);
        if (!answer.isGood() || !json.is_object()) return values;
        for (const auto& entry : json["data"]["result"])
            if (entry.contains("value"))
                values[entry["metric"].value("pop", "")] = std::stod(entry["value"][1].get<std::string>());
        return values;
    }
    /// VictoriaMetrics makes what it took known a second later or two, by parts in any order: waits until all
    /// of it is to be seen. False: it never was.
    bool awaitAll() {
        if (m_kind == Kind::prometheus) return true;
        // It answers with the same page for a second: one that was made before this call tells nothing.
        constexpr const char* kPages = "vm_http_requests_total{path=\"/metrics\"}";
        const auto before = sumOf(ownMetrics(), kPages);
        return eventually([&] {
            const auto page = ownMetrics();
            if (sumOf(page, kPages) > before && sumOf(page, "vm_pending_rows{type=\"indexdb") == 0 &&
                sumOf(page, kRows) >= m_rowsBefore + sumOf(page, "vm_rows_added_to_storage_total"))
                return true;
            ::poll(nullptr, 0, 50);
            return false;
        });
    }
    /// Asked until all is known and something holds; what was answered last.
    template <class Holds>
    std::map<std::string, double> askUntil(const std::string& query, feeds::FeedSecond at, Holds holds) {
        awaitAll();
        std::map<std::string, double> values;
        eventually([&] {
            values = ask(query, at);
            if (holds(values)) return true;
            ::poll(nullptr, 0, 50);
            return false;
        });
        return values;
    }

  private:
    static constexpr const char* kRows = "vm_rows{type=\"storage";

    /// What it tells of itself.
    std::string ownMetrics() const {
        auto http = feeds::HttpClient::make({});
        return http.value().get(url() + "/metrics").body;
    }
    /// Of all whose lines begin so.
    static double sumOf(const std::string& metrics, const std::string& beginning) {
        std::istringstream page(metrics);
        double sum = 0;
        for (std::string line; std::getline(page, line);)
            if (line.starts_with(beginning)) sum += std::stod(line.substr(line.rfind(' ')));
        return sum;
    }

    Kind m_kind;
    std::vector<std::string> m_more;
    TemporaryFolder m_folder;
    std::uint16_t m_port;
    double m_rowsBefore = 0; // it was started with
    ServerProcess m_server;
    int m_asked = 0;
};

/// Ten seconds' end that is over, some minutes ago.
inline feeds::FeedSecond someSlot() {
    const auto now = std::chrono::floor<std::chrono::seconds>(feeds::SystemClock().wall());
    return feeds::feedSecond(feeds::unixSeconds(now) / 10 * 10 - 600);
}

/// A report of a second, the same for the same seed; of the fields that `measured` has.
inline feeds::PopReport someReport(const std::string& pop, feeds::FeedSecond second, unsigned seed,
                                   feeds::FieldSet measured = feeds::FieldSet::all()) {
    using namespace feeds;
    std::mt19937 random(seed);
    const auto number = [&](unsigned below) {
        return std::uniform_int_distribution<unsigned>(0, below)(random);
    };
    PopReport report;
    report.pop = pop;
    report.header.intervalEnd = second;
    auto& totals = report.totals;
    totals.setMeasured(measured);
    for (std::size_t i = 0; i < kCounterCount; ++i)
        if (measured.has(static_cast<Counter>(i))) totals.counters[i] = number(1000);
    totals[Counter::node_seconds] = 10;
    for (std::size_t i = 0; i < kDistributionCount; ++i)
        if (measured.has(static_cast<Distribution>(i)))
            for (int k = 0; k < 50; ++k)
                totals.distributions[i].record(k == 0 ? 0 : 1 + number(2U << number(24)), 1 + number(3));
    totals.saturation.record(850, 6);
    totals.saturation.record(920, 4);
    return report;
}

} // namespace surgescope::tests
