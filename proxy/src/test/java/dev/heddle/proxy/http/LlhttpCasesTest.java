package dev.heddle.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// llhttp's own cases, the strict ones: we never serve a message that it refuses, and serve those
/// that it serves. Requests of HTTP/1.1 without a host get one, as those cases are about other
/// things. What is different on purpose is named with its reason.
class LlhttpCasesTest {
    private static final Pattern REQUEST_LINE =
            Pattern.compile("(?m)^([A-Z-]+ \\S+ HTTP/1\\.1)\\r\\n");
    private static final Pattern ESCAPE = Pattern.compile("\\\\x([0-9a-fA-F]{2})");

    record Case(String name, boolean isRequest, String bytes, boolean isRefused, int messages) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final String METHODS = "any token is a method (RFC 9110, 9.1)";
    private static final String STAR = "'*' is for OPTIONS alone (RFC 9112, 3.2.4)";
    private static final String PROTOCOLS = "only HTTP/1.0 and HTTP/1.1 are served";
    private static final String CODINGS = "no transfer coding but chunked is served";
    private static final String USERS = "a request names no user (RFC 9110, 4.2.4)";

    /// By file and title.
    private static final Map<String, String> DIFFERENT =
            Map.ofEntries(
                    Map.entry(
                            "request/invalid.md: " + "HTTP protocol and ANNOUNCE " + "method",
                            METHODS),
                    Map.entry("request/invalid.md: " + "Invalid method", METHODS),
                    Map.entry("request/method.md: " + "M-SEARCH request", STAR),
                    Map.entry("request/method.md: " + "SOURCE request with ICE", PROTOCOLS),
                    Map.entry("request/method.md: " + "OPTIONS request with RTSP", PROTOCOLS),
                    Map.entry("request/method.md: " + "ANNOUNCE request with RTSP", PROTOCOLS),
                    Map.entry("request/sample.md: " + "No HTTP version", PROTOCOLS),
                    Map.entry(
                            "request/transfer-encoding.md: "
                                    + "POST with `chunked` as last "
                                    + "transfer-encoding",
                            CODINGS),
                    Map.entry(
                            "request/transfer-encoding.md: "
                                    + "POST with `chunked` as last transfer-encoding "
                                    + "(multiple headers)",
                            CODINGS),
                    Map.entry("request/uri.md: " + "`host:port` and basic auth", USERS),
                    Map.entry("response/sample.md: " + "RTSP response", PROTOCOLS),
                    Map.entry("response/sample.md: " + "ICE response", PROTOCOLS),
                    Map.entry("response/sample.md: " + "HTTP version 0.9", PROTOCOLS),
                    Map.entry(
                            "response/transfer-encoding.md: "
                                    + "`chunked` before other "
                                    + "transfer-encoding",
                            CODINGS),
                    Map.entry(
                            "response/transfer-encoding.md: "
                                    + "multiple transfer-encoding where chunked is not the "
                                    + "last one",
                            CODINGS),
                    Map.entry(
                            "response/transfer-encoding.md: "
                                    + "`chunkedchunked` transfer-encoding does not enable "
                                    + "chunked enconding",
                            CODINGS));

    static Stream<Case> cases() {
        Optional<Path> folder = Repository.cases().map(dir -> dir.resolve("llhttp/cases.json"));
        if (folder.isEmpty() || !Files.exists(folder.get())) {
            return Stream.of(new Case("no cases beside the checkout", true, "", false, -1));
        }
        try {
            List<?> all =
                    (List<?>)
                            new Load(LoadSettings.builder().setCodePointLimit(1 << 24).build())
                                    .loadFromString(Files.readString(folder.get()));
            return all.stream()
                    .map(c -> (Map<?, ?>) c)
                    .filter(LlhttpCasesTest::isStrict)
                    .map(LlhttpCasesTest::read);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isStrict(Map<?, ?> raw) {
        Map<?, ?> meta = get(raw, "meta", Map.class);
        Object type = meta.get("type");
        return ("request".equals(type) || "response".equals(type))
                && !meta.containsKey("skipBody")
                && !meta.containsKey("pause")
                && !get(raw, "log", String.class).isEmpty();
    }

    private static Case read(Map<?, ?> raw) {
        boolean isRequest = "request".equals(get(raw, "meta", Map.class).get("type"));
        String bytes = bytes(get(raw, "inputRaw", String.class));
        if (isRequest && !bytes.toLowerCase(Locale.ROOT).contains("\nhost:")) {
            bytes = REQUEST_LINE.matcher(bytes).replaceAll("$1\r\nHost: h\r\n");
        }
        return new Case(
                get(raw, "file", String.class).replace("test/", "") + ": " + raw.get("title"),
                isRequest,
                bytes,
                raw.get("error") != null,
                get(raw, "messagesComplete", Number.class).intValue());
    }

    private static <T> T get(Map<?, ?> raw, String key, Class<T> type) {
        return type.cast(Objects.requireNonNull(raw.get(key), key));
    }

    private static String bytes(String raw) {
        String text =
                raw.replaceFirst("\n$", "")
                        .replace("\\\n", "")
                        .replace("\n", "\r\n")
                        .replace("\\r", "\r")
                        .replace("\\n", "\n")
                        .replace("\\t", "\t")
                        .replace("\\f", "\f");
        Matcher escapes = ESCAPE.matcher(text);
        return escapes.replaceAll(found ->
                Matcher.quoteReplacement("" + (char) Integer.parseInt(found.group(1), 16)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void weAgree(Case row) {
        assumeTrue(row.messages() >= 0, row.name());
        String events = events(row);
        assertThat(events(row, IntStream.range(1, row.bytes().length()).toArray()))
                .as("byte by byte")
                .isEqualTo(events);
        String open = events.substring(0, events.indexOf("closed\n"));
        boolean isRefused = open.contains("error ") || open.contains("failure ProtocolError");
        int ends = count(open, "(?m)^end$");
        int informational = row.isRequest() ? 0 : count(open, "(?m)^1\\d\\d");
        // A client has one request in flight, so what follows its response is none.
        int most = row.isRequest() ? row.messages() : Math.min(row.messages(), informational + 1);
        boolean agrees =
                row.isRefused()
                        ? ends + informational <= row.messages()
                        : !isRefused && ends + informational == most;
        assertThat(agrees)
                .as(
                        "%s (%s)%n%sof%n%stheirs: refused %s, %d messages",
                        row.name(),
                        DIFFERENT.getOrDefault(row.name(), "we should agree"),
                        events,
                        row.bytes(),
                        row.isRefused(),
                        row.messages())
                .isEqualTo(!DIFFERENT.containsKey(row.name()));
    }

    private static int count(String text, String pattern) {
        return text.split(pattern, -1).length - 1;
    }

    private static String events(Case row, int... cuts) {
        return row.isRequest()
                ? Probe.requests(LlhttpCasesTest::with10, row.bytes(), cuts)
                : Probe.responses("GET", row.bytes(), cuts);
    }

    private static Http1Settings with10(Http1Settings usual) {
        return new Http1Settings(
                usual.limits(),
                true,
                Optional.of("h"),
                true,
                usual.upgrades(),
                usual.delayedClose(),
                usual.trailers(),
                new Http1Dialect(true, false, false, Http1Dialect.NameCase.LOWER));
    }
}
