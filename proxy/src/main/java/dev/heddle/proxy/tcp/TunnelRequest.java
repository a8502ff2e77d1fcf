package dev.heddle.proxy.tcp;

import dev.heddle.proxy.config.TcpProxyConfig.Tunneling;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHandler;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.http.UpstreamStream;
import dev.heddle.proxy.observe.ExchangeRecord;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.route.table.HeaderEditor;
import java.util.List;

/// The request by which an HTTP proxy is asked to carry the bytes of one connection, and its
/// answer.
final class TunnelRequest {
    private final Tunneling config;
    private final List<HeaderEditor> edits;
    private final RequestHead request = new RequestHead();
    private final ResponseHead response = new ResponseHead();

    TunnelRequest(Tunneling config) {
        this.config = config;
        this.edits = HeaderEditor.of(List.of(config.headers()));
    }

    void start(UpstreamStream on, StreamInfo info, ResponseHandler hears) {
        clear();
        request.setMethod(config.postPath().isPresent() ? "POST" : "CONNECT");
        request.setAuthority(config.hostname().line(new ExchangeRecord(request, null, info)));
        config.postPath().ifPresent(request::setPath);
        HeaderEditor.edit(edits, request, null, info);
        on.start(request, false, response, hears);
    }

    /// Whether the bytes may follow.
    boolean isGranted(ResponseHead answer) {
        return config.postPath().isPresent() ? answer.status() / 100 == 2 : answer.begins(request);
    }

    void clear() {
        request.clear();
        response.clear();
    }
}
