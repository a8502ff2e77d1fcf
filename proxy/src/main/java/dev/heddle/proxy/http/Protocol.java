package dev.heddle.proxy.http;

/// The version of HTTP in which a message came, with its name in access logs (`%PROTOCOL%`).
public enum Protocol {
    HTTP_10("HTTP/1.0"),
    HTTP_11("HTTP/1.1"),
    HTTP_2("HTTP/2"),
    HTTP_3("HTTP/3");

    private final String text;

    Protocol(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }

    /// Whether a connection has many requests at once, each on a stream of its own.
    public boolean hasStreams() {
        return this == HTTP_2 || this == HTTP_3;
    }
}
