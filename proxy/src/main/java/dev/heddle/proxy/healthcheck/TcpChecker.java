package dev.heddle.proxy.healthcheck;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.health.HealthCheck.Probe;
import dev.heddle.proxy.upstream.health.HostCheck;
import dev.heddle.proxy.upstream.health.HostCheck.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/// Asks by a connection: that it can be made is the answer, or bytes that come back.
@Confined("worker")
final class TcpChecker extends Checker implements WireHandler {
    private final Probe.Tcp probe;
    private final Received received;
    private @Nullable Wire wire;

    TcpChecker(HostCheck check, Probe.Tcp probe, Cluster cluster, Host target, Worker worker) {
        super(check, cluster, target, worker);
        this.probe = probe;
        this.received = new Received(probe.receive(), Received.MOST);
    }

    @Override
    void ask() {
        received.clear();
        if (wire == null) {
            connect();
        } else {
            send(wire);
        }
    }

    @Override
    public WireHandler onConnected(Wire made) {
        connected();
        wire = made;
        if (probe.receive().isEmpty()) {
            close();
            passed(false);
        } else {
            send(made);
        }
        return this;
    }

    private void send(Wire to) {
        if (!probe.send().isEmpty()) {
            to.write(Unpooled.wrappedBuffer(probe.send().toByteArray()));
            to.flush();
        }
    }

    @Override
    void close() {
        Wire open = wire;
        wire = null;
        if (open != null) {
            open.reset();
        }
    }

    @Override
    public void onBytes(ByteBuf bytes) {
        received.add(bytes);
        if (wire != null && isAsking() && received.isExpected()) {
            passed(false);
            if (!check().config().way().reusesConnection()) {
                close();
            }
        }
    }

    @Override
    public void onWritable() {
        // A question is short.
    }

    /// Also between two questions, a host that hangs up fails.
    @Override
    public void onClosed() {
        if (wire != null) {
            wire = null;
            lost();
        }
    }

    private void lost() {
        if (isAsking()) {
            failed(Failure.NETWORK, false);
        } else {
            failedBetween();
        }
    }
}
