package dev.heddle.cli.plan;

import dev.heddle.cli.offline.Configuration;
import dev.heddle.cli.plan.LineFormat.Reading;
import dev.heddle.cli.plan.LogEntry.Field;
import dev.heddle.cli.plan.Occurrences.Answered;
import dev.heddle.cli.text.Failure;
import dev.heddle.compiler.explain.Request.Caller;
import dev.heddle.compiler.explain.Sender;
import dev.heddle.model.Confined;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// The requests of access logs, each distinct one once.
@Confined("one thread")
final class Sample {
    /// How many distinct requests are kept; more are counted.
    static final int MOST = 200_000;

    private final LogFormats formats;
    private final Senders senders;
    private final Predicate<String> decides;
    private final boolean asksForCallers;
    private final Map<Recorded, Occurrences> requests = new LinkedHashMap<>();
    private final Map<Left, LeftOut> left = new LinkedHashMap<>();
    private int lines;

    /// Why a line is not replayed.
    enum Left {
        UNREADABLE("cannot be read"),
        TOO_LONG("are longer than " + Lines.LONGEST + " bytes"),
        CONNECTION("are of connections, not of requests"),
        RECEIVED("are of requests that a workload received; its callers' logs have them, too"),
        NOBODYS("do not say whose proxy wrote them"),
        TOO_MANY("are of more than " + MOST + " distinct requests");

        private final String words;

        Left(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    /// Lines that are not replayed.
    ///
    /// @param first where the first of them stands, and what is wrong with it
    record LeftOut(int count, String first) {}

    /// @param decides whether some rule may look at a header of that name
    /// @param asksForCallers whether some rule may ask where a client is
    Sample(LogFormats formats, Senders senders, Predicate<String> decides, boolean asksForCallers) {
        this.formats = formats;
        this.senders = senders;
        this.decides = decides;
        this.asksForCallers = asksForCallers;
    }

    /// Reads a log.
    void read(LogFile file, InputStream standardInput) {
        boolean isInput = file.path().equals(Configuration.STANDARD_INPUT);
        try (InputStream in =
                isInput ? InputStream.nullInputStream() : Files.newInputStream(file.path())) {
            read(
                    new Lines(isInput ? standardInput : in),
                    file.labels(),
                    isInput ? Configuration.STDIN : file.path().toString());
        } catch (IOException e) {
            throw Failure.usage(
                    "--requests: %s cannot be read (%s)".formatted(file.path(), e.getMessage()),
                    "name an access log, or '-' for standard input");
        }
    }

    /// Reads what was listened to.
    void read(byte[] log, String name) {
        try {
            read(new Lines(new ByteArrayInputStream(log)), Map.of(), name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read(Lines from, Map<String, String> labels, String name) throws IOException {
        int number = 0;
        for (Optional<String> line = from.next(); line.isPresent(); line = from.next()) {
            number++;
            if (line.get().isBlank()) {
                continue;
            }
            lines++;
            String place = name + ":" + number;
            if (from.isTooLong()) {
                leave(Left.TOO_LONG, place, "");
            } else {
                take(formats.read(line.get()), labels, place);
            }
        }
    }

    private void take(LogFormats.Line line, Map<String, String> labels, String place) {
        switch (line.reading()) {
            case Reading.Unreadable(String why) -> leave(Left.UNREADABLE, place, why);
            case Reading.Entry(LogEntry entry) -> {
                Optional<Sender> sender = senders.find(labels, line, entry.of(Field.REMOTE));
                if (entry.of(Field.METHOD).isEmpty() || !entry.of(Field.PATH).startsWith("/")) {
                    leave(Left.CONNECTION, place, "");
                } else if (entry.of(Field.CLUSTER).startsWith("inbound|")) {
                    leave(Left.RECEIVED, place, "");
                } else if (sender.isEmpty()) {
                    leave(
                            Left.NOBODYS,
                            place,
                            "name its workload with --from, or with"
                                    + " --requests KEY=VALUE@FILE");
                } else {
                    take(sender.get(), entry, place);
                }
            }
        }
    }

    private void take(Sender sender, LogEntry entry, String place) {
        Recorded request = recorded(sender, entry);
        Occurrences known = requests.get(request);
        if (known == null) {
            if (requests.size() == MOST) {
                leave(Left.TOO_MANY, place, "");
                return;
            }
            known = new Occurrences();
            requests.put(request, known);
        }
        known.add(
                place,
                new Answered(
                        entry.tells(Field.CLUSTER)
                                ? Optional.of(entry.of(Field.CLUSTER))
                                : Optional.empty(),
                        entry.of(Field.CODE),
                        entry.of(Field.FLAGS)));
    }

    private Recorded recorded(Sender sender, LogEntry entry) {
        String serverName = entry.of(Field.SERVER_NAME);
        String said = entry.of(Field.SCHEME);
        String scheme = !said.isEmpty() ? said : serverName.isEmpty() ? "http" : "https";
        String authority = entry.of(Field.AUTHORITY);
        var headers = new LinkedHashMap<>(entry.headers());
        headers.keySet().removeIf(name -> !decides.test(name));
        return new Recorded(
                sender,
                entry.of(Field.METHOD),
                scheme,
                authority,
                serverName.isEmpty() ? Addresses.host(authority) : serverName,
                ports(entry.of(Field.LOCAL), authority, scheme),
                entry.of(Field.PATH),
                headers,
                asksForCallers && !entry.of(Field.REMOTE).isEmpty()
                        ? Optional.of(
                                new Caller(
                                        entry.of(Field.PEER),
                                        Addresses.host(entry.of(Field.REMOTE))))
                        : Optional.empty());
    }

    /// Of a connection that was redirected, the proxy knows where it was made to; of one to the
    /// proxy itself, that is the proxy's own port.
    private static List<Integer> ports(String local, String authority, String scheme) {
        var ports = new ArrayList<Integer>();
        if (!local.isEmpty() && !Addresses.isLoopback(local)) {
            Addresses.port(local).ifPresent(ports::add);
        }
        ports.add(Addresses.port(authority).orElse(scheme.equals("https") ? 443 : 80));
        Addresses.port(local).ifPresent(ports::add);
        return ports.stream().distinct().toList();
    }

    private void leave(Left why, String place, String detail) {
        left.merge(
                why,
                new LeftOut(1, place + (detail.isEmpty() ? "" : ": " + detail)),
                (known, _) -> new LeftOut(known.count() + 1, known.first()));
    }

    /// The distinct requests, in the order in which they stand there first.
    Map<Recorded, Occurrences> requests() {
        return Collections.unmodifiableMap(requests);
    }

    /// Lines that are not replayed.
    Map<Left, LeftOut> left() {
        return Collections.unmodifiableMap(left);
    }

    /// All lines but empty ones.
    int lines() {
        return lines;
    }

    /// How many lines are replayed.
    int replayed() {
        return requests.values().stream().mapToInt(Occurrences::count).sum();
    }
}
