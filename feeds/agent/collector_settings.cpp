// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/collector_settings.h"

#include <charconv>

namespace surgescope::feeds {

bool CollectorSettings::has(std::string_view name) const {
    return m_values.find(name) != m_values.end();
}

std::string CollectorSettings::text(std::string_view name, std::string_view otherwise) const {
    const auto found = m_values.find(name);
    return found == m_values.end() ? std::string(otherwise) : found->second;
}

Result<std::string> CollectorSettings::url(std::string_view name) const {
    if (!has(name)) return Error{std::string(name) + " is missing, expected http://…"};
    std::string value = text(name);
    if (!value.starts_with("http://"))
        return Error{std::string(name) + ": '" + value + "' does not begin with http://"};
    return value;
}

Result<std::uint64_t> CollectorSettings::whole(std::string_view name, std::uint64_t least, std::uint64_t most,
                                               std::uint64_t otherwise) const {
    const auto found = m_values.find(name);
    if (found == m_values.end()) return otherwise;
    const std::string& given = found->second;
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), value);
    if (error != std::errc() || end != given.data() + given.size() || value < least || value > most)
        return Error{std::string(name) + ": '" + given + "', expected a whole number from " +
                     std::to_string(least) + " to " + std::to_string(most)};
    return value;
}

} // namespace surgescope::feeds
