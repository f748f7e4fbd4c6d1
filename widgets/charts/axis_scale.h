// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace surgescope::widgets {

/// The top of an axis that starts at 0: steps through nice values only, up at once, down only when there is
/// ample room, so that it does not jitter with the data.
class AxisScale {
  public:
    /// Tells it the largest value now shown; anything not above 0 changes nothing.
    void show(double largest);
    /// Forgets, as after an epoch.
    void reset() { m_top = 0; }

    bool isEmpty() const { return m_top == 0; }
    double top() const { return m_top; }
    /// Into how many equal steps of nice size the axis divides.
    int divisions() const;

    /// The least nice value that is not below `value` (which must be above 0).
    static double niceAtLeast(double value);

    /// It steps down only if the data would fill less than this much of the lower axis.
    static constexpr double kRoomToStepDown = 0.85;

  private:
    double m_top = 0;
};

} // namespace surgescope::widgets
