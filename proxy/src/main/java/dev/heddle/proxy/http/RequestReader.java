package dev.heddle.proxy.http;

import dev.heddle.proxy.runtime.Confined;
import io.netty.buffer.ByteBuf;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Reads request heads: the lines, then what they mean for the connection and the body.
@Confined("worker")
final class RequestReader {
    /// Equal to no host, as it is not valid.
    private static final String NONE = " ";

    private static final HeaderName HTTP2_SETTINGS = HeaderName.of("http2-settings");

    private final Http1Settings settings;
    private final RequestLine line;
    private final HeadReader reader;
    private ConnectionTokens tokens = ConnectionTokens.NONE;
    private Framing framing = Framing.NONE;
    private boolean expectsContinue;
    private RequestHead head = new RequestHead();
    private CodecError error = CodecError.MALFORMED;

    /// That of an earlier request, which was valid.
    private String lastHost = NONE;

    RequestReader(Http1Settings settings) {
        this.settings = settings;
        this.line = new RequestLine(settings);
        this.reader = new HeadReader(line, settings.limits(), settings.dialect().keepsCase());
    }

    /// Gets ready for the next request.
    void begin(RequestHead into) {
        head = into;
        line.begin(into);
        reader.begin(into.headers());
    }

    HeadReader.Progress read(ByteBuf in) {
        HeadReader.Progress progress = reader.read(in);
        if (progress == HeadReader.Progress.FAILED) {
            error = reader.error();
        } else if (progress == HeadReader.Progress.DONE) {
            CodecError wrong = understand();
            if (wrong != null) {
                error = wrong;
                return HeadReader.Progress.FAILED;
            }
        }
        return progress;
    }

    boolean hasBegun() {
        return reader.hasBegun();
    }

    CodecError error() {
        return error;
    }

    Framing framing() {
        return framing;
    }

    /// The protocol that is asked for instead of HTTP, as received; null if none.
    @Nullable String upgrade() {
        return head.isConnect() ? null : tokens.upgrade();
    }

    /// Whether the client waits for `100 Continue` before it sends the body.
    boolean expectsContinue() {
        return expectsContinue;
    }

    /// Whether another request may follow on the connection.
    boolean isPersistent() {
        return head.protocol() == Protocol.HTTP_11 ? !tokens.close() : tokens.keepAlive();
    }

    private @Nullable CodecError understand() {
        Headers headers = head.headers();
        if (head.protocol() == Protocol.HTTP_10 && !settings.http10()) {
            return CodecError.LOW_VERSION;
        }
        if (settings.dialect().rejectsUnderscores() && headers.hasUnderscore()) {
            return CodecError.UNDERSCORE;
        }
        if (settings.dialect().chunkedLength() && headers.contains(HeaderName.TRANSFER_ENCODING)) {
            headers.remove(HeaderName.CONTENT_LENGTH);
        }
        CodecError wrong = host(headers);
        if (wrong == null) {
            wrong = Framing.check(headers, head.protocol());
        }
        if (wrong == null && head.method().equals("CONNECT")) {
            wrong = tunnel(headers);
        }
        if (wrong != null) {
            return wrong;
        }
        Framing said = Framing.of(headers, framing);
        framing = said == null ? Framing.NONE : said;
        ConnectionTokens stripped = ConnectionTokens.strip(headers);
        if (stripped == null) {
            return CodecError.CONNECTION_HEADER;
        }
        tokens = stripped;
        dropH2c(headers);
        return expectation(headers);
    }

    /// What follows a CONNECT is no body (RFC 9110, section 9.3.6).
    private static @Nullable CodecError tunnel(Headers headers) {
        if (headers.contains(HeaderName.TRANSFER_ENCODING)) {
            return CodecError.INVALID_TRANSFER_ENCODING;
        }
        if (headers.contains(HeaderName.CONTENT_LENGTH)) {
            if (headers.number(HeaderName.CONTENT_LENGTH) != 0) {
                return CodecError.LENGTH_NOT_ALLOWED;
            }
            headers.remove(HeaderName.CONTENT_LENGTH);
        }
        return null;
    }

    /// An upgrade to HTTP/2 in the clear is ignored, as RFC 9110 allows: what follows it would pass
    /// unseen.
    private void dropH2c(Headers headers) {
        String upgrade = tokens.upgrade();
        if (upgrade != null && upgrade.toLowerCase(Locale.ROOT).contains("h2c")) {
            tokens = new ConnectionTokens(tokens.close(), tokens.keepAlive(), null);
            headers.remove(HTTP2_SETTINGS);
        }
    }

    private @Nullable CodecError host(Headers headers) {
        String host = headers.get(HeaderName.HOST, lastHost);
        if (headers.isRepeated(HeaderName.HOST)) {
            return CodecError.MALFORMED;
        }
        String authority = line.authority();
        if (host != null && !host.isEmpty() && !isValidHost(host)) {
            return CodecError.INVALID_HOST;
        }
        boolean isConnect = head.method().equals("CONNECT");
        if (authority != null && !Authority.isValid(authority, isConnect)) {
            return CodecError.INVALID_URL;
        }
        if (authority == null) {
            // Without one the request is understood, and refused by whoever serves it.
            String otherwise =
                    head.protocol() == Protocol.HTTP_10 ? settings.hostForHttp10().orElse("") : "";
            authority = host == null ? otherwise : host;
        }
        if (settings.dialect().keepsCase()) {
            head.setHostName(headers.nameAsReceived(HeaderName.HOST));
        }
        headers.remove(HeaderName.HOST);
        head.setAuthority(authority);
        return null;
    }

    /// The host of a connection is nearly always the same: then it was looked at before.
    private boolean isValidHost(String host) {
        if (host.equals(lastHost)) {
            return true;
        }
        boolean valid = Authority.isValid(host);
        if (valid) {
            lastHost = host;
        }
        return valid;
    }

    private @Nullable CodecError expectation(Headers headers) {
        String expect = headers.get(HeaderName.EXPECT);
        expectsContinue = expect != null && Ascii.equalsIgnoreCase(expect, "100-continue");
        if (expect != null && !expectsContinue) {
            return CodecError.EXPECTATION;
        }
        headers.remove(HeaderName.EXPECT);
        return null;
    }
}
