// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/world_geometry.h"

#include "widgets/base/fonts.h"
#include "widgets/map/equal_earth.h"

#include <QFile>
#include <QtDebug>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <span>

namespace surgescope::widgets {

namespace {

using nlohmann::json;
using Points = WorldGeometry::Points; // here: x = longitude, y = latitude, until projected

struct Topology {
    std::vector<Points> arcs;
    std::vector<int> uses; // of each arc, by rings
};

// Thrown inside this file only and turned into a Result at its edge.
struct Refusal : std::runtime_error {
    using std::runtime_error::runtime_error;
};

std::vector<Points> decodeArcs(const json& topology) {
    double scale[2] = {1, 1}, translate[2] = {0, 0};
    const bool quantised = topology.contains("transform");
    if (quantised) {
        for (std::size_t i = 0; i < 2; ++i) {
            scale[i] = topology.at("transform").at("scale").at(i).get<double>();
            translate[i] = topology.at("transform").at("translate").at(i).get<double>();
        }
    }
    std::vector<Points> arcs;
    for (const json& arc : topology.at("arcs")) {
        Points points;
        double x = 0, y = 0;
        for (const json& position : arc) {
            const double px = position.at(0).get<double>(), py = position.at(1).get<double>();
            x = quantised ? x + px : px; // quantised positions are deltas
            y = quantised ? y + py : py;
            const QPointF degrees(x * scale[0] + translate[0], y * scale[1] + translate[1]);
            if (!(std::abs(degrees.x()) <= 180.001) || !(std::abs(degrees.y()) <= 90.001))
                throw Refusal("arc " + std::to_string(arcs.size()) + " leaves the globe");
            points.push_back(degrees);
        }
        if (points.size() < 2)
            throw Refusal("arc " + std::to_string(arcs.size()) + " has fewer than two points");
        arcs.push_back(std::move(points));
    }
    return arcs;
}

Points joinArcs(Topology& topology, const json& indices) {
    Points ring;
    for (const json& entry : indices) {
        const auto signedIndex = entry.get<std::int64_t>();
        const bool reversed = signedIndex < 0;
        const auto index = static_cast<std::size_t>(reversed ? ~signedIndex : signedIndex);
        if (index >= topology.arcs.size())
            throw Refusal("ring uses arc " + std::to_string(index) + " of " +
                          std::to_string(topology.arcs.size()));
        ++topology.uses[index];
        Points arc = topology.arcs[index];
        if (reversed) std::reverse(arc.begin(), arc.end());
        ring.insert(ring.end(), arc.begin() + (ring.empty() ? 0 : 1), arc.end()); // ends are shared
    }
    return ring;
}

/// Makes longitudes continuous; a ring that ends 360° off its start runs around a pole and is closed along
/// it.
Points unwrapped(Points ring) {
    double shift = 0;
    for (std::size_t i = 1; i < ring.size(); ++i) {
        const double step = ring[i].x() + shift - ring[i - 1].x();
        if (step > 180) shift -= 360;
        if (step < -180) shift += 360;
        ring[i].rx() += shift;
    }
    if (!ring.empty() && std::abs(ring.back().x() - ring.front().x()) > 180) {
        const double pole = ring.front().y() < 0 ? -90 : 90;
        ring.emplace_back(ring.back().x(), pole);
        ring.emplace_back(ring.front().x(), pole);
    }
    return ring;
}

/// The part of a ring with sign × longitude <= 180 (Sutherland and Hodgman, one edge).
Points clipped(const Points& ring, double sign) {
    Points kept;
    for (std::size_t i = 0; i < ring.size(); ++i) {
        const QPointF a = ring[i], b = ring[(i + 1) % ring.size()];
        const bool aIn = sign * a.x() <= 180, bIn = sign * b.x() <= 180;
        if (aIn) kept.push_back(a);
        if (aIn == bIn) continue;
        const double t = (sign * 180 - a.x()) / (b.x() - a.x());
        kept.emplace_back(sign * 180, a.y() + t * (b.y() - a.y()));
    }
    return kept;
}

/// Projected; edges along the 180th meridian get extra points because it is a curve on this map.
Points projected(const Points& ring) {
    Points world;
    for (std::size_t i = 0; i < ring.size(); ++i) {
        world.push_back(equalEarth::forward(ring[i].x(), ring[i].y()));
        const QPointF next = ring[(i + 1) % ring.size()];
        const double rise = next.y() - ring[i].y();
        if (std::abs(ring[i].x()) < 179.999 || std::abs(next.x() - ring[i].x()) > 0.01) continue;
        const int pieces = static_cast<int>(std::abs(rise) / 2) + 1;
        for (int k = 1; k < pieces; ++k)
            world.push_back(equalEarth::forward(ring[i].x(), ring[i].y() + rise * k / pieces));
    }
    return world;
}

QRectF boundsOf(const Points& points) {
    double left = 1e9, right = -1e9, bottom = 1e9, top = -1e9;
    for (const QPointF& p : points) {
        left = std::min(left, p.x());
        right = std::max(right, p.x());
        bottom = std::min(bottom, p.y());
        top = std::max(top, p.y());
    }
    return {left, bottom, right - left, top - bottom};
}

void addPolygon(WorldGeometry& world, Topology& topology, const json& rings) {
    WorldGeometry::Polygon polygon;
    for (const json& indices : rings) {
        const Points ring = unwrapped(joinArcs(topology, indices));
        if (ring.size() < 4) throw Refusal("a ring has fewer than four points");
        for (const double shift : {-360.0, 0.0, 360.0}) {
            Points moved = ring;
            for (QPointF& p : moved)
                p.rx() += shift;
            moved = clipped(clipped(moved, 1), -1);
            if (moved.size() < 3 || boundsOf(moved).width() <= 0) continue;
            polygon.rings.push_back(projected(moved));
            polygon.bounds = polygon.bounds.united(boundsOf(polygon.rings.back()));
        }
    }
    if (!polygon.rings.empty()) world.polygons.push_back(std::move(polygon));
}

void addLines(WorldGeometry& world, const Topology& topology) {
    for (std::size_t i = 0; i < topology.arcs.size(); ++i) {
        if (topology.uses[i] == 0) continue;
        const bool border = topology.uses[i] > 1;
        Points points;
        const auto flush = [&] {
            if (points.size() > 1) world.lines.push_back({points, boundsOf(points), border});
            points.clear();
        };
        const Points& arc = topology.arcs[i];
        for (std::size_t k = 0; k < arc.size(); ++k) {
            if (k > 0 && std::abs(arc[k].x() - arc[k - 1].x()) > 180)
                flush(); // jumps to the map's other side
            points.push_back(equalEarth::forward(arc[k].x(), arc[k].y()));
        }
        flush();
    }
}

WorldGeometry decode(const json& root) {
    if (root.value("type", "") != "Topology") throw Refusal("not a TopoJSON topology");
    Topology topology;
    topology.arcs = decodeArcs(root);
    topology.uses.assign(topology.arcs.size(), 0);
    WorldGeometry world;
    for (const json& geometry : root.at("objects").at("countries").at("geometries")) {
        const std::string type = geometry.at("type").get<std::string>();
        if (type == "Polygon")
            addPolygon(world, topology, geometry.at("arcs"));
        else if (type == "MultiPolygon")
            for (const json& polygon : geometry.at("arcs"))
                addPolygon(world, topology, polygon);
        else
            throw Refusal("geometry of type " + type + ", expected Polygon or MultiPolygon");
    }
    addLines(world, topology);
    return world;
}

} // namespace

std::size_t WorldGeometry::ringCount() const {
    std::size_t count = 0;
    for (const Polygon& polygon : polygons)
        count += polygon.rings.size();
    return count;
}

feeds::Result<WorldGeometry> parseTopology(std::string_view text) {
    const json root = json::parse(text, nullptr, false);
    if (root.is_discarded() || !root.is_object()) return feeds::Error{"map: not a JSON object"};
    try {
        return decode(root);
    } catch (const Refusal& refusal) {
        return feeds::Error{std::string("map: ") + refusal.what()};
    } catch (const json::exception& broken) {
        return feeds::Error{std::string("map: ") + broken.what()};
    }
}

namespace {

std::shared_ptr<const WorldGeometry> readWorld() {
    useResources();
    QFile file(QStringLiteral(":/surgescope/map/countries-50m.json"));
    if (!file.open(QIODevice::ReadOnly)) return nullptr;
    const QByteArray bytes = file.readAll();
    auto world = parseTopology({bytes.constData(), static_cast<std::size_t>(bytes.size())});
    if (!world) {
        qWarning("%s", world.error().c_str());
        return nullptr;
    }
    return std::make_shared<const WorldGeometry>(*std::move(world));
}

} // namespace

std::shared_ptr<const WorldGeometry> loadWorld() {
    static const auto kWorld = readWorld();
    return kWorld;
}

} // namespace surgescope::widgets
