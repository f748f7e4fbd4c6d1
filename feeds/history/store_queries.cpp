// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/history/store_queries.h"

#include "feeds/history/remote_store.h"

#include <future>
#include <utility>

namespace surgescope::feeds {
namespace {

std::string promqlString(std::string_view text) {
    std::string out = "\"";
    for (const char c : text)
        out += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
    return out + '"';
}

std::string whyNoAnswer(const HttpClient::Answer& answer) {
    if (answer.status == 0) return oneLine(answer.trouble);
    return "HTTP " + std::to_string(answer.status) + ": " + oneLine(answer.body);
}

} // namespace

Result<StoreQueries> StoreQueries::make(Options options) {
    if (auto problem = urlProblem(options.url)) return *problem;
    if (options.url.find("/api/v1/") != std::string::npos) options.url = queryBase(options.url);
    while (options.url.ends_with('/'))
        options.url.pop_back();
    auto http = HttpClient::make(options.http);
    if (!http) return Error{http.error()};
    return StoreQueries(std::move(options), std::move(http.value()));
}

StoreQueries::Question StoreQueries::samples(std::string name, const std::string& selector, FeedSecond time,
                                             std::chrono::seconds length) {
    return {std::move(name), "/api/v1/query?nocache=1&time=" + std::to_string(unixSeconds(time)) + "&query=" +
                                 percentEncoded(selector + "[" + std::to_string(length.count()) + "s]")};
}

StoreQueries::Question StoreQueries::range(std::string name, const std::string& expression, FeedSecond from,
                                           FeedSecond to, std::chrono::seconds step) {
    return {std::move(name), "/api/v1/query_range?nocache=1&start=" + std::to_string(unixSeconds(from)) +
                                 "&end=" + std::to_string(unixSeconds(to)) + "&step=" +
                                 std::to_string(step.count()) + "&query=" + percentEncoded(expression)};
}

std::string StoreQueries::selector(std::string_view name, std::string_view more) const {
    return std::string(name) + "{job=" + promqlString(m_options.job) + std::string(more) + "}";
}

std::optional<Error> StoreQueries::ask(const std::vector<Question>& questions,
                                       const std::function<void(std::size_t, const MatrixSeries&)>& take) {
    const auto begin = [this](const Question& question) {
        return std::async(std::launch::async,
                          [this, url = m_options.url + question.path] { return m_http.get(url); });
    };
    std::future<HttpClient::Answer> next;
    if (!questions.empty()) next = begin(questions.front());
    for (std::size_t i = 0; i < questions.size(); ++i) {
        const auto failed = [&](const std::string& why) {
            return Error{m_options.url + ": " + questions[i].name + ": " + why};
        };
        auto answer = next.get();
        if (!answer.isGood()) return failed(whyNoAnswer(answer));
        if (i + 1 < questions.size()) next = begin(questions[i + 1]);
        if (!m_matrix.read(answer.body, [&](const MatrixSeries& series) { take(i, series); }))
            return failed(m_matrix.said().empty()
                              ? "an answer that is none of a query, expected JSON with data and result"
                              : "it says: " + oneLine(m_matrix.said()));
        if (m_matrix.isPartial()) return failed("it can tell a part only just now: some of it is away");
        if (m_matrix.said().empty()) continue;
        ++m_warnings.count;
        m_warnings.what = questions[i].name + ": " + oneLine(m_matrix.said());
    }
    return std::nullopt;
}

std::vector<std::string> troublesOf(const Counted& unusable, const Counted& warnings) {
    std::vector<std::string> lines;
    if (unusable.count > 0)
        lines.push_back(std::to_string(unusable.count) +
                        " series, samples or reports cannot be used; the last: " + unusable.what);
    if (warnings.count > 0)
        lines.push_back("the store warned " + std::to_string(warnings.count) + " times, at last of " +
                        warnings.what);
    return lines;
}

} // namespace surgescope::feeds
