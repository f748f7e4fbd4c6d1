// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

namespace surgescope::feeds {

/// For libraries that call from threads of their own, also after whom they call was destroyed: they hold a
/// key, and who that is, is looked up here. Any thread.
template <class Owner> class LateCalls {
  public:
    /// `owner` must close() it before it goes.
    explicit LateCalls(Owner& owner) : m_owner(&owner) {}

    /// From here on who calls with its key gets through.
    static void open(const std::shared_ptr<LateCalls>& calls) {
        const std::scoped_lock lock(knownMutex());
        known().emplace(reinterpret_cast<std::uintptr_t>(calls.get()), calls);
    }
    /// From its return on nobody is within, or gets through.
    void close() {
        {
            const std::scoped_lock lock(knownMutex());
            known().erase(reinterpret_cast<std::uintptr_t>(this));
        }
        const std::scoped_lock lock(m_mutex); // whoever is within leaves first
        m_owner = nullptr;
    }
    /// Never a pointer that is followed.
    void* key() const {
        return reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(this)); // NOLINT
    }
    /// One after the other; nothing, where nobody is any more.
    template <class Use> static void enter(void* key, Use use) {
        std::shared_ptr<LateCalls> calls;
        {
            const std::scoped_lock lock(knownMutex());
            if (const auto at = known().find(reinterpret_cast<std::uintptr_t>(key)); at != known().end())
                calls = at->second;
        }
        if (!calls) return;
        const std::scoped_lock lock(calls->m_mutex);
        if (calls->m_owner) use(*calls->m_owner);
    }

  private:
    static std::mutex& knownMutex() {
        static std::mutex mutex;
        return mutex;
    }
    static std::map<std::uintptr_t, std::shared_ptr<LateCalls>>& known() {
        static std::map<std::uintptr_t, std::shared_ptr<LateCalls>> known;
        return known;
    }

    std::mutex m_mutex; // held while the owner is called
    Owner* m_owner;
};

} // namespace surgescope::feeds
