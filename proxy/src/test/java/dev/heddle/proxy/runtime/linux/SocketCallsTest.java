package dev.heddle.proxy.runtime.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SocketCallsTest {
    @BeforeEach
    void isLinux() {
        assumeTrue(Kernel.isUsable(), "no system calls here");
    }

    private static InetSocketAddress at(String host, int port) throws IOException {
        return new InetSocketAddress(InetAddress.getByName(host), port);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1", "0.0.0.0", "::"})
    void aSocketIsBoundToTheAddressThatWasAskedFor(String host) throws IOException {
        var kernel = new Kernel();
        var sockets = new SocketCalls(kernel);
        int socket = sockets.open(at(host, 0));
        try {
            sockets.bind(socket, at(host, 0));
            InetSocketAddress local = Objects.requireNonNull(sockets.local(socket));
            assertThat(local.getAddress()).isEqualTo(InetAddress.getByName(host));
            assertThat(local.getPort()).isPositive();
        } finally {
            kernel.close(socket);
        }
    }

    @Test
    void aClientOfASocketForBothFamiliesShowsAsIpv4() throws IOException {
        var kernel = new Kernel();
        var sockets = new SocketCalls(kernel);
        int socket = sockets.open(at("::", 0));
        try {
            sockets.bind(socket, at("::", 0));
            sockets.listen(socket, 1);
            InetSocketAddress local = Objects.requireNonNull(sockets.local(socket));
            try (var client = new Socket(InetAddress.getLoopbackAddress(), local.getPort())) {
                int accepted = sockets.accept(socket);
                assertThat(accepted).isPositive();
                assertThat(sockets.peer()).isEqualTo(at("127.0.0.1", client.getLocalPort()));
                assertThat(sockets.original(accepted, false)).isNull();
                kernel.close(accepted);
            }
        } finally {
            kernel.close(socket);
        }
    }

    @Test
    void anErrorHasTheAddressAndTheWordsOfTheSystem() throws IOException {
        var kernel = new Kernel();
        var sockets = new SocketCalls(kernel);
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress address = at("127.0.0.1", taken.getLocalPort());
            int socket = sockets.open(address);
            try {
                assertThatThrownBy(() -> sockets.bind(socket, address))
                        .isInstanceOf(BindException.class)
                        .hasMessage(
                                "bind to 127.0.0.1:"
                                        + taken.getLocalPort()
                                        + ": Address already in use");
            } finally {
                kernel.close(socket);
            }
        }
    }
}
