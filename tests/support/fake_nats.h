// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/catch.h"

#include <arpa/inet.h>
#include <map>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace surgescope::tests {

/// Says that it is a NATS server, and then what it was told to; of its clients all that speak are served.
class FakeNats {
  public:
    struct Behaviour {
        bool pongs = true;
        std::string answer; // to every question to JetStream; empty: none
    };

    explicit FakeNats(Behaviour behaviour) : m_behaviour(std::move(behaviour)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(m_listener, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
            ::listen(m_listener, 16) != 0 ||
            ::getsockname(m_listener, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
            ::pipe(m_end) != 0)
            FAIL("no fake server");
        m_port = ntohs(address.sin_port);
        m_thread = std::thread([this] { serve(); });
    }
    ~FakeNats() {
        ::close(m_end[1]);
        m_thread.join();
        ::close(m_end[0]);
        ::close(m_listener);
        for (const auto& [socket, client] : m_clients)
            ::close(socket);
    }
    std::string endpoint() const { return "nats://127.0.0.1:" + std::to_string(m_port); }

  private:
    struct Client {
        std::string unread;
        std::map<std::string, std::string> subjects; // and their numbers
    };

    static void say(int socket, const std::string& text) {
        (void)::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    }
    void serve() {
        for (;;) {
            std::vector<pollfd> polled{{m_end[0], POLLIN, 0}, {m_listener, POLLIN, 0}};
            for (const auto& [socket, client] : m_clients)
                polled.push_back({socket, POLLIN, 0});
            if (::poll(polled.data(), polled.size(), -1) < 0 || polled[0].revents != 0) return;
            if (polled[1].revents != 0) {
                const int socket = ::accept(m_listener, nullptr, nullptr);
                m_clients[socket];
                say(socket, R"(INFO {"server_id":"X","version":"2.9.10","proto":1,"headers":true,)"
                            R"("max_payload":1048576,"jetstream":true})"
                            "\r\n");
            }
            for (std::size_t i = 2; i < polled.size(); ++i)
                if (polled[i].revents != 0) hear(polled[i].fd);
        }
    }
    void hear(int socket) {
        char part[4'096];
        const auto got = ::recv(socket, part, sizeof part, 0);
        if (got <= 0) {
            m_clients.erase(socket);
            ::close(socket);
            return;
        }
        auto& client = m_clients[socket];
        client.unread.append(part, static_cast<std::size_t>(got));
        for (auto end = client.unread.find("\r\n"); end != std::string::npos;
             end = client.unread.find("\r\n")) {
            std::vector<std::string> words;
            for (std::size_t at = 0; at < end;) {
                const auto blank = std::min(client.unread.find(' ', at), end);
                words.push_back(client.unread.substr(at, blank - at));
                at = blank + 1;
            }
            const bool publishes = words[0] == "PUB" || words[0] == "HPUB";
            const auto size = publishes ? std::stoul(words.back()) + 2 : 0;
            if (client.unread.size() < end + 2 + size) return;
            client.unread.erase(0, end + 2 + size);
            if (words[0] == "PING" && m_behaviour.pongs) say(socket, "PONG\r\n");
            if (words[0] == "SUB") client.subjects[words[1]] = words.back();
            if (publishes && words[1].starts_with("$JS.API") && words.size() > 3)
                answer(socket, client, words[2]);
        }
    }
    void answer(int socket, const Client& client, const std::string& to) {
        if (m_behaviour.answer.empty()) return;
        for (const auto& [subject, number] : client.subjects)
            if (subject == to ||
                (subject.ends_with("*") && to.starts_with(subject.substr(0, subject.size() - 1))))
                say(socket, "MSG " + to + " " + number + " " + std::to_string(m_behaviour.answer.size()) +
                                "\r\n" + m_behaviour.answer + "\r\n");
    }

    const Behaviour m_behaviour;
    int m_listener = ::socket(AF_INET, SOCK_STREAM, 0);
    int m_end[2]{};
    std::uint16_t m_port = 0;
    std::map<int, Client> m_clients;
    std::thread m_thread;
};

} // namespace surgescope::tests
