package dev.heddle.proxy.connection;

import dev.heddle.proxy.config.HttpConnectionManagerConfig;
import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.filter.ExchangeOwner;
import dev.heddle.proxy.filter.Timeouts;
import dev.heddle.proxy.http.BodySource;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.LocalReply;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.http.ResponseSink;
import dev.heddle.proxy.observe.HttpStat;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.overload.OverloadAction;
import dev.heddle.proxy.route.RouteTable;
import dev.heddle.proxy.runtime.Client;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.tls.TlsSession;
import dev.heddle.proxy.tracing.Tracer;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What all requests of one connection share, whatever its version of HTTP.
@Confined("worker")
final class ServedConnection {
    private final HttpService service;
    private final long id;
    private final InetSocketAddress remote;
    private final InetSocketAddress local;
    private final @Nullable TlsSession tls;
    private final Client client;

    /// What requests need; null while the connection rests.
    private @Nullable ProxyHeaders headers;

    private @Nullable RequestRules rules;

    /// @param tls what its handshake came to; null for none
    ServedConnection(
            HttpService service,
            InetSocketAddress remote,
            InetSocketAddress local,
            @Nullable TlsSession tls,
            Client client) {
        this.service = service;
        this.id = service.context().worker().nextConnectionId();
        this.remote = remote;
        this.local = local;
        this.tls = tls;
        this.client = client;
    }

    /// Of a request from outside, what its routes have only insiders say.
    private void takeInternalHeaders(RequestHead request) {
        RouteTable table = routes();
        List<HeaderName> names = table == null ? List.of() : table.internalOnlyHeaders();
        if (!names.isEmpty() && !request.headers().contains(HeaderName.X_ENVOY_INTERNAL)) {
            names.forEach(request.headers()::remove);
        }
    }

    private ProxyHeaders headers() {
        ProxyHeaders known = headers;
        if (known == null) {
            known =
                    new ProxyHeaders(
                            service.config().identity(),
                            worker().random(),
                            new DateText(worker()),
                            tls);
            headers = known;
        }
        return known;
    }

    private RequestRules rules() {
        RequestRules known = rules;
        if (known == null) {
            known = new RequestRules(service.config(), service.log());
            rules = known;
        }
        return known;
    }

    /// Gives up what the next request can have made again.
    void rest() {
        headers = null;
        rules = null;
    }

    /// The connection is gone, and what was kept for it goes, too.
    void gone() {
        client.gone();
    }

    HttpService service() {
        return service;
    }

    Worker worker() {
        return service.context().worker();
    }

    /// For the requests of one sink, one after the other.
    Exchange exchange(ExchangeOwner owner, ResponseSink sink, BodySource source) {
        var info = new StreamInfo();
        info.onConnection(id, service.listener(), service.chain(), remote, local);
        info.setFacts(service.facts(), worker().random());
        info.setClient(client);
        info.setTls(tls);
        var limits = service.config().timeouts();
        return new Exchange(
                service.context(),
                service.config().filters(),
                owner,
                service.log(),
                info,
                new Timeouts(
                        limits.streamIdle().toNanos(),
                        limits.request().toNanos(),
                        limits.stream().toNanos()),
                service.replies(),
                sink,
                source,
                service.bufferLimitBytes());
    }

    /// Has an exchange serve a request, or refuse it by the connection manager's rules.
    void serve(Exchange exchange, RequestHead request, boolean ends) {
        LocalReply refusal =
                isOverloaded()
                        ? LocalReply.configured(503, "overload", "envoy overloaded", List.of())
                        : rules().apply(request, local.getPort());
        if (refusal != null) {
            exchange.refuseRead(request, refusal, ends);
            return;
        }
        headers().onRequest(request, remote, local.getPort(), exchange.info());
        takeInternalHeaders(request);
        Tracer tracer = service.tracer();
        if (tracer != null) {
            exchange.follow(request, tracer);
        }
        exchange.onRequest(request, ends);
    }

    private boolean isOverloaded() {
        boolean isIt =
                strikes(OverloadAction.STOP_ACCEPTING_REQUESTS)
                        || strikes(OverloadAction.HTTP_CONNECTION_MANAGER_DECODE_HEADERS);
        if (isIt) {
            service.log().count(HttpStat.DOWNSTREAM_RQ_OVERLOAD_CLOSE);
        }
        return isIt;
    }

    /// Whether the answer that is about to begin is to be the connection's last, as the proxy is so
    /// busy or goes. If so, it is counted.
    boolean isLastAnswer() {
        HttpStat why = null;
        if (service.drain().endsWith(worker().nanos(), worker().random())) {
            why = HttpStat.DOWNSTREAM_CX_DRAIN_CLOSE;
        } else if (strikes(OverloadAction.DISABLE_HTTP_KEEPALIVE)) {
            why = HttpStat.DOWNSTREAM_CX_OVERLOAD_DISABLE_KEEPALIVE;
        }
        if (why != null) {
            service.log().count(why);
        }
        return why != null;
    }

    boolean strikes(OverloadAction action) {
        return service.overload().get().strikes(action, worker().random());
    }

    /// Whether a name with an underscore is to be refused, which streams do without an answer.
    boolean isUnderscoreRefused(RequestHead request) {
        return service.config().limits().underscores()
                        == HttpConnectionManagerConfig.Underscores.REJECT_REQUEST
                && request.headers().hasUnderscore();
    }

    void onResponse(RequestHead request, ResponseHead response) {
        headers().onResponse(request, response);
    }

    boolean takesUpgrade(String protocol) {
        for (String taken : service.config().http1().upgrades()) {
            if (taken.equalsIgnoreCase(protocol)) {
                return true;
            }
        }
        return false;
    }

    @Nullable RouteTable routes() {
        return service.routes().get();
    }
}
