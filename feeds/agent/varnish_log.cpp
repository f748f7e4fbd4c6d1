// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/varnish_log.h"

#include "feeds/wire/limits.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace surgescope::feeds {
namespace {

using std::chrono::microseconds;

constexpr std::uint64_t kLongestUs = 1'000'000'000'000;     // eleven days
constexpr std::uint64_t kMostSent = std::uint64_t{1} << 50; // bytes in one answer
constexpr std::uint64_t kLatestUs = std::uint64_t{1} << 60; // Unix time
constexpr std::uint32_t kLengthMask = 0xffff;               // of a record's first word
constexpr std::uint32_t kTagShift = 24;                     // the same
constexpr std::string_view kOwnLog = "surgescope:";

std::optional<std::uint64_t> vslNumber(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// The next of words with blanks between, which is taken off the text.
std::string_view vslWord(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const auto taken = text.substr(0, text.find(' '));
    text.remove_prefix(taken.size());
    return taken;
}

/// "1795449389.521949" in microseconds. A clock that was set back makes times since the start negative: 0.
std::optional<std::uint64_t> vslMicros(std::string_view text, std::uint64_t most) {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    const auto point = std::min(text.find('.'), text.size());
    const auto whole = vslNumber(text.substr(0, point));
    if (!whole || *whole > most / 1'000'000) return std::nullopt;
    std::uint64_t us = *whole * 1'000'000;
    if (const auto decimals = text.substr(std::min(point + 1, text.size()), 6); !decimals.empty()) {
        auto fraction = vslNumber(decimals);
        if (!fraction) return std::nullopt;
        for (auto digits = decimals.size(); digits < 6; ++digits)
            *fraction *= 10;
        us += *fraction;
    }
    return negative ? 0 : us;
}

/// The last of as many numbers as there must be.
std::optional<std::uint64_t> vslLast(std::string_view text, int count) {
    for (int i = 1; i < count; ++i)
        if (vslWord(text).empty()) return std::nullopt;
    const auto value = vslNumber(vslWord(text));
    return value && *value <= kMostSent ? value : std::nullopt;
}

std::string vslKept(std::string_view text) {
    std::string copy(text.substr(0, VarnishLog::kTextBytes));
    for (char& c : copy)
        if (static_cast<unsigned char>(c) >= 0x80 || static_cast<unsigned char>(c) < 0x20) c = '?';
    return copy;
}

/// The text of a record: `words` without its header. Its length counts the NUL at its end.
std::string_view vslRecordText(std::span<const std::uint32_t> words, std::size_t length) {
    std::string_view text(reinterpret_cast<const char*>(words.data()), length);
    if (text.ends_with('\0')) text.remove_suffix(1);
    return text;
}

} // namespace

Result<std::optional<Exchange>> VarnishLog::read(std::uint64_t transaction,
                                                 std::span<const std::uint32_t> words) {
    auto found = m_open.find(transaction);
    const auto giveUp = [&](const char* why) -> Result<std::optional<Exchange>> {
        if (found != m_open.end()) m_open.erase(found);
        return Error{why};
    };
    while (!words.empty()) {
        // Once: Varnish may write over it.
        const std::uint32_t first = *static_cast<const volatile std::uint32_t*>(words.data());
        const std::size_t length = first & kLengthMask;
        const std::size_t size = m_format.headerWords + (length + 3) / 4;
        const VarnishTag tag = m_format.tags[first >> kTagShift];
        if (size > words.size())
            return found == m_open.end() && tag != VarnishTag::begin
                       ? Result<std::optional<Exchange>>(std::nullopt)
                       : giveUp("a record is longer than what there is of it");
        if (tag != VarnishTag::other) {
            const auto text = vslRecordText(words.subspan(m_format.headerWords), length);
            if (tag == VarnishTag::begin) {
                if (!begins(transaction, text)) return std::optional<Exchange>();
                found = m_open.find(transaction);
            } else if (found == m_open.end()) {
                return std::optional<Exchange>(); // none of a client's, or we came when it had begun
            } else if (tag == VarnishTag::end) {
                return finish(transaction);
            } else if (const char* why = take(found->second, tag, text)) {
                return giveUp(why);
            }
        }
        words = words.subspan(size);
    }
    return std::optional<Exchange>();
}

std::size_t VarnishLog::forget() {
    const std::size_t forgotten = m_open.size();
    m_open.clear();
    return forgotten;
}

/// False for transactions that are no client's.
bool VarnishLog::begins(std::uint64_t transaction, std::string_view text) {
    const bool isRequest = vslWord(text) == "req";
    vslWord(text); // the parent
    const auto reason = vslWord(text);
    if (!isRequest || (reason != "rxreq" && reason != "restart")) return false;
    // A restarted one is there already, with what its first part said.
    if (reason == "restart" && m_open.contains(transaction)) return true;
    if (m_open.size() >= kMostOpen) forget(); // no Varnish has so many waiting: their ends were not logged
    m_open.insert_or_assign(transaction, Request{});
    return true;
}

/// Returns what is wrong with it, or nothing.
const char* VarnishLog::take(Request& request, VarnishTag tag, std::string_view text) {
    Exchange& exchange = request.exchange;
    switch (tag) {
    case VarnishTag::timestamp: return takeTimestamp(request, text);
    case VarnishTag::client: {
        const auto address = vslWord(text);
        if (address != "0.0.0.0") exchange.address = vslKept(address); // or it came over a socket file
        break;
    }
    case VarnishTag::method: exchange.method = vslKept(text); break;
    case VarnishTag::url: exchange.uri = vslKept(text.substr(0, text.find('?'))); break;
    case VarnishTag::call: takeCall(request, text); break;
    case VarnishTag::vclLog: takeVclLog(exchange, text); break;
    case VarnishTag::status: {
        const auto code = vslNumber(text);
        if (!code || *code > 999) return "RespStatus is no status";
        exchange.status = static_cast<unsigned>(*code);
        break;
    }
    case VarnishTag::hit: {
        vslWord(text); // the object
        const auto left = vslWord(text);
        if (left.empty()) return "Hit has no time to live";
        request.stale = left.starts_with('-') || left == "0.000000";
        break;
    }
    case VarnishTag::account:
    case VarnishTag::pipeAccount: {
        const auto sent = vslLast(text, tag == VarnishTag::account ? 6 : 4);
        if (!sent) return "ReqAcct or PipeAcct are not numbers of bytes";
        exchange.bytes = *sent;
        request.accounted = true;
        break;
    }
    case VarnishTag::link: {
        const bool isRequest = vslWord(text) == "req";
        const auto child = vslNumber(vslWord(text));
        if (isRequest && child && vslWord(text) == "restart") request.restartedAs = child;
        break;
    }
    case VarnishTag::begin:
    case VarnishTag::end:
    case VarnishTag::other: break;
    }
    return nullptr;
}

const char* VarnishLog::takeTimestamp(Request& request, std::string_view text) {
    const auto label = vslWord(text);
    const auto at = vslMicros(vslWord(text), kLatestUs);
    const auto since = vslMicros(vslWord(text), kLongestUs);
    if (!at || !since) return "Timestamp has no times";
    const WallTime time{microseconds(static_cast<std::int64_t>(*at))};
    if (time < limits::kEarliest || time >= limits::kLatest) return "Timestamp is no time";
    const microseconds taken(static_cast<std::int64_t>(*since));
    request.exchange.time = time;
    if (label == "Req:") {
        request.headersRead = taken;
    } else if (label == "Process:") {
        request.answerReady = taken;
        request.answerReadyAt = time;
    } else if (label == "Resp:" || label == "PipeSess:") {
        request.exchange.duration = taken;
    } else if (label == "Waitinglist:") {
        request.waited = true;
    }
    return nullptr;
}

void VarnishLog::takeCall(Request& request, std::string_view name) {
    request.routed = true;
    CacheStatus& outcome = request.exchange.cache;
    if (name == "HIT")
        outcome = CacheStatus::hit;
    else if (name == "MISS")
        outcome = CacheStatus::miss;
    else if (name == "PASS")
        outcome = CacheStatus::bypass;
    else if (name == "PIPE" || name == "SYNTH")
        outcome = CacheStatus::none;
}

/// A purge stamp that is none spoils the stamp and not the request.
void VarnishLog::takeVclLog(Exchange& exchange, std::string_view text) {
    if (!text.starts_with(kOwnLog)) return;
    text.remove_prefix(kOwnLog.size());
    const auto equals = text.find('=');
    const auto name = text.substr(0, equals);
    const auto value = equals == std::string_view::npos ? std::string_view() : text.substr(equals + 1);
    if (name == "denied") exchange.denied = true;
    if (value.empty()) return;
    if (name == "purge_id") {
        exchange.purgeId = vslKept(value);
    } else if (name == "purge_seq") {
        exchange.purgeSequence = vslNumber(value);
        if (!exchange.purgeSequence) exchange.purgeStampRefused = true;
    } else if (name == "purge_issued") {
        const auto us = vslNumber(value);
        const WallTime time{microseconds(us && *us < kLatestUs ? static_cast<std::int64_t>(*us) : 0)};
        if (time >= limits::kEarliest && time < limits::kLatest)
            exchange.purgeIssuedAt = time;
        else
            exchange.purgeStampRefused = true;
    }
}

Result<std::optional<Exchange>> VarnishLog::finish(std::uint64_t transaction) {
    auto node = m_open.extract(transaction);
    Request& request = node.mapped();
    Exchange& exchange = request.exchange;
    if (request.restartedAs) {
        exchange.cache = CacheStatus::none; // the last part decides
        exchange.status = 0;
        request.waited = request.stale = false;
        node.key() = *std::exchange(request.restartedAs, std::nullopt);
        m_open.insert(std::move(node));
        return std::optional<Exchange>();
    }
    if (exchange.time == WallTime{}) return Error{"a request without Timestamp records"};
    if (!request.accounted) return Error{"a request without ReqAcct or PipeAcct record"};
    if (!request.routed) {
        if (request.answerReady) return Error{"a request without VCL_call records"};
        exchange.method.clear(); // answered before the VCL was asked: it could not be understood
        exchange.uri.clear();
    }
    if (exchange.cache == CacheStatus::hit && request.stale)
        exchange.cache = CacheStatus::stale;
    else if (exchange.cache == CacheStatus::hit && request.waited)
        exchange.cache = CacheStatus::collapsed;
    if (request.answerReady)
        exchange.ttfb = std::max(*request.answerReady - request.headersRead, microseconds(0));
    // A purge has its effect before the answer to it is sent.
    if (exchange.purgeIssuedAt && request.answerReadyAt) exchange.time = *request.answerReadyAt;
    return std::optional<Exchange>(std::move(exchange));
}

} // namespace surgescope::feeds
