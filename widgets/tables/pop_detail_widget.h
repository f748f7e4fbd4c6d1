// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include "widgets/base/panel_widget.h"

#include <memory>
#include <string>
#include <vector>

namespace surgescope::widgets {

/// Everything known of the selected PoP, and of its nodes once their columns arrive. GUI thread.
class PopDetailWidget : public PanelWidget {
    Q_OBJECT
  public:
    /// The catalogue must outlive the widget.
    explicit PopDetailWidget(const feeds::PopCatalogue& catalogue, QWidget* parent = nullptr);
    void setFrame(std::shared_ptr<const feeds::Frame> frame);
    void setPop(const std::string& code);

  protected:
    void paintBody(QPainter& painter, const QRectF& body) override;

  private:
    const feeds::PopFrame* pop() const;
    void paintNodes(QPainter& painter, const QRectF& box) const;

    const feeds::PopCatalogue& m_catalogue;
    std::shared_ptr<const feeds::Frame> m_frame;
    std::string m_code;
};

} // namespace surgescope::widgets
