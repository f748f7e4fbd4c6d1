// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/wire/protobuf_log.h"

#include <google/protobuf/stubs/logging.h>

namespace surgescope::feeds {

void silenceProtobuf() {
    static const auto before = google::protobuf::SetLogHandler(nullptr);
    (void)before;
}

} // namespace surgescope::feeds
