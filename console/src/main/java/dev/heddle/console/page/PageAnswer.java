package dev.heddle.console.page;

import java.util.Map;
import java.util.TreeMap;

/// A file on its way to a browser.
public final class PageAnswer {
    private final int status;
    private final byte[] body;
    private final Map<String, String> headers;

    PageAnswer(int status, String type, String etag, String caching, boolean isGzip, byte[] body) {
        this.status = status;
        this.body = body;
        var all = new TreeMap<String, String>();
        all.put("Content-Type", type);
        all.put("Cache-Control", caching);
        all.put("ETag", etag);
        all.put("Vary", "Accept-Encoding");
        if (isGzip && status == 200) {
            all.put("Content-Encoding", "gzip");
        }
        this.headers = Map.copyOf(all);
    }

    /// 200, or 304 for what the browser has already.
    public int status() {
        return status;
    }

    /// Headers by name, the content's type among them.
    public Map<String, String> headers() {
        return headers;
    }

    /// The bytes to send: not to be changed.
    public byte[] body() {
        return body;
    }
}
