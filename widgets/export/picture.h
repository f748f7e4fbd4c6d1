// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/export/export_note.h"

#include <QByteArray>
#include <QImage>
#include <QSize>
#include <QStringList>

#include <functional>

class QPainter;
class QWidget;

namespace surgescope::widgets {

/// A view as it is on the screen, at its size there, and beneath it a quiet strip with its note, wrapped as
/// often as it takes. Can be painted on any device. GUI thread; the view must outlive it.
class Picture {
  public:
    /// `scale` as of PanelWidget, of the note's text.
    Picture(QWidget& view, const ExportNote& note, double scale);

    QSize size() const;
    const ExportNote& note() const { return m_note; }
    void paint(QPainter& painter) const;

    /// What of a picture that is as large as `whole` is left for the view; of a low one nothing.
    static QSize roomIn(QSize whole, const ExportNote& note, double scale);

  private:
    QWidget& m_view;
    ExportNote m_note;
    double m_scale;
    QStringList m_lines;
};

/// Finer than the screen by `pixelRatio`, 1 to 4.
QImage imageOf(const Picture& picture, double pixelRatio);
/// The image's file, with its note. Any thread: encoding takes longer than painting. Empty: no memory for it.
QByteArray pngOf(QImage image, const ExportNote& note);
/// Makes a file's bytes. May be called by any thread, once the view is gone, too.
using FileMaker = std::function<QByteArray()>;
/// One user unit is a pixel of the screen. Text stays text; where Inter is not installed another sans serif
/// stands in, at the same widths. Only notes down what is painted, for writing it takes many times as long.
FileMaker svgMaker(const Picture& picture);
/// One page; a point is a pixel of the screen. Fonts are embedded. Notes down, as svgMaker() does.
FileMaker pdfMaker(const Picture& picture);

} // namespace surgescope::widgets
