package dev.heddle.e2e;

import java.util.Map;

/// A mesh that was set up from a case's inputs and can be called.
public interface MeshUnderTest extends AutoCloseable {
    /// Makes one request as the case's own workload, or at its gateway.
    ///
    /// @param url absolute, as in `http://reviews:9080/reviews/0`
    Answer call(String method, String url, Map<String, String> headers);

    /// Makes one of a sheet's calls.
    default Answer call(CallSheet.Call call) {
        return call(call.method(), call.url(), call.headers());
    }

    /// How many requests a backend has had, copies too.
    int heard(String destination);

    /// Lets a moment pass.
    void pause();

    /// The time by the clock that the mesh runs by.
    long nanos();

    /// Whether no connection for one of a sheet's calls comes about.
    default boolean isRefused(CallSheet.Call call) {
        throw new UnsupportedOperationException(call + ": only over real sockets");
    }

    /// Whether the proxy ends a connection for one of a sheet's calls on which nothing is said.
    boolean isEnded(CallSheet.Call call);

    @Override
    void close();
}
