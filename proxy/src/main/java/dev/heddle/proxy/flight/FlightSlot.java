package dev.heddle.proxy.flight;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.proxy.observe.Metadata;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.observe.Traced;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.telemetry.ByteText;
import dev.heddle.telemetry.SocketAddressText;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Room for one request, used again and again. Texts of the request are copied, as its head is used
/// again; what else is known is held as it is, since it does not change.
@Confined("worker")
final class FlightSlot {
    /// How many bytes of each text are kept, one behind the other.
    private static final int LONGEST_AUTHORITY = 64;

    private static final int LONGEST_PATH = 128;
    private static final int LONGEST_ID = 36;
    private static final int PATH_AT = LONGEST_AUTHORITY;
    private static final int ID_AT = PATH_AT + LONGEST_PATH;
    private static final int BYTES = ID_AT + LONGEST_ID;

    private static final String ORIGINAL_PATH = "x-envoy-original-path";

    private final byte[] texts = new byte[BYTES];
    private int authorityLength;
    private int pathLength;
    private int idLength;
    private String method = "";
    private long epochNanos;
    private long durationNanos;
    private int code;
    private int attempts;
    private List<ResponseFlag> flags = List.of();
    private String direction = "";
    private String configVersion = "";
    private Metadata routeMetadata = Metadata.NONE;
    private @Nullable String details;
    private @Nullable String route;
    private @Nullable String cluster;
    private @Nullable String upstreamHost;
    private @Nullable Traced traced;
    private @Nullable SocketAddress remote;

    /// Remembers a request in the place of the one before.
    ///
    /// @param text for the moment
    void write(RequestHead request, StreamInfo info, ByteText text) {
        text.clear();
        text.append(request.authority());
        authorityLength = keep(text, 0, LONGEST_AUTHORITY);
        text.clear();
        if (!request.headers().write(ORIGINAL_PATH, text)) {
            request.writePath(text);
        }
        pathLength = keepPath(text);
        text.clear();
        request.headers().write(HeaderName.X_REQUEST_ID.text(), text);
        idLength = keep(text, ID_AT, LONGEST_ID);
        method = request.method();
        epochNanos = info.startSecond() * 1_000_000_000 + info.startNano();
        durationNanos = Math.max(0, info.endNanos());
        code = info.responseCode();
        attempts = info.attempts();
        flags = info.isFlagged() ? List.copyOf(info.flags()) : List.of();
        direction = info.facts().direction();
        configVersion = info.configVersion();
        routeMetadata = info.routeMetadata();
        details = info.responseDetails();
        route = info.route();
        cluster = info.cluster();
        upstreamHost = info.upstreamHost();
        traced = info.traced();
        remote = info.downstreamRemote();
    }

    private int keep(ByteText text, int at, int longest) {
        int length = Math.min(text.length(), longest);
        System.arraycopy(text.bytes(), 0, texts, at, length);
        return length;
    }

    /// Up to a `?` or `#`: what follows may be what is nobody's business.
    private int keepPath(ByteText text) {
        int most = Math.min(text.length(), LONGEST_PATH);
        byte[] bytes = text.bytes();
        for (int i = 0; i < most; i++) {
            byte one = bytes[i];
            if (one == '?' || one == '#') {
                return i;
            }
            texts[PATH_AT + i] = one;
        }
        return most;
    }

    /// What is remembered.
    Flight read() {
        Traced span = traced;
        return new Flight(
                epochNanos,
                durationNanos,
                new Flight.Request(
                        method,
                        text(0, authorityLength),
                        text(PATH_AT, pathLength),
                        text(ID_AT, idLength),
                        span == null ? "" : span.traceId(),
                        span == null ? "" : span.spanId(),
                        said(SocketAddressText.whole(remote))),
                new Flight.Way(
                        direction,
                        said(route),
                        rule(),
                        said(cluster),
                        said(upstreamHost),
                        configVersion),
                code,
                flags,
                said(details),
                attempts);
    }

    private String text(int at, int length) {
        return new String(texts, at, length, StandardCharsets.UTF_8);
    }

    private String rule() {
        Map<String, @Nullable Object> said = routeMetadata.of("heddle");
        return said != null && said.get("resource") instanceof String resource ? resource : "";
    }

    private static String said(@Nullable String text) {
        return text == null ? "" : text;
    }
}
