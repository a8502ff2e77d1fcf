package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.heddle.testkit.GoldenCase;
import dev.heddle.testkit.NetworkNamespace;
import dev.heddle.testkit.Parts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLSocket;

/// A row of [MatrixRow] whose workload's connections are redirected, in a network namespace: run by
/// [IstioTrafficMatrixTest].
final class RedirectedMatrix {
    private static final int HTTPS = 443;
    private static final String HTTP_1_0 = "GET / HTTP/1.0\n\n";

    private final MatrixRow row;
    private final CaseCertificates certificates;

    private RedirectedMatrix(MatrixRow row, GoldenCase golden) {
        this.row = row;
        this.certificates = CaseCertificates.of(golden);
    }

    /// @param arguments as [RedirectedRun] has them; the checks are rows by number
    public static void main(String... arguments) {
        DataPlane dataPlane = RedirectedRun.plane(arguments[0]);
        List<MatrixRow> rows = MatrixRow.all();
        for (String number : List.of(arguments).subList(2, arguments.length)) {
            MatrixRow row = rows.get(Integer.parseInt(number));
            RedirectedRun.report(
                    number, arguments[1], directory -> check(row, dataPlane, directory));
        }
        System.exit(0);
    }

    private static void check(MatrixRow row, DataPlane dataPlane, Path directory) throws Exception {
        GoldenCase golden = row.written(directory.resolve("case"));
        try (var parts = new Parts();
                var mesh = new RedirectedMesh(golden, dataPlane, directory)) {
            var matrix = new RedirectedMatrix(row, golden);
            matrix.outside(mesh.backends(), parts);
            matrix.check();
        }
    }

    /// Who answers outside of the mesh, and in the workload itself.
    private void outside(EchoBackends backends, Parts parts) throws Exception {
        for (String address : MatrixRow.OUTSIDE) {
            NetworkNamespace.command("ip addr add " + address + "/32 dev lo");
            backends.start(address, Optional.empty(), at(address, 81));
            backends.start(
                    address,
                    Optional.of(certificates.backend("b", false, false)),
                    at(address, HTTPS));
        }
        if (row.asksNames()) {
            NetworkNamespace.command("ip addr add " + RedirectedMesh.NAMES + "/32 dev lo");
            parts.add(
                    new MachineNames(
                            at(RedirectedMesh.NAMES, 53),
                            Map.of(
                                    MatrixRow.FULL_TARGET,
                                    List.of("10.66.0." + (int) MatrixRow.TARGET.charAt(0)))));
        }
        backends.start("a/v1", Optional.empty(), at(RedirectedMesh.WORKLOAD, 8080));
    }

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    private void check() {
        if (row.function().equals("tlsOriginationCases")) {
            // The file has lost the row's calls: the first port's protocol is the upstream's, too.
            assertThat(call(8888).header(EchoReply.PROTOCOL)).hasValue("HTTP/1.1");
            assertThat(call(8882).header(EchoReply.PROTOCOL)).hasValue("HTTP/2");
            return;
        }
        assertThat(row.calls()).isNotEmpty();
        for (MatrixRow.Call call : row.calls()) {
            String scheme = MatrixRow.text(call.options(), "Scheme");
            switch (scheme) {
                case "scheme.TCP" -> checkBytes(call);
                case "scheme.DNS" -> checkName(call);
                default ->
                        new MatrixCall(
                                        row,
                                        call,
                                        (_, method, _, headers) -> ask(method, headers, call))
                                .check();
            }
        }
    }

    private static Answer call(int port) {
        return answer(
                at(MatrixRow.OUTSIDE.getFirst(), port), "GET", MatrixRow.OUTSIDE_NAME, Map.of());
    }

    private Answer ask(String method, Map<String, String> headers, MatrixRow.Call call) {
        int port = call.port(false);
        return switch (row.function()) {
            case "selfCallsCases" ->
                    answer(at(RedirectedMesh.WORKLOAD, port), method, "a", headers);
            case "testServiceEntryWithMultipleVIPsAndResolutionNone" -> secured(port, method);
            default -> answer(target(port), method, MatrixRow.TARGET, headers);
        };
    }

    private static InetSocketAddress target(int port) {
        return at("10.66.0." + (int) MatrixRow.TARGET.charAt(0), port);
    }

    private Answer secured(int port, String method) {
        String address = MatrixRow.OUTSIDE.getLast();
        try (Socket plain = RedirectedMesh.connect(at(address, port));
                var secured =
                        (SSLSocket)
                                certificates
                                        .caller(Optional.empty())
                                        .getSocketFactory()
                                        .createSocket(plain, address, port, true)) {
            secured.getOutputStream().write(HttpText.request(method, "/", address, Map.of()));
            return HttpText.answer(secured).orElseThrow();
        } catch (IOException e) {
            throw new AssertionError(address, e);
        }
    }

    private static Answer answer(
            InetSocketAddress to, String method, String host, Map<String, String> headers) {
        try (var socket = RedirectedMesh.connect(to)) {
            socket.getOutputStream().write(HttpText.request(method, "/", host, headers));
            return HttpText.answer(socket)
                    .orElseThrow(() -> new AssertionError(to + ": no answer"));
        } catch (IOException e) {
            throw new AssertionError(to.toString(), e);
        }
    }

    /// A call in bytes, which must be passed on as they are.
    private static void checkBytes(MatrixRow.Call call) {
        JsonObject tcp = MatrixRow.object(call.options(), "TCP");
        String expected = MatrixRow.text(MatrixRow.object(tcp, "ExpectedResponse"), "Value");
        InetSocketAddress to =
                call.options().has("Address")
                        ? at(MatrixRow.OUTSIDE.getFirst(), call.port(false))
                        : target(call.port(false));
        String said = RedirectedMesh.said(to, HTTP_1_0.getBytes(StandardCharsets.US_ASCII));
        assertThat(said).startsWith(expected.isEmpty() ? "HTTP/1.0 200 OK" : expected);
    }

    /// Over TCP, at the machine's own server of names or at one on the machine that nobody runs.
    private static void checkName(MatrixRow.Call call) {
        boolean isOnMachine =
                MatrixRow.text(call.options(), "Address").contains("server=127.0.0.1");
        String said =
                RedirectedMesh.said(
                        at(isOnMachine ? "127.0.0.1" : RedirectedMesh.NAMES, 53),
                        MachineNames.question(MatrixRow.FULL_TARGET));
        if (isOnMachine) {
            assertThat(said).isEmpty();
            return;
        }
        byte[] address =
                at("10.66.0." + (int) MatrixRow.TARGET.charAt(0), 0).getAddress().getAddress();
        assertThat(said).endsWith(new String(address, StandardCharsets.ISO_8859_1));
    }
}
