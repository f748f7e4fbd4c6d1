// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/lru_cache.h"
#include "feeds/sim/random.h"

#include "tests/support/catch.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <list>
#include <numeric>
#include <unordered_map>
#include <utility>
#include <vector>

using namespace surgescope::feeds::sim;

namespace {

/// A cache that really keeps a list, asked request by request. True: a hit.
class SimulatedLru {
  public:
    explicit SimulatedLru(std::size_t capacity) : m_capacity(capacity) {}

    bool ask(std::size_t object) {
        if (const auto known = m_places.find(object); known != m_places.end()) {
            m_order.splice(m_order.begin(), m_order, known->second);
            return true;
        }
        m_order.push_front(object);
        m_places[object] = m_order.begin();
        if (m_order.size() > m_capacity) {
            m_places.erase(m_order.back());
            m_order.pop_back();
        }
        return false;
    }

  private:
    std::size_t m_capacity;
    std::list<std::size_t> m_order;
    std::unordered_map<std::size_t, std::list<std::size_t>::iterator> m_places;
};

struct Ratios {
    double edge = 0;
    double shield = 0; // of what the edges missed
};

/// Requests for Zipf-distributed objects through one of several edges and, where that misses, the shield they
/// share; the first half warms them.
Ratios simulate(std::size_t objects, double exponent, std::size_t edges, std::size_t edgeHolds,
                std::size_t shieldHolds) {
    std::vector<double> cumulative;
    double sum = 0;
    for (std::size_t i = 1; i <= objects; ++i)
        cumulative.push_back(sum += std::pow(static_cast<double>(i), -exponent));
    std::vector<SimulatedLru> edge(edges, SimulatedLru(edgeHolds));
    SimulatedLru shield(shieldHolds);
    constexpr std::uint64_t kRequests = 2'000'000;
    double asked = 0;
    double missed = 0;
    double missedTwice = 0;
    for (std::uint64_t i = 0; i < kRequests; ++i) {
        const double u = uniform(hash(11, i)) * sum;
        const auto object =
            static_cast<std::size_t>(std::ranges::lower_bound(cumulative, u) - cumulative.begin());
        const bool hit = edge[hash(12, i) % edges].ask(object);
        const bool shieldHit = hit || shield.ask(object);
        if (i < kRequests / 2) continue;
        ++asked;
        if (!hit) ++missed;
        if (!shieldHit) ++missedTwice;
    }
    return {1 - missed / asked, 1 - missedTwice / missed};
}

} // namespace

TEST_CASE("Zipf shares add up and fall as they should", "[sim]") {
    for (const double exponent : {0.6, 1.0, 1.3}) {
        const auto popularity = Popularity::zipf(100'000, exponent);
        double sum = 0;
        for (const auto& group : popularity.groups)
            sum += group.objects * group.share;
        CHECK(sum == Approx(1));
        CHECK(popularity.objects() == 100'000);
        CHECK(popularity.groups.size() < 500);
        CHECK(popularity.groups[0].share / popularity.groups[9].share == Approx(std::pow(10, exponent)));
        // Against the sum itself.
        double harmonic = 0;
        for (int i = 1; i <= 100'000; ++i)
            harmonic += std::pow(i, -exponent);
        CHECK(popularity.groups[0].share == Approx(1 / harmonic).epsilon(1e-3));
    }
}

TEST_CASE("grouping keeps the objects and the requests", "[sim]") {
    std::vector<Popularity::Group> objects;
    for (int i = 1; i <= 1'000; ++i)
        objects.push_back({2, 1.0 / i});
    const auto grouped = Popularity::grouped(objects, 4);
    double sum = 0;
    for (const auto& group : grouped.groups)
        sum += group.objects * group.share;
    CHECK(sum == Approx(1));
    CHECK(grouped.objects() == 2'000);
    CHECK(grouped.groups.size() <= 42);
    CHECK(std::ranges::is_sorted(grouped.groups, std::greater<>(), &Popularity::Group::share));
}

TEST_CASE("hit ratios agree within a point with caches that are simulated request by request", "[sim]") {
    struct Case {
        std::size_t objects;
        double exponent;
        std::size_t edges;
        std::size_t edge;
        std::size_t shield;
    };
    for (const auto& c : {Case{10'000, 0.8, 1, 1'000, 3'000}, Case{10'000, 0.8, 8, 1'000, 3'000},
                          Case{20'000, 1.0, 1, 2'000, 6'000}, Case{5'000, 0.6, 4, 1'500, 2'500}}) {
        const auto simulated = simulate(c.objects, c.exponent, c.edges, c.edge, c.shield);
        const auto edge = LruCache::of(Popularity::zipf(static_cast<double>(c.objects), c.exponent),
                                       static_cast<double>(c.edge));
        INFO(c.objects << " objects, exponent " << c.exponent << ", edges " << c.edges);
        CHECK(edge.hitRatio == Approx(simulated.edge).margin(0.01));
        CHECK(edge.hitRatioBehind(static_cast<double>(c.edges), static_cast<double>(c.shield)) ==
              Approx(simulated.shield)
                  .margin(c.edges > 1 ? 0.01 : 0.025)); // one edge leaves no order to chance
    }
}

TEST_CASE("hit ratio agrees within a point with a real Varnish", "[sim]") {
    // Varnish 7.1.1 with lru_interval 0, room for 190 of 400 objects, Zipf 0.8: 41,469 requests, measured
    // 0.7365.
    CHECK(LruCache::of(Popularity::zipf(400, 0.8), 190).hitRatio == Approx(0.7365).margin(0.01));
}

TEST_CASE("a cache with room for everything misses nothing", "[sim]") {
    const auto cache = LruCache::of(Popularity::zipf(100, 1), 100);
    CHECK(cache.hitRatio == 1);
    CHECK(LruCache::of(Popularity::zipf(100, 1), 50).hitRatioBehind(4, 100) == 1);
}

TEST_CASE("a larger room hits more, as far as published sizes say", "[sim]") {
    // 100 requests/s a server, 10 M objects, room for 4.6 M × √(servers / 100), copies good for 30 days.
    const auto tracks = Popularity::grouped(Popularity::zipf(1e7, 1.0).groups, 4);
    for (const auto& [servers, hitRatio] :
         {std::pair{2.0, 0.776}, {10.0, 0.838}, {30.0, 0.883}, {100.0, 0.933}, {300.0, 0.981}}) {
        const auto cache = LruCache::of(tracks, 4.6e6 * std::sqrt(servers / 100));
        INFO(servers << " servers");
        CHECK(cache.hitRatio - cache.expired(tracks, 100 * servers * 30 * 86'400) ==
              Approx(hitRatio).margin(0.01));
    }
    // What nobody asks for twice within its lifetime is never found fresh.
    const auto all = LruCache::of(tracks, 1e7);
    CHECK(all.hitRatio == 1);
    CHECK(all.expired(tracks, 1e-3) == Approx(1).epsilon(1e-3));
}
