// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include "widgets/base/panel_widget.h"
#include "widgets/tables/pop_columns.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

class QKeyEvent;

namespace surgescope::widgets {

/// Every PoP that was heard of or is on a roster, painted: as many columns and rows as there is room for, and
/// of the selected one the details beneath, or instead of all where there is none. A click on a column's head
/// sorts by it, another one the other way round. GUI thread.
class PopTableWidget : public PanelWidget {
    Q_OBJECT
  public:
    /// The catalogue must outlive the widget.
    explicit PopTableWidget(const feeds::PopCatalogue& catalogue, QWidget* parent = nullptr);
    void setFrame(std::shared_ptr<const feeds::Frame> frame);
    /// A PoP is marked, brought into view and kept there until somebody scrolls.
    void setSelection(const feeds::Selection& selection);

    const PopSort& sort() const { return m_sort; }
    void sortBy(const PopSort& sort);

    /// Positions in Frame::pops, in the order of the rows; of them those from firstRow() can be seen.
    const std::vector<std::size_t>& rows() const { return m_rows; }
    std::size_t firstRow() const { return m_first; }
    std::size_t shownRows() const;
    /// The columns there is room for, from left to right, and where their heads are.
    struct Cell {
        PopColumn column{};
        QRectF head;
    };
    const std::vector<Cell>& cells() const { return m_cells; }
    QRectF rowRect(std::size_t row) const;
    /// Where the selected PoP's details stand; empty: there are none.
    QRectF detailRect() const;

    /// What a key means to the table, wherever the focus is. False: nothing.
    bool handleKey(const QKeyEvent& event) override;

  signals:
    void popSelected(const QString& code);

  protected:
    void paintBody(QPainter& painter, const QRectF& body) override;
    double headlineWidth() const override;
    void scaleChanged() override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;

  private:
    bool isDetailAlone() const;
    QRectF tableRect() const;
    void layOutColumns();
    void arrange();
    void say();
    void scrollTo(double first);
    void moveCursor(int rows);
    void keepCursor();
    std::optional<std::size_t> rowOf(const std::string& code) const;
    QRectF barRect() const;
    QRectF silentRect() const;
    QString silentText() const;

    void paintHead(QPainter& painter) const;
    void paintRow(QPainter& painter, const QRectF& row, const feeds::PopFrame& pop) const;
    void paintCode(QPainter& painter, const QRectF& row, const feeds::PopFrame& pop) const;
    double codeWidth(const QString& code) const;
    void paintSaturation(QPainter& painter, const QRectF& box, const feeds::PopFrame& pop) const;
    void paintDetail(QPainter& painter) const;

    const feeds::PopCatalogue& m_catalogue;
    std::shared_ptr<const feeds::Frame> m_frame;
    PopSort m_sort;
    std::string m_region; // whose PoPs alone are listed; empty: all
    std::string m_selected;
    std::string m_cursor; // where keys go on from
    bool m_follows = true;
    int m_silent = 0;
    std::vector<std::size_t> m_rows;
    std::size_t m_first = 0;
    double m_turned = 0; // of the wheel, less than a row
    std::vector<Cell> m_cells;
    std::optional<double> m_dragged; // of the scroll bar: where it was taken, below its top
};

} // namespace surgescope::widgets
