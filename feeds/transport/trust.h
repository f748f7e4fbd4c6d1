// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/transport/allow_list.h"
#include "feeds/transport/key_files.h"
#include "feeds/transport/nats_access.h"
#include "feeds/util/clock.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace surgescope::feeds {

/// Who this process is, whom it connects to, and whom it lets in: its key files, the allow-list as it is now.
/// Reads it again, on a thread of its own, when it was changed. Any thread.
class Trust {
  public:
    struct Options {
        std::string folder = KeyFiles::usualFolder();
        /// Endpoints of other machines are opened without keys: anybody may read, and speak for anybody.
        bool plainTcp = false;
        NatsAccess nats;
        std::chrono::milliseconds rereadEvery{1'000};
    };

    explicit Trust(Options options);
    ~Trust();
    Trust(const Trust&) = delete;
    Trust& operator=(const Trust&) = delete;

    const KeyFiles& files() const { return m_files; }
    bool plainTcp() const { return m_options.plainTcp; }
    const NatsAccess& natsAccess() const { return m_options.nats; }

    /// Our own key, made when there is none. Waits for a disk.
    Result<KeyPair> own();
    /// Nothing: none was made yet.
    Result<std::optional<KeyPair>> ownIfAny();
    /// As it was read or made; empty: it was not needed so far. Waits for nothing.
    std::string ownPublicKey() const;

    /// Keys of what answers at an endpoint; of none: of what may answer anywhere. Waits for a disk.
    Result<std::vector<std::string>> serverKeys(const std::string& endpoint) const;
    /// The key by which an endpoint was opened last, to begin with. "": without one.
    void noteWorked(const std::string& endpoint, const std::string& key);
    std::optional<std::string> workedAt(const std::string& endpoint) const;

    /// The holder of a key, as the allow-list has it now; our own may do everything. Never null: of a key
    /// that is not in the list, a permit to do nothing.
    std::shared_ptr<const Permit> permitOf(std::string_view key) const;
    /// Of each key in the list.
    std::vector<std::shared_ptr<const Permit>> permits() const;
    /// Its holder may do nothing any more, until the list is another one or the program is started again.
    void shutOut(const std::string& key);
    /// Rises when another list is in use.
    std::uint64_t version() const;
    /// Why the allow-list that is in use is not the one in the file; empty: it is.
    std::string problem() const;

    /// Reads the allow-list for the first time, and follows it. An Error: why it cannot be used.
    std::optional<Error> follow();

  private:
    /// What tells that a file was changed, or who may write it.
    struct Stamp {
        std::int64_t changedNs = 0;
        std::uint64_t bytes = 0;
        std::uint64_t inode = 0;
        std::uint32_t folderMode = 0;
        bool operator==(const Stamp&) const = default;
    };
    Stamp stamp() const;
    void run();

    const Options m_options;
    const KeyFiles m_files;

    mutable std::mutex m_mutex; // guards what follows
    std::optional<KeyPair> m_own;
    std::shared_ptr<const Permit> m_owner;
    std::shared_ptr<const AllowList> m_allowed = std::make_shared<const AllowList>();
    Stamp m_stamp;
    std::string m_problem;
    std::uint64_t m_version = 1;
    std::map<std::string, std::string> m_worked;
    bool m_stop = false;
    std::condition_variable m_stopping;
    std::thread m_thread;
};

} // namespace surgescope::feeds
