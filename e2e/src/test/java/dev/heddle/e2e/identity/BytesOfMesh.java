package dev.heddle.e2e.identity;

import dev.heddle.e2e.DataPlane;
import dev.heddle.testkit.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// A service of bytes, `ledger`, that says what it hears, behind its sidecar, and a gateway,
/// `door`, that leads to it with mutual TLS.
///
/// @param gateway where connections to the service are taken
/// @param dead where connections to `gone` are taken, which has nobody who listens
record BytesOfMesh(int gateway, int dead) {
    /// Starts them in a mesh, which stops them.
    static BytesOfMesh start(SecureMesh mesh, DataPlane caller, DataPlane called) throws Exception {
        int sidecar = FreePorts.one();
        var at = new BytesOfMesh(FreePorts.one(), FreePorts.one());
        var application = mesh.add(new ServerSocket(0, 10, InetAddress.getLoopbackAddress()));
        Thread.startVirtualThread(() -> echo(application));
        mesh.write(
                "bytes.yaml",
                """
                apiVersion: telemetry.istio.io/v1
                kind: Telemetry
                metadata: {name: mesh, namespace: istio-system}
                spec: {metrics: [{reportingInterval: 1s}]}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: ledger}
                spec: {selector: {app: ledger}, ports: [{name: tcp, port: 7000}]}
                ---
                apiVersion: networking.istio.io/v1
                kind: WorkloadEntry
                metadata: {name: ledger}
                spec:
                  address: 127.0.0.1
                  ports: {tcp: %d}
                  serviceAccount: ledger
                  labels: {app: ledger, security.istio.io/tlsMode: istio}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: gone}
                spec: {selector: {app: gone}, ports: [{name: tcp, port: 7001}]}
                ---
                apiVersion: networking.istio.io/v1
                kind: WorkloadEntry
                metadata: {name: gone}
                spec: {address: 127.0.0.1, ports: {tcp: %d}, labels: {app: gone}}
                ---
                apiVersion: networking.istio.io/v1
                kind: Gateway
                metadata: {name: bytes}
                spec:
                  selector: {istio: ingressgateway}
                  servers:
                  - {port: {number: 7000, name: tcp, protocol: TCP}, hosts: ["*"]}
                  - {port: {number: 7001, name: tcp-gone, protocol: TCP}, hosts: ["*"]}
                ---
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: bytes}
                spec:
                  hosts: ["*"]
                  gateways: [bytes]
                  tcp:
                  - match: [{port: 7000}]
                    route: [{destination: {host: ledger, port: {number: 7000}}}]
                  - match: [{port: 7001}]
                    route: [{destination: {host: gone, port: {number: 7001}}}]
                """
                        .formatted(sidecar, FreePorts.one()));
        mesh.start(
                called,
                "ledger",
                "{inbound: [{port: 7000, bind: \"127.0.0.1:%d\", application: \"127.0.0.1:%d\"}]}"
                        .formatted(sidecar, application.getLocalPort()),
                mesh.identity("ledger").toString());
        mesh.open(
                caller,
                "door",
                "{\"7000\": \"127.0.0.1:%d\", \"7001\": \"127.0.0.1:%d\"}"
                        .formatted(at.gateway, at.dead));
        return at;
    }

    /// A connection that is answered; the proxies may not know of each other yet.
    Socket served(Duration patience) throws Exception {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                Socket socket = connect();
                say(socket, 1);
                return socket;
            } catch (IOException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
    }

    /// A connection that says something, hears it and ends.
    void exchange() {
        try (Socket socket = connect()) {
            say(socket, 1_000);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A connection to the service.
    Socket connect() throws IOException {
        return connect(gateway);
    }

    /// A connection to a service that has nobody who listens.
    Socket connectToNobody() throws IOException {
        return connect(dead);
    }

    private static Socket connect(int port) throws IOException {
        var socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2_000);
        socket.setSoTimeout(10_000);
        return socket;
    }

    /// Sends so many bytes and reads as many.
    static void say(Socket socket, int bytes) throws IOException {
        socket.getOutputStream().write(new byte[bytes]);
        if (socket.getInputStream().readNBytes(bytes).length < bytes) {
            throw new IOException("closed");
        }
    }

    private static void echo(ServerSocket server) {
        while (true) {
            try {
                Socket socket = server.accept();
                Thread.startVirtualThread(() -> {
                    try (socket) {
                        socket.getInputStream().transferTo(socket.getOutputStream());
                    } catch (IOException _) {
                        // The caller is gone.
                    }
                });
            } catch (IOException _) {
                return; // the test is over
            }
        }
    }
}
