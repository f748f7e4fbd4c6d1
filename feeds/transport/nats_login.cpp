// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/transport/nats_login.h"

#include "feeds/util/toml_file.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace surgescope::feeds {
namespace {

constexpr std::int64_t kConnectMs = 2'000;
/// A server that stands still is left after some seconds.
constexpr std::int64_t kAskAliveMs = 3'000;
constexpr int kUnanswered = 2;
constexpr std::int64_t kReconnectMs = 100;
constexpr std::size_t kMostAccessBytes = 64U << 10U;
constexpr const char* kJwt = "-----BEGIN NATS USER JWT-----";

} // namespace

Result<NatsLogin> NatsLogin::read(const NatsServers& servers, const NatsAccess& access) {
    NatsLogin login;
    login.m_servers = servers;
    login.m_access = access;
    if (const auto& file = access.credentials; !file.empty()) {
        auto text = readTextFile(file, kMostAccessBytes);
        if (!text) return Error{"--nats-credentials: " + text.error()};
        auto& line = text.value();
        while (line.ends_with('\n') || line.ends_with('\r'))
            line.pop_back();
        const bool isJwt = line.find(kJwt) != std::string::npos; // libnats reads it itself
        const auto colon = line.find(':');
        if (!isJwt && (colon == std::string::npos || colon == 0 || line.find('\n') != std::string::npos))
            return Error{"--nats-credentials: " + file +
                         ": expected a .creds file, or one line, NAME:PASSWORD"};
        if (!isJwt) login.m_user = line.substr(0, colon);
        if (!isJwt) login.m_password = line.substr(colon + 1);
    }
    natsOptions* probe = nullptr; // a file that cannot be used is told now
    natsOptions_Create(&probe);
    const auto status = login.fill(probe);
    natsOptions_Destroy(probe);
    if (status == NATS_OK) return login;
    return Error{"cannot connect to '" + servers.endpoint + "': " + nats_GetLastError(nullptr)};
}

natsStatus NatsLogin::fill(natsOptions* o) const {
    std::vector<const char*> urls;
    for (const auto& url : m_servers.urls)
        urls.push_back(url.c_str());
    const bool tls = m_servers.urls.front().starts_with("tls:");
    auto s = natsOptions_SetServers(o, urls.data(), static_cast<int>(urls.size()));
    const auto then = [&s](auto set) {
        if (s == NATS_OK) s = set();
    };
    if (tls) then([&] { return natsOptions_SetSecure(o, true); });
    if (tls && !m_access.authorities.empty())
        then([&] { return natsOptions_LoadCATrustedCertificates(o, m_access.authorities.c_str()); });
    if (!m_user.empty())
        then([&] { return natsOptions_SetUserInfo(o, m_user.c_str(), m_password.c_str()); });
    else if (!m_access.credentials.empty())
        then([&] {
            return natsOptions_SetUserCredentialsFromFiles(o, m_access.credentials.c_str(), nullptr);
        });
    then([&] { return natsOptions_SetName(o, "surgescope"); });
    then([&] { return natsOptions_SetTimeout(o, kConnectMs); });
    then([&] { return natsOptions_SetPingInterval(o, kAskAliveMs); });
    then([&] { return natsOptions_SetMaxPingsOut(o, kUnanswered); });
    then([&] { return natsOptions_SetWriteDeadline(o, kConnectMs); });
    then([&] { return natsOptions_SetMaxReconnect(o, -1); });
    then([&] { return natsOptions_SetReconnectWait(o, kReconnectMs); });
    // One thread hands over what was subscribed to, so that it stays in the order of arrival.
    then([&] { return natsOptions_UseGlobalMessageDelivery(o, true); });
    return s;
}

} // namespace surgescope::feeds
