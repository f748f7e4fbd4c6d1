// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/wire/messages.h"
#include "feeds/wire/refusal.h"

#include <cstdint>
#include <memory>
#include <string_view>
#include <variant>

namespace surgescope::feeds {

/// What came out of one wire message. The pointers live until the decoder's next call.
using Decoded = std::variant<Refused, const PopReport*, const NodeColumns*, const Roster*, const Event*,
                             const Global*, const FleetRollup*, const Points*>;

/// The bytes of telemetry.proto to plain values, checked against limits.h before anything is allocated by
/// what they say. Never throws, whatever the bytes. Reuses its memory: one decoder per thread.
class Decoder {
  public:
    Decoder();
    ~Decoder();

    Decoded decode(std::string_view topic, std::string_view payload);

    /// Messages accepted although they held fields this version does not know; those fields are dropped.
    std::uint64_t withUnknownFields() const { return m_withUnknownFields; }

  private:
    struct Messages;
    std::unique_ptr<Messages> m_messages;
    std::uint64_t m_withUnknownFields = 0;
};

} // namespace surgescope::feeds
