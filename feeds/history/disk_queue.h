// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/file.h"
#include "feeds/util/result.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace surgescope::feeds {

/// Entries that wait on disk, a file each, first in first out; of those there is no room for the oldest goes.
/// What a process before left is there again. One thread.
class DiskQueue {
  public:
    /// Makes the folder. Refuses one that another process uses, or that cannot be made.
    static Result<std::unique_ptr<DiskQueue>> open(const std::string& folder, std::uint64_t atMostBytes);

    /// An Error: it could not be written, and is not in the queue.
    std::optional<Error> append(std::string_view entry);
    bool empty() const { return m_entries.empty(); }
    std::size_t size() const { return m_entries.size(); }
    std::uint64_t bytes() const { return m_bytes; }
    /// The oldest one. An Error: it cannot be read, or is damaged.
    Result<std::string> front() const;
    void pop();
    /// Given up so far, as there was no room.
    std::uint64_t dropped() const { return m_dropped; }

    /// A number that outlives the process, as it was remembered last.
    std::optional<std::int64_t> remembered() const;
    std::optional<Error> remember(std::int64_t number);

  private:
    struct Entry {
        std::uint64_t number = 0; // the file's name
        std::uint64_t bytes = 0;
    };
    DiskQueue(std::string folder, std::uint64_t atMostBytes, FileLock lock);
    std::string pathOf(std::uint64_t number) const;

    std::string m_folder;
    std::uint64_t m_atMostBytes;
    FileLock m_lock;
    std::deque<Entry> m_entries;
    std::uint64_t m_bytes = 0;
    std::uint64_t m_dropped = 0;
};

} // namespace surgescope::feeds
