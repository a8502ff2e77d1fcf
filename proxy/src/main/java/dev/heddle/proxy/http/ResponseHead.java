package dev.heddle.proxy.http;

import dev.heddle.proxy.http2.FieldWriter;
import dev.heddle.proxy.http2.Http2Head;
import dev.heddle.proxy.runtime.Confined;
import org.jspecify.annotations.Nullable;

/// What a response says before its body. The reason phrase of the upstream is not kept: the proxy
/// writes that of RFC 9110, as Envoy does.
@Confined("worker")
public final class ResponseHead {
    private final Headers headers = new Headers();
    private int status;
    private @Nullable String upgrade;

    public static ResponseHead of(int status) {
        var head = new ResponseHead();
        head.setStatus(status);
        return head;
    }

    public Headers headers() {
        return headers;
    }

    /// From 100 to 599.
    public int status() {
        return status;
    }

    public void setStatus(int status) {
        this.status = status;
    }

    /// The protocol that a 101 switches to, as received.
    public @Nullable String upgrade() {
        return upgrade;
    }

    public void setUpgrade(@Nullable String upgrade) {
        this.upgrade = upgrade;
    }

    /// Takes what an HTTP/2 upstream answered.
    void read(Http2Head head) {
        status = head.status();
        headers.read(head);
    }

    /// Whether bytes of another protocol follow, both ways.
    ///
    /// @param request that this answers
    public boolean begins(RequestHead request) {
        return request.tunnel() != null
                && (status == 101 || (request.isConnect() && status / 100 == 2));
    }

    /// Writes `:status` and fields. HTTP/2 has no 101: there a tunnel begins with a 200.
    void writeTo(FieldWriter out) {
        headers.lend(out, 0);
        out.status(status == 101 ? 200 : status);
        headers.writeTo(out);
    }

    /// Forgets everything, ready for the next response.
    public void clear() {
        headers.clear();
        status = 0;
        upgrade = null;
    }

    @Override
    public String toString() {
        return status + "\n" + headers;
    }
}
