// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace surgescope::feeds {

/// What went wrong with something from outside: one line that says what, where and what was expected.
struct Error {
    std::string text;
};

/// A value, or the reason there is none. Outside input is answered with a Result, never with an exception.
template <class T> class [[nodiscard]] Result {
  public:
    Result(T value) : m_state(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : m_state(std::in_place_index<1>, std::move(error)) {}

    explicit operator bool() const { return m_state.index() == 0; }

    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(value()); }
    const T* operator->() const { return &value(); }
    T& value() {
        assert(*this);
        return *std::get_if<0>(&m_state);
    }
    const T& value() const {
        assert(*this);
        return *std::get_if<0>(&m_state);
    }
    const std::string& error() const {
        assert(!*this);
        return std::get_if<1>(&m_state)->text;
    }

  private:
    std::variant<T, Error> m_state;
};

} // namespace surgescope::feeds
