// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/nginx_status.h"

#include "feeds/wire/limits.h"

#include <charconv>

namespace surgescope::feeds {
namespace {

/// Walks over a text; once something does not fit, it stays failed.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : m_rest(text) {}

    Scanner& word(std::string_view expected) {
        skipSpace();
        m_good = m_good && m_rest.starts_with(expected);
        if (m_good) m_rest.remove_prefix(expected.size());
        return *this;
    }
    Scanner& number(std::uint64_t& value) {
        skipSpace();
        const auto [end, error] = std::from_chars(m_rest.data(), m_rest.data() + m_rest.size(), value);
        m_good = m_good && error == std::errc() && value <= limits::kCount;
        if (m_good) m_rest.remove_prefix(static_cast<std::size_t>(end - m_rest.data()));
        return *this;
    }
    bool done() {
        skipSpace();
        return m_good && m_rest.empty();
    }

  private:
    void skipSpace() {
        while (!m_rest.empty() && (m_rest.front() == ' ' || m_rest.front() == '\n' || m_rest.front() == '\r'))
            m_rest.remove_prefix(1);
    }

    std::string_view m_rest;
    bool m_good = true;
};

} // namespace

Result<NginxStatus> parseNginxStatus(std::string_view text) {
    NginxStatus s;
    Scanner scanner(text);
    scanner.word("Active connections:").number(s.active);
    scanner.word("server accepts handled requests").number(s.accepts).number(s.handled).number(s.requests);
    scanner.word("Reading:")
        .number(s.reading)
        .word("Writing:")
        .number(s.writing)
        .word("Waiting:")
        .number(s.waiting);
    if (!scanner.done()) return Error{"not a stub_status page"};
    if (s.handled > s.accepts) return Error{"a stub_status page with more connections handled than accepted"};
    return s;
}

} // namespace surgescope::feeds
