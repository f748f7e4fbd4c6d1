// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/history/remote_store.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <poll.h>
#include <utility>

namespace surgescope::feeds {
namespace {

using Kind = RemoteStore::Outcome::Kind;

/// What was written can be asked for after a moment: VictoriaMetrics takes one second, a busy one several,
/// and what was written at once may be known one after the other.
constexpr int kAskTimes = 40;
constexpr int kAskTimesAtLeast = 12;
constexpr int kTimesAsLong = 4;
constexpr int kAskEveryMs = 250;

RemoteStore::Outcome outcomeOf(const HttpClient::Answer& answer) {
    if (answer.isGood()) return {};
    if (answer.status == 0) return {Kind::away, oneLine(answer.trouble)};
    const auto words = "HTTP " + std::to_string(answer.status) + ": " + oneLine(answer.body);
    switch (answer.status) {
    case 408:
    case 425:
    case 429: return {Kind::away, words};
    case 401:
    case 403:
    case 404:
    case 405:
    case 407: return {Kind::wrong, words};
    default: break;
    }
    if (answer.status >= 500) return {Kind::away, words};
    return {answer.status >= 400 ? Kind::refused : Kind::wrong, words};
}

} // namespace

Result<RemoteStore> RemoteStore::make(Options options) {
    for (const auto* url : {&options.url, &options.query})
        if (!url->empty() || url == &options.url)
            if (auto problem = urlProblem(*url)) return *problem;
    if (options.query.empty()) options.query = queryBase(options.url);
    auto http = HttpClient::make(options.http);
    if (!http) return Error{http.error()};
    return RemoteStore(std::move(options), std::move(http.value()));
}

RemoteStore::Outcome RemoteStore::write(const WriteRequest& request) {
    return outcomeOf(m_http.post(m_options.url, request.bytes,
                                 {"Content-Type: application/x-protobuf", "Content-Encoding: snappy",
                                  "X-Prometheus-Remote-Write-Version: 0.1.0"}));
}

RemoteStore::Outcome RemoteStore::probe(std::int64_t ms) {
    if (m_options.form) return {};
    // A number first: what hinders that has nothing to do with histograms.
    auto number = write(probeRequest("surgescope_probe", ms));
    if (number.kind != Kind::stored) return number;
    const auto asked = knows({"", "surgescope_probe", ""}, ms, kAskTimes);
    if (!asked) {
        m_options.form = HistogramForm::classic;
        return {Kind::stored, "it was asked at " + m_options.query +
                                  " for what it had taken and did not "
                                  "know it: classic buckets are written"};
    }
    for (const auto form : {HistogramForm::native, HistogramForm::vmrange}) {
        const auto name = "surgescope_probe_" + std::string(nameOf(form));
        // Who probed the same time before may be refused, and is known.
        const bool taken = write(probeRequest(name, ms, form)).kind == Kind::stored;
        const auto query = form == HistogramForm::native
                               ? Query{"histogram_quantile(0.5, ", name, ")"}
                               : Query{"histogram_quantile(0.5, sum by (vmrange) (", name + "_bucket", "))"};
        if (!knows(query, ms, taken ? std::max(kAskTimesAtLeast, kTimesAsLong * *asked) : 1)) continue;
        m_options.form = form;
        return {};
    }
    m_options.form = HistogramForm::classic;
    return {};
}

std::optional<int> RemoteStore::knows(const Query& query, std::int64_t ms, int times) {
    // By then a store that rounds times up has it, and no earlier sample is new enough.
    const auto base =
        m_options.query + "/api/v1/query?nocache=1&time=" + std::to_string(ms / 1000 + 1) + "&query=";
    for (int i = 0; i < times; ++i) {
        // Each time in other words: VictoriaMetrics remembers for up to ten seconds that it knows nothing.
        const auto url = base + percentEncoded(query.before + query.series + "{ask!=\"" + std::to_string(i) +
                                               "\"}" + query.behind);
        if (m_options.http.goesOn && !m_options.http.goesOn()) break;
        if (i > 0) ::poll(nullptr, 0, kAskEveryMs);
        const auto answer = m_http.get(url);
        if (!answer.isGood()) break;
        const auto json = nlohmann::json::parse(answer.body, nullptr, false);
        const auto data = json.is_object() ? json.value("data", nlohmann::json()) : nlohmann::json();
        const auto result = data.is_object() ? data.value("result", nlohmann::json()) : nlohmann::json();
        if (!result.is_array() || result.empty()) continue;
        // A quantile of what has no buckets is no number.
        const auto value = result[0].is_object() ? result[0].value("value", nlohmann::json()) : result[0];
        if (value.is_array() && value.size() == 2 && value[1].is_string() && value[1] != "NaN") return i + 1;
    }
    return std::nullopt;
}

std::string queryBase(const std::string& url) {
    const auto path = url.find('/', url.find("://") + 3);
    for (const auto* ending : {"/api/v1/write", "/api/v1/push"}) {
        const auto at = url.rfind(ending);
        if (at == std::string::npos) continue;
        const auto base = url.substr(0, at);
        return std::string_view(ending) == "/api/v1/push" ? base + "/prometheus" : base;
    }
    return url.substr(0, path);
}

} // namespace surgescope::feeds
