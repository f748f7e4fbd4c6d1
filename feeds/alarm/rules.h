// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/rule.h"
#include "feeds/util/result.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::feeds {

/// The rules of a wall: those built in, or with a file of the user's over them. ALARMS.md tells the format.
/// Immutable once made.
class Rules {
  public:
    static constexpr std::size_t kMostBytes = 256U << 10U; // of a file
    Rules() = default;

    /// resources/alarms.toml.
    static const Rules& builtIn();
    /// A whole file, or none of it: each mistake as "FILE:LINE: WHAT, expected WHAT". At most kMostBytes and
    /// 200 rules. `file` is what messages call it.
    static Result<Rules> parse(std::string_view text, const std::string& file);
    /// These, changed by a file of the same format: a rule of a known id changes the keys it names, one with
    /// `off = true` goes, any other is added.
    Result<Rules> with(std::string_view text, const std::string& file) const;

    /// Whoever inhibits others comes before them.
    const std::vector<Rule>& all() const { return m_rules; }
    bool operator==(const Rules&) const = default;

  private:
    std::vector<Rule> m_rules;
};

/// A paragraph in plain English: what it looks at, when it fires, when it ends, what is done then.
std::string explain(const Rule& rule);

} // namespace surgescope::feeds
