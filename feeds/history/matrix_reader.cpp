// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/history/matrix_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <simdjson.h>

namespace surgescope::feeds {
namespace {

namespace json = simdjson::ondemand;

constexpr double kLatestSecond = 1e11;

/// The text is as JSON should be, and says something else than is expected.
bool isOtherwise(simdjson::error_code error) {
    return error == simdjson::INCORRECT_TYPE || error == simdjson::NUMBER_ERROR ||
           error == simdjson::NO_SUCH_FIELD;
}

/// Reads one answer into a series, again and again.
class SeriesReader {
  public:
    explicit SeriesReader(MatrixSeries& series) : m_series(series) {}

    bool isBroken() const { return m_isBroken; }

    void read(simdjson::simdjson_result<json::value> element) {
        m_series.labels.clear();
        m_series.samples.clear();
        m_series.histograms.clear();
        m_series.buckets.clear();
        m_series.malformed = 0;
        json::object object;
        bool hasLabels = false, hasSamples = false;
        if (got(element.get_object(), object))
            for (auto field : object) {
                std::string_view key;
                if (!got(field.unescaped_key(), key)) return;
                if (key == "metric")
                    hasLabels = readLabels(field.value());
                else if (key == "values")
                    hasSamples = readSamples(field.value());
                else if (key == "histograms")
                    hasSamples = readHistograms(field.value());
            }
        if (!hasLabels || !hasSamples)
            malformed(hasLabels ? "a series without samples" : "a series without labels");
    }

  private:
    template <class From, class To> bool got(From&& from, To& to) {
        const auto error = std::forward<From>(from).get(to);
        if (error != simdjson::SUCCESS && !isOtherwise(error)) m_isBroken = true;
        return error == simdjson::SUCCESS;
    }
    void malformed(const char* what) {
        ++m_series.malformed;
        m_series.what = what;
    }
    bool readTime(simdjson::simdjson_result<json::value> from, std::int64_t& ms) {
        double time = 0;
        if (!got(from.get_double(), time) || !(std::abs(time) < kLatestSecond)) return false;
        ms = std::llround(time * 1000);
        return true;
    }

    bool readLabels(simdjson::simdjson_result<json::value> from) {
        json::object labels;
        if (!got(from.get_object(), labels)) return false;
        for (auto label : labels) {
            std::string_view key, value;
            if (!got(label.unescaped_key(), key)) return false;
            if (got(label.value().get_string(), value)) m_series.labels.emplace_back(key, value);
        }
        return true;
    }

    bool readSamples(simdjson::simdjson_result<json::value> from) {
        json::array samples;
        if (!got(from.get_array(), samples)) return false;
        for (auto pair : samples) {
            if (m_isBroken) return false;
            json::array parts;
            MatrixSeries::Sample sample;
            int good = 0, count = 0;
            if (got(pair.get_array(), parts))
                for (auto part : parts)
                    switch (count++) {
                    case 0: good += readTime(part, sample.ms) ? 1 : 0; break;
                    case 1: good += got(part.get_double_in_string(), sample.value) ? 1 : 0; break;
                    default: break;
                    }
            if (good == 2 && count == 2)
                m_series.samples.push_back(sample);
            else
                malformed("a sample that is no time and number");
        }
        return true;
    }

    bool readHistograms(simdjson::simdjson_result<json::value> from) {
        json::array histograms;
        if (!got(from.get_array(), histograms)) return false;
        for (auto pair : histograms) {
            if (m_isBroken) return false;
            json::array parts;
            MatrixSeries::Histogram histogram;
            histogram.firstBucket = m_series.buckets.size();
            int good = 0, count = 0;
            if (got(pair.get_array(), parts))
                for (auto part : parts)
                    switch (count++) {
                    case 0: good += readTime(part, histogram.ms) ? 1 : 0; break;
                    case 1: good += readHistogram(part, histogram) ? 1 : 0; break;
                    default: break;
                    }
            histogram.endBucket = m_series.buckets.size();
            if (good == 2 && count == 2)
                m_series.histograms.push_back(histogram);
            else
                malformed("a sample that is no time and histogram");
        }
        return true;
    }

    bool readHistogram(simdjson::simdjson_result<json::value> from, MatrixSeries::Histogram& histogram) {
        json::object object;
        if (!got(from.get_object(), object)) return false;
        if (!got(object["sum"].get_double_in_string(), histogram.sum)) return false;
        json::array buckets;
        if (!got(object["buckets"].get_array(), buckets)) return true; // of nothing counted there are none
        for (auto bucket : buckets) {
            json::array parts; // rule, lower and upper bound, count
            double numbers[4] = {};
            int good = 0, count = 0;
            if (got(bucket.get_array(), parts))
                for (auto part : parts) {
                    if (count > 0 && count < 4)
                        good += got(part.get_double_in_string(), numbers[count]) ? 1 : 0;
                    ++count;
                }
            if (good != 3 || count != 4) return false;
            m_series.buckets.push_back({numbers[1], numbers[2], numbers[3]});
        }
        return true;
    }

    MatrixSeries& m_series;
    bool m_isBroken = false;
};

} // namespace

struct MatrixReader::Parser {
    json::parser parser;
};

MatrixReader::MatrixReader() : m_parser(std::make_unique<Parser>()) {}
MatrixReader::~MatrixReader() = default;
MatrixReader::MatrixReader(MatrixReader&&) noexcept = default;

bool MatrixReader::read(std::string& text, const std::function<void(const MatrixSeries&)>& take) {
    text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    json::document document;
    json::array result;
    if (m_parser->parser.iterate(simdjson::padded_string_view(text.data(), text.size(), text.capacity()))
            .get(document) != simdjson::SUCCESS)
        return false;
    json::object root;
    if (document.get_object().get(root) != simdjson::SUCCESS) return false;
    m_isPartial = false;
    m_said.clear();
    bool hasResult = false;
    for (auto field : root) {
        std::string_view key, said;
        if (field.unescaped_key().get(key) != simdjson::SUCCESS) return false;
        if (key == "data") {
            if (field.value()["result"].get_array().get(result) != simdjson::SUCCESS) return false;
            hasResult = true;
            SeriesReader reader(m_series);
            for (auto element : result) {
                reader.read(element);
                if (reader.isBroken()) return false;
                take(m_series);
            }
        } else if (key == "isPartial") {
            if (field.value().get_bool().get(m_isPartial) != simdjson::SUCCESS) return false;
        } else if (key == "error") {
            if (field.value().get_string().get(said) == simdjson::SUCCESS) m_said = said;
        } else if (json::array warnings;
                   key == "warnings" && field.value().get_array().get(warnings) == simdjson::SUCCESS) {
            for (auto warning : warnings)
                if (m_said.empty() && warning.get_string().get(said) == simdjson::SUCCESS) m_said = said;
        }
    }
    return hasResult;
}

std::string_view MatrixSeries::label(std::string_view name) const {
    const auto found = std::ranges::find(labels, name, &std::pair<std::string, std::string>::first);
    return found == labels.end() ? std::string_view() : std::string_view(found->second);
}

std::uint64_t MatrixSeries::hash() const {
    std::uint64_t sum = 0;
    for (const auto& [key, value] : labels) {
        auto its = std::hash<std::string>{}(key)*0x9e37'79b9'7f4a'7c15U + std::hash<std::string>{}(value);
        its = (its ^ its >> 31U) * 0xbf58'476d'1ce4'e5b9U; // as splitmix64 mixes
        sum += its ^ its >> 29U;
    }
    return sum;
}

std::optional<double> readNumber(std::string_view text) {
    double number = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end || !std::isfinite(number)) return std::nullopt;
    return number;
}

} // namespace surgescope::feeds
