package dev.heddle.proxy.http;

import dev.heddle.proxy.runtime.Confined;

/// What a request says before its body.
///
/// `host` is not among the headers: it is the [#authority()], as in HTTP/2, and is written as a
/// header again on HTTP/1 connections. Everything may be changed until the request is forwarded.
/// Used again for the next request of the connection, so nobody keeps one past its exchange.
@Confined("worker")
public final class RequestHead {
    private final Headers headers = new Headers();
    private Protocol protocol = Protocol.HTTP_11;
    private String method = "";
    private String scheme = "http";
    private String authority = "";
    private String path = "";

    /// A request as text, for health checks, tests and replays.
    ///
    /// @param path with its query
    public static RequestHead of(String method, String scheme, String authority, String path) {
        var head = new RequestHead();
        head.set(method, scheme, authority, path);
        return head;
    }

    void set(String method, String scheme, String authority, String path) {
        this.method = method;
        this.scheme = scheme;
        this.authority = authority;
        this.path = path;
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
    }

    /// `http` or `https`.
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

    /// The path with its query; `*` for `OPTIONS *`; empty for CONNECT.
    public String path() {
        return path;
    }

    public void setPath(String path) {
        this.path = path;
    }

    /// Whether the method is one that asks for no change, so that a proxy may offer it twice (RFC
    /// 9110, section 9.2.1).
    public boolean isSafe() {
        return switch (method) {
            case "GET", "HEAD", "OPTIONS", "TRACE" -> true;
            default -> false;
        };
    }

    /// Forgets everything, ready for the next request.
    public void clear() {
        headers.clear();
        protocol = Protocol.HTTP_11;
        set("", "http", "", "");
    }

    @Override
    public String toString() {
        return method + " " + path + " (" + authority + ")\n" + headers;
    }
}
