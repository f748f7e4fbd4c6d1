// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/line_source.h"

#include "feeds/agent/file_lines.h"
#include "feeds/agent/udp_lines.h"

#include <spdlog/spdlog.h>

#include <charconv>
#include <optional>
#include <utility>

namespace surgescope::feeds {
namespace {

constexpr std::string_view kUdp = "udp:";
constexpr int kDatagramsAtOnce = 8192; // then others have their turn, however fast lines come
/// Waking up for each datagram costs more than reading it. So after some it rests, for as long as the buffer
/// surely lasts: the kernel's own 212 kB hold some 250 of them.
constexpr std::chrono::milliseconds kRest{20};
constexpr std::chrono::milliseconds kShortRest{4};
constexpr std::chrono::milliseconds kFilePeriod{100};

class Datagrams final : public LineSource {
  public:
    Datagrams(UdpLines lines, EventLoop& loop, Take take)
        : m_lines(std::move(lines)), m_take(std::move(take)), m_loop(loop) {
        listen();
    }

    void drain() override {
        for (int i = 0; i < kDatagramsAtOnce; ++i) {
            const auto line = m_lines.next();
            if (!line) break;
            m_take(*line);
        }
    }
    std::uint64_t takeLost() override { return m_lines.takeDropped(); }
    std::string trouble() const override { return {}; }
    std::uint16_t port() const override { return m_lines.port(); }

  private:
    void listen() {
        m_rest = {};
        m_watch = m_loop.watch(m_lines.descriptor(), [this] {
            drain();
            m_watch = {};
            const bool isLarge = m_lines.bufferBytes() >= UdpLines::kWantedBufferBytes;
            m_rest = m_loop.every(isLarge ? kRest : kShortRest, [this] { listen(); });
        });
    }

    UdpLines m_lines;
    Take m_take;
    EventLoop& m_loop;
    EventLoop::Handle m_watch;
    EventLoop::Handle m_rest;
};

class File final : public LineSource {
  public:
    File(std::string path, EventLoop& loop, Take take)
        : m_lines(std::move(path)), m_take(std::move(take)),
          m_timer(loop.every(kFilePeriod, [this] { drain(); })) {
        drain(); // finds where it ends now: what stands in it is of the past
    }

    void drain() override { m_lines.read(m_take); }
    std::uint64_t takeLost() override { return m_lines.takeLost(); }
    std::string trouble() const override { return m_lines.trouble(); }

  private:
    FileLines m_lines;
    Take m_take;
    EventLoop::Handle m_timer;
};

/// Of "udp:15140".
std::optional<std::uint16_t> portOf(std::string_view text) {
    if (!text.starts_with(kUdp)) return std::nullopt;
    text.remove_prefix(kUdp.size());
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return port;
}

} // namespace

bool LineSource::isPort(const std::string& where) {
    return portOf(where).has_value();
}

Result<std::unique_ptr<LineSource>> LineSource::open(const std::string& where, EventLoop& loop, Take take) {
    if (where.starts_with('/'))
        return std::unique_ptr<LineSource>(std::make_unique<File>(where, loop, std::move(take)));
    const auto port = portOf(where);
    if (!port)
        return Error{"'" + where + "' is no source of lines, expected udp:PORT or a file's absolute path"};
    auto bound = UdpLines::bind(*port);
    if (!bound) return Error{bound.error()};
    if (bound->bufferBytes() < UdpLines::kWantedBufferBytes)
        spdlog::warn("the kernel grants {} of {} bytes for access lines; see net.core.rmem_max",
                     bound->bufferBytes(), UdpLines::kWantedBufferBytes);
    return std::unique_ptr<LineSource>(std::make_unique<Datagrams>(*std::move(bound), loop, std::move(take)));
}

} // namespace surgescope::feeds
