// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/result.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::feeds {

struct MetricLabel {
    std::string_view name;
    std::string_view value; // without escapes
};

/// One value of one series.
struct MetricSample {
    std::string_view name;
    std::vector<MetricLabel> labels; // in the page's order
    double value = 0;                // NaN and the infinities, too

    /// Empty, as in Prometheus, when there is no such label.
    std::string_view label(std::string_view of) const;
};

/// Reads a page of metrics sample by sample: the text format of Prometheus (0.0.4) and OpenMetrics 1.0, which
/// are alike but for the unit of time stamps. Time stamps, exemplars and their form are checked and passed
/// over, as are HELP, TYPE and UNIT: whoever maps a series says what it is. Behind "# EOF" nothing may
/// follow; a page that does not end with a line's end was torn. Allocates nothing per sample.
/// https://prometheus.io/docs/instrumenting/exposition_formats/,
/// https://prometheus.io/docs/specs/om/open_metrics_spec/
class MetricsPage {
  public:
    static constexpr std::size_t kMostBytes = 1U << 20;
    static constexpr std::size_t kMostSamples = 100'000;
    static constexpr std::size_t kMostLabels = 64;
    static constexpr std::size_t kMostNameBytes = 256; // of a metric or a label
    static constexpr std::size_t kMostValueBytes = 4096;

    /// `text` must outlive the page.
    explicit MetricsPage(std::string_view text);

    /// The next sample, which is valid until the one after it is asked for. Null at the page's end, and where
    /// it is no page: then error() says so.
    const MetricSample* next();
    /// "line 12: no value behind 'up', expected a number". What came before may not be used either.
    const std::optional<Error>& error() const { return m_error; }

  private:
    bool readLine(std::string_view line);
    bool readLabels(std::string_view& rest, std::vector<MetricLabel>& labels);
    bool readLabel(std::string_view& rest, MetricLabel& label);
    bool readQuoted(std::string_view& rest, std::string_view& value);
    bool readTail(std::string_view rest);
    bool refuse(const std::string& what); // false

    std::string_view m_rest;
    std::size_t m_line = 0;
    std::size_t m_samples = 0;
    MetricSample m_sample;
    std::vector<MetricLabel> m_exemplar;
    std::string m_unescaped; // of this line's labels
    std::optional<Error> m_error;
};

/// A number as these pages write it: "12", "1.5e+06", "+Inf", "NaN".
std::optional<double> metricNumber(std::string_view text);
/// Of a metric; of a label when `colons` may not stand in it.
bool isMetricName(std::string_view text, bool colons = true);

} // namespace surgescope::feeds
