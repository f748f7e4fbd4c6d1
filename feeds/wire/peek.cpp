// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/wire/peek.h"

#include "feeds/wire/fields.h"

namespace surgescope::feeds {
namespace {

bool peekHeader(std::string_view bytes, Peeked& to) {
    Fields fields(bytes);
    while (fields.next()) {
        if (fields.number() == 2 && fields.isText()) to.publisher = fields.text;
        if (fields.isText()) continue;
        if (fields.number() == 3) to.sessionUs = fields.value;
        if (fields.number() == 4) to.sequence = fields.value;
        if (fields.number() == 5) to.intervalEndUs = fields.value;
        if (fields.number() == 7) to.sentUs = fields.value;
    }
    return !fields.broken();
}

} // namespace

std::optional<Peeked> peek(std::string_view payload) {
    Peeked peeked;
    Fields fields(payload);
    // Serializers write fields in order: header, or the interval's end, first, then the PoP.
    if (!fields.next() || fields.number() != 1) return std::nullopt;
    if (!fields.isText())
        peeked.intervalEndUs = fields.value;
    else if (!peekHeader(fields.text, peeked))
        return std::nullopt;
    else if (fields.next() && fields.number() == 2 && fields.isText())
        peeked.pop = fields.text;
    return peeked;
}

} // namespace surgescope::feeds
