// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/collector.h"
#include "feeds/agent/metric_selector.h"
#include "feeds/model/pop_totals.h"
#include "feeds/util/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::feeds {

/// What becomes what: fields of ours, each from the series of an exporter. Read from TOML; its form and an
/// example: AGENTS.md, "Prometheus and OpenMetrics". Immutable: any thread.
struct MetricMapping {
    using Series = std::vector<MetricSelector>; // all that one of them selects, added up

    /// (sum − less) × times. Of a counter what is added up are its differences between two pages.
    struct Sum {
        Series sum;
        Series less;
        double times = 1;
    };
    struct Counted {
        Counter field;
        Sum of;
    };
    /// A value at the second's end; `field` is its integral over the second.
    struct Gauged {
        Counter field;
        Sum of;
    };
    /// Of a classic histogram: the series with `le`. `times` makes microseconds of its bounds.
    struct Distributed {
        Distribution field;
        Series buckets;
        double times = 1;
    };
    /// part / whole, or 1 − part / whole when the part is what is left. Counters: of what happened between
    /// two pages, and a whole that is a number is so much per second.
    struct Utilised {
        Resource resource;
        bool counters = false;
        bool partIsFree = false;
        Series part;
        Series whole;
        double wholeNumber = 0; // where there are no such series
        std::string each;       // a label: the fullest of its values counts; empty: all together
    };

    std::string server;                          // "haproxy"; empty: it is none
    std::optional<MetricSelector> versionSeries; // the server's version is its label versionLabel
    std::string versionLabel;
    /// When this changes, all that is counted began anew; a counter alone tells that only when it shows less.
    std::optional<MetricSelector> started;
    Series up;                 // when these are 0, the exporter is there and its server is not
    bool absentIsZero = false; // series come into being with their first event
    std::vector<Counted> counters;
    std::vector<Gauged> gauges;
    std::vector<Distributed> distributions;
    std::vector<Utilised> utilisations;

    /// What of PopTotals comes of it; utilisations are not in it.
    FieldSet fields() const;
};

/// Refused with "FILE:LINE: WHAT, expected WHAT", all mistakes at once, a line each: no TOML, more than
/// 64 KiB, keys and fields there are not, selectors that are none, numbers out of range, nothing mapped.
Result<MetricMapping> parseMapping(std::string_view toml, const std::string& file);
Result<MetricMapping> loadMapping(const std::string& path);

/// The mappings built in (resources/mappings): by name, and their names.
Result<MetricMapping> presetMapping(std::string_view name);
std::vector<std::string_view> presetNames();

} // namespace surgescope::feeds
