package dev.heddle.proxy.upstream;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.RequestHead;
import java.util.Optional;

/// What the handshakes of a cluster's connections take from the requests that they are made for
/// (`upstream_http_protocol_options`).
///
/// @param sends whether the name of the request's host is asked for (`auto_sni`)
/// @param verifies whether the host's certificate must bear it, and no other name counts
///   (`auto_san_validation`)
/// @param header that has the name where a request has it (`override_auto_sni_header`)
public record RequestNames(boolean sends, boolean verifies, Optional<HeaderName> header) {
    /// Nothing.
    public static final RequestNames NONE = new RequestNames(false, false, Optional.empty());

    /// Whether requests for different hosts need connections of their own.
    public boolean areTaken() {
        return sends || verifies;
    }

    /// What of a request says the name.
    public String text(RequestHead request) {
        if (header.isPresent()) {
            String own = request.headers().get(header.get());
            if (own != null && !own.isEmpty()) {
                return own;
            }
        }
        return request.authority();
    }
}
