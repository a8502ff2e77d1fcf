package dev.heddle.cli.serve;

import dev.heddle.console.OtlpServer;
import dev.heddle.console.tls.ServerTls;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.ca.CaServer;
import dev.heddle.control.serving.CertificateSource;
import dev.heddle.control.slo.RecordedBurns;
import dev.heddle.control.slo.Slos;
import dev.heddle.signals.Signals;
import io.grpc.BindableService;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a control plane keeps of traffic, if it does.
record KeptSignals(
        Optional<Signals> kept, Optional<InetSocketAddress> http, Optional<InetSocketAddress> https)
        implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KeptSignals.class);
    private static final long LEARN_SECONDS = 2;

    static KeptSignals start(Optional<SignalOptions> options, Path data, KnownPlaces places)
            throws IOException {
        return new KeptSignals(
                options.isPresent()
                        ? Optional.of(options.get().start(data, places))
                        : Optional.empty(),
                options.flatMap(SignalOptions::http),
                options.flatMap(SignalOptions::https));
    }

    /// The calls by which proxies tell.
    List<BindableService> services() {
        return kept.map(Signals::services).orElse(List.of());
    }

    /// Takes OTLP over HTTP of everybody where that is said, until it is closed.
    ///
    /// @throws IOException when the address cannot be bound; the message says which
    Closeable serveHttp() throws IOException {
        if (kept.isEmpty() || http.isEmpty()) {
            return () -> {};
        }
        var server = OtlpServer.start(http.get(), kept.get().http());
        return server::close;
    }

    /// Takes it of who has a certificate of the mesh, too.
    ///
    /// @throws IOException when the address cannot be bound, or there is no certificate to show
    Closeable serveHttps(ControlPlane control) throws IOException {
        if (kept.isEmpty() || https.isEmpty()) {
            return () -> {};
        }
        CaServer authority = control.authority().orElseThrow();
        var tls =
                ServerTls.startMutual(
                        "OTLP over HTTP",
                        new CertificateSource.OfMesh(
                                authority, OwnNames.of(https.get(), CaServer.NAMES)),
                        control.ownCertificates(),
                        authority.believed());
        try {
            var server = OtlpServer.startMutual(https.get(), kept.get().http(), tls, authority);
            return server::close;
        } catch (IOException e) {
            tls.close();
            throw e;
        }
    }

    /// Learns who is where, every two seconds (`signals-places`), until it is closed.
    Closeable learn(ControlPlane control, KnownPlaces places) {
        if (kept.isEmpty()) {
            return () -> {};
        }
        var timer =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("signals-places").daemon().factory());
        var _ =
                timer.scheduleWithFixedDelay(
                        () -> learnOnce(control, places), 0, LEARN_SECONDS, TimeUnit.SECONDS);
        return timer::shutdownNow;
    }

    /// Looks how it stands with objectives, until it is closed.
    KeptSlos watch(ControlPlane control, Path data) {
        return new KeptSlos(
                kept.map(signals ->
                        Slos.start(
                                control.mesh()::objectives,
                                new SignalCounts(signals),
                                control.mesh()::proxiesOf,
                                List.of(new RecordedBurns(control.mesh().flightRecorders())),
                                data,
                                InstantSource.system())));
    }

    /// Who looks how it stands with objectives, if somebody does.
    record KeptSlos(Optional<Slos> kept) implements AutoCloseable {
        @Override
        public void close() {
            kept.ifPresent(Slos::close);
        }
    }

    private static void learnOnce(ControlPlane control, KnownPlaces places) {
        try {
            places.learn(control);
        } catch (CompletionException e) {
            LOG.warn("who is where is not known anew", e);
        }
    }

    @Override
    public void close() {
        kept.ifPresent(Signals::close);
    }
}
