// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/wire/messages.h"

#include <memory>
#include <string_view>

namespace surgescope::feeds {

/// Plain values to the bytes of telemetry.proto. Reuses its buffers: the bytes returned live until the next
/// call. One thread at a time.
class Encoder {
  public:
    Encoder();
    ~Encoder();

    std::string_view encode(const PopReport& message);
    std::string_view encode(const NodeColumns& message);
    std::string_view encode(const Roster& message);
    std::string_view encode(const Event& message);
    std::string_view encode(const Global& message);
    std::string_view encode(const FleetRollup& message);
    std::string_view encode(const Points& message);

  private:
    struct Messages;
    std::unique_ptr<Messages> m_messages;
    std::string m_bytes;
};

} // namespace surgescope::feeds
