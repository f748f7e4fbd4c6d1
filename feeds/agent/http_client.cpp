// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/http_client.h"

#include <curl/curl.h>

#include <array>
#include <string_view>
#include <strings.h>

namespace surgescope::feeds {
namespace {

constexpr std::size_t kServerBytes = 64;

std::size_t takeBody(char* data, std::size_t, std::size_t size, void* target) {
    auto& response = *static_cast<HttpResponse*>(target);
    if (response.body.size() + size > HttpClient::kBodyBytes) return 0; // makes libcurl give up
    response.body.append(data, size);
    return size;
}

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

} // namespace

void HttpClient::Close::operator()(void* handle) const {
    curl_easy_cleanup(handle);
}

HttpClient::HttpClient() {
    [[maybe_unused]] static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
    m_handle.reset(curl_easy_init());
}

HttpClient::~HttpClient() = default;

Result<HttpResponse> HttpClient::get(const std::string& url) {
    CURL* curl = m_handle.get();
    if (curl == nullptr) return Error{"libcurl cannot start"};
    HttpResponse response;
    std::array<char, CURL_ERROR_SIZE> reason{};
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
#else
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS, CURLPROTO_HTTP);
#endif
    curl_easy_setopt(curl, CURLOPT_PROXY, ""); // not even one from the environment
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(kTimeout.count()));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(kTimeout.count()));
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason.data());
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &takeBody);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &response);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &takeHeader);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &response);
    const CURLcode code = curl_easy_perform(curl);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, nullptr); // it is on this function's stack
    if (code != CURLE_OK)
        return Error{url + ": " + (reason[0] != '\0' ? reason.data() : curl_easy_strerror(code))};
    long status = 0;
    long connections = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &connections);
    if (status != 200) return Error{url + " answers with status " + std::to_string(status)};
    response.newConnections = static_cast<std::uint64_t>(connections);
    return response;
}

} // namespace surgescope::feeds
