// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/event_loop.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <strings.h>
#include <utility>

namespace surgescope::feeds {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t kServerBytes = 64;
constexpr long kKeptConnections = 1024;

std::size_t takeHeader(char* data, std::size_t, std::size_t size, void* target) {
    constexpr std::string_view name = "server:";
    auto& response = *static_cast<HttpResponse*>(target);
    if (size < name.size() || strncasecmp(data, name.data(), name.size()) != 0) return size;
    response.server.clear();
    for (const char c : std::string_view(data, size).substr(name.size())) {
        const bool printable = c >= ' ' && c <= '~';
        if (printable && (c != ' ' || !response.server.empty()) && response.server.size() < kServerBytes)
            response.server += c;
    }
    return size;
}

std::size_t takeBody(char* data, std::size_t, std::size_t size, void* target) {
    auto& response = *static_cast<HttpResponse*>(target);
    if (response.body.size() + size > EventLoop::kBodyBytes) return 0; // makes libcurl give up
    response.body.append(data, size);
    return size;
}

struct Watched {
    int descriptor;
    std::function<void()> ready;
};

struct Timer {
    std::chrono::milliseconds period;
    Steady::time_point next;
    std::function<void()> due;
};

/// A request under way. Stays where it is, for libcurl knows its address.
struct Fetch {
    std::uint64_t id = 0;
    CURL* curl = nullptr;
    std::string url;
    HttpResponse response;
    std::array<char, CURL_ERROR_SIZE> reason{};
    std::function<void(Result<HttpResponse>)> done;

    Result<HttpResponse> result(CURLcode code) {
        if (code != CURLE_OK)
            return Error{url + ": " + (reason[0] != '\0' ? reason.data() : curl_easy_strerror(code))};
        long status = 0;
        long connections = 0;
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &connections);
        if (status != 200) return Error{url + " answers with status " + std::to_string(status)};
        response.newConnections = static_cast<std::uint64_t>(connections);
        return std::move(response);
    }
};

} // namespace

struct EventLoop::Inner {
    CURLM* multi = nullptr;
    std::vector<CURL*> idle; // handles between two requests
    std::uint64_t lastId = 0;
    std::map<std::uint64_t, Watched> watched;
    std::map<std::uint64_t, Timer> timers;
    std::map<std::uint64_t, std::unique_ptr<Fetch>> fetches;

    void release(Fetch& fetch) {
        curl_multi_remove_handle(multi, fetch.curl);
        curl_easy_reset(fetch.curl);
        idle.push_back(fetch.curl);
    }
    CURL* handle() {
        if (idle.empty()) return curl_easy_init();
        CURL* curl = idle.back();
        idle.pop_back();
        return curl;
    }

    void wait(std::chrono::milliseconds atMost, std::vector<std::uint64_t>& ready);
    void runTimers();
    void finishFetches();
};

EventLoop::EventLoop() : m_inner(std::make_unique<Inner>()) {
    [[maybe_unused]] static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
    m_inner->multi = curl_multi_init();
    curl_multi_setopt(m_inner->multi, CURLMOPT_MAXCONNECTS, kKeptConnections);
}

EventLoop::~EventLoop() {
    for (auto& [id, fetch] : m_inner->fetches)
        m_inner->release(*fetch);
    for (CURL* curl : m_inner->idle)
        curl_easy_cleanup(curl);
    curl_multi_cleanup(m_inner->multi);
}

EventLoop::Handle::Handle(Handle&& other) noexcept
    : m_loop(std::exchange(other.m_loop, nullptr)), m_id(other.m_id) {}

EventLoop::Handle& EventLoop::Handle::operator=(Handle&& other) noexcept {
    std::swap(m_loop, other.m_loop);
    std::swap(m_id, other.m_id);
    return *this;
}

EventLoop::Handle::~Handle() {
    if (m_loop != nullptr) m_loop->end(m_id);
}

void EventLoop::end(std::uint64_t id) {
    m_inner->watched.erase(id);
    m_inner->timers.erase(id);
    const auto fetch = m_inner->fetches.find(id);
    if (fetch == m_inner->fetches.end()) return;
    m_inner->release(*fetch->second);
    m_inner->fetches.erase(fetch);
}

EventLoop::Handle EventLoop::watch(int descriptor, std::function<void()> ready) {
    m_inner->watched.emplace(++m_inner->lastId, Watched{descriptor, std::move(ready)});
    return {this, m_inner->lastId};
}

EventLoop::Handle EventLoop::every(std::chrono::milliseconds period, std::function<void()> due) {
    m_inner->timers.emplace(++m_inner->lastId, Timer{period, Steady::now() + period, std::move(due)});
    return {this, m_inner->lastId};
}

EventLoop::Handle EventLoop::fetch(const std::string& url, std::function<void(Result<HttpResponse>)> done) {
    auto fetch = std::make_unique<Fetch>();
    fetch->id = ++m_inner->lastId;
    fetch->url = url;
    fetch->done = std::move(done);
    CURL* curl = fetch->curl = m_inner->handle();
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
#else
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS, CURLPROTO_HTTP);
#endif
    curl_easy_setopt(curl, CURLOPT_PROXY, ""); // not even one from the environment
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(kFetchTimeout.count()));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(kFetchTimeout.count()));
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, fetch->reason.data());
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &takeBody);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &fetch->response);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &takeHeader);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &fetch->response);
    curl_easy_setopt(curl, CURLOPT_PRIVATE, fetch.get());
    curl_multi_add_handle(m_inner->multi, curl);
    m_inner->fetches.emplace(fetch->id, std::move(fetch));
    return {this, m_inner->lastId};
}

void EventLoop::turn(std::chrono::milliseconds atMost) {
    std::vector<std::uint64_t> ready;
    m_inner->wait(atMost, ready);
    for (const std::uint64_t id : ready) {
        // One of those before it may have ended it. What runs is held by a copy, for it may end itself.
        const auto watched = m_inner->watched.find(id);
        if (watched == m_inner->watched.end()) continue;
        const auto run = watched->second.ready;
        run();
    }
    m_inner->runTimers();
    m_inner->finishFetches();
}

void EventLoop::Inner::wait(std::chrono::milliseconds atMost, std::vector<std::uint64_t>& ready) {
    std::vector<curl_waitfd> descriptors;
    std::vector<std::uint64_t> ids;
    for (const auto& [id, one] : watched) {
        descriptors.push_back({one.descriptor, CURL_WAIT_POLLIN, 0});
        ids.push_back(id);
    }
    for (const auto& [id, timer] : timers)
        atMost = std::min(atMost, std::chrono::ceil<std::chrono::milliseconds>(timer.next - Steady::now()));
    curl_multi_poll(multi, descriptors.data(), static_cast<unsigned>(descriptors.size()),
                    static_cast<int>(std::max(atMost, std::chrono::milliseconds(0)).count()), nullptr);
    for (std::size_t i = 0; i < ids.size(); ++i)
        if (descriptors[i].revents != 0) ready.push_back(ids[i]);
}

void EventLoop::Inner::runTimers() {
    const auto now = Steady::now();
    std::vector<std::uint64_t> due;
    for (auto& [id, timer] : timers) {
        if (timer.next > now) continue;
        timer.next = now + timer.period;
        due.push_back(id);
    }
    for (const std::uint64_t id : due) {
        const auto timer = timers.find(id);
        if (timer == timers.end()) continue;
        const auto run = timer->second.due;
        run();
    }
}

void EventLoop::Inner::finishFetches() {
    if (fetches.empty()) return;
    int running = 0;
    curl_multi_perform(multi, &running);
    std::vector<std::pair<std::uint64_t, CURLcode>> finished;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        char* fetch = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &fetch);
        finished.emplace_back(reinterpret_cast<Fetch*>(fetch)->id, message->data.result);
    }
    for (const auto& [id, code] : finished) {
        const auto found = fetches.find(id);
        if (found == fetches.end()) continue; // ended by one before it
        const auto fetch = std::move(found->second);
        fetches.erase(found);
        auto result = fetch->result(code);
        release(*fetch);
        fetch->done(std::move(result));
    }
}

} // namespace surgescope::feeds
