// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/mcap_part.h"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace surgescope::feeds::mcap {

/// Reads parts that will soon be wanted, one after the other on a thread of its own, which begins with the
/// first of them: uncompressing is a fifth of what a replay has to do. Owned and used by one thread.
class ReadAhead {
  public:
    /// A part that was asked for. Whoever lets go of it gives it up.
    class Ticket;

    ReadAhead() = default;
    ~ReadAhead();

    /// `file` must outlive this object. `records`: where to read to, for its memory.
    std::shared_ptr<Ticket> ask(const InputFile& file, const Part& part, std::string records);
    /// Swaps the part's records with `records`, waiting until it is read. As PartReader::read by `own`, which
    /// reads it if it was not begun, and if it is large or broken.
    std::optional<Error> read(Ticket& ticket, PartReader& own, std::string& records);

  private:
    void run();

    std::mutex m_mutex; // of all below, and of each ticket's stage
    std::condition_variable m_asked;
    std::condition_variable m_done;
    std::deque<std::weak_ptr<Ticket>> m_tickets;
    bool m_ends = false;
    std::thread m_thread;
};

} // namespace surgescope::feeds::mcap
