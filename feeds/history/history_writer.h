// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/history/disk_queue.h"
#include "feeds/history/open_slots.h"
#include "feeds/history/remote_store.h"
#include "feeds/util/clock.h"
#include "feeds/wire/decode.h"
#include "feeds/wire/encode.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace surgescope::feeds {

/// What is told of a history that is written. Points: ten seconds of all PoPs.
struct HistoryStatus {
    std::string url;
    std::string form;          // of its histograms; empty: not known yet
    std::string trouble;       // why it does not take points just now, in the store's words; empty: it does
    std::string lastRefusal;   // what the store said when it would not have something
    std::string diskTrouble;   // why nothing can wait on disk; empty: it can
    std::string note;          // what was found out that one should know
    std::uint64_t points = 0;  // that are in the store
    std::uint64_t samples = 0; // of these
    std::uint64_t refusedSamples = 0;
    std::uint64_t lost = 0;    // points that never will be: no room, no disk, damaged
    std::uint64_t waiting = 0; // on disk
    std::uint64_t waitingBytes = 0;
    std::optional<FeedSecond> newest; // stored
    double threadCpuSeconds = 0;
};

/// Writes a feed's history to a store, on a thread of its own. The feed never waits for it: what it adds is
/// summed up, and five minutes of sums wait in memory, the rest on disk while the store is away.
class HistoryWriter {
  public:
    struct Options {
        RemoteStore::Options store;
        std::string job = "surgescope";
        std::string instance;    // who writes
        std::string queueFolder; // where points wait
        std::uint64_t queueBytes = 1U << 30;
        std::chrono::milliseconds farewell{3'000}; // for what is there when it ends
    };

    /// Refuses a URL, credentials or a folder that cannot be used. `catalogue` and `clock` must outlive it.
    static Result<std::unique_ptr<HistoryWriter>> open(Options options, const PopCatalogue& catalogue,
                                                       const Clock& clock);
    /// Stops.
    ~HistoryWriter();

    /// What was counted of a PoP in a second; several may report of it. The feed's thread.
    void add(const PopReport& report, std::uint64_t expectedNodes);
    /// Any thread.
    HistoryStatus status() const;
    /// Writes what there is, to the store or to disk. Any thread but the feed's.
    void stop();

  private:
    HistoryWriter(Options options, const PopCatalogue& catalogue, const Clock& clock,
                  std::unique_ptr<DiskQueue> queue);
    void run();
    void take(const FleetRollup& rollup);
    /// To the store, all that is there and as far as it takes it.
    void drain();
    bool isReady();
    bool beginNext();
    /// False: the store is away.
    bool sendBegun();
    void hold(const RemoteStore::Outcome& outcome);
    void publishStatus();
    bool goesOn() const;

    const Options m_options;
    const PopCatalogue& m_catalogue;
    const Clock& m_clock;
    // The writer's thread:
    std::unique_ptr<DiskQueue> m_queue;
    std::optional<RemoteStore> m_store;
    std::unique_ptr<WriteRequests> m_requests; // null: the store's form is not known yet
    struct Begun {
        std::vector<WriteRequest> requests;
        std::size_t next = 0;
        FeedSecond end{};
        bool isStored = false; // some of it
        bool waits = false;    // on disk, as the first there
    };
    std::optional<Begun> m_begun; // is being sent
    std::optional<SteadyTime> m_retryAt;
    std::chrono::milliseconds m_backoff{};
    Encoder m_encoder;
    Decoder m_decoder;
    HistoryStatus m_now;
    std::uint64_t m_lost = 0; // beside those that the queue and the slots had no room for

    std::atomic<bool> m_stop = false;
    std::atomic<std::int64_t> m_stopBy = 0; // steady time, ns

    mutable std::mutex m_mutex; // guards what follows
    std::condition_variable m_wakeUp;
    OpenSlots m_slots;
    HistoryStatus m_status;

    std::thread m_thread;
};

} // namespace surgescope::feeds
