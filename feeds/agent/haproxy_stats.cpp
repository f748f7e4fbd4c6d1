// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/haproxy_stats.h"

#include "feeds/agent/outside_text.h"

#include <algorithm>
#include <span>
#include <utility>

namespace surgescope::feeds {
namespace {

constexpr std::size_t kColumnsInAll = 1'000; // 3.0 has some 130
constexpr std::size_t kVersionBytes = 64;

// In the order of HaproxyColumn.
constexpr std::array<std::string_view, kHaproxyColumns> kColumnNames{
    "scur",     "slim",     "conn_tot", "dcon", "dses", "bout",          "req_tot",   "hrsp_2xx",
    "hrsp_3xx", "hrsp_4xx", "hrsp_5xx", "dreq", "ereq", "cache_lookups", "cache_hits"};

/// The text up to the next line end, which is taken too; nothing at the end of the text.
std::optional<std::string_view> takeHaproxyLine(std::string_view& rest) {
    const auto end = rest.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return line;
}

/// One row's values. A value that holds a comma, a quotation mark or a line end stands in quotation marks,
/// with its own doubled.
bool takeRow(std::string_view& rest, std::vector<std::string>& values) {
    values.clear();
    std::string value;
    bool inQuotes = false;
    for (std::size_t at = 0; at < rest.size(); ++at) {
        const char c = rest[at];
        if (c == '"') {
            if (inQuotes && at + 1 < rest.size() && rest[at + 1] == '"')
                value += rest[++at];
            else
                inQuotes = !inQuotes;
        } else if (!inQuotes && (c == ',' || c == '\n')) {
            values.push_back(std::move(value));
            value.clear();
            if (values.size() > kColumnsInAll) return false;
            if (c == '\n') {
                rest.remove_prefix(at + 1);
                return true;
            }
        } else {
            value += c;
        }
    }
    return false;
}

/// Where each column stands in a row, and how many there are.
struct CsvHeader {
    static constexpr std::size_t kNowhere = kColumnsInAll + 1;
    std::size_t count = 0;
    std::size_t name = kNowhere, side = kNowhere, mode = kNowhere;
    std::array<std::size_t, kHaproxyColumns> columns{};
};

Result<CsvHeader> readHeader(const std::vector<std::string>& names) {
    const auto find = [&names](std::string_view name) {
        const auto found = std::ranges::find(names, name);
        return found == names.end() ? CsvHeader::kNowhere : static_cast<std::size_t>(found - names.begin());
    };
    CsvHeader header;
    header.count = names.size();
    header.name = find("# pxname");
    header.side = find("svname");
    header.mode = find("mode");
    for (std::size_t i = 0; i < kHaproxyColumns; ++i)
        header.columns[i] = find(kColumnNames[i]);
    for (const std::size_t needed : {header.name, header.side, header.mode})
        if (needed == CsvHeader::kNowhere)
            return Error{"its CSV lacks a column: pxname, svname and mode are expected"};
    return header;
}

Result<HaproxyProxy> readProxy(const CsvHeader& header, std::vector<std::string>& values) {
    if (values.size() != header.count)
        return Error{"a row of its CSV has " + std::to_string(values.size()) + " values, and " +
                     std::to_string(header.count) + " are expected: " + shown(values.front())};
    HaproxyProxy proxy;
    proxy.frontend = values[header.side] == "FRONTEND";
    proxy.http = values[header.mode] == "http";
    for (std::size_t i = 0; i < kHaproxyColumns; ++i) {
        const std::size_t at = header.columns[i];
        if (at == CsvHeader::kNowhere || values[at].empty()) continue;
        proxy.values[i] = countIn(values[at]);
        if (!proxy.values[i])
            return Error{std::string(kColumnNames[i]) + " of " + shown(values[header.name]) + " is " +
                         shown(values[at]) + ", and a count is expected"};
    }
    proxy.name = std::move(values[header.name]);
    return proxy;
}

std::optional<Error> readProxies(std::string_view& rest, HaproxyReading& reading) {
    std::vector<std::string> values;
    if (!takeRow(rest, values)) return Error{"its CSV has no header that ends"};
    const auto header = readHeader(values);
    if (!header) return Error{header.error()};
    while (!rest.starts_with('\n')) {
        if (!takeRow(rest, values)) return Error{"its answer is cut off within the CSV"};
        const std::string& side = values.size() > header->side ? values[header->side] : values.front();
        if (values.size() == header->count && side != "FRONTEND" && side != "BACKEND") continue;
        auto proxy = readProxy(*header, values);
        if (!proxy) return Error{proxy.error()};
        reading.proxies.push_back(std::move(proxy.value()));
    }
    if (rest != "\n") return Error{"its answer goes on behind the CSV: " + shown(rest.substr(1))};
    return std::nullopt;
}

struct InfoValue {
    std::string_view name;
    std::uint64_t* value;
    bool found = false;
};

/// "Name: value" lines up to an empty one.
std::optional<Error> readInfo(std::string_view& rest, HaproxyReading& reading) {
    std::uint64_t idlePercent = 0;
    std::uint64_t busyPolling = 0;
    std::array<InfoValue, 8> wanted{{{"Pid", &reading.pid},
                                     {"Uptime_sec", &reading.uptimeSeconds},
                                     {"CurrConns", &reading.connections},
                                     {"Maxconn", &reading.mostConnections},
                                     {"Idle_pct", &idlePercent},
                                     {"Nbproc", &reading.processes},
                                     {"DroppedLogs", &reading.logsDropped},
                                     {"BusyPolling", &busyPolling}}};
    constexpr std::size_t kNeeded = 5; // the others are not in every version
    for (auto line = takeHaproxyLine(rest); !line || !line->empty(); line = takeHaproxyLine(rest)) {
        if (!line) return Error{"its answer is cut off within 'show info'"};
        const auto colon = line->find(": ");
        if (colon == std::string_view::npos) {
            if (line->ends_with(':')) continue; // a value that is empty, as "node:" may be
            return Error{"'show info' says " + shown(*line) + ", and 'Name: value' is expected"};
        }
        const auto name = line->substr(0, colon);
        const auto text = line->substr(colon + 2);
        if (name == "Version") reading.version = text.substr(0, kVersionBytes);
        const auto found = std::ranges::find(wanted, name, &InfoValue::name);
        if (found == wanted.end()) continue;
        const auto value = countIn(text);
        if (!value) return Error{std::string(name) + " is " + shown(text) + ", and a count is expected"};
        *found->value = *value;
        found->found = true;
    }
    for (const InfoValue& value : std::span(wanted).first(kNeeded))
        if (!value.found) return Error{"'show info' lacks " + std::string(value.name)};
    if (idlePercent > 100) return Error{"Idle_pct is more than 100"};
    if (busyPolling == 0) reading.busy = 1 - static_cast<double>(idlePercent) / 100;
    return std::nullopt;
}

} // namespace

Result<HaproxyReading> parseHaproxyReading(std::string_view answer) {
    if (answer.size() > kHaproxyAnswerBytes) return Error{"its answer is longer than 1 MiB"};
    if (!answer.starts_with("Name: HAProxy"))
        return Error{"it answers " + shown(answer.substr(0, answer.find('\n'))) +
                     ", and 'Name: HAProxy' is expected"};
    HaproxyReading reading;
    if (const auto error = readInfo(answer, reading)) return *error;
    if (const auto error = readProxies(answer, reading)) return *error;
    return reading;
}

} // namespace surgescope::feeds
