package dev.heddle.xds.client;

/// Carries streams of delta ADS to one control plane, as gRPC does. Messages are bytes here: what
/// they mean is the business of [XdsClient], how they travel is the transport's.
///
/// The two sides may call each other on any thread; a receiver returns at once.
public interface StreamTransport extends AutoCloseable {
    /// The RPC, as HTTP/2 names it.
    String METHOD =
            "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources";

    /// What no message may exceed. All of a large mesh is some ten megabytes.
    int MAX_MESSAGE_BYTES = 256 << 20;

    /// The other side, as in `127.0.0.1:15010`.
    String authority();

    /// Begins a stream, connecting first where there is no connection. It ends by itself, or with
    /// the transport.
    Sender open(Receiver receiver);

    /// Ends every stream; receivers may or may not hear of it.
    @Override
    void close();

    /// The client's end of a stream.
    interface Sender {
        /// Sends a message; does nothing once the stream has ended.
        void send(byte[] message);

        /// Lets one more message come. The first comes without being asked for.
        void next();

        /// Gives the stream up; the receiver hears that reason.
        void cancel(String reason);
    }

    /// Hears what the server says on a stream.
    interface Receiver {
        /// A message came.
        void onMessage(byte[] message);

        /// The stream is over, or could not begin. The last call, made once.
        ///
        /// @param reason as in `UNAVAILABLE: the control plane is shutting down`
        void onEnd(String reason);
    }
}
