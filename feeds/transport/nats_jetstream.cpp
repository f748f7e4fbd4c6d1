// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/transport/nats_jetstream.h"

#include "feeds/transport/nats_subject.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <memory>
#include <vector>

namespace surgescope::feeds {
namespace {

using std::chrono::nanoseconds;

constexpr std::int64_t kAskMs = 1'000;
constexpr std::chrono::seconds kForgetReader{30};
constexpr std::chrono::seconds kPullLasts{30};
/// In which a message that is sent again is known by its id.
constexpr std::chrono::seconds kKnowsAgain{120};

struct JetStreamDestroy {
    void operator()(jsCtx* c) const { jsCtx_Destroy(c); }
    void operator()(jsStreamInfo* i) const { jsStreamInfo_Destroy(i); }
    void operator()(jsConsumerInfo* i) const { jsConsumerInfo_Destroy(i); }
};
template <class T> using JetStreamHeld = std::unique_ptr<T, JetStreamDestroy>;

JetStreamHeld<jsCtx> jetStream(natsConnection* connection) {
    jsOptions options;
    jsOptions_Init(&options);
    options.Wait = kAskMs;
    jsCtx* js = nullptr;
    natsConnection_JetStream(&js, connection, &options);
    return JetStreamHeld<jsCtx>(js);
}

Error jetStreamError(const char* what, natsStatus status, jsErrCode code) {
    // The leader of a cluster answers, or of a stream, and while there is none nobody does.
    if (status == NATS_TIMEOUT || code == JSClusterNotAvailErr)
        return Error{std::string(kStreamTrouble) + "its servers do not answer, or have no leader"};
    const char* why = nats_GetLastError(nullptr);
    return Error{std::string(kStreamTrouble) + what + ": " +
                 (why && *why ? why : natsStatus_GetText(status))};
}

Error noAnswerError() {
    return Error{std::string(kStreamTrouble) + "an answer that is none of a stream"};
}

/// "surgescope.pop.*, …; 93600 s, 8589934592 bytes, -1 messages".
std::string keptBy(const jsStreamConfig& config) {
    std::string text;
    for (int i = 0; i < config.SubjectsLen; ++i)
        text += (i > 0 ? ", " : "") + std::string(config.Subjects[i] ? config.Subjects[i] : "?");
    const auto bound = [&](std::int64_t most, const char* unit) {
        text += "; " + (most > 0 ? "at most " + std::to_string(most) : std::string("any number of")) + unit;
    };
    bound(config.MaxAge / nanoseconds(std::chrono::seconds(1)).count(), " s");
    bound(config.MaxBytes, " bytes");
    bound(config.MaxMsgs, " messages");
    return text;
}

/// The fields that were asked for.
jsStreamConfig configOf(const NatsStream& asked, const char** subjects) {
    jsStreamConfig config;
    jsStreamConfig_Init(&config);
    config.Name = kStreamName;
    config.Subjects = subjects;
    config.SubjectsLen = static_cast<int>(std::size(kStreamSubjects));
    config.Storage = js_FileStorage;
    config.Retention = js_LimitsPolicy;
    config.Discard = js_DiscardOld;
    config.Replicas = asked.replicas;
    config.MaxAge = nanoseconds(asked.keep).count();
    config.MaxBytes = static_cast<std::int64_t>(asked.keepBytes);
    config.Duplicates = nanoseconds(std::min(asked.keep, kKnowsAgain)).count();
    return config;
}

WallTime wallTime(std::int64_t unixNs) {
    return WallTime(std::chrono::floor<WallTime::duration>(nanoseconds(unixNs)));
}

bool isAsAsked(const jsStreamConfig& has, const jsStreamConfig& asked) {
    if (has.SubjectsLen != asked.SubjectsLen) return false;
    for (int i = 0; i < asked.SubjectsLen; ++i)
        if (!has.Subjects[i] || std::string_view(has.Subjects[i]) != asked.Subjects[i]) return false;
    const auto isAlike = [](std::int64_t one, std::int64_t other) { // none is -1, and for some 0
        return std::max<std::int64_t>(one, 0) == std::max<std::int64_t>(other, 0);
    };
    return has.Replicas == asked.Replicas && has.MaxAge == asked.MaxAge && has.MaxBytes == asked.MaxBytes &&
           isAlike(has.MaxMsgs, asked.MaxMsgs) && isAlike(has.MaxMsgsPerSubject, asked.MaxMsgsPerSubject) &&
           isAlike(has.MaxMsgSize, asked.MaxMsgSize) && has.Discard == asked.Discard &&
           has.NoAck == asked.NoAck && has.Duplicates == asked.Duplicates;
}

} // namespace

Result<KeptStream> keepStream(natsConnection* connection, const NatsStream& asked) {
    const auto js = jetStream(connection);
    const char* subjects[std::size(kStreamSubjects)];
    std::ranges::copy(kStreamSubjects, subjects);
    auto config = configOf(asked, subjects);
    jsErrCode code{};
    jsStreamInfo* made = nullptr;
    auto s = js_GetStreamInfo(&made, js.get(), kStreamName, nullptr, &code);
    const JetStreamHeld<jsStreamInfo> found(made);
    if (s == NATS_OK) {
        if (!found || !found->Config) return noAnswerError();
        if (isAsAsked(*found->Config, config)) return KeptStream::asAsked;
        s = js_UpdateStream(nullptr, js.get(), &config, nullptr, &code);
        if (s == NATS_OK) return KeptStream::changed;
        return jetStreamError("it cannot be changed", s, code);
    }
    if (s != NATS_NOT_FOUND) return jetStreamError("it does not answer", s, code);
    s = js_AddStream(nullptr, js.get(), &config, nullptr, &code);
    if (s == NATS_OK) return KeptStream::made;
    auto error = jetStreamError("it cannot be made", s, code);
    if (code == JSStorageResourcesExceededErr || code == JSInsufficientResourcesErr)
        error.text += "; expected servers with that much of max_file_store, or less: --keep-bytes";
    return error;
}

Result<std::optional<FoundStream>> findStream(natsConnection* connection) {
    const auto js = jetStream(connection);
    jsErrCode code{};
    jsStreamInfo* made = nullptr;
    const auto s = js_GetStreamInfo(&made, js.get(), kStreamName, nullptr, &code);
    const JetStreamHeld<jsStreamInfo> found(made);
    if (s == NATS_OK && (!found || !found->Config)) return noAnswerError();
    if (s == NATS_OK)
        return std::optional(FoundStream{.createdNs = found->Created,
                                         .first = found->State.FirstSeq,
                                         .last = found->State.LastSeq,
                                         .firstStored = wallTime(found->State.FirstTime),
                                         .readers = found->State.Consumers,
                                         .keeps = keptBy(*found->Config)});
    if (s == NATS_NOT_FOUND || s == NATS_NO_RESPONDERS || code == JSNotEnabledErr ||
        code == JSNotEnabledForAccountErr)
        return std::optional<FoundStream>();
    return jetStreamError("it does not answer", s, code);
}

Result<StreamConsumer> openConsumer(natsConnection* connection, const ReadFrom& from) {
    const auto js = jetStream(connection);
    jsConsumerConfig config;
    jsConsumerConfig_Init(&config);
    config.AckPolicy = js_AckNone;
    config.DeliverPolicy = from.sequence > 0 ? js_DeliverByStartSequence : js_DeliverByStartTime;
    config.OptStartSeq = from.sequence;
    config.OptStartTime = from.sequence > 0 ? 0 : nanoseconds(from.time.time_since_epoch()).count();
    config.Replicas = 1;
    config.MemoryStorage = true;
    config.InactiveThreshold = nanoseconds(kForgetReader).count();
    jsErrCode code{};
    jsConsumerInfo* made = nullptr;
    const auto s = js_AddConsumer(&made, js.get(), kStreamName, &config, nullptr, &code);
    const JetStreamHeld<jsConsumerInfo> consumer(made);
    if (s != NATS_OK) return jetStreamError("it cannot be read", s, code);
    if (!consumer || !consumer->Name) return noAnswerError();
    return StreamConsumer{consumer->Name, consumer->NumPending};
}

std::string pullSubject(const std::string& consumer) {
    return std::string("$JS.API.CONSUMER.MSG.NEXT.") + kStreamName + "." + consumer;
}

std::string pullRequest(std::size_t messages, std::size_t bytes) {
    return R"({"batch":)" + std::to_string(messages) + R"(,"max_bytes":)" + std::to_string(bytes) +
           R"(,"expires":)" + std::to_string(nanoseconds(kPullLasts).count()) + R"(,"idle_heartbeat":)" +
           std::to_string(nanoseconds(kStreamHeartbeat).count()) + "}";
}

/// $JS.ACK.STREAM.CONSUMER.DELIVERED.SEQUENCE.OF THE CONSUMER.NANOSECONDS.BEHIND, or with a domain and an
/// account behind ACK and a word at the end (JetStream's ADR-15).
std::optional<StreamPlace> streamPlaceIn(std::string_view reply) {
    if (!reply.starts_with("$JS.ACK.")) return std::nullopt;
    std::vector<std::string_view> words;
    for (std::size_t at = 0; at <= reply.size() && words.size() < 13;) {
        const auto dot = std::min(reply.find('.', at), reply.size());
        words.push_back(reply.substr(at, dot - at));
        at = dot + 1;
    }
    if (words.size() != 9 && words.size() < 11) return std::nullopt;
    const std::size_t first = words.size() == 9 ? 4 : 6; // delivered
    std::array<std::uint64_t, 5> numbers{};
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto word = words[first + i];
        const auto* end = word.data() + word.size();
        const auto [at, error] = std::from_chars(word.data(), end, numbers[i]);
        if (error != std::errc{} || at != end) return std::nullopt;
    }
    return StreamPlace{numbers[1], numbers[2], wallTime(static_cast<std::int64_t>(numbers[3])), numbers[4]};
}

} // namespace surgescope::feeds
