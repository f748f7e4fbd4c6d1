// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/purger.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <memory>
#include <optional>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace surgescope::feeds {
namespace {

constexpr std::size_t kMostTargets = 100'000;
constexpr std::uint64_t kHighestSequence = std::uint64_t{1} << 62;

/// "https://www.example.com/audio/1" as a server is asked for it: whatever clients speak, a purge goes to the
/// server's own address.
struct PurgeUrl {
    std::string host; // "www.example.com"
    std::string path; // "/audio/1"
};

bool isPrintable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

/// One part of a URL; empty: it has none.
std::string partOf(CURLU* url, CURLUPart part) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
    std::string value(text);
    curl_free(text);
    return value;
}

Result<PurgeUrl> readUrl(const std::string& text) {
    const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), &curl_url_cleanup);
    const bool isOne =
        isPrintable(text) && curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) == CURLUE_OK;
    const std::string scheme = isOne ? partOf(url.get(), CURLUPART_SCHEME) : std::string();
    const auto authority = text.find("://") + 3;
    const auto path = text.find('/', std::min(authority, text.size()));
    if ((scheme != "http" && scheme != "https") || path == std::string::npos || path == authority ||
        !partOf(url.get(), CURLUPART_USER).empty() || !partOf(url.get(), CURLUPART_PASSWORD).empty())
        return Error{"'" + text + "', expected http://HOST/PATH"};
    return PurgeUrl{text.substr(authority, path - authority), text.substr(path, text.find('#') - path)};
}

/// Nothing that ends a line, or somebody's value would be a request of its own.
bool isHeader(std::string_view text) {
    const auto colon = text.find(": ");
    return colon != std::string_view::npos && isPrintable(text.substr(0, colon)) && colon > 0 &&
           std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

/// The purge's own, and those that would make a request of another shape.
bool isOwnHeader(std::string_view header) {
    std::string name(header.substr(0, header.find(':')));
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    return name.starts_with("x-purge-") || name == "host" || name == "content-length" ||
           name == "transfer-encoding" || name == "connection" || name == "expect";
}

bool isAddress(std::string_view text) {
    return !text.empty() && isPrintable(text) && text.find('/') == std::string_view::npos;
}

/// Gone at the origin is as good as purged: 404 to a PURGE says that it was not in the cache.
bool isApplied(unsigned status) {
    return status / 100 == 2 || status == 404;
}

std::string whyNot(unsigned status, const std::string& method) {
    const std::string code = "answered " + std::to_string(status);
    if (status == 405 || status == 501)
        return code + ": it takes no " + method + (method == "GET" ? "" : "; nginx takes --method GET");
    if (status == 403) return code + ": it does not take this machine for an issuer of purges";
    return code;
}

struct PurgeRun {
    EventLoop& loop;
    const Clock& clock;
    const Purger::Order& order;
    const std::function<void(const PurgeOutcome&)>& told;
    std::vector<PurgeUrl> urls;
    std::vector<PurgeOutcome> outcomes{};
    std::map<std::size_t, EventLoop::Handle> underWay{};
    std::vector<std::size_t> ended{};
    std::size_t next = 0;

    std::size_t total() const { return urls.size() * order.targets.size(); }

    void start(std::size_t which) {
        const std::size_t url = which / order.targets.size();
        const std::size_t target = which % order.targets.size();
        const auto us = [](WallTime t) { return t.time_since_epoch().count(); };
        const WallTime issued = clock.wall();
        HttpRequest request{.url = "http://" + order.targets[target].address + urls[url].path,
                            .method = order.method,
                            .headers = {"Host: " + urls[url].host, "X-Purge-Id: " + order.id,
                                        "X-Purge-Seq: " + std::to_string(order.firstSequence + url),
                                        "X-Purge-Issued-At: " + std::to_string(us(issued))},
                            .timeout = order.timeout,
                            .wantsBody = false}; // with GET it is the object
        if (order.method == "GET") request.headers.emplace_back("Cache-Control: no-cache");
        request.headers.insert(request.headers.end(), order.headers.begin(), order.headers.end());
        underWay[which] = loop.ask(std::move(request), [this, which, url, target, sent = clock.steady()](
                                                           const Result<HttpResponse>& answer) {
            PurgeOutcome outcome{.url = url, .target = target};
            outcome.took = std::chrono::duration_cast<std::chrono::microseconds>(clock.steady() - sent);
            if (!answer) {
                outcome.why = answer.error();
            } else {
                outcome.status = answer->status;
                outcome.applied = isApplied(answer->status);
                if (!outcome.applied) outcome.why = whyNot(answer->status, order.method);
            }
            told(outcome);
            outcomes.push_back(std::move(outcome));
            ended.push_back(which);
        });
    }

    void run() {
        while (outcomes.size() < total()) {
            while (next < total() && underWay.size() < Purger::kAtOnce)
                start(next++);
            loop.turn(std::chrono::milliseconds(100));
            for (const std::size_t which : std::exchange(ended, {}))
                underWay.erase(which);
        }
    }
};

struct LockedFile {
    int descriptor;
    explicit LockedFile(const std::string& path) : descriptor(::open(path.c_str(), O_RDWR | O_CLOEXEC)) {
        if (descriptor >= 0 && ::flock(descriptor, LOCK_EX) != 0) {
            ::close(descriptor);
            descriptor = -1;
        }
    }
    LockedFile(const LockedFile&) = delete;
    LockedFile& operator=(const LockedFile&) = delete;
    ~LockedFile() {
        if (descriptor >= 0) ::close(descriptor);
    }
};

/// Makes the first file whole at once: an empty one is a damaged one.
void beginSequence(const std::string& path) {
    const std::string made = path + "." + std::to_string(::getpid());
    const int file = ::open(made.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) return;
    const bool written = ::write(file, "0\n", 2) == 2;
    ::close(file);
    if (written) [[maybe_unused]]
        const int another = ::link(made.c_str(), path.c_str()); // who was first is first
    ::unlink(made.c_str());
}

/// "17\n" and nothing else.
std::optional<std::uint64_t> sequenceOf(std::string_view text) {
    std::uint64_t last = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), last);
    const auto rest = text.substr(static_cast<std::size_t>(end - text.data()));
    if (error != std::errc() || (!rest.empty() && rest != "\n") || last > kHighestSequence)
        return std::nullopt;
    return last;
}

} // namespace

Result<std::vector<PurgeTarget>> readPurgeTargets(std::string_view text, const std::string& file) {
    std::vector<PurgeTarget> targets;
    for (std::size_t line = 1; !text.empty(); ++line) {
        const auto end = text.find('\n');
        std::string_view rest = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        rest = rest.substr(0, rest.find('#'));
        std::vector<std::string_view> words;
        while (true) {
            rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r"), rest.size()));
            if (rest.empty()) break;
            words.push_back(rest.substr(0, rest.find_first_of(" \t\r")));
            rest.remove_prefix(words.back().size());
        }
        if (words.empty()) continue;
        if (words.size() > 2 || !isAddress(words.back()))
            return Error{file + ":" + std::to_string(line) +
                         ": expected a PoP and an address, EWR 10.0.0.1:80"};
        if (targets.size() == kMostTargets)
            return Error{file + ":" + std::to_string(line) + ": more than " + std::to_string(kMostTargets) +
                         " addresses"};
        targets.push_back(
            {words.size() == 2 ? std::string(words[0]) : std::string(), std::string(words.back())});
    }
    return targets;
}

std::optional<Error> Purger::check(const Order& order) {
    for (const std::string& url : order.urls)
        if (const auto read = readUrl(url); !read) return Error{read.error()};
    for (const PurgeTarget& target : order.targets)
        if (!isAddress(target.address))
            return Error{"'" + target.address + "', expected an address, 10.0.0.1:80"};
    if (!isPrintable(order.id))
        return Error{"'" + order.id + "', expected a name of ASCII characters without blanks"};
    for (const std::string& header : order.headers) {
        if (!isHeader(header)) return Error{"'" + header + "', expected NAME: VALUE"};
        if (isOwnHeader(header)) return Error{"'" + header + "' is set by the purge itself"};
    }
    return std::nullopt;
}

Result<std::vector<PurgeOutcome>> Purger::send(const Order& order,
                                               const std::function<void(const PurgeOutcome&)>& told) {
    if (auto error = check(order)) return *std::move(error);
    PurgeRun run{.loop = m_loop, .clock = m_clock, .order = order, .told = told, .urls = {}};
    for (const std::string& url : order.urls)
        run.urls.push_back(readUrl(url).value());
    run.run();
    return std::move(run.outcomes);
}

Result<std::uint64_t> takePurgeSequence(const std::string& path, std::size_t count) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 && errno == ENOENT) beginSequence(path);
    const LockedFile file(path);
    const auto failed = [&path] { return Error{path + ": " + std::strerror(errno)}; };
    if (file.descriptor < 0) return failed();
    std::array<char, 32> text{};
    const ssize_t size = ::pread(file.descriptor, text.data(), text.size(), 0);
    if (size < 0) return failed();
    const auto last = sequenceOf({text.data(), static_cast<std::size_t>(size)});
    if (!last) return Error{path + ": expected the number of the last purge, and nothing else"};
    const std::string next = std::to_string(*last + count) + "\n";
    if (::pwrite(file.descriptor, next.data(), next.size(), 0) != static_cast<ssize_t>(next.size()) ||
        ::ftruncate(file.descriptor, static_cast<off_t>(next.size())) != 0 || ::fsync(file.descriptor) != 0)
        return failed();
    return *last + 1;
}

} // namespace surgescope::feeds
