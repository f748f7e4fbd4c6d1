// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/label_placer.h"

#include "tests/support/catch.h"

#include <random>

using namespace surgescope::widgets;

TEST_CASE("labels never overlap each other, an obstacle, or the edge") {
    std::mt19937 random(7);
    std::uniform_real_distribution<double> x(0, 600), y(0, 300);
    const QRectF area(0, 0, 600, 300);
    const std::vector<QRectF> obstacles{{0, 200, 150, 100}};
    std::vector<LabelWish> wishes;
    for (int i = 0; i < 300; ++i)
        wishes.push_back({{x(random), y(random)}, 6, {70, 18}, 0, {}});
    const auto places = placeLabels(wishes, area, obstacles);
    REQUIRE(places.size() == wishes.size());
    std::size_t placed = 0;
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (!places[i]) continue;
        ++placed;
        CHECK(area.contains(*places[i]));
        CHECK_FALSE(places[i]->intersects(obstacles[0]));
        CHECK_FALSE(places[i]->contains(wishes[i].anchor));
        for (std::size_t k = 0; k < i; ++k)
            if (places[k]) CHECK_FALSE(places[i]->intersects(*places[k]));
    }
    CHECK(placed > 20);
    CHECK(places[0]); // the first wish comes first
}

TEST_CASE("a label goes to the other side when there is no room") {
    const QRectF area(0, 0, 200, 100);
    const std::vector<LabelWish> wishes{{{50, 50}, 5, {60, 18}, 0, {}}, {{190, 50}, 5, {60, 18}, 0, {}}};
    const auto places = placeLabels(wishes, area, {});
    REQUIRE((places[0] && places[1]));
    CHECK(places[0]->left() == Approx(55));
    CHECK(places[1]->right() == Approx(185));
}

TEST_CASE("what must be said finds room farther away") {
    const QRectF area(0, 0, 400, 200);
    const std::vector<QRectF> crowd{{140, 60, 120, 80}}; // all around the anchor
    CHECK_FALSE(placeLabels(std::vector<LabelWish>{{{200, 100}, 5, {60, 18}, 0, {}}}, area, crowd)[0]);
    CHECK_FALSE(placeLabels(std::vector<LabelWish>{{{200, 100}, 5, {60, 18}, 20, {}}}, area, crowd)[0]);
    const auto places = placeLabels(std::vector<LabelWish>{{{200, 100}, 5, {60, 18}, 80, {}}}, area, crowd);
    REQUIRE(places[0]);
    CHECK_FALSE(places[0]->intersects(crowd[0]));
    CHECK(area.contains(*places[0]));
}

TEST_CASE("a label stays where it was as long as it can") {
    const QRectF area(0, 0, 200, 100);
    LabelWish wish{{100, 50}, 5, {60, 18}, 0, QPointF(-35, 0)}; // at the left, though right comes first
    const auto left = placeLabels(std::vector{wish}, area, {})[0];
    REQUIRE(left);
    CHECK(left->right() == Approx(95));
    const auto moved = placeLabels(std::vector{wish}, area, std::vector{QRectF(40, 40, 40, 20)})[0];
    REQUIRE(moved);
    CHECK(moved->left() == Approx(105));
}

TEST_CASE("of places farther away the one whose way crosses least is taken") {
    const QRectF area(0, 0, 400, 200);
    // All around the anchor is taken, and to the right there is one more disc in the way.
    const std::vector<QRectF> discs{{180, 80, 40, 40}, {230, 90, 20, 20}};
    const auto place = placeLabels(std::vector<LabelWish>{{{200, 100}, 5, {60, 18}, 80, {}}}, area, discs)[0];
    REQUIRE(place);
    CHECK(place->center().x() < 200);
}
