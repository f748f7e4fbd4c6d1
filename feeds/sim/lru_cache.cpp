// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/lru_cache.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace surgescope::feeds::sim {

Popularity Popularity::zipf(double objects, double exponent) {
    constexpr double kGroupWidth = 1.04; // of ranks
    Popularity popularity;
    double sum = 0;
    for (double first = 1; first <= objects;) {
        const double last = std::min(objects, std::max(first, std::floor(first * kGroupWidth)));
        const double count = last - first + 1;
        // The integral between half ranks is the sum of so few neighbours to better than a thousandth.
        const double a = first - 0.5;
        const double b = last + 0.5;
        const double weight = count == 1 ? std::pow(first, -exponent)
                              : std::fabs(exponent - 1) < 1e-9
                                  ? std::log(b / a)
                                  : (std::pow(b, 1 - exponent) - std::pow(a, 1 - exponent)) / (1 - exponent);
        popularity.groups.push_back({count, weight / count});
        sum += weight;
        first = last + 1;
    }
    for (auto& group : popularity.groups)
        group.share /= sum;
    return popularity;
}

Popularity Popularity::grouped(const std::vector<Group>& groups, double perOctave) {
    std::map<int, Group, std::greater<>> byShare;
    double sum = 0;
    for (const auto& group : groups) {
        if (group.share <= 0) continue;
        auto& into = byShare[static_cast<int>(std::floor(std::log2(group.share) * perOctave))];
        into.objects += group.objects;
        into.share += group.objects * group.share; // of the whole group, until it is done
        sum += group.objects * group.share;
    }
    Popularity popularity;
    for (const auto& [key, group] : byShare)
        popularity.groups.push_back({group.objects, group.share / group.objects / sum});
    return popularity;
}

double Popularity::objects() const {
    double sum = 0;
    for (const auto& group : groups)
        sum += group.objects;
    return sum;
}

namespace {

/// The characteristic time: the expected number of objects asked for within it rises with it and must be the
/// capacity.
double timeToFill(const Popularity& asked, double capacity) {
    const auto held = [&](double time) {
        double sum = 0;
        for (const auto& group : asked.groups)
            sum += group.objects * -std::expm1(-group.share * time);
        return sum;
    };
    double low = 0;
    double high = 1;
    while (held(high) < capacity && high < 1e18)
        high *= 2;
    for (int i = 0; i < 60; ++i) {
        const double middle = (low + high) / 2;
        (held(middle) < capacity ? low : high) = middle;
    }
    return high;
}

} // namespace

LruCache LruCache::of(const Popularity& asked, double capacity) {
    LruCache cache;
    if (capacity >= asked.objects()) {
        cache.hitRatio = 1;
        cache.time = std::numeric_limits<double>::infinity();
        return cache;
    }
    cache.time = timeToFill(asked, capacity);
    double missed = 0;
    for (const auto& group : asked.groups) {
        const double misses = group.share * std::exp(-group.share * cache.time);
        cache.missed.groups.push_back({group.objects, misses});
        missed += group.objects * misses;
    }
    cache.hitRatio = 1 - missed;
    for (auto& group : cache.missed.groups)
        group.share = missed > 0 ? group.share / missed : 0;
    return cache;
}

double LruCache::expired(const Popularity& asked, double lifetime) const {
    double expired = 0;
    for (const auto& group : asked.groups) {
        const double inLifetime = group.share * lifetime;
        const double first = inLifetime > 0 ? -std::expm1(-inLifetime) / inLifetime : 1;
        expired += group.objects * group.share * -std::expm1(-group.share * time) * first;
    }
    return expired;
}

double LruCache::hitRatioBehind(double edges, double capacity) const {
    if (capacity >= missed.objects()) return 1;
    // Both times in the requests that come here: an edge's T passes while all edges miss so often.
    const double here = timeToFill(missed, capacity);
    const double atEdge = time * (1 - hitRatio) * edges;
    double hits = 0;
    for (const auto& group : missed.groups) {
        const double window = std::max(0.0, here - atEdge) / edges + here * (1 - 1 / edges);
        hits += group.objects * group.share * -std::expm1(-group.share * window);
    }
    return hits;
}

} // namespace surgescope::feeds::sim
