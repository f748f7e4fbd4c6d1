// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/desk_voice.h"

#include "feeds/desk/said.h"

#include <utility>

namespace surgescope::feeds {

void DeskVoice::say(const Transition& change) {
    m_tap.said(said::kChange, said::bytesOf(change));
    m_hasChanged = true;
}

void DeskVoice::say(const LiveStatus& status, FeedSecond at) {
    const bool isCalm = status.alarms.cards.empty() && status.alarms.shelved.empty();
    const bool isDue = !m_saidAt || at < *m_saidAt || at >= *m_saidAt + (isCalm ? kSeldom : kEvery);
    if (!isDue && !m_hasChanged) return;
    m_hasChanged = false;
    m_saidAt = at;
    m_tap.said(said::kShown, said::bytesOf(status, at));
}

void DeskVoice::say(const Note& note) {
    m_tap.said(said::kNote, said::bytesOf(note));
}

} // namespace surgescope::feeds
