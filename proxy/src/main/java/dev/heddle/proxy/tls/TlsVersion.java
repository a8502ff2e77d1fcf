package dev.heddle.proxy.tls;

/// Versions that are spoken. Older ones are not: RFC 8996.
public enum TlsVersion {
    /// RFC 5246.
    TLS_1_2("TLSv1.2"),
    /// RFC 8446.
    TLS_1_3("TLSv1.3");

    private final String text;

    TlsVersion(String text) {
        this.text = text;
    }

    /// As logs and the library say it.
    public String text() {
        return text;
    }
}
