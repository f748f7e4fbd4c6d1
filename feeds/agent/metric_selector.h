// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/openmetrics.h"
#include "feeds/util/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace surgescope::feeds {

/// Chooses series of one metric as Prometheus writes it: http_requests_total{code=~"4..|5..",host!="*"}. A
/// label that is not there is empty. Of regular expressions there are alternatives (|), any character (.),
/// any text (.*) and literal characters (\.); what is matched is the whole value. Nothing here takes more
/// than pattern × value steps. Immutable: any thread.
class MetricSelector {
  public:
    static constexpr std::size_t kMostBytes = 1000;

    /// Errors say what was expected and where in the text.
    static Result<MetricSelector> parse(std::string_view text);

    const std::string& metric() const { return m_metric; }
    /// Of a sample of this metric.
    bool matches(const MetricSample& sample) const;

  private:
    enum class Part : unsigned char { literal, anyCharacter, anyText };
    struct Piece {
        Part part = Part::literal;
        char literal = 0;
    };
    using Pattern = std::vector<Piece>;
    struct Matcher {
        std::string label;
        bool equal = true; // or anything but
        std::vector<Pattern> alternatives;
    };

    static Result<Matcher> parseMatcher(std::string_view& rest);
    static Result<std::vector<Pattern>> parsePatterns(std::string_view text);
    static bool fits(const Pattern& pattern, std::string_view value);

    std::string m_metric;
    std::vector<Matcher> m_matchers;
};

} // namespace surgescope::feeds
