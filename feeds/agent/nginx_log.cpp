// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/nginx_log.h"

#include "feeds/model/feed_time.h"
#include "feeds/wire/limits.h"

#include <nlohmann/json.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace surgescope::feeds {
namespace {

using std::chrono::microseconds;

constexpr std::size_t kSyslogHeaderBytes = 512; // "<190>Nov 23 15:53:28 host tag: ", host names of up to 255
constexpr std::size_t kPurgeIdBytes = 256;
constexpr double kLongestSeconds = 1e6;
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 50; // of one response

// The names in surgescope.conf, in this order.
enum Field : std::uint8_t {
    ts,
    m,
    uri,
    status,
    bytes,
    rt,
    cache,
    uht,
    urt,
    ubytes,
    ustatus,
    limit,
    pid,
    pissued,
    pseq
};
constexpr std::array<std::string_view, 15> kNames{
    "ts",  "m",      "uri",     "status", "bytes",    "rt",           "cache",    "uht",
    "urt", "ubytes", "ustatus", "limit",  "purge_id", "purge_issued", "purge_seq"};
constexpr unsigned kRequired = (1U << pseq) - 1;

/// Keeps the texts of the known fields. Numbers are taken as the text they were written in.
class Reader final : public nlohmann::json_sax<nlohmann::json> {
  public:
    std::array<std::string, kNames.size()> values;
    unsigned seen = 0;
    bool notUtf8 = false;
    const char* complaint = "not JSON";

    bool null() override { return refuse("a value is null"); }
    bool boolean(bool) override { return refuse("a value is true or false"); }
    bool number_integer(number_integer_t) override { return refuse("a number is negative"); }
    bool number_unsigned(number_unsigned_t value) override {
        std::array<char, 24> text{};
        const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
        return take(std::string(text.data(), end));
    }
    bool number_float(number_float_t, const string_t& text) override { return take(text); }
    bool string(string_t& text) override { return take(std::move(text)); }
    bool binary(binary_t&) override { return refuse("not JSON"); }
    bool start_object(std::size_t) override {
        return m_depth++ == 0 || refuse("an object inside the object");
    }
    bool end_object() override { return true; }
    bool start_array(std::size_t) override { return refuse("an array"); }
    bool end_array() override { return true; }
    bool key(string_t& name) override {
        m_field = 0;
        while (m_field < kNames.size() && kNames[m_field] != name)
            ++m_field;
        return true;
    }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) override {
        // The parser names a bad byte in words only; a line is tried again without its non-ASCII bytes.
        notUtf8 = std::string_view(error.what()).find("UTF-8") != std::string_view::npos;
        return false;
    }

  private:
    bool take(std::string text) {
        if (m_depth == 0) return refuse("not an object");
        if (m_field < kNames.size()) {
            values[m_field] = text == "-" ? std::string() : std::move(text);
            seen |= 1U << m_field;
        }
        return true;
    }
    bool refuse(const char* why) {
        complaint = why;
        return false;
    }

    std::size_t m_field = kNames.size();
    int m_depth = 0;
};

std::optional<std::uint64_t> wholeNumber(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<double> seconds(std::string_view text, double most) {
    double value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (!std::isfinite(value) || value < 0 || value > most) return std::nullopt;
    return value;
}

microseconds micros(double s) {
    return microseconds(std::llround(s * 1e6));
}

bool plausible(WallTime time) {
    return time >= limits::kEarliest && time < limits::kLatest;
}

/// Calls use(entry) for each try in one of nginx's $upstream_… lists: "," parts tries, ":" internal
/// redirects.
template <class Use> bool eachTry(std::string_view list, Use use) {
    while (!list.empty()) {
        const auto end = list.find_first_of(",:");
        std::string_view entry = list.substr(0, end);
        while (!entry.empty() && entry.front() == ' ')
            entry.remove_prefix(1);
        while (!entry.empty() && entry.back() == ' ')
            entry.remove_suffix(1);
        if (!use(entry == "-" ? std::string_view() : entry)) return false;
        list = end == std::string_view::npos ? std::string_view() : list.substr(end + 1);
    }
    return true;
}

std::optional<CacheStatus> cacheStatus(std::string_view text) {
    static constexpr std::array<std::string_view, 8> names{"",      "MISS",     "BYPASS",      "EXPIRED",
                                                           "STALE", "UPDATING", "REVALIDATED", "HIT"};
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == text) return static_cast<CacheStatus>(i);
    return std::nullopt;
}

bool readUpstream(const Reader& r, NginxLogLine& line) {
    microseconds before{}; // what the earlier tries took
    microseconds total{};
    std::optional<microseconds> last;
    bool measured = false;
    const auto responseTime = [&](std::string_view entry) {
        const auto s = seconds(entry.empty() ? "0" : entry, kLongestSeconds);
        if (!s) return false;
        before = total;
        total += micros(*s);
        measured = measured || !entry.empty();
        return true;
    };
    const auto headerTime = [&](std::string_view entry) {
        last.reset();
        if (entry.empty()) return true;
        const auto s = seconds(entry, kLongestSeconds);
        if (s) last = micros(*s);
        return s.has_value();
    };
    const auto received = [&](std::string_view entry) {
        const auto n = wholeNumber(entry.empty() ? "0" : entry);
        if (!n || *n > kMostBytes || line.upstreamBytes > kMostBytes) return false;
        line.upstreamBytes += *n;
        return true;
    };
    const auto answered = [&](std::string_view entry) {
        const auto n = wholeNumber(entry.empty() ? "0" : entry);
        if (!n || *n > 999) return false;
        line.upstreamStatus = static_cast<unsigned>(*n);
        return true;
    };
    if (!eachTry(r.values[urt], responseTime) || !eachTry(r.values[uht], headerTime) ||
        !eachTry(r.values[ubytes], received) || !eachTry(r.values[ustatus], answered))
        return false;
    line.askedUpstream = !r.values[ustatus].empty();
    if (measured) line.upstreamResponseTime = total;
    if (last) line.upstreamHeaderTime = before + *last;
    return true;
}

/// A purge stamp that is none spoils the stamp and not the line: the request was served all the same.
void readPurge(Reader& r, NginxLogLine& line) {
    line.purgeId = std::move(r.values[pid]);
    if (line.purgeId.size() > kPurgeIdBytes) line.purgeId.resize(kPurgeIdBytes);
    if (const std::string& text = r.values[pseq]; !text.empty()) {
        line.purgeSeq = wholeNumber(text);
        line.purgeStampRefused = !line.purgeSeq;
    }
    if (const std::string& text = r.values[pissued]; !text.empty()) {
        const auto us = wholeNumber(text);
        const bool fits = us && *us < std::uint64_t{1} << 60;
        const WallTime time{microseconds(fits ? static_cast<std::int64_t>(*us) : 0)};
        if (plausible(time))
            line.purgeIssuedAt = time;
        else
            line.purgeStampRefused = true;
    }
}

Error bad(Field field) {
    return Error{"field \"" + std::string(kNames[field]) + "\" has a value it cannot have"};
}

Result<NginxLogLine> interpret(Reader& r) {
    if ((r.seen & kRequired) != kRequired) {
        std::size_t missing = 0;
        while ((r.seen >> missing) & 1U)
            ++missing;
        return Error{"field \"" + std::string(kNames[missing]) + "\" is missing"};
    }
    NginxLogLine line;
    const auto at = seconds(r.values[ts], 1e10);
    if (!at) return bad(ts);
    line.time = WallTime(micros(*at));
    if (!plausible(line.time)) return bad(ts);
    const auto code = wholeNumber(r.values[status]); // "000" when the client left before there was one
    if (!code || *code > 999) return bad(status);
    line.status = static_cast<unsigned>(*code);
    const auto sent = wholeNumber(r.values[bytes]);
    if (!sent || *sent > kMostBytes) return bad(bytes);
    line.bytes = *sent;
    const auto took = seconds(r.values[rt], kLongestSeconds);
    if (!took) return bad(rt);
    line.requestTime = micros(*took);
    const auto cached = cacheStatus(r.values[cache]);
    if (!cached) return bad(cache);
    line.cache = *cached;
    if (!readUpstream(r, line)) return Error{"an upstream field has a value it cannot have"};
    line.limitRejected = r.values[limit] == "REJECTED";
    line.method = std::move(r.values[m]);
    line.uri = std::move(r.values[uri]);
    readPurge(r, line);
    return line;
}

} // namespace

Result<NginxLogLine> parseNginxLog(std::string_view line) {
    if (line.size() > kLogLineBytes) return Error{"longer than 64 KiB"};
    if (line.starts_with('<')) {
        const auto start = line.substr(0, kSyslogHeaderBytes).find(": {");
        if (start == std::string_view::npos) return Error{"no JSON object behind the syslog header"};
        line.remove_prefix(start + 2);
    }
    Reader reader;
    if (nlohmann::json::sax_parse(line.begin(), line.end(), &reader)) return interpret(reader);
    if (!reader.notUtf8) return Error{reader.complaint};
    // escape=json leaves bytes from 0x80 on as the client sent them: nobody may hide a request that way.
    std::string ascii(line);
    for (char& c : ascii)
        if (static_cast<unsigned char>(c) >= 0x80) c = '?';
    Reader again;
    if (!nlohmann::json::sax_parse(ascii, &again)) return Error{again.complaint};
    return interpret(again);
}

} // namespace surgescope::feeds
