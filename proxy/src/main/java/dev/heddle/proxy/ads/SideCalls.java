package dev.heddle.proxy.ads;

import java.util.Optional;

/// A way to call other services of the control plane on the connection that ADS has.
///
/// For the configuration's thread only.
public interface SideCalls {
    /// Which connection there is, a number unlike that of any before; 0 while there is none.
    long connection();

    /// Begins a call on it, which ends with the connection at the latest; empty while there is
    /// none.
    ///
    /// @param method as HTTP/2 names it, as in `/heddle.hits.v1.RuleHits/Report`
    Optional<Call> call(String method, Hearer hearer);

    /// The proxy's end of a call.
    interface Call {
        /// Sends a message; does nothing once the call has ended.
        void send(byte[] message);

        /// Says that no more messages follow; the hearer hears when all were taken.
        void end();

        /// Gives the call up; the hearer hears that reason.
        void cancel(String reason);
    }

    /// Hears what the control plane says in a call.
    interface Hearer {
        /// A message came; another may.
        void onMessage(byte[] message);

        /// The call is over. The last thing heard, once.
        ///
        /// @param isUnknown whether the control plane doesn't know the method
        /// @param reason as in `UNAVAILABLE: the connection was lost`
        void onEnd(boolean isUnknown, String reason);
    }
}
