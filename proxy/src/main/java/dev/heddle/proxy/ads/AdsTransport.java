package dev.heddle.proxy.ads;

import dev.heddle.proxy.http2.Http2Loop;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.upstream.HostSecurity;
import dev.heddle.telemetry.SocketAddressText;
import dev.heddle.xds.client.StreamTransport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Carries the proxy's ADS streams over its own HTTP/2, in plain text or secured, on one event
/// loop, and calls beside them.
///
/// Each stream has a connection to itself, so an attempt that follows a failure begins from
/// nothing: the name is resolved anew, and behind a load balancer another control plane may answer.
/// Receivers are called on the loop.
@Confined("config thread")
public final class AdsTransport implements StreamTransport, SideCalls {
    private final Worker worker;
    private final Http2Loop loop;
    private final InetSocketAddress server;
    private final Resolver resolver;
    private final Executor lookUps;
    private final Supplier<HostSecurity> security;
    private @Nullable AdsStream stream;
    private long streams;
    private boolean isClosed;

    /// Finds the addresses of a host; may block.
    public interface Resolver {
        /// @throws UnknownHostException when there are none
        List<InetAddress> resolve(String name) throws UnknownHostException;
    }

    /// @param worker runs the streams; whoever opens one does so on its thread
    /// @param server unresolved where the control plane is known by its name
    /// @param lookUps runs the resolver
    /// @param security how a connection that begins now is secured; asked on the worker's thread
    public AdsTransport(
            Worker worker,
            InetSocketAddress server,
            Resolver resolver,
            Executor lookUps,
            Supplier<HostSecurity> security) {
        this.worker = worker;
        this.loop = new Http2Loop(worker);
        this.server = server;
        this.resolver = resolver;
        this.lookUps = lookUps;
        this.security = security;
    }

    @Override
    public String authority() {
        return server.isUnresolved()
                ? server.getHostString() + ":" + server.getPort()
                : Objects.requireNonNull(SocketAddressText.whole(server));
    }

    @Override
    public Sender open(Receiver receiver) {
        var next = new AdsStream(worker, loop, authority(), security, receiver);
        stream = next;
        streams++;
        if (isClosed) {
            next.cancel("CANCELLED: the proxy is stopping");
        } else if (server.isUnresolved()) {
            lookUps.execute(() -> lookUp(next));
        } else {
            next.connect(List.of(server));
        }
        return next;
    }

    @Override
    public long connection() {
        return stream != null && stream.isConnected() ? streams : 0;
    }

    @Override
    public Optional<SideCalls.Call> call(String method, SideCalls.Hearer hearer) {
        AdsStream present = stream;
        GrpcCall call = present == null ? null : present.call(method, new Told(hearer));
        if (call == null) {
            return Optional.empty();
        }
        call.unlimited();
        return Optional.of(new Side(call));
    }

    private record Side(GrpcCall call) implements SideCalls.Call {
        @Override
        public void send(byte[] message) {
            call.send(message);
        }

        @Override
        public void end() {
            call.finish();
        }

        @Override
        public void cancel(String reason) {
            call.cancel(GrpcStatus.cancelled(reason));
        }
    }

    private record Told(SideCalls.Hearer hearer) implements GrpcCall.Hearing {
        @Override
        public void onMessage(byte[] message) {
            hearer.onMessage(message);
        }

        @Override
        public void onEnd(GrpcStatus how) {
            hearer.onEnd(how.isUnimplemented(), how.text());
        }
    }

    /// May block; not on the loop.
    private void lookUp(AdsStream asker) {
        try {
            List<InetSocketAddress> found =
                    resolver.resolve(server.getHostString()).stream()
                            .map(it -> new InetSocketAddress(it, server.getPort()))
                            .toList();
            onLoop(() -> asker.connect(found));
        } catch (UnknownHostException e) {
            onLoop(() ->
                    asker.cancel(
                            "UNAVAILABLE: no address of " + server.getHostString() + " is known"));
        }
    }

    private void onLoop(Runnable task) {
        try {
            worker.execute(task);
        } catch (RejectedExecutionException _) {
            // The loop has ended, and with it everything on it.
        }
    }

    @Override
    public void close() {
        onLoop(() -> {
            isClosed = true;
            if (stream != null) {
                stream.cancel("CANCELLED: the proxy is stopping");
            }
        });
    }
}
