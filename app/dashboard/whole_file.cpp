// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/dashboard/whole_file.h"

#include <QSaveFile>

namespace surgescope::app {

std::optional<feeds::Error> writeWhole(const std::string& path, const QByteArray& bytes) {
    QSaveFile file(QString::fromStdString(path));
    if (file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.commit())
        return std::nullopt;
    return feeds::Error{"cannot write '" + path + "': " + file.errorString().toStdString()};
}

} // namespace surgescope::app
