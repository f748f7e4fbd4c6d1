// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/result.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace surgescope::feeds {

/// What a collector is told, as text: "status=http://127.0.0.1:18088/stub_status lines=udp:15140" on the
/// command line, a table in a file. Errors name the setting, what it is and what was expected. A value; one
/// thread at a time.
class CollectorSettings {
  public:
    using Values = std::map<std::string, std::string, std::less<>>;

    CollectorSettings() = default;
    explicit CollectorSettings(Values values) : m_values(std::move(values)) {}

    bool has(std::string_view name) const;
    std::string text(std::string_view name, std::string_view otherwise = {}) const;
    Result<std::string> url(std::string_view name) const;
    /// `otherwise` when it is not there.
    Result<std::uint64_t> whole(std::string_view name, std::uint64_t least, std::uint64_t most,
                                std::uint64_t otherwise) const;
    const Values& values() const { return m_values; }
    bool operator==(const CollectorSettings&) const = default;

  private:
    Values m_values;
};

} // namespace surgescope::feeds
