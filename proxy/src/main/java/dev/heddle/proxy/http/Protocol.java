package dev.heddle.proxy.http;

/// The version of HTTP in which a message came, with its name in access logs (`%PROTOCOL%`).
public enum Protocol {
    HTTP_10("HTTP/1.0"),
    HTTP_11("HTTP/1.1"),
    HTTP_2("HTTP/2");

    private final String text;

    Protocol(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }
}
