package dev.heddle.proxy.runtime;

/// What an [EpollLoop] watches.
interface Polled {
    /// Something happened.
    ///
    /// @param events as in `epoll_event`
    void onEvents(int events);

    /// It is this one's turn again, as it asked for by [EpollLoop#again].
    void onAgain();

    /// The loop ends, or there was a mistake in here: it closes at once.
    void onBroken();
}
