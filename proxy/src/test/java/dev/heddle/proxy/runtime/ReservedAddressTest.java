package dev.heddle.proxy.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.testkit.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// An address is looked at before it is listened at.
class ReservedAddressTest {
    private static final int TIMES = 500;

    @Test
    void whoComesMeanwhileIsRefusedAndNotCutOff() throws Exception {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), FreePorts.one());
        var isOver = new AtomicBoolean();
        var let = new AtomicInteger();
        Thread client =
                Thread.ofPlatform()
                        .start(() -> {
                            while (!isOver.get()) {
                                try (var socket = new Socket()) {
                                    socket.connect(address);
                                    let.incrementAndGet();
                                } catch (IOException _) {
                                    // Refused, as it should be.
                                }
                            }
                        });
        for (int i = 0; i < TIMES; i++) {
            Transport.EPOLL.reserve(address, SocketSettings.USUAL);
        }
        isOver.set(true);
        client.join();
        assertThat(let).hasValue(0);
    }

    @Test
    void whereSomebodyListensNobodyElseDoes() throws IOException {
        try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var address = (InetSocketAddress) other.getLocalSocketAddress();
            assertThatThrownBy(() -> Transport.EPOLL.reserve(address, SocketSettings.USUAL))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("in use");
        }
    }
}
