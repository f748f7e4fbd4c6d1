// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace surgescope::feeds::sim {

/// Objects by how often they are asked for: groups of equals, most popular first.
struct Popularity {
    struct Group {
        double objects = 0;
        double share = 0; // of all requests, each object
    };
    std::vector<Group> groups;

    /// `objects` objects, the i-th of which is asked for in proportion to i^-exponent. The first ranks are
    /// groups of their own, later ones are taken together, some 60 groups a decade.
    static Popularity zipf(double objects, double exponent);
    /// Takes objects together whose shares are about alike: that many groups for each factor of two.
    static Popularity grouped(const std::vector<Group>& groups, double perOctave);
    double objects() const;
};

/// A cache that evicts what was not asked for the longest, by Che's approximation: an object is in it if it
/// was asked for within the cache's characteristic time T, the same for all objects (Che, Tung, Wang 2002;
/// why it is so good: Fricker, Robert, Roberts, arXiv 1202.3974).
struct LruCache {
    double hitRatio = 0; // of requests
    double time = 0;     // T, in requests that come; infinite: it holds everything
    Popularity missed;   // what the next tier is asked for, shares of its requests
    /// `capacity`: objects it holds.
    static LruCache of(const Popularity& asked, double capacity);
    /// Share of the requests that find a copy which has expired: the first in each lifetime of an object,
    /// `lifetime` being counted in requests that come.
    double expired(const Popularity& asked, double lifetime) const;
    /// The hit ratio of a cache behind `edges` caches like this one. What one of them asks for it has not had
    /// for its own T, so only what came before that, or from the others, can have put it there (Garetto,
    /// Leonardi, Martina, arXiv 1307.6702).
    double hitRatioBehind(double edges, double capacity) const;
};

} // namespace surgescope::feeds::sim
