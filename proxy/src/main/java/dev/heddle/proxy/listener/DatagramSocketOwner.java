package dev.heddle.proxy.listener;

import dev.heddle.proxy.runtime.DatagramHandler;
import dev.heddle.proxy.runtime.Datagrams;

/// Hears what comes to one socket of a listener.
interface DatagramSocketOwner extends DatagramHandler {
    /// The socket is bound. Told before anything comes.
    void onListening(Datagrams socket);
}
