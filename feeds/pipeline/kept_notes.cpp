// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/kept_notes.h"

#include "feeds/util/file.h"
#include "feeds/util/toml_file.h"

#include <chrono>
#include <filesystem>
#include <utility>

namespace surgescope::feeds {
namespace {

std::string written(const std::string& path, const std::string& lines) {
    const auto failed = replaceFile(path, lines);
    return failed ? "notes are not kept: " + failed->text : std::string();
}

} // namespace

KeptNotes::~KeptNotes() {
    if (m_writing.valid()) m_writing.wait();
    if (m_waits) (void)written(m_path, m_waiting);
}

said::ReadLines KeptNotes::read() const {
    if (m_path.empty()) return {};
    std::error_code error;
    if (!std::filesystem::exists(m_path, error)) return {};
    const auto text = readTextFile(m_path, said::kMostNotesBytes);
    if (!text) return {.notes = {}, .problem = text.error()};
    auto read = said::readLines(*text);
    if (!read.problem.empty()) read.problem = m_path + ", " + read.problem;
    return read;
}

void KeptNotes::keep(const Notes& notes) {
    if (m_path.empty()) return;
    m_waiting = said::linesOf(notes);
    m_waits = true;
    goOn();
}

std::string KeptNotes::takeProblem() {
    goOn();
    return std::exchange(m_problem, {});
}

void KeptNotes::goOn() {
    if (m_writing.valid() && m_writing.wait_for(std::chrono::seconds(0)) == std::future_status::ready)
        if (auto problem = m_writing.get(); !problem.empty()) m_problem = std::move(problem);
    if (!m_waits || m_writing.valid()) return;
    m_waits = false;
    m_writing = std::async(std::launch::async,
                           [path = m_path, lines = std::move(m_waiting)] { return written(path, lines); });
}

} // namespace surgescope::feeds
