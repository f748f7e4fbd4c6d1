// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/access_line.h"

#include "feeds/model/feed_time.h"
#include "feeds/wire/limits.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>

namespace surgescope::feeds {
namespace {

using std::chrono::microseconds;

constexpr std::size_t kSyslogHeaderBytes = 512; // "<190>Nov 23 15:53:28 host tag: ", host names of up to 255
constexpr std::size_t kPurgeIdBytes = 256;
constexpr double kLongestSeconds = 1e6;
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 50; // of one response

// Times come as seconds or, where a server has no such variable, in the unit that ends the key's name.
enum Field : std::uint8_t {
    ts,
    ts_us,
    m,
    uri,
    status,
    bytes,
    rt,
    rt_ms,
    rt_us,
    ttfb,
    ttfb_ms,
    ttfb_us,
    lb_ms,
    lb_us,
    cache,
    uht,
    urt,
    ubytes,
    ustatus,
    limit,
    denied,
    addr,
    purge_id,
    purge_issued,
    purge_seq
};
constexpr std::array<std::string_view, 25> kNames{
    "ts",      "ts_us",   "m",       "uri",   "status",   "bytes",        "rt",       "rt_ms", "rt_us",
    "ttfb",    "ttfb_ms", "ttfb_us", "lb_ms", "lb_us",    "cache",        "uht",      "urt",   "ubytes",
    "ustatus", "limit",   "denied",  "addr",  "purge_id", "purge_issued", "purge_seq"};
constexpr std::array kRequired{m, uri, status, bytes};

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
            values[m_field] = text == "-" || text == "-1" ? std::string() : std::move(text);
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

/// What mod_cache says in its environment variable cache-status: a sentence, or a reason to keep nothing.
CacheStatus httpdCacheStatus(std::string_view text) {
    using enum CacheStatus;
    if (text == "-" || text.starts_with("cache invalidated")) return none;
    if (text.starts_with("cache hit")) return text.find("stale") != std::string_view::npos ? stale : hit;
    if (text.starts_with("conditional cache hit")) return revalidated;
    return miss;
}

/// Each server's own words.
std::optional<CacheStatus> cacheStatus(std::string_view text) {
    using enum CacheStatus;
    static constexpr std::array<std::pair<std::string_view, CacheStatus>, 18> words{{
        {"", none}, // nginx, $upstream_cache_status
        {"MISS", miss},
        {"BYPASS", bypass},
        {"EXPIRED", expired},
        {"STALE", stale},
        {"UPDATING", updating},
        {"REVALIDATED", revalidated},
        {"HIT", hit},
        {"TCP_HIT", hit}, // Traffic Server, %<crc>
        {"TCP_MEM_HIT", hit},
        {"TCP_IMS_HIT", hit},
        {"TCP_CF_HIT", collapsed}, // read while another request wrote it
        {"TCP_REFRESH_HIT", revalidated},
        {"TCP_REF_FAIL_HIT", stale},
        {"TCP_MISS", miss},
        {"TCP_IMS_MISS", miss},
        {"TCP_REFRESH_MISS", expired},
        {"TCP_CLIENT_REFRESH", bypass},
    }};
    for (const auto& [word, meaning] : words)
        if (word == text) return meaning;
    if (constexpr std::string_view httpd = "httpd "; text.starts_with(httpd))
        return httpdCacheStatus(text.substr(httpd.size()));
    // Traffic Server has three dozen more, for what failed before it came to the cache.
    if (text.starts_with("TCP_") || text.starts_with("ERR_") || text.starts_with("UDP_")) return none;
    return std::nullopt;
}

/// A duration by whichever of its keys is there. False: the value is none.
struct Keyed {
    Field field;
    double toSeconds;
};
bool readDuration(const Reader& r, std::initializer_list<Keyed> keys, std::optional<microseconds>& into) {
    for (const auto& [field, toSeconds] : keys) {
        if (r.values[field].empty()) continue;
        const auto value = seconds(r.values[field], kLongestSeconds / toSeconds);
        if (!value) return false;
        into = micros(*value * toSeconds);
    }
    return true;
}

bool readUpstream(const Reader& r, Exchange& line) {
    // nginx's way: a time for each try
    microseconds before{}; // what the earlier tries took
    microseconds total{};
    std::optional<microseconds> last;
    const auto responseTime = [&](std::string_view entry) {
        const auto s = seconds(entry.empty() ? "0" : entry, kLongestSeconds);
        if (!s) return false;
        before = total;
        total += micros(*s);
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
        return n && *n <= 999;
    };
    if (!eachTry(r.values[urt], responseTime) || !eachTry(r.values[uht], headerTime) ||
        !eachTry(r.values[ubytes], received) || !eachTry(r.values[ustatus], answered))
        return false;
    line.askedUpstream =
        !r.values[ustatus].empty() && r.values[ustatus] != "000"; // Traffic Server's "nobody"
    if (last) line.ttfb = before + *last;
    return true;
}

/// A purge stamp that is none spoils the stamp and not the line: the request was served all the same.
void readPurge(Reader& r, Exchange& line) {
    line.purgeId = std::move(r.values[purge_id]);
    if (line.purgeId.size() > kPurgeIdBytes) line.purgeId.resize(kPurgeIdBytes);
    if (const std::string& text = r.values[purge_seq]; !text.empty()) {
        line.purgeSequence = wholeNumber(text);
        line.purgeStampRefused = !line.purgeSequence;
    }
    if (const std::string& text = r.values[purge_issued]; !text.empty()) {
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

Error missing(Field field) {
    return Error{"field \"" + std::string(kNames[field]) + "\" is missing"};
}

std::optional<WallTime> timeOf(const Reader& r) {
    if (!r.values[ts_us].empty()) {
        const auto us = wholeNumber(r.values[ts_us]);
        if (!us || *us >= std::uint64_t{1} << 60) return std::nullopt;
        return WallTime(microseconds(static_cast<std::int64_t>(*us)));
    }
    const auto at = seconds(r.values[ts], 1e10);
    return at ? std::optional(WallTime(micros(*at))) : std::nullopt;
}

Result<Exchange> interpret(Reader& r) {
    if (((r.seen >> ts) & 1U) == 0 && ((r.seen >> ts_us) & 1U) == 0) return missing(ts);
    for (const Field field : kRequired)
        if (((r.seen >> field) & 1U) == 0) return missing(field);
    Exchange line;
    const auto at = timeOf(r);
    if (!at || !plausible(*at)) return bad(r.values[ts_us].empty() ? ts : ts_us);
    line.time = *at;
    const auto code = wholeNumber(r.values[status]); // "000" when the client left before there was one
    if (!code || *code > 999) return bad(status);
    line.status = static_cast<unsigned>(*code);
    const auto sent = wholeNumber(r.values[bytes].empty() ? "0" : r.values[bytes]);
    if (!sent || *sent > kMostBytes) return bad(bytes);
    line.bytes = *sent;
    if (!readDuration(r, {{rt, 1}, {rt_ms, 1e-3}, {rt_us, 1e-6}}, line.duration)) return bad(rt);
    if (!readDuration(r, {{lb_ms, 1e-3}, {lb_us, 1e-6}}, line.lbTime)) return bad(lb_us);
    const auto cached = cacheStatus(r.values[cache]);
    if (!cached) return bad(cache);
    line.cache = *cached;
    if (!readUpstream(r, line)) return Error{"an upstream field has a value it cannot have"};
    if (!readDuration(r, {{ttfb, 1}, {ttfb_ms, 1e-3}, {ttfb_us, 1e-6}}, line.ttfb)) return bad(ttfb);
    line.denied = r.values[limit] == "REJECTED" || r.values[denied] == "1";
    line.method = std::move(r.values[m]);
    line.uri = std::move(r.values[uri]);
    line.address = std::move(r.values[addr]);
    // Traffic Server finds what it purges: a hit that serves nobody.
    if (line.method == "PURGE") line.cache = CacheStatus::none;
    readPurge(r, line);
    return line;
}

/// httpd and HAProxy write bytes they do not like as \xHH, which JSON does not know.
std::string withoutHexEscapes(std::string_view line) {
    std::string text;
    text.reserve(line.size());
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] != '\\' || i + 1 == line.size()) {
            text += line[i];
        } else if (line[i + 1] == 'x') {
            text += '?';
            i = std::min(i + 3, line.size());
        } else {
            text.append(
                line.substr(i++, 2)); // an escape of two characters, the second of which is no start of one
        }
    }
    return text;
}

} // namespace

Result<Exchange> parseAccessLine(std::string_view line) {
    if (line.size() > kAccessLineBytes) return Error{"longer than 64 KiB"};
    if (line.starts_with('<')) {
        const auto start = line.substr(0, kSyslogHeaderBytes).find(": {");
        if (start == std::string_view::npos) return Error{"no JSON object behind the syslog header"};
        line.remove_prefix(start + 2);
    }
    std::string mended;
    if (line.find("\\x") != std::string_view::npos) line = mended = withoutHexEscapes(line);
    Reader reader;
    if (nlohmann::json::sax_parse(line.begin(), line.end(), &reader)) return interpret(reader);
    if (!reader.notUtf8) return Error{reader.complaint};
    // nginx's escape=json leaves bytes from 0x80 on as the client sent them: nobody may hide a request that
    // way.
    std::string ascii(line);
    for (char& c : ascii)
        if (static_cast<unsigned char>(c) >= 0x80) c = '?';
    Reader again;
    if (!nlohmann::json::sax_parse(ascii, &again)) return Error{again.complaint};
    return interpret(again);
}

} // namespace surgescope::feeds
