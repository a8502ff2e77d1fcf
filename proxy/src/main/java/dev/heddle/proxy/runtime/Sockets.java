package dev.heddle.proxy.runtime;

import dev.heddle.proxy.tls.TlsClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// How a worker comes by connections, for one kind of transport. Its methods are those of [Worker].
sealed interface Sockets permits NettySockets, EpollSockets {
    void listen(
            InetSocketAddress address,
            SocketSettings settings,
            @Nullable ExactBalance balance,
            Function<Wire, WireHandler> acceptor,
            ListenOutcome outcome);

    ConnectAttempt connect(
            InetSocketAddress address,
            ConnectSettings settings,
            ByteBuffer preface,
            @Nullable TlsClient tls,
            ConnectOutcome outcome);

    void listenDatagrams(
            InetSocketAddress address,
            SocketSettings settings,
            DatagramHandler handler,
            DatagramOutcome outcome);

    Datagrams openDatagrams(InetSocketAddress peer, DatagramHandler handler) throws IOException;
}
