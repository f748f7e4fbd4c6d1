// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/history/http_client.h"

#include "feeds/util/toml_file.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace surgescope::feeds {
namespace {

constexpr std::size_t kCredentialBytes = 16U << 10;

Result<std::string> firstLineOf(const std::string& path) {
    auto text = readTextFile(path, kCredentialBytes);
    if (!text) return Error{text.error()};
    auto line = text->substr(0, text->find_first_of("\r\n"));
    if (line.empty()) return Error{path + ": its first line is empty, expected credentials"};
    return line;
}

struct AnswerBody {
    std::string& bytes;
    std::size_t atMost;
};

std::size_t takeBody(char* bytes, std::size_t, std::size_t size, void* to) {
    auto& body = *static_cast<AnswerBody*>(to);
    if (size > body.atMost - body.bytes.size()) return 0;
    body.bytes.append(bytes, size);
    return size;
}

int lookWhether(void* goesOn, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    const auto& function = *static_cast<const std::function<bool()>*>(goesOn);
    return function && !function() ? 1 : 0;
}

} // namespace

struct HttpClient::Curl {
    CURL* handle = curl_easy_init(); // initialises the library, too
    curl_slist* headers = nullptr;
    std::array<char, CURL_ERROR_SIZE> error{};

    Curl() = default;
    Curl(const Curl&) = delete;
    Curl& operator=(const Curl&) = delete;
    ~Curl() {
        clear();
        curl_easy_cleanup(handle);
    }
    void clear() {
        curl_easy_reset(handle);
        curl_slist_free_all(std::exchange(headers, nullptr));
        error.front() = 0;
    }
};

HttpClient::HttpClient(Options options) : m_curl(std::make_unique<Curl>()), m_options(std::move(options)) {}
HttpClient::HttpClient(HttpClient&& other) noexcept = default;
HttpClient::~HttpClient() = default;

Result<HttpClient> HttpClient::make(Options options) {
    for (const auto* path : {&options.bearerFile, &options.userFile}) {
        if (path->empty()) continue;
        if (const auto line = firstLineOf(*path); !line) return Error{line.error()};
    }
    return HttpClient(std::move(options));
}

HttpClient::Answer HttpClient::get(const std::string& url) {
    m_curl->clear();
    return ask(url);
}

HttpClient::Answer HttpClient::post(const std::string& url, std::string_view body,
                                    const std::vector<std::string>& headers) {
    m_curl->clear();
    for (const auto& header : headers)
        m_curl->headers = curl_slist_append(m_curl->headers, header.c_str());
    curl_easy_setopt(m_curl->handle, CURLOPT_POSTFIELDS, body.data());
    curl_easy_setopt(m_curl->handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    return ask(url);
}

HttpClient::Answer HttpClient::ask(const std::string& url) {
    Answer answer;
    auto* handle = m_curl->handle;
    for (const bool bearer : {true, false}) {
        const auto& path = bearer ? m_options.bearerFile : m_options.userFile;
        if (path.empty()) continue;
        const auto line = firstLineOf(path);
        if (!line) {
            answer.trouble = line.error();
            return answer;
        }
        if (bearer)
            m_curl->headers = curl_slist_append(m_curl->headers, ("Authorization: Bearer " + *line).c_str());
        else
            curl_easy_setopt(handle, CURLOPT_USERPWD, line->c_str());
    }
    AnswerBody body{answer.body, m_options.answerBytes};
    curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, m_curl->headers);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(m_options.timeout.count()));
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, m_curl->error.data());
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "surgescope");
    if (!m_options.caFile.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, m_options.caFile.c_str());
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, takeBody);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &body);
    curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, lookWhether);
    curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &m_options.goesOn);
    const auto code = curl_easy_perform(handle);
    if (code == CURLE_OK)
        curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &answer.status);
    else if (code == CURLE_WRITE_ERROR)
        answer.trouble =
            "the answer is larger than the " + std::to_string(m_options.answerBytes) + " bytes expected";
    else
        answer.trouble = m_curl->error.front() != 0 ? m_curl->error.data() : curl_easy_strerror(code);
    return answer;
}

std::string oneLine(std::string text) {
    constexpr std::size_t kMost = 300;
    text.resize(std::min(text.size(), kMost));
    while (!text.empty() && (text.back() == '\n' || text.back() == ' '))
        text.pop_back();
    for (char& c : text)
        if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
    return text;
}

std::string percentEncoded(std::string_view text) {
    constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        if (kPlain.find(c) != std::string_view::npos) {
            encoded += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        encoded += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
    }
    return encoded;
}

std::optional<Error> urlProblem(const std::string& url) {
    const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), curl_url_cleanup);
    const bool isWeb = url.starts_with("http://") || url.starts_with("https://");
    if (isWeb && curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_DISALLOW_USER) == CURLUE_OK)
        return std::nullopt;
    return Error{"'" + url +
                 "' is no URL of a store, expected http://HOST:PORT/PATH or https, and credentials in files"};
}

} // namespace surgescope::feeds
