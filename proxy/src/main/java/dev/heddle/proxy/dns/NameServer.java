package dev.heddle.proxy.dns;

import dev.heddle.proxy.observe.FilterStats;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Datagrams;
import dev.heddle.proxy.runtime.Worker;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Answers the questions that come to one listener on one worker.
///
/// ```
///   question ──▶ known here ──────────────────────────▶ answer from the table
///        │          └──no──▶ answered before ─────────▶ that answer, older
///        │                        └──no──▶ forwarded ──▶ whatever comes back, or SERVFAIL
///        └──nonsense──▶ FORMERR, or nothing
/// ```
@Confined("worker")
public final class NameServer {
    /// An answer over TCP.
    private static final int STREAM_ROOM = 65_535;

    private final Worker worker;
    private final FilterStats stats;
    private final NameMetrics metrics;
    private final List<InetSocketAddress> machines;
    private final AnswerCache cache = new AnswerCache();
    private NamesConfig config;
    private Forwarder forwarder;
    private int turn;

    /// @param machines servers of names that the machine has
    public NameServer(
            Worker worker,
            NamesConfig config,
            List<InetSocketAddress> machines,
            FilterStats stats,
            NameMetrics metrics) {
        this.metrics = metrics;
        metrics.onListener();
        this.worker = worker;
        this.config = config;
        this.machines = machines;
        this.stats = stats;
        this.forwarder = forwarder(config);
    }

    private Forwarder forwarder(NamesConfig of) {
        return new Forwarder(
                worker,
                of.servers().isEmpty() ? machines : of.servers(),
                of.timeout().toNanos(),
                of.mostPending());
    }

    /// Answers by other names from now on. Who waits for an answer still gets it, unless others are
    /// asked now.
    public void update(NamesConfig next) {
        boolean asksOthers =
                !next.servers().equals(config.servers())
                        || !next.timeout().equals(config.timeout())
                        || next.mostPending() != config.mostPending();
        config = next;
        if (asksOthers) {
            forwarder.close();
            forwarder = forwarder(next);
        }
    }

    /// A datagram came.
    ///
    /// @param on where it came, and its answer leaves
    public void onDatagram(ByteBuf bytes, InetSocketAddress from, Datagrams on) {
        byte[] message = new byte[bytes.readableBytes()];
        bytes.readBytes(message).release();
        answer(
                message,
                false,
                answer ->
                        on.send(
                                worker.allocator().directBuffer(answer.length).writeBytes(answer),
                                from));
    }

    /// Answers, now or later, or never.
    ///
    /// @param isStream whether the client has room for the longest answer
    void answer(byte[] message, boolean isStream, Consumer<byte[]> told) {
        stats.count("downstream_rx_queries");
        switch (Question.read(message)) {
            case Question.Read.Nothing() -> stats.count("downstream_rx_invalid_queries");
            case Question.Read.Refused refused -> {
                stats.count("downstream_rx_invalid_queries");
                tell(Answer.refusal(refused), told);
            }
            case Question.Read.Asked(Question question) ->
                    answer(question, message, isStream, told);
        }
    }

    private void answer(
            Question question, byte[] message, boolean isStream, Consumer<byte[]> told) {
        metrics.onRequest();
        String kind = kind(question);
        stats.count(kind + "_record_queries");
        Optional<NameTable.Found> found =
                kind.equals("unsupported")
                        ? Optional.empty()
                        : config.table().find(question.name());
        if (found.isPresent()) {
            stats.count("known_domain_queries");
            List<InetAddress> addresses = found.get().of(question.type());
            stats.add("local_" + kind + "_record_answers", addresses.size());
            tell(
                    Answer.known(
                            question,
                            addresses,
                            found.get().alias(),
                            turn++ & Integer.MAX_VALUE,
                            found.get().entry().ttlSeconds(),
                            isStream ? STREAM_ROOM : question.room()),
                    told);
        } else if (!config.forwards()) {
            stats.count("unanswered_queries");
            tell(Answer.failure(question, Question.NO_SUCH_NAME), told);
        } else {
            forward(question, message, isStream, told);
        }
    }

    private static String kind(Question question) {
        boolean isOfInternet = question.kind() == Question.INTERNET;
        return switch (question.type()) {
            case Question.A -> isOfInternet ? "a" : "unsupported";
            case Question.AAAA -> isOfInternet ? "aaaa" : "unsupported";
            default -> "unsupported";
        };
    }

    private void forward(
            Question question, byte[] message, boolean isStream, Consumer<byte[]> told) {
        Optional<byte[]> kept = cache.find(question, worker.nanos());
        if (kept.isPresent()) {
            stats.count("cached_queries");
            tell(fitting(question, kept.get(), isStream), told);
            return;
        }
        stats.count("externally_resolved_queries");
        metrics.onForwarded();
        long since = worker.nanos();
        Consumer<Optional<byte[]>> outcome =
                answer -> {
                    if (answer.isEmpty()) {
                        stats.count("unanswered_queries");
                        metrics.onFailure();
                        tell(Answer.failure(question, Question.SERVER_FAILURE), told);
                    } else {
                        metrics.onAnswer(worker.nanos() - since);
                        cache.add(question, answer.get(), worker.nanos());
                        tell(fitting(question, answer.get(), isStream), told);
                    }
                };
        if (isStream && !forwarder.servers().isEmpty()) {
            new StreamQuestion(worker, forwarder.servers(), config.timeout(), question, outcome)
                    .ask(message);
        } else {
            forwarder.ask(question, message, outcome);
        }
    }

    /// What a client has no room for it asks for again over TCP.
    private static byte[] fitting(Question question, byte[] answer, boolean isStream) {
        boolean fits = isStream || answer.length <= Math.max(question.room(), 512);
        return fits ? answer : Answer.truncated(question);
    }

    private void tell(byte[] answer, Consumer<byte[]> told) {
        stats.count("downstream_tx_responses");
        told.accept(answer);
    }

    /// Answers nobody any more.
    public void close() {
        forwarder.close();
    }

    Worker worker() {
        return worker;
    }
}
