// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>

namespace surgescope::widgets {

/// Where keys have led to.
void paintFocusFrame(QPainter& painter, const QRectF& box, double scale);

/// A rounded panel that Tab leads to, with a title by which it is also called to those who cannot see it, a
/// subtitle or unit at its right, and a body that subclasses paint. GUI thread. All sizes are those of a
/// window 1080 pixels high, times scale().
class PanelWidget : public QWidget {
    Q_OBJECT
  public:
    explicit PanelWidget(const QString& title, QWidget* parent = nullptr);

    double scale() const { return m_scale; }
    void setScale(double scale);
    void setTitle(const QString& title);
    void setSubtitle(const QString& subtitle);

    const QString& title() const { return m_title; }
    /// What stands at the title's right.
    virtual QString subtitle() const { return m_subtitle; }

    /// What a key means to the panel when it has the focus. False: nothing.
    virtual bool handleKey(const QKeyEvent&) { return false; }

    /// Inside of the panel, below the title.
    QRectF bodyRect() const;
    /// Frame, body and title at the widget's present size: on the screen, into a picture, or onto a device
    /// that keeps lines as lines.
    void paintPanel(QPainter& painter);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    /// On top of all, while keys led here: who clicked knows where he is.
    virtual void paintFocus(QPainter& painter) const;
    /// Painted before the title, so that a body may reach beneath it.
    virtual void paintBody(QPainter& painter, const QRectF& body);
    virtual void scaleChanged() {}
    /// What stands behind the title, and how wide that is: the subtitle leaves it alone.
    virtual double headlineWidth() const { return 0; }
    double px(double atFullHd) const { return atFullHd * m_scale; }
    /// Of curves and marks. Wider than 1 takes the rasteriser's slow path: only where such a line could
    /// hardly be seen, and for few lines.
    double lineWidth() const { return m_scale >= 1.5 ? m_scale * 0.8 : 1; }

  private:
    QString m_title;
    QString m_subtitle;
    double m_scale = 1;
    bool m_keysLedHere = false;
};

} // namespace surgescope::widgets
