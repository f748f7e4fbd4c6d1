// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace surgescope::feeds {

/// Puts messages together again that were larger than a server takes (max_payload, 1 MB). Each part has a
/// header Surgescope-Part, "WORD PLACE OF": of which message it is, the how manieth from 0 on, and of how
/// many. Parts of one message come in order, those of several in between. Bounded: the message that was begun
/// first makes room, and is lost. One thread.
class NatsParts {
  public:
    static constexpr const char* kHeader = "Surgescope-Part";
    static constexpr std::size_t kMostBytes = 128U << 20U; // of all that are not whole
    static constexpr std::size_t kMostOpen = 64;           // messages

    static std::string placeOf(const std::string& word, std::size_t place, std::size_t of) {
        return word + " " + std::to_string(place) + " " + std::to_string(of);
    }

    /// The message, when this was the last part of it.
    std::optional<std::string> add(std::string_view subject, std::string_view header, std::string_view part);
    /// Messages that will never be whole, since the last call.
    std::uint64_t takeLost();
    std::size_t bytes() const { return m_bytes; }

  private:
    struct Open {
        std::string subject;
        std::string payload;
        std::size_t next = 0;
        std::uint64_t begun = 0;
    };
    using Opens = std::map<std::string, Open, std::less<>>;
    void drop(Opens::iterator which);
    void makeRoom(std::size_t bytes);

    Opens m_open; // by word
    std::size_t m_bytes = 0;
    std::uint64_t m_begun = 0;
    std::uint64_t m_lost = 0;
};

} // namespace surgescope::feeds
