// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/varnish_memory.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <initializer_list>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

// These headers are C; in older ones a member is called class.
extern "C" {
#define class category
#include <vapi/vsm.h>
#undef class
#include <vapi/vsc.h>
#include <vapi/vsl_int.h>
#include <vcs.h>
#include <vmod_abi.h>

// Of <vapi/vsl.h>, which is no C++ (it names an enum before it has it): what is used, as it stands there.
struct VSL_data;
struct VSLC_ptr {
    const std::uint32_t* ptr;
    unsigned priv;
};
struct VSL_cursor {
    VSLC_ptr rec;
    const void* priv_tbl;
    void* priv_data;
};
VSL_data* VSL_New(void);
void VSL_Delete(VSL_data*);
const char* VSL_Error(const VSL_data*);
void VSL_ResetError(VSL_data*);
VSL_cursor* VSL_CursorVSM(VSL_data*, struct vsm*, unsigned options);
void VSL_DeleteCursor(const VSL_cursor*);
int VSL_Next(const VSL_cursor*);
int VSL_Check(const VSL_cursor*, const VSLC_ptr*);
}

namespace surgescope::feeds {
namespace {

/// Where Debian's varnishd keeps what has no absolute name.
constexpr std::string_view kStateFolder = "/var/lib/varnish/";
constexpr std::string_view kDefaultName = "varnishd";

VarnishLogFormat formatOfLibrary() {
    VarnishLogFormat format;
    format.headerWords = VSL_OVERHEAD;
    const auto call = [&format](VSL_tag_e number, VarnishTag tag) { format.tags[number] = tag; };
    call(SLT_Begin, VarnishTag::begin);
    call(SLT_End, VarnishTag::end);
    call(SLT_Link, VarnishTag::link);
    call(SLT_Timestamp, VarnishTag::timestamp);
    call(SLT_ReqStart, VarnishTag::client);
    call(SLT_ReqMethod, VarnishTag::method);
    call(SLT_ReqURL, VarnishTag::url);
    call(SLT_RespStatus, VarnishTag::status);
    call(SLT_VCL_call, VarnishTag::call);
    call(SLT_Hit, VarnishTag::hit);
    call(SLT_ReqAcct, VarnishTag::account);
    call(SLT_PipeAcct, VarnishTag::pipeAccount);
    call(SLT_VCL_Log, VarnishTag::vclLog);
    return format;
}

/// "7.1" of "7.1.1": within one, the layout of what is shared stays the same.
std::string_view branchOf(std::string_view version) {
    const auto first = version.find('.');
    return first == std::string_view::npos ? version : version.substr(0, version.find('.', first + 1));
}

constexpr std::ptrdiff_t kReleasedWords = (1 << 20) / 4;

constexpr unsigned kFromTail = 1U << 0; // VSL_COPT_TAIL, VSL_COPT_BATCH
constexpr unsigned kBatches = 1U << 1;
constexpr int kOverrun = -3; // of vsl_status
constexpr int kEnd = 0;
constexpr int kMore = 1;
constexpr int kInvalid = 0; // of vsl_check

std::string_view builtFor() {
    std::string_view version = VMOD_ABI_Version; // "Varnish 7.1.1 7cee1c58…"
    version.remove_prefix(std::min(version.find(' ') + 1, version.size()));
    return version.substr(0, version.find(' '));
}

std::string folderOf(const std::string& name) {
    if (name.starts_with('/')) return name;
    if (!name.empty()) return std::string(kStateFolder) + name;
    const char* fromEnvironment = std::getenv("VARNISH_DEFAULT_N");
    if (fromEnvironment != nullptr && *fromEnvironment != '\0') return folderOf(fromEnvironment);
    return std::string(kStateFolder) + std::string(kDefaultName);
}

/// Whether the process that keeps this index is there. Before Varnish 7.3 the library does not look, and
/// takes one that was killed for alive.
bool keeperRuns(const std::string& index) {
    std::array<char, 64> line{}; // "# 15772 1795831836"
    const int fd = ::open(index.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    const ssize_t size = ::read(fd, line.data(), line.size());
    ::close(fd);
    pid_t pid = 0;
    if (size > 2) std::from_chars(line.data() + 2, line.data() + size, pid);
    return pid > 0 && (::kill(pid, 0) == 0 || errno == EPERM);
}

bool forbidden(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd >= 0) ::close(fd);
    return fd < 0 && (errno == EACCES || errno == EPERM);
}

} // namespace

struct VarnishMemory::Inner {
    Inner(std::string where, VarnishCounters& added, bool withLog)
        : folder(std::move(where)), counters(added), readsLog(withLog) {
        VSC_State(statistics, &Inner::counterAppears, &Inner::counterGoes, this);
    }
    ~Inner() {
        closeLog();
        VSL_Delete(log);
        VSC_Destroy(&statistics, memory);
        VSM_Destroy(&memory);
    }
    Inner(const Inner&) = delete;
    Inner& operator=(const Inner&) = delete;

    static void* counterAppears(void* self, const VSC_point* point) {
        auto& inner = *static_cast<Inner*>(self);
        inner.counters.add(point->name, point->ptr, inner.countsFromNow);
        return nullptr;
    }
    static void counterGoes(void* self, const VSC_point* point) {
        static_cast<Inner*>(self)->counters.remove(point->ptr); // it is still mapped
    }
    static int passOver(void*, const VSC_point*) { return 0; }

    void openLog() {
        cursor = VSL_CursorVSM(log, memory, kBatches | (logFromNow ? kFromTail : 0U));
        if (cursor != nullptr) logFromNow = false; // the next one is read from its beginning
    }
    void closeLog() {
        if (cursor != nullptr) VSL_DeleteCursor(cursor);
        cursor = nullptr;
        readFrom = readTo = nullptr;
    }
    void releaseRead(const std::uint32_t* record);
    /// What of Varnish this user may not read; empty: nothing is forbidden.
    std::string forbiddenPath() const {
        for (const char* path :
             {"", "/_.vsm_mgt", "/_.vsm_mgt/_.index", "/_.vsm_child", "/_.vsm_child/_.index"})
            if (forbidden(folder + path)) return folder + path;
        return {};
    }
    bool follow();

    const std::string folder;
    VarnishCounters& counters;
    const bool readsLog;
    const VarnishLogFormat format = formatOfLibrary();
    struct ::vsm* memory = VSM_New();
    struct ::vsc* statistics = VSC_New();
    VSL_data* log = VSL_New();
    VSL_cursor* cursor = nullptr;
    // Of what was read of the log and is still in our page tables.
    const std::uint32_t* readFrom = nullptr;
    const std::uint32_t* readTo = nullptr;
    bool attached = false;
    bool running = false;
    // What was counted and logged before we came is not ours.
    bool countsFromNow = true;
    bool logFromNow = true;
    std::string trouble;
};

/// Attaches, takes up counters and log; false when they cannot be read, for `trouble`.
bool VarnishMemory::Inner::follow() {
    running = false;
    if (!attached && VSM_Attach(memory, -1) != 0) {
        trouble = "no varnishd runs in " + folder;
        return false;
    }
    attached = true;
    const unsigned status = VSM_Status(memory);
    VSC_Iter(statistics, memory, &Inner::passOver, nullptr); // notices what came and went
    if ((status & VSM_MGT_RUNNING) == 0 || !keeperRuns(folder + "/_.vsm_mgt/_.index")) {
        trouble = "the varnishd in " + folder + " has ended";
        return false;
    }
    if ((status & VSM_WRK_RUNNING) == 0 || !keeperRuns(folder + "/_.vsm_child/_.index")) {
        trouble = "the varnishd in " + folder + " runs, its child process does not";
        return false;
    }
    running = true;
    if (counters.empty()) {
        trouble = "the varnishd in " + folder + " has no counters";
        return false;
    }
    if (readsLog && cursor == nullptr) openLog();
    if (readsLog && cursor == nullptr) {
        const char* why = VSL_Error(log);
        trouble = "the log of the varnishd in " + folder + " cannot be read";
        if (why != nullptr) trouble += std::string(": ") + why;
        VSL_ResetError(log);
        return false;
    }
    return true;
}

/// Goes on to this record. Pages behind it are Varnish's; given back, they do not count as our memory.
void VarnishMemory::Inner::releaseRead(const std::uint32_t* record) {
    static const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    if (readFrom == nullptr) readFrom = readTo = record;
    if (record < readFrom || record - readFrom > kReleasedWords) { // the ring begins anew, or it is enough
        const auto from = (reinterpret_cast<std::uintptr_t>(readFrom) + page - 1) / page * page;
        const auto to = reinterpret_cast<std::uintptr_t>(readTo) / page * page;
        // It is a file mapped shared: nothing is lost.
        if (to > from) ::madvise(reinterpret_cast<void*>(from), to - from, MADV_DONTNEED);
        readFrom = record;
    }
    readTo = record;
}

VarnishMemory::VarnishMemory() = default;
VarnishMemory::~VarnishMemory() = default;

Result<std::unique_ptr<VarnishMemory>> VarnishMemory::open(const std::string& name, bool readsLog,
                                                           VarnishCounters& counters) {
    const std::string_view here = VCS_String("P");
    if (branchOf(here) != branchOf(builtFor()))
        return Error{"built for Varnish " + std::string(builtFor()) + ", the libvarnishapi here is " +
                     std::string(here) + "'s: build it again"};
    std::unique_ptr<VarnishMemory> memory(new VarnishMemory);
    memory->m_inner = std::make_unique<Inner>(folderOf(name), counters, readsLog);
    vsm* handle = memory->m_inner->memory;
    if (VSM_Arg(handle, 'n', memory->m_inner->folder.c_str()) < 0 || VSM_Arg(handle, 't', "0") < 0)
        return Error{"name: '" + name + "' is none of a varnishd: " + VSM_Error(handle)};
    return memory;
}

bool VarnishMemory::refresh() {
    Inner& inner = *m_inner;
    if (inner.follow()) {
        inner.trouble.clear();
        inner.countsFromNow = false;
        return true;
    }
    if (const std::string path = inner.forbiddenPath(); !path.empty())
        inner.trouble = "no permission to read " + path + ": the agent's user has to be in the group varnish";
    else if (!inner.running)
        inner.countsFromNow = inner.logFromNow = false; // all that comes is ours
    return false;
}

std::string VarnishMemory::trouble() const {
    return m_inner->trouble;
}

std::string VarnishMemory::version() const {
    return VCS_String("P");
}

const VarnishLogFormat& VarnishMemory::logFormat() const {
    return m_inner->format;
}

VarnishMemory::LogState VarnishMemory::next(LogPart& part) {
    Inner& inner = *m_inner;
    if (inner.cursor == nullptr && inner.readsLog && inner.running) inner.openLog();
    if (inner.cursor == nullptr) return LogState::end;
    const int state = VSL_Next(inner.cursor);
    if (state == kEnd) return LogState::end;
    if (state != kMore) {
        inner.closeLog();
        inner.logFromNow = state == kOverrun;
        return state == kOverrun ? LogState::overrun : LogState::closed;
    }
    const std::uint32_t* record = inner.cursor->rec.ptr;
    inner.releaseRead(record);
    if (VSL_TAG(record) == SLT__Batch) {
        part.transaction = VSL_BATCHID(record);
        part.words = {record + VSL_OVERHEAD, VSL_WORDS(VSL_BATCHLEN(record))};
    } else {
        part.transaction = VSL_ID(record);
        part.words = {record, VSL_OVERHEAD + VSL_WORDS(VSL_LEN(record))};
    }
    return LogState::part;
}

bool VarnishMemory::intact() const {
    const VSL_cursor* cursor = m_inner->cursor;
    return cursor != nullptr && VSL_Check(cursor, &cursor->rec) > kInvalid;
}

} // namespace surgescope::feeds
