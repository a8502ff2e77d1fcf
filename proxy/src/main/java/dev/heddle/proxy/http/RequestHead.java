package dev.heddle.proxy.http;

import dev.heddle.proxy.http2.FieldWriter;
import dev.heddle.proxy.http2.Http2Head;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.telemetry.ByteText;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// What a request says before its body.
///
/// `host` is not among the headers: it is the [#authority()], as in HTTP/2, and is written as a
/// header again on HTTP/1 connections. Everything may be changed until the request is forwarded.
/// Used again for the next request of the connection, so nobody keeps one past its exchange.
@Confined("worker")
public final class RequestHead {
    private static final int LONGEST_SHOWN_PATH = 256;

    private static final String CONNECT = "CONNECT";

    /// What asks for nothing else than CONNECT without a word does (a draft before RFC 8441).
    private static final String BYTES = "bytestream";

    private final Headers headers = new Headers();
    private final BarePath barePath = new BarePath();
    private Protocol protocol = Protocol.HTTP_11;
    private String method = "";

    /// Null as long as the method is the client's.
    private @Nullable String receivedMethod;

    private String scheme = "";
    private String authority = "";
    private String hostName = "host";

    /// Null as long as nobody asked: then it lies at [#pathAt] of what was received.
    private @Nullable String path = "";

    private @Nullable String upgrade;

    private int pathAt;
    private int pathLength;

    /// A request as text, for health checks, tests and replays.
    ///
    /// @param path with its query
    public static RequestHead of(String method, String scheme, String authority, String path) {
        var head = new RequestHead();
        head.method = method;
        head.scheme = scheme;
        head.authority = authority;
        head.path = path;
        return head;
    }

    /// The same for somebody who has it longer than the request lives here. What was received
    /// spelled in another case is in lower case.
    public RequestHead copy() {
        RequestHead copy = of(method, scheme, authority, path());
        copy.protocol = protocol;
        copy.upgrade = upgrade;
        headers.forEach((name, value) -> copy.headers.add(HeaderName.of(name), value));
        return copy;
    }

    public Headers headers() {
        return headers;
    }

    public Protocol protocol() {
        return protocol;
    }

    public void setProtocol(Protocol protocol) {
        this.protocol = protocol;
    }

    /// As received: methods are case-sensitive.
    public String method() {
        return method;
    }

    public void setMethod(String method) {
        this.method = method;
        receivedMethod = null;
    }

    /// Has the request go on with another method than the client's, who is answered as one who
    /// asked with that.
    public void changeMethod(String other) {
        if (receivedMethod == null) {
            receivedMethod = method;
        }
        method = other;
    }

    /// Whether the client asked with HEAD, so that the answer has no body.
    public boolean isHead() {
        String received = receivedMethod;
        return (received == null ? method : received).equals("HEAD");
    }

    /// `http` or `https`; empty where the request does not say, until somebody has found out.
    public String scheme() {
        return scheme;
    }

    public void setScheme(String scheme) {
        this.scheme = scheme;
    }

    /// Host and, where the client sent one, port.
    public String authority() {
        return authority;
    }

    public void setAuthority(String authority) {
        this.authority = authority;
    }

    /// How the `host` header is spelled where the case of names is kept.
    void setHostName(String hostName) {
        this.hostName = hostName;
    }

    /// The path with its query; `*` for `OPTIONS *`; empty for CONNECT.
    public String path() {
        String text = path;
        if (text == null) {
            text = headers.block().text(pathAt, pathLength);
            path = text;
        }
        return text;
    }

    /// The address that was asked for, as callers are told whom to prove themselves to: as in
    /// `http://a.test/b`, with no more of the path than what is usual.
    public String shownUri() {
        String whole = path();
        return scheme
                + "://"
                + authority
                + whole.substring(0, Math.min(whole.length(), LONGEST_SHOWN_PATH));
    }

    /// The path without its query, looked at where it lies, so that no text is made of it. Stands
    /// until the path is changed.
    public CharSequence barePath() {
        barePath.length = 0;
        int whole = path == null ? pathLength : path.length();
        while (barePath.length < whole && !isBehindPath(pathCharacter(barePath.length))) {
            barePath.length++;
        }
        return barePath;
    }

    private static boolean isBehindPath(char c) {
        return c == '?' || c == '#';
    }

    /// Whether the path begins with a slash and is canonical whatever the rules are, as it nearly
    /// always is: no percent sign, backslash or fragment in it, and neither a dot nor a slash
    /// behind a slash.
    public boolean isPathPlain() {
        CharSequence bare = barePath();
        if (bare.isEmpty() || bare.charAt(0) != '/') {
            return false;
        }
        char before = ' ';
        for (int i = 0; i < bare.length(); i++) {
            char c = bare.charAt(i);
            if (!Ascii.isPlainInPath(c) || (before == '/' && (c == '.' || c == '/'))) {
                return false;
            }
            before = c;
        }
        return !hasFragment();
    }

    /// Whether something begins with `#`, which nobody may send.
    private boolean hasFragment() {
        int whole = path == null ? pathLength : path.length();
        for (int i = barePath.length; i < whole; i++) {
            if (pathCharacter(i) == '#') {
                return true;
            }
        }
        return false;
    }

    private char pathCharacter(int index) {
        String text = path;
        return text == null ? (char) headers.block().byteAt(pathAt + index) : text.charAt(index);
    }

    @Confined("worker")
    private final class BarePath implements CharSequence {
        private int length;

        @Override
        public int length() {
            return length;
        }

        @Override
        public char charAt(int index) {
            return pathCharacter(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return path().substring(start, end);
        }

        @Override
        public String toString() {
            return path().substring(0, length);
        }
    }

    /// Writes the path, of which no text is made.
    public void writePath(ByteText out) {
        if (path == null) {
            headers.block().write(pathAt, pathLength, out);
        } else {
            out.append(path);
        }
    }

    public void setPath(String path) {
        this.path = path;
    }

    /// The protocol that is asked for instead of HTTP, as received; null if none is, as nearly
    /// always. `upgrade` and `connection`, or `:protocol`, are not among the headers.
    public @Nullable String upgrade() {
        return upgrade;
    }

    public void setUpgrade(@Nullable String upgrade) {
        this.upgrade = upgrade;
    }

    /// What is asked to flow both ways in the place of bodies: the protocol of an upgrade, or
    /// `CONNECT`; null for a request that is nothing but a request.
    public @Nullable String tunnel() {
        return isConnect() ? CONNECT : upgrade;
    }

    boolean isConnect() {
        return method.equals(CONNECT);
    }

    /// Says where the path was received, relative to the head.
    void pathReceived(int at, int length) {
        path = null;
        pathAt = at;
        pathLength = length;
    }

    /// Whether the method is one that asks for no change, so that a proxy may offer it twice (RFC
    /// 9110, section 9.2.1).
    public boolean isSafe() {
        return switch (method) {
            case "GET", "HEAD", "OPTIONS", "TRACE" -> true;
            default -> false;
        };
    }

    /// Whether doing it twice has the effect of doing it once (RFC 9110, section 9.2.2).
    public boolean isIdempotent() {
        return isSafe() || method.equals("PUT") || method.equals("DELETE");
    }

    /// Forgets everything, ready for the next request.
    public void clear() {
        headers.clear();
        protocol = Protocol.HTTP_11;
        method = "";
        scheme = "";
        authority = "";
        hostName = "host";
        path = "";
        upgrade = null;
    }

    /// Takes what an HTTP/2 stream began with. An extended CONNECT (RFC 8441) is what it is in
    /// HTTP/1: an upgrade.
    void read(Protocol version, Http2Head head) {
        protocol = version;
        setMethod(head.method());
        scheme = head.scheme();
        authority = head.authority();
        headers.read(head);
        pathReceived(head.pathAt(), head.pathLength());
        String asked = head.protocol();
        if (!asked.isEmpty() && !asked.equals(BYTES)) {
            method = "GET";
            upgrade = asked;
        }
    }

    /// Writes pseudo-header fields and fields.
    void writeTo(FieldWriter out) {
        headers.lend(out, path == null ? pathAt + pathLength : 0);
        if (isConnect()) {
            out.add(":method", method);
            out.add(":authority", authority);
            headers.writeTo(out);
            return;
        }
        if (upgrade == null) {
            out.add(":method", method);
        } else {
            out.add(":method", CONNECT);
            out.add(":protocol", upgrade);
        }
        out.add(":scheme", scheme.isEmpty() ? "http" : scheme);
        out.add(":authority", authority);
        if (path == null) {
            out.received(":path", pathAt, pathLength);
        } else {
            out.add(":path", path);
        }
        headers.writeTo(out);
    }

    /// Writes request line, `host` and the fields, without the empty line.
    void writeTo(ByteBuf out) {
        out.writeCharSequence(method, StandardCharsets.US_ASCII);
        out.writeByte(' ');
        if (isConnect()) {
            out.writeCharSequence(authority, StandardCharsets.ISO_8859_1);
        } else if (path == null) {
            headers.block().write(pathAt, pathLength, out);
        } else {
            out.writeCharSequence(path, StandardCharsets.ISO_8859_1);
        }
        out.writeCharSequence(" HTTP/1.1\r\n", StandardCharsets.US_ASCII);
        out.writeCharSequence(hostName, StandardCharsets.US_ASCII);
        out.writeByte(':').writeByte(' ');
        out.writeCharSequence(authority, StandardCharsets.ISO_8859_1);
        out.writeByte('\r').writeByte('\n');
        headers.writeTo(out);
    }

    @Override
    public String toString() {
        return method + " " + path() + " (" + authority + ")\n" + headers;
    }
}
