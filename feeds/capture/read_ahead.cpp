// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/read_ahead.h"

#include <utility>

namespace surgescope::feeds::mcap {
namespace {
/// Of one part, in bytes: chunks of ours are of 2 MiB and a message. Hostile ones are not held several at
/// once.
constexpr std::uint64_t kMost = 4U << 20;
} // namespace

class ReadAhead::Ticket {
  public:
    Ticket(const InputFile& file, const Part& part, std::string records)
        : m_file(file), m_part(part), m_records(std::move(records)) {}

  private:
    friend ReadAhead;
    enum class Stage : std::uint8_t { asked, begun, read, left };

    const InputFile& m_file;
    Part m_part;
    Stage m_stage = Stage::asked;
    std::string m_records;
};

ReadAhead::~ReadAhead() {
    {
        const std::scoped_lock lock(m_mutex);
        m_ends = true;
    }
    m_asked.notify_one();
    if (m_thread.joinable()) m_thread.join();
}

std::shared_ptr<ReadAhead::Ticket> ReadAhead::ask(const InputFile& file, const Part& part,
                                                  std::string records) {
    auto ticket = std::make_shared<Ticket>(file, part, std::move(records));
    {
        const std::scoped_lock lock(m_mutex);
        m_tickets.push_back(ticket);
    }
    if (!m_thread.joinable()) m_thread = std::thread([this] { run(); });
    m_asked.notify_one();
    return ticket;
}

std::optional<Error> ReadAhead::read(Ticket& ticket, PartReader& own, std::string& records) {
    {
        std::unique_lock lock(m_mutex);
        m_done.wait(lock, [&] { return ticket.m_stage != Ticket::Stage::begun; });
        if (ticket.m_stage == Ticket::Stage::read) {
            records.swap(ticket.m_records);
            return std::nullopt;
        }
        ticket.m_stage = Ticket::Stage::left;
    }
    return own.read(ticket.m_file, ticket.m_part, records);
}

void ReadAhead::run() {
    PartReader reader;
    std::unique_lock lock(m_mutex);
    while (true) {
        m_asked.wait(lock, [this] { return m_ends || !m_tickets.empty(); });
        if (m_ends) return;
        const auto ticket = m_tickets.front().lock();
        m_tickets.pop_front();
        if (!ticket || ticket->m_stage != Ticket::Stage::asked) continue;
        ticket->m_stage = Ticket::Stage::begun;
        lock.unlock();
        const bool isRead = !reader.read(ticket->m_file, ticket->m_part, ticket->m_records, kMost);
        if (!isRead) ticket->m_records = {};
        lock.lock();
        ticket->m_stage = isRead ? Ticket::Stage::read : Ticket::Stage::left;
        m_done.notify_one();
    }
}

} // namespace surgescope::feeds::mcap
