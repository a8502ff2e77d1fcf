package dev.heddle.proxy.connection;

/// How the requests of a connection are served in the version of HTTP that it turned out to speak.
sealed interface Requests permits Http1Requests, StreamRequests {
    /// Whoever has the connection.
    interface Listener {
        /// There is a request.
        void onBusy();

        /// There is none any more.
        void onIdle();

        /// The connection is gone, after its last request. Told once.
        void onGone();
    }

    /// Lets the present requests, or the next, be the last.
    void drain();

    /// Asks the client to go; what it does until the time for draining is served.
    void leave();

    /// Ends it now if it has no request, else with those.
    void closeWhenIdle();

    /// It had no request for as long as it may.
    void onLongIdle();

    /// It has lived for as long as it may.
    void onLongLife();

    /// Ends it now.
    void close();

    /// Whether there is a request on it.
    boolean isBusy();
}
