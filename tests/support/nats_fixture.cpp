// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/nats_fixture.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace surgescope::tests {
namespace {
constexpr int kNatsStarts = 5; // a free port can be taken before it is bound
}

NatsFixture::NatsFixture(std::size_t servers, std::string more) : m_more(std::move(more)) {
    for (std::size_t i = 0; i < servers; ++i)
        m_servers.push_back(std::make_unique<Server>());
}

void NatsFixture::configure(std::size_t which) const {
    const auto name = "n" + std::to_string(which);
    std::string routes;
    for (const auto& server : m_servers)
        routes += "\"nats://127.0.0.1:" + std::to_string(server->clusterPort) + "\", ";
    std::ofstream file(m_folder.path() / (name + ".conf"));
    const auto& own = *m_servers[which];
    if (m_more.find("server_name:") != std::string::npos) {
        auto text = m_more;
        replaceEach(text, "$NATS_NAME", name);
        replaceEach(text, "0.0.0.0:4222", "127.0.0.1:" + std::to_string(own.port));
        replaceEach(text, "0.0.0.0:6222", "127.0.0.1:" + std::to_string(own.clusterPort));
        for (std::size_t i = 0; i < m_servers.size(); ++i)
            replaceEach(text, "nats-" + std::to_string(i + 1) + ":6222",
                        "127.0.0.1:" + std::to_string(m_servers[i]->clusterPort));
        replaceEach(text, "/var/lib/nats", (m_folder.path() / name).string());
        file << text;
        return;
    }
    file << "server_name: " << name << "\nlisten: \"127.0.0.1:" << own.port << "\"\nwrite_deadline: \"1s\"\n"
         << "jetstream { store_dir: \"" << (m_folder.path() / name).string()
         << "\", max_mem: 64MB, max_file: 1GB }\n";
    if (m_servers.size() > 1)
        file << "cluster { name: test, listen: \"127.0.0.1:" << own.clusterPort << "\", routes: [ " << routes
             << "] }\n";
    file << m_more << "\n";
}

void NatsFixture::startOne(Server& server) {
    const auto which = static_cast<std::size_t>(
        std::ranges::find_if(m_servers, [&](const auto& one) { return one.get() == &server; }) -
        m_servers.begin());
    const auto file = (m_folder.path() / ("n" + std::to_string(which) + ".conf")).string();
    server.process.start({kProgram, "-c", file},
                         m_servers.size() > 1 ? "Listening for client connections" : "Server is ready");
}

void NatsFixture::start() {
    for (int attempt = 1;; ++attempt) {
        for (auto& server : m_servers)
            if (server->port == 0) {
                server->port = freeTcpPort();
                server->clusterPort = freeTcpPort();
            }
        for (std::size_t i = 0; i < m_servers.size(); ++i)
            configure(i);
        try {
            for (auto& server : m_servers)
                if (!server->process.runs()) startOne(*server);
            return;
        } catch (const std::runtime_error&) {
            if (attempt == kNatsStarts) throw;
            for (auto& server : m_servers)
                server = std::make_unique<Server>();
        }
    }
}

std::string NatsFixture::endpointOf(std::size_t server) const {
    return "nats://127.0.0.1:" + std::to_string(port(server));
}

std::string NatsFixture::endpoint() const {
    std::string all = endpointOf(0);
    for (std::size_t i = 1; i < m_servers.size(); ++i)
        all += ",127.0.0.1:" + std::to_string(port(i));
    return all;
}

} // namespace surgescope::tests
