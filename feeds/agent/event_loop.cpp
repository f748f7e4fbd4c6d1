// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/event_loop.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <strings.h>
#include <utility>

namespace surgescope::feeds {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t kHeaderBytes = 64; // of a value that is kept
constexpr long kKeptConnections = 1024;

std::string printable(std::string_view text) {
    std::string value;
    for (const char c : text)
        if (c >= ' ' && c <= '~' && (c != ' ' || !value.empty()) && value.size() < kHeaderBytes) value += c;
    return value;
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
struct Asked {
    std::uint64_t id = 0;
    CURL* curl = nullptr;
    curl_slist* headers = nullptr;
    HttpRequest request;
    HttpResponse response;
    bool isTooLarge = false;
    std::array<char, CURL_ERROR_SIZE> reason{};
    std::function<void(Result<HttpResponse>)> done;

    Asked() = default;
    Asked(const Asked&) = delete;
    Asked& operator=(const Asked&) = delete;
    ~Asked() { curl_slist_free_all(headers); }

    Result<HttpResponse> result(CURLcode code) {
        if (isTooLarge)
            return Error{request.url + " answers with more than " + std::to_string(EventLoop::kBodyBytes) +
                         " bytes"};
        if (code != CURLE_OK)
            return Error{request.url + ": " + (reason[0] != '\0' ? reason.data() : curl_easy_strerror(code))};
        long status = 0;
        long connections = 0;
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &connections);
        response.status = static_cast<unsigned>(status);
        response.newConnections = static_cast<std::uint64_t>(connections);
        return std::move(response);
    }
};

std::size_t takeBody(char* data, std::size_t, std::size_t size, void* target) {
    Asked& asked = *static_cast<Asked*>(target);
    if (!asked.request.wantsBody) return size;
    asked.isTooLarge = asked.response.body.size() + size > EventLoop::kBodyBytes;
    if (asked.isTooLarge) return 0; // makes libcurl give up
    asked.response.body.append(data, size);
    return size;
}

std::size_t takeHeader(char* data, std::size_t, std::size_t size, void* target) {
    Asked& asked = *static_cast<Asked*>(target);
    const std::string_view line(data, size);
    const auto valueOf = [&line](std::string_view name) -> std::optional<std::string> {
        if (line.size() <= name.size() || line[name.size()] != ':' ||
            strncasecmp(line.data(), name.data(), name.size()) != 0)
            return std::nullopt;
        return printable(line.substr(name.size() + 1));
    };
    if (auto server = valueOf("server")) asked.response.server = *std::move(server);
    for (const std::string& name : asked.request.wanted)
        if (auto value = valueOf(name)) asked.response.wanted[name] = *std::move(value);
    return size;
}

void prepare(Asked& asked) {
    CURL* curl = asked.curl;
    const auto timeout = static_cast<long>(asked.request.timeout.count());
    for (const std::string& header : asked.request.headers)
        asked.headers = curl_slist_append(asked.headers, header.c_str());
    curl_easy_setopt(curl, CURLOPT_URL, asked.request.url.c_str());
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
#else
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS, CURLPROTO_HTTP);
#endif
    if (asked.request.method != "GET")
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, asked.request.method.c_str());
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, asked.headers);
    curl_easy_setopt(curl, CURLOPT_PROXY, ""); // not even one from the environment
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, timeout);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, asked.reason.data());
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &takeBody);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &asked);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &takeHeader);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &asked);
    curl_easy_setopt(curl, CURLOPT_PRIVATE, &asked);
}

} // namespace

struct EventLoop::Inner {
    CURLM* multi = nullptr;
    std::vector<CURL*> idle; // handles between two requests
    std::uint64_t lastId = 0;
    std::map<std::uint64_t, Watched> watched;
    std::map<std::uint64_t, Timer> timers;
    std::map<std::uint64_t, std::unique_ptr<Asked>> asked;

    void release(Asked& one) {
        curl_multi_remove_handle(multi, one.curl);
        curl_easy_reset(one.curl);
        idle.push_back(one.curl);
    }
    CURL* handle() {
        if (idle.empty()) return curl_easy_init();
        CURL* curl = idle.back();
        idle.pop_back();
        return curl;
    }

    void wait(std::chrono::milliseconds atMost, std::vector<std::uint64_t>& ready);
    void runTimers();
    void takeAnswers();
};

EventLoop::EventLoop() : m_inner(std::make_unique<Inner>()) {
    [[maybe_unused]] static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
    m_inner->multi = curl_multi_init();
    curl_multi_setopt(m_inner->multi, CURLMOPT_MAXCONNECTS, kKeptConnections);
}

EventLoop::~EventLoop() {
    for (auto& [id, one] : m_inner->asked)
        m_inner->release(*one);
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
    const auto one = m_inner->asked.find(id);
    if (one == m_inner->asked.end()) return;
    m_inner->release(*one->second);
    m_inner->asked.erase(one);
}

EventLoop::Handle EventLoop::watch(int descriptor, std::function<void()> ready) {
    m_inner->watched.emplace(++m_inner->lastId, Watched{descriptor, std::move(ready)});
    return {this, m_inner->lastId};
}

EventLoop::Handle EventLoop::every(std::chrono::milliseconds period, std::function<void()> due) {
    m_inner->timers.emplace(++m_inner->lastId, Timer{period, Steady::now() + period, std::move(due)});
    return {this, m_inner->lastId};
}

EventLoop::Handle EventLoop::ask(HttpRequest request, std::function<void(Result<HttpResponse>)> done) {
    auto asked = std::make_unique<Asked>();
    asked->id = ++m_inner->lastId;
    asked->request = std::move(request);
    asked->done = std::move(done);
    asked->curl = m_inner->handle();
    prepare(*asked);
    curl_multi_add_handle(m_inner->multi, asked->curl);
    m_inner->asked.emplace(asked->id, std::move(asked));
    return {this, m_inner->lastId};
}

EventLoop::Handle EventLoop::fetch(const std::string& url, std::function<void(Result<HttpResponse>)> done) {
    return ask({.url = url}, [url, done = std::move(done)](Result<HttpResponse> response) {
        if (response && response->status != 200)
            done(Error{url + " answers with status " + std::to_string(response->status)});
        else
            done(std::move(response));
    });
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
    m_inner->takeAnswers();
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

void EventLoop::Inner::takeAnswers() {
    if (asked.empty()) return;
    int running = 0;
    curl_multi_perform(multi, &running);
    std::vector<std::pair<std::uint64_t, CURLcode>> finished;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        char* one = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &one);
        finished.emplace_back(reinterpret_cast<Asked*>(one)->id, message->data.result);
    }
    for (const auto& [id, code] : finished) {
        const auto found = asked.find(id);
        if (found == asked.end()) continue; // ended by one before it
        const auto one = std::move(found->second);
        asked.erase(found);
        auto result = one->result(code);
        release(*one);
        one->done(std::move(result));
    }
}

} // namespace surgescope::feeds
